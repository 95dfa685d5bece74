import type { Sent } from './client.ts';

/**
 * What a request asks, read from its URL the way PostgREST documents it, and written down in a form that does not depend
 * on the order of filters: one text for the rows themselves (''), one for each path of embedded rows. It shares nothing
 * with the reader under test.
 */
export function asksFor(request: Sent): Readonly<Record<string, string>> {
  const found = new Map<string, string[]>();
  for (const [key, value] of request.url.searchParams) {
    const last = key.split('.').at(-1) ?? key;
    if (['select', 'order', 'limit', 'offset', 'columns', 'on_conflict'].includes(last)) continue;
    const names = key.includes('->') ? [key] : key.split('.');
    const path = names.slice(0, -1).join('.');
    const text = last === 'or' ? tree(`or${value}`) : last === 'and' ? tree(`and${value}`) : filter(names.at(-1) ?? key, value);
    found.set(path, [...(found.get(path) ?? []), text]);
  }
  return Object.fromEntries([...found].map(([path, all]) => [path, list('all', all)]));
}

export function list(kind: 'all' | 'any', of: readonly string[]): string {
  const flat = [...new Set(of.flatMap((text) => (text.startsWith(`${kind}(`) ? split(text.slice(kind.length + 1, -1), ';').map((t) => t.trim()) : [text])))].sort();
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : `${kind}(${flat.join('; ')})`;
}

export const negated = (text: string): string => (text.startsWith('not ') ? text.slice(4) : `not ${text}`);

function filter(column: string, text: string): string {
  if (text.startsWith('not.')) return negated(filter(column, text.slice(4)));
  const dot = text.indexOf('.');
  const [op, value] = [text.slice(0, dot), text.slice(dot + 1)];
  const plain = column.split('->')[0]?.replace(/^"(.*)"$/, '$1') ?? column;
  if (column.includes('->')) return `${plain} ~`;
  const symbol = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' }[op];
  if (symbol) return `${plain} ${symbol} ${JSON.stringify(value)}`;
  if (op === 'in' || op === 'eq(any)') return `${plain} in ${JSON.stringify([...new Set(split(value.slice(1, -1), ',').map(bare))])}`;
  if (op === 'is') return value === 'null' || value === 'unknown' ? `${plain} is null` : `${plain} = ${JSON.stringify(value)}`;
  return `${plain} ~`;
}

const bare = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);

/** `or(a.eq.1,and(…))` with everything nested in it. Spaces before a name are let through, those after a value are its own. */
function tree(text: string): string {
  const group = /^(not\.)?(and|or)\(([^]*)\)$/.exec(text.trim());
  if (group) {
    const inner = list(group[2] === 'and' ? 'all' : 'any', split(group[3] ?? '', ',').map(tree));
    return group[1] ? negated(inner) : inner;
  }
  const one = /^\s*("(?:[^"\\]|\\.)*"|[^.]+)\.([^]*)$/.exec(text);
  if (!one?.[1] || one[2] === undefined) throw new Error(`no filter: ${text}`);
  const [, column, rest] = one;
  const operator = /^((?:not\.)?\w+(?:\(\w+\))?\.)([^]*)$/.exec(rest);
  const value = operator?.[2] ?? '';
  return filter(column, `${operator?.[1] ?? ''}${value.startsWith('"') ? bare(value) : value}`);
}

/** Parts between separators that stand outside of quotes, parentheses and braces. */
export function split(text: string, separator: string): string[] {
  if (text === '') return [];
  const parts: string[] = [''];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"') {
      const end = /"(?:[^"\\]|\\.)*"/y;
      end.lastIndex = i;
      const quoted = end.exec(text)?.[0] ?? char;
      parts[parts.length - 1] += quoted;
      i += quoted.length - 1;
      continue;
    }
    if ('({['.includes(char)) depth++;
    if (')}]'.includes(char)) depth--;
    if (char === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}
