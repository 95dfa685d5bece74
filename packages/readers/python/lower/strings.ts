import type { Code } from '@tenantlint/model';
import { child, type PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';

/**
 * A plain string in one pair of single or double quotes is a literal, as everywhere. Other forms (three quotes, raw, f)
 * become a template, whose texts carry the exact places of their characters.
 */
export function lowerString(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  const [start] = node.children;
  const opening = start?.text ?? '';
  const prefix = opening.replace(/["']+$/, '').toLowerCase();
  const quotes = opening.length - prefix.length;
  const texts: { text: string; at: Code['at'] }[] = [];
  const values: Code[] = [];
  let text = '';
  let from = node.start + opening.length;
  for (const part of node.children) {
    if (part.type === 'string_content') text += decoded(low, part);
    else if (part.type === 'interpolation') {
      texts.push({ text, at: low.span(from, part.start) });
      values.push(interpolated(low, part));
      text = '';
      from = part.end;
    }
  }
  texts.push({ text, at: low.span(from, Math.max(from, node.end - quotes)) });
  const plain = values.length === 0 && quotes === 1 && (prefix === '' || prefix === 'u' || prefix === 'b');
  return plain ? { kind: 'literal', value: text, at } : { kind: 'template', texts, values, at };
}

/** Strings side by side are one; as a sum each keeps its place. */
export function lowerConcatenated(low: Lowering, node: PyNode): Code {
  const [first, ...rest] = node.children;
  if (!first) return { kind: 'literal', value: '', at: low.at(node) };
  return rest.reduce<Code>((left, part) => ({ kind: 'binary', op: '+', left, right: low.code(part), at: low.span(node.start, part.end) }), low.code(first));
}

/** What a string that only says something to readers holds: docstrings are such. */
export function isBareString(node: PyNode): boolean {
  const [only] = node.children;
  return node.type === 'expression_statement' && node.children.length === 1 && (only?.type === 'string' || only?.type === 'concatenated_string');
}

function interpolated(low: Lowering, node: PyNode): Code {
  const expression = child(node, 'expression');
  const at = low.at(node);
  if (!expression) return { kind: 'opaque', reason: 'empty replacement field', at };
  let code = low.code(expression);
  const conversion = child(node, 'type_conversion')?.text;
  if (conversion === '!r' || conversion === '!a') code = builtin('repr', [code], at);
  const spec = child(node, 'format_specifier');
  if (!spec) return code;
  const format: Code = spec.children.length > 0 ? { kind: 'opaque', reason: 'computed format', at: low.at(spec) } : { kind: 'literal', value: low.text(spec).slice(1), at: low.at(spec) };
  return builtin('format', [code, format], at);
}

/** A call of one of Python's own functions. */
export function builtin(name: string, args: readonly Code[], at: Code['at']): Code {
  return { kind: 'call', callee: { kind: 'name', name, at }, args: args.map((value) => ({ value, spread: false })), construct: false, optional: false, at };
}

function decoded(low: Lowering, content: PyNode): string {
  const { text } = low.context;
  let result = '';
  let from = content.start;
  for (const escape of content.children) {
    if (escape.type !== 'escape_sequence' && escape.type !== 'escape_interpolation') continue;
    result += text.slice(from, escape.start) + unescaped(escape.text);
    from = escape.end;
  }
  return result + text.slice(from, content.end);
}

const SIMPLE: ReadonlyMap<string, string> = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['a', '\x07'], ['b', '\b'], ['f', '\f'], ['v', '\v'], ['\\', '\\'], ["'", "'"], ['"', '"'], ['\n', ''], ['\r\n', '']]);

/** What an escape stands for: `\n`, `\x41`, `\u0041`, `\101`, `{{`. Names (`\N{…}`) are left as written. */
export function unescaped(escape: string): string {
  if (escape === '{{' || escape === '}}') return escape.slice(1);
  const rest = escape.slice(1);
  const simple = SIMPLE.get(rest);
  if (simple !== undefined) return simple;
  const code = /^[xuU]([0-9a-fA-F]+)$/.exec(rest)?.[1] ?? undefined;
  const point = code !== undefined ? Number.parseInt(code, 16) : /^[0-7]{1,3}$/.test(rest) ? Number.parseInt(rest, 8) : undefined;
  return point !== undefined && point <= 0x10ffff ? String.fromCodePoint(point) : escape;
}
