import type { Step } from '@tenantlint/model';
import { isPlain, quoted } from './fix-calls.ts';
import type { Place, Script } from './fix-targets.ts';

const CALLS: Partial<Readonly<Record<Step['tool'], readonly [of: string, call: string, waits: boolean]>>> = {
  knex: ['knex', 'raw', true], typeorm: ['queryRunner', 'query', true], 'node-pg-migrate': ['pgm', 'sql', false],
};

/**
 * The `down` of a migration that is a program: what it does is replaced where it does nothing (or refuses), and a function
 * is added where there is none. Undefined where its text has another form.
 * @param anew what it does is replaced as well, where it does nothing but call the tool
 */
export function programTarget({ tool, file, downAt, down }: Step, text: string, anew: boolean): Place | undefined {
  const how = CALLS[tool];
  if (how === undefined || (down !== undefined && !anew)) return undefined;
  const [called, method, waits] = how;
  const found = downAt !== undefined && downAt.end > downAt.start ? functionAround(text, downAt.start, downAt.end) : undefined;
  if (down !== undefined && (found === undefined || !isOfCalls(text, found))) return undefined;
  if (found === undefined) return /\bdown\b\s*[=(:]/.test(text) ? undefined : added(file, text, { tool, called, method, waits });
  const given = /^\s*([\w$]+)/.exec(text.slice(found.open + 1, found.close))?.[1];
  const word = given ?? called;
  const header = text.slice(found.start, found.body);
  const asynchronous = !waits || /^\s*(?:(?:public|static)\s+)*async\b/.test(header) || /\basync\s*$/.test(text.slice(0, found.start)) || /\basync\b/.test(header.slice(0, found.open - found.start));
  // Neither a parameter of another kind nor a function of another form is rewritten.
  if (!asynchronous || (given === undefined && text.slice(found.open + 1, found.close).trim() !== '')) return undefined;
  const lineStart = text.lastIndexOf('\n', found.start) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const unit = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    kind: 'section', file, start: found.open + 1, end: found.end,
    text: (script) => `${given === undefined ? word : text.slice(found.open + 1, found.close)}${text.slice(found.close, found.body + 1)}\n${calls(script, `${indent}${unit}`, word, method, waits)}${indent}`,
  };
}

/** The `down` that is found does nothing but call the tool. */
function isOfCalls(text: string, { start, open, close, body, end }: Found): boolean {
  const word = /^\s*([\w$]+)/.exec(text.slice(open + 1, close))?.[1];
  return word !== undefined && /\bdown\b/.test(text.slice(text.lastIndexOf('\n', start) + 1, open)) && isPlain(text.slice(body + 1, end), new RegExp(`^(?:(?:return|await)\\s+)*${word.replaceAll('$', '\\$')}\\.`));
}

function calls({ statements, notes, outside }: Script, indent: string, of: string, method: string, waits: boolean): string {
  // Only node-pg-migrate is told by a call.
  const alone = outside && method === 'sql' ? [`${of}.noTransaction();`] : [];
  return [...notes.map((line) => `// ${line}`), ...alone, ...statements.map((s) => `${waits ? 'await ' : ''}${of}.${method}(${quoted(s)});`)].map((line) => `${indent}${line}\n`).join('');
}

/** A function behind all others, given away as `up` is, with the parameter that `up` has. */
function added(file: string, text: string, { called, method, waits }: { readonly tool: Step['tool']; readonly called: string; readonly method: string; readonly waits: boolean }): Place | undefined {
  const common = /^(module\.)?exports\.up\s*=\s*(async\s+)?(?:function\s*\w*\s*)?\(([^()]*)\)/m.exec(text);
  const esm = /^export\s+(async\s+)?(?:function\s+up\s*\(([^()]*)\)|const\s+up\s*=\s*(?:async\s*)?\(([^()]*)\))/m.exec(text);
  const parameter = (common?.[3] ?? esm?.[2] ?? esm?.[3])?.trim();
  if (parameter === undefined || /^[{[]/.test(parameter)) return undefined;
  const word = /^[\w$]+/.exec(parameter)?.[0] ?? called;
  const head = common !== null ? `${common[1] ?? ''}exports.down = ${waits ? 'async ' : ''}function (${parameter || called}) {` : `export ${waits ? 'async ' : ''}function down(${parameter || called})${file.endsWith('.ts') ? `: ${waits ? 'Promise<void>' : 'void'}` : ''} {`;
  return {
    kind: 'section', file, start: text.length, end: text.length,
    text: (script) => `${text.endsWith('\n') ? '' : '\n'}\n${head}\n${calls(script, '  ', word, method, waits)}}${common === null ? '' : ';'}\n`,
  };
}

interface Found {
  readonly start: number;
  /** Of the parameters' parentheses. */
  readonly open: number;
  readonly close: number;
  /** The brace that opens its body, and the one that closes it. */
  readonly body: number;
  readonly end: number;
}

/** The function that lies at a place, or around a statement there. */
function functionAround(text: string, start: number, end: number): Found | undefined {
  const inside = /^(?:throw)\b/.test(text.slice(start));
  const from = inside ? text.lastIndexOf('down', start) : start;
  const open = from < 0 ? -1 : text.indexOf('(', from);
  const close = open < 0 ? -1 : matching(text, open, '(', ')');
  const body = close < 0 ? -1 : text.indexOf('{', close);
  const last = body < 0 ? -1 : matching(text, body, '{', '}');
  if (last < 0 || body - close > 60 || (inside ? last < end : last > end)) return undefined;
  return { start: from, open, close, body, end: last };
}

/** The bracket that closes one, comments and strings left out. */
function matching(text: string, at: number, opens: string, closes: string): number {
  let depth = 0;
  const parts = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[(){}]/g;
  parts.lastIndex = at;
  for (let found = parts.exec(text); found !== null; found = parts.exec(text)) {
    if (found[0] === opens) depth++;
    else if (found[0] === closes && --depth === 0) return found.index;
  }
  return -1;
}
