import { never, type AbstractValue, type Origin, type ValueEntry } from '@tenantlint/model';

const keys = new WeakMap<object, string>();

/** Equal for two values that are the same, wherever they were written. */
export function keyOf(value: AbstractValue): string {
  // What is short is made as fast as it is looked up.
  switch (value.kind) {
    case 'undefined': return 'undefined';
    case 'function': return `fn ${value.fn.id}`;
    case 'column': return `row${value.row}.${value.column}`;
    case 'row': if (value.extra.length === 0) return `row${value.row}`; break;
    case 'literal': if (typeof value.value !== 'string') return String(value.value); break;
    default:
  }
  const known = keys.get(value);
  if (known !== undefined) return known;
  const key = shortened(makeKey(value));
  keys.set(value, key);
  return key;
}

const numbers = new Map<string, string>();
/** Numbers begin anew: what one analysis called a value is nothing to the next. */
export const forgetKeys = (): void => numbers.clear();
const LONGEST = 400;

/** `a = a + f(a)` doubles what `a` is made of at each turn: what is long is known by a number from then on. */
function shortened(key: string): string {
  if (key.length <= LONGEST) return key;
  const known = numbers.get(key) ?? `#${numbers.size}`;
  numbers.set(key, known);
  return known;
}

function makeKey(value: AbstractValue): string {
  switch (value.kind) {
    case 'literal': return JSON.stringify(value.value);
    case 'undefined': return 'undefined';
    case 'object': return `{${value.entries.map(entryKey).join()}}`;
    case 'array': return `[${value.items.map((i) => (i.spread ? '...' : '') + keyOf(i.value)).join()}]`;
    case 'list': return `list(${keyOf(value.of)})`;
    case 'union': return `(${value.of.map((c) => keyOf(c.value)).join('|')})`;
    case 'symbol': return value.path.length > 0 ? `${originKey(value.origin)}.${value.path.join('.')}` : originKey(value.origin);
    case 'row': return value.extra.length > 0 ? `row${value.row}{${value.extra.map(entryKey).join()}}` : `row${value.row}`;
    case 'column': return `row${value.row}.${value.column}`;
    case 'function': return `fn ${value.fn.id}`;
    case 'class': return `class ${value.class.id}`;
    case 'instance': return `instance ${value.class.id}{${value.fields.map(entryKey).join()}}`;
    case 'module': return `module ${value.file}`;
    case 'client': return `client ${value.client} ${stateKey(value.state)}`;
    case 'text': return `text(${value.texts.map((t) => JSON.stringify(t)).join()};${value.values.map(keyOf).join()})`;
    case 'test': {
      const test = value.test;
      if (test.kind === 'compare') return `(${keyOf(test.left)}${test.op}${keyOf(test.right)})`;
      return `${test.kind}(${keyOf(test.of)})`;
    }
    default: return never(value);
  }
}

const entryKey = (entry: ValueEntry): string =>
  entry.kind === 'property' ? `${entry.name}:${keyOf(entry.value)}` : entry.kind === 'spread' ? `...${keyOf(entry.of)}` : `[${keyOf(entry.key)}]:${keyOf(entry.value)}`;

export function originKey(origin: Origin): string {
  switch (origin.kind) {
    case 'param': return `param ${origin.fn} ${origin.index}`;
    case 'input': return `input ${origin.channel}`;
    case 'identity': return `identity ${origin.library}`;
    case 'package': return `${origin.package}#${origin.name}`;
    case 'global': return `global ${origin.name}`;
    case 'call': return `${origin.construct ? 'new ' : ''}${keyOf(origin.callee)}(${origin.args.map(keyOf).join()})${origin.call}`;
    case 'computed': return `${origin.op}(${origin.of.map(keyOf).join()})`;
    case 'unknown': return `unknown ${origin.id}`;
    default: return never(origin);
  }
}

/** Adapters keep plain data: values are recognised by their kind, the rest is compared as it stands, without places. */
function stateKey(state: unknown): string {
  if (typeof state !== 'object' || state === null) return JSON.stringify(state) ?? 'undefined';
  if (Array.isArray(state)) return `[${state.map(stateKey).join()}]`;
  if (isValue(state)) return keyOf(state);
  return `{${Object.entries(state).filter(([name]) => name !== 'at' && !name.endsWith('At')).map(([name, part]) => `${name}:${stateKey(part)}`).join()}}`;
}

const KINDS: ReadonlySet<unknown> = new Set<AbstractValue['kind']>(['literal', 'undefined', 'object', 'array', 'list', 'union', 'symbol', 'row', 'column', 'function', 'class', 'instance', 'module', 'client', 'text', 'test']);
/** What is known of a row has the kind of a row, too; only the row itself has columns of its own. */
const isValue = (part: object): part is AbstractValue => 'at' in part && 'kind' in part && KINDS.has(part.kind) && (part.kind !== 'row' || 'extra' in part);

export const sameValue = (a: AbstractValue, b: AbstractValue): boolean => a === b || (!differ(a, b) && keyOf(a) === keyOf(b));

/** Told apart by what they show first: most values are, and need no key for it. */
function differ(a: AbstractValue, b: AbstractValue): boolean {
  if (a.kind !== b.kind) return true;
  if (a.kind === 'literal' && b.kind === 'literal') return a.value !== b.value;
  if (a.kind === 'row' && b.kind === 'row') return a.row !== b.row || a.extra.length !== b.extra.length;
  if (a.kind === 'symbol' && b.kind === 'symbol') return a.path.length !== b.path.length || a.path.at(-1) !== b.path.at(-1) || a.origin.kind !== b.origin.kind || otherOrigin(a.origin, b.origin);
  if (a.kind === 'object' && b.kind === 'object') return a.entries.length !== b.entries.length;
  if (a.kind === 'array' && b.kind === 'array') return a.items.length !== b.items.length;
  if (a.kind === 'client' && b.kind === 'client') return a.client !== b.client;
  if (a.kind === 'test' && b.kind === 'test') return a.test.kind !== b.test.kind;
  return false;
}

function otherOrigin(a: Origin, b: Origin): boolean {
  if (a === b) return false;
  if (a.kind === 'call' && b.kind === 'call') return a.call !== b.call || a.args.length !== b.args.length;
  if (a.kind === 'computed' && b.kind === 'computed') return a.op !== b.op || a.of.length !== b.of.length;
  if (a.kind === 'unknown' && b.kind === 'unknown') return a.id !== b.id;
  return false;
}
