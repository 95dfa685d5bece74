import type { Span } from '@tenantlint/model';
import { callBuiltin } from './builtins.ts';
import { elementsOf } from './evaluate.ts';
import { braceFormat, joinTexts, replaceText, splitText, strip } from './format.ts';
import type { Interpreter } from './interpreter.ts';
import { ofDialect } from './operators.ts';
import { mapped, plainText } from './text.ts';
import { argument, bool, equal, listOf, none, pathOf, textOf, unknown, type Args, type Value, type ValueOf } from './values.ts';

/** Methods of Python's own types. Undefined: not such a method, or nothing that constants tell. */
export function callMethod(run: Interpreter, of: Value, name: string, args: Args, at: Span): Value | undefined {
  switch (of.kind) {
    case 'text': return textMethod(run, of, name, args, at);
    case 'list': return listMethod(run, of, name, args, at);
    case 'dict': return dictMethod(run, of, name, args, at);
    case 'path': return pathMethod(run, of, name, args, at);
    case 'enum-member': return of.value.kind === 'text' ? textMethod(run, of.value, name, args, at) : undefined;
    case 'call': {
      // re.compile(pattern).sub(replacement, text)
      const pattern = pathOf(of.callee) === 're.compile' && ['sub', 'split', 'findall'].includes(name) ? of.args.positional[0] : undefined;
      if (pattern) return callBuiltin(run, `re.${name}`, { ...args, positional: [pattern, ...args.positional] }, at);
      return dialectPrefix(of, name, args, at);
    }
    case 'member': case 'unknown': case 'item': case 'symbol': return dialectPrefix(of, name, args, at);
    default: return undefined;
  }
}

function dialectPrefix(of: Value, name: string, args: Args, at: Span): Value | undefined {
  const [prefix] = args.positional;
  const is = (name === 'startswith' || name === 'endswith') && prefix ? ofDialect(of, prefix) : undefined;
  return is === undefined ? undefined : bool(is, at);
}

function textMethod(run: Interpreter, of: ValueOf<'text'>, name: string, args: Args, at: Span): Value | undefined {
  const text = textOf(of) ?? '';
  const [first, second] = args.positional;
  const arg = textOf(first);
  switch (name) {
    case 'format': return braceFormat(run, of, args, at);
    case 'join': {
      const elements = first && elementsOf(run, first);
      return elements && !elements.open ? joinTexts(of, listOf(elements.known, at), at) : undefined;
    }
    case 'lower': case 'casefold': return mapped(of, (t) => t.toLowerCase());
    case 'upper': return mapped(of, (t) => t.toUpperCase());
    case 'title': return plainText(text.replace(/[A-Za-z]+/g, (w) => w.charAt(0).toUpperCase() + w.slice(1).toLowerCase()), of.at);
    case 'capitalize': return plainText(text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(), of.at);
    case 'strip': case 'lstrip': case 'rstrip': return strip(of, arg, name !== 'rstrip', name !== 'lstrip');
    case 'replace': return replaceText(of, first, second, at);
    case 'removeprefix': return arg !== undefined && text.startsWith(arg) ? plainText(text.slice(arg.length), of.at) : of;
    case 'removesuffix': return arg !== undefined && text.endsWith(arg) ? plainText(text.slice(0, -arg.length), of.at) : of;
    case 'split': case 'splitlines': return args.positional.length > 1 ? undefined : listOf(splitText(of, name === 'splitlines' ? '\n' : arg), at);
    case 'startswith': case 'endswith': {
      const options = first?.kind === 'list' ? first.items.map(textOf) : [arg];
      if (options.some((o) => o === undefined)) return undefined;
      return bool(options.some((o) => o !== undefined && (name === 'startswith' ? text.startsWith(o) : text.endsWith(o))), at);
    }
    case 'isupper': return bool(text === text.toUpperCase() && /[A-Z]/.test(text), at);
    case 'islower': return bool(text === text.toLowerCase() && /[a-z]/.test(text), at);
    case 'count': return arg === undefined || arg === '' ? undefined : { kind: 'number', value: text.split(arg).length - 1, at };
    default: return undefined;
  }
}

function listMethod(run: Interpreter, of: ValueOf<'list'>, name: string, args: Args, at: Span): Value | undefined {
  const [first, second] = args.positional;
  // Under a condition that is not decided, whether it happens is not known either.
  if (run.guards.length > 0 && ['append', 'extend', 'insert', 'remove', 'pop', 'clear', 'add', 'update', 'discard'].includes(name)) of.open = true;
  switch (name) {
    case 'append': case 'add':
      if (first) of.items.push(first);
      return none(at);
    case 'insert':
      if (second) of.items.splice(first?.kind === 'number' ? first.value : 0, 0, second);
      return none(at);
    case 'extend': case 'update': {
      const elements = first && elementsOf(run, first);
      of.items.push(...(elements?.known ?? []));
      of.open ||= elements?.open ?? true;
      return none(at);
    }
    case 'remove': case 'discard': {
      const i = first ? of.items.findIndex((item) => equal(item, first) === true) : -1;
      if (i >= 0) of.items.splice(i, 1);
      return none(at);
    }
    case 'pop': return of.items.pop() ?? unknown('pop of nothing', at);
    case 'clear':
      of.items.length = 0;
      return none(at);
    case 'reverse':
      of.items.reverse();
      return none(at);
    case 'sort': return none(at);
    case 'copy': return listOf(of.items, at, of.form, of.open);
    case 'index': {
      const i = first ? of.items.findIndex((item) => equal(item, first) === true) : -1;
      return i >= 0 ? { kind: 'number', value: i, at } : undefined;
    }
    default: return undefined;
  }
}

function dictMethod(run: Interpreter, of: ValueOf<'dict'>, name: string, args: Args, at: Span): Value | undefined {
  const [first, second] = args.positional;
  const entry = first && of.entries.findLast((e) => equal(e.key, first) === true);
  switch (name) {
    case 'items': return listOf(of.entries.map((e) => listOf([e.key, e.value], e.value.at, 'tuple')), at, 'list', of.open);
    case 'keys': return listOf(of.entries.map((e) => e.key), at, 'list', of.open);
    case 'values': return listOf(of.entries.map((e) => e.value), at, 'list', of.open);
    case 'get': return entry?.value ?? (of.open ? undefined : (second ?? none(at)));
    case 'pop': {
      if (entry) of.entries.splice(of.entries.indexOf(entry), 1);
      return entry?.value ?? second;
    }
    case 'setdefault':
      if (entry) return entry.value;
      if (first && second) of.entries.push({ key: first, value: second });
      return second ?? none(at);
    case 'copy': return { kind: 'dict', entries: of.entries.map((e) => ({ ...e })), open: of.open, at };
    case 'update': {
      if (run.guards.length > 0) of.open = true;
      if (first?.kind === 'dict') of.entries.push(...first.entries.map((e) => ({ ...e })));
      else if (first) of.open = true;
      for (const [key, value] of args.named) of.entries.push({ key: plainText(key, value.at), value });
      return none(at);
    }
    default: return undefined;
  }
}

function pathMethod(run: Interpreter, of: ValueOf<'path'>, name: string, args: Args, at: Span): Value | undefined {
  switch (name) {
    case 'read_text': case 'read': return fileText(run, of.path, at);
    case 'resolve': case 'absolute': case 'expanduser': case 'as_posix': case '__enter__': return of;
    case 'open': return of;
    case 'joinpath': {
      const parts = args.positional.map(textOf);
      return parts.every((p) => p !== undefined) ? { kind: 'path', path: [of.path, ...parts].join('/'), at } : undefined;
    }
    case 'exists': case 'is_file': return bool(run.project.text(of.path) !== undefined, at);
    case 'with_suffix': {
      const suffix = textOf(argument(args, 'suffix', 0));
      return suffix === undefined ? undefined : { kind: 'path', path: of.path.replace(/\.[^./]*$/, '') + suffix, at };
    }
    default: return undefined;
  }
}

/** The text of another file of the project, every character in its place there. */
export function fileText(run: Interpreter, path: string, at: Span): Value {
  const text = run.project.text(path);
  if (text === undefined) return unknown(`the file ${path} was not read`, at);
  const place = { file: path, start: 0, end: text.length };
  return { kind: 'text', parts: [{ text, at: place, exact: true }], at: place };
}
