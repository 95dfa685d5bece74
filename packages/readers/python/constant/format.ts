import type { Span } from '@tenantlint/model';
import { member } from './evaluate.ts';
import type { Interpreter } from './interpreter.ts';
import { concat, printed, quoted, slice } from './text.ts';
import { textOf, type Args, type Value, type ValueOf } from './values.ts';

/** `"… %s …" % values`. Undefined where a value or a directive is not known. */
export function percentFormat(format: ValueOf<'text'>, values: Value, at: Span): Value | undefined {
  const text = textOf(format) ?? '';
  const positional = values.kind === 'list' ? values.items : [values];
  const pieces: ValueOf<'text'>[] = [];
  let from = 0;
  let next = 0;
  for (const match of text.matchAll(/%(?:\((\w+)\))?([#0\- +]*\d*(?:\.\d+)?)([a-zA-Z%])/g)) {
    pieces.push(slice(format, from, match.index));
    from = match.index + match[0].length;
    const [, name, flags, kind] = match;
    if (kind === '%') {
      pieces.push(slice(format, from - 1, from));
      continue;
    }
    const value = name === undefined ? positional[next++] : values.kind === 'dict' ? values.entries.find((e) => textOf(e.key) === name)?.value : undefined;
    const shown = !value || flags !== '' ? undefined : kind === 'r' ? quoted(value) : printed(value);
    if (!shown) return undefined;
    pieces.push(shown);
  }
  pieces.push(slice(format, from, text.length));
  return concat(pieces, at);
}

/** `"… {} {name} {0} …".format(…)`. */
export function braceFormat(run: Interpreter, format: ValueOf<'text'>, args: Args, at: Span): Value | undefined {
  const text = textOf(format) ?? '';
  const pieces: ValueOf<'text'>[] = [];
  let from = 0;
  let next = 0;
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)) {
    pieces.push(slice(format, from, match.index));
    from = match.index + match[0].length;
    const field = match[1];
    if (field === undefined) {
      pieces.push(slice(format, match.index, match.index + 1));
      continue;
    }
    const [, name = '', path = '', conversion, spec] = /^(\w*)((?:\.\w+|\[[^\]]+\])*)(![rsa])?(:.*)?$/.exec(field) ?? [];
    let value = name === '' ? args.positional[next++] : /^\d+$/.test(name) ? args.positional[Number(name)] : args.named.get(name);
    for (const [step] of path.matchAll(/\.\w+|\[[^\]]+\]/g)) {
      const key = step.startsWith('.') ? step.slice(1) : step.slice(1, -1);
      value = value && (step.startsWith('.') ? member(run, value, key, { ...at, end: at.start + key.length }, at) : value.kind === 'dict' ? value.entries.find((e) => textOf(e.key) === key || (e.key.kind === 'number' && String(e.key.value) === key))?.value : undefined);
    }
    const shown = !value || (spec !== undefined && spec !== ':') ? undefined : conversion === '!r' ? quoted(value) : printed(value);
    if (!shown) return undefined;
    pieces.push(shown);
  }
  pieces.push(slice(format, from, text.length));
  return concat(pieces, at);
}

/** `separator.join(values)`. */
export function joinTexts(separator: ValueOf<'text'>, of: Value, at: Span): Value | undefined {
  if (of.kind !== 'list' || of.open) return undefined;
  const pieces: ValueOf<'text'>[] = [];
  for (const [i, item] of of.items.entries()) {
    const shown = item.kind === 'text' || item.kind === 'enum-member' ? printed(item) : undefined;
    if (!shown) return undefined;
    if (i > 0) pieces.push(separator);
    pieces.push(shown);
  }
  return concat(pieces, at);
}

/** `text.replace(old, new)`. */
export function replaceText(of: ValueOf<'text'>, old: Value | undefined, by: Value | undefined, at: Span): Value | undefined {
  const [text, from, to] = [textOf(of) ?? '', textOf(old), by && printed(by)];
  if (from === undefined || from === '' || !to) return undefined;
  const pieces: ValueOf<'text'>[] = [];
  let start = 0;
  for (let i = text.indexOf(from); i >= 0; i = text.indexOf(from, start)) {
    pieces.push(slice(of, start, i), to);
    start = i + from.length;
  }
  if (start === 0) return of;
  pieces.push(slice(of, start, text.length));
  return concat(pieces, at);
}

/** `text.split(separator)`. */
export function splitText(of: ValueOf<'text'>, separator: string | undefined): ValueOf<'text'>[] {
  const text = textOf(of) ?? '';
  const found: ValueOf<'text'>[] = [];
  let start = 0;
  for (const match of text.matchAll(separator === undefined ? /\s+/g : new RegExp(separator.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'g'))) {
    if (separator !== undefined || match.index > start) found.push(slice(of, start, match.index));
    start = match.index + match[0].length;
  }
  if (separator !== undefined || start < text.length) found.push(slice(of, start, text.length));
  return found;
}

/** Without the characters of a set, by default blanks, at its ends. */
export function strip(of: ValueOf<'text'>, chars: string | undefined, left: boolean, right: boolean): ValueOf<'text'> {
  const text = textOf(of) ?? '';
  const drop = (c: string | undefined): boolean => c !== undefined && (chars === undefined ? /\s/.test(c) : chars.includes(c));
  let start = 0;
  let end = text.length;
  while (left && start < end && drop(text[start])) start++;
  while (right && end > start && drop(text[end - 1])) end--;
  return slice(of, start, end);
}

