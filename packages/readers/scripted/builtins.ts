import type { Span } from '@tenantlint/model';
import { qualified } from './quote.ts';
import { literalOf } from './tools/kysely-value.ts';
import { listOf, LONGEST_LIST, LONGEST_TEXT, plain, textOf, UNDEFINED, UNKNOWN, type Apply, type Value } from './values.ts';

/** Applies a function value to arguments. */

/** Methods of the language on texts and lists; undefined where it is none of these. */
export function method(of: Value, name: string, args: readonly Value[], at: Span, apply: Apply): Value | undefined {
  if (of.kind === 'text' || of.kind === 'sql') return onText(of.text, name, args);
  if (of.kind === 'list') return onList(of.items, name, args, at, apply);
  if (of.kind === 'number' && name === 'toString') return plain(String(of.value));
  return undefined;
}

function onText(text: string, name: string, args: readonly Value[]): Value | undefined {
  const [first, second] = args.map(textOf);
  switch (name) {
    case 'trim': return plain(text.trim());
    case 'toUpperCase': return plain(text.toUpperCase());
    case 'toLowerCase': return plain(text.toLowerCase());
    case 'toString': return plain(text);
    case 'concat': return args.every((arg) => textOf(arg) !== undefined) ? plain(text + args.map((arg) => textOf(arg) ?? '').join('')) : UNKNOWN;
    case 'replace': return first !== undefined && second !== undefined && args[0]?.kind === 'text' ? plain(text.replace(first, () => second)) : UNKNOWN;
    case 'replaceAll': {
      if (first === undefined || second === undefined || args[0]?.kind !== 'text') return UNKNOWN;
      const parts = text.split(first);
      return text.length + parts.length * second.length > LONGEST_TEXT ? UNKNOWN : plain(parts.join(second));
    }
    case 'split': return first === undefined ? UNKNOWN : listOf(text.split(first).map(plain));
    case 'startsWith': return first === undefined ? UNKNOWN : { kind: 'boolean', value: text.startsWith(first) };
    case 'endsWith': return first === undefined ? UNKNOWN : { kind: 'boolean', value: text.endsWith(first) };
    case 'includes': return first === undefined ? UNKNOWN : { kind: 'boolean', value: text.includes(first) };
    default: return undefined;
  }
}

function onList(items: readonly Value[], name: string, args: readonly Value[], at: Span, apply: Apply): Value | undefined {
  const [first] = args;
  const each = (item: Value, i: number): Value => (first === undefined ? UNKNOWN : apply(first, [item, { kind: 'number', value: i }], at));
  switch (name) {
    case 'forEach': items.forEach(each); return UNDEFINED;
    case 'map': return { kind: 'list', items: items.map(each) };
    case 'flatMap': {
      const made: Value[] = [];
      for (const [i, item] of items.entries()) {
        const one = each(item, i);
        made.push(...(one.kind === 'list' ? one.items : [one]));
        if (made.length > LONGEST_LIST) return UNKNOWN;
      }
      return listOf(made);
    }
    case 'join': {
      const texts = items.map(textOf);
      const between = first === undefined ? ',' : (textOf(first) ?? ',');
      const length = texts.reduce((sum, one) => sum + (one?.length ?? 0) + between.length, 0);
      return texts.some((one) => one === undefined) || length > LONGEST_TEXT ? UNKNOWN : plain(texts.join(between));
    }
    case 'concat': return listOf([...items, ...args.flatMap((arg) => (arg.kind === 'list' ? arg.items : [arg]))]);
    case 'reverse': case 'toReversed': return { kind: 'list', items: items.toReversed() };
    case 'slice': return args.length === 0 ? { kind: 'list', items } : UNKNOWN;
    case 'includes': {
      const wanted = first === undefined ? undefined : textOf(first);
      const texts = items.map(textOf);
      return wanted === undefined || texts.includes(undefined) ? UNKNOWN : { kind: 'boolean', value: texts.includes(wanted) };
    }
    case 'entries': return { kind: 'list', items: items.map((item, i): Value => ({ kind: 'list', items: [{ kind: 'number', value: i }, item] })) };
    default: return undefined;
  }
}

/** Functions of the language's own objects: `Object.keys`, `Promise.all`, `String.raw`. */
export function global(path: string, args: readonly Value[]): Value | undefined {
  const [first] = args;
  switch (path) {
    case 'Promise.all': case 'Promise.resolve': case 'Promise.allSettled': return first ?? UNDEFINED;
    case 'Object.freeze': return first ?? UNKNOWN;
    case 'Object.keys': return first?.kind === 'record' ? { kind: 'list', items: [...first.entries.keys()].map(plain) } : UNKNOWN;
    case 'Object.values': return first?.kind === 'record' ? { kind: 'list', items: [...first.entries.values()] } : UNKNOWN;
    case 'Object.entries': return first?.kind === 'record' ? { kind: 'list', items: [...first.entries].map(([name, value]): Value => ({ kind: 'list', items: [plain(name), value] })) } : UNKNOWN;
    case 'String': return first === undefined || textOf(first) === undefined ? UNKNOWN : plain(textOf(first) ?? '');
    // Kysely's `sql` makes SQL of names and values.
    case 'sql.raw': return first === undefined || textOf(first) === undefined ? UNKNOWN : { kind: 'sql', text: textOf(first) ?? '' };
    case 'sql.ref': case 'sql.table': case 'sql.id': {
      const parts = args.map((arg) => (arg.kind === 'text' ? arg.text : undefined));
      return parts.includes(undefined) ? UNKNOWN : { kind: 'sql', text: parts.map((part) => qualified(part ?? '')).join('.') };
    }
    case 'sql.lit': case 'sql.val': case 'sql.value': case 'sql.literal': { const text = literalOf(first); return text === undefined ? UNKNOWN : { kind: 'sql', text }; }
    case 'sql.join': {
      const texts = first?.kind === 'list' ? first.items.map(literalOf) : [undefined];
      return texts.includes(undefined) ? UNKNOWN : { kind: 'sql', text: texts.join(args[1]?.kind === 'sql' ? args[1].text : ', ') };
    }
    case 'Array.from': return first?.kind === 'list' ? first : UNKNOWN;
    default: return undefined;
  }
}

/** Nothing of the migration: printing, waiting. */
export function isQuiet(path: string): boolean {
  return /^(?:console|logger|log|winston|debug)(?:\.|$)/i.test(path) || /^(?:setTimeout|process\.(?:stdout|stderr))/.test(path);
}
