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
    case 'symbol': if (value.origin.kind !== 'call' && value.origin.kind !== 'computed') return shortened(makeKey(value)); break;
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
  return `{${Object.entries(state).filter(([name]) => counts(name)).map(([name, part]) => `${name}:${stateKey(part)}`).join()}}`;
}

const KINDS: ReadonlySet<unknown> = new Set<AbstractValue['kind']>(['literal', 'undefined', 'object', 'array', 'list', 'union', 'symbol', 'row', 'column', 'function', 'class', 'instance', 'module', 'client', 'text', 'test']);
/** What is known of a row has the kind of a row, too; only the row itself has columns of its own. */
const isValue = (part: object): part is AbstractValue => 'at' in part && 'kind' in part && KINDS.has(part.kind) && (part.kind !== 'row' || 'extra' in part);

/** The same, wherever they were written. Held against each other part by part: most differ early, or share their parts. */
export const sameValue = (a: AbstractValue, b: AbstractValue): boolean => a === b || (a.kind === b.kind && alike(a, b, { left: MOST_PARTS }));
export const sameOrigin = (a: Origin, b: Origin): boolean => a === b || (a.kind === b.kind && alikeOrigins(a, b, { left: MOST_PARTS }));

/** Parts that are looked at before keys are made: what is made of the same thing many times over is seen only once by its key. */
const MOST_PARTS = 64;
interface Budget {
  left: number;
}

function alike(a: AbstractValue, b: AbstractValue, budget: Budget): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'literal': return b.kind === 'literal' && Object.is(a.value, b.value);
    case 'undefined': return b.kind === 'undefined';
    case 'function': return b.kind === 'function' && a.fn.id === b.fn.id;
    case 'class': return b.kind === 'class' && a.class.id === b.class.id;
    case 'module': return b.kind === 'module' && a.file === b.file;
    case 'column': return b.kind === 'column' && a.row === b.row && a.column === b.column;
    case 'row': return b.kind === 'row' && a.row === b.row && alikeEntries(a.extra, b.extra, budget);
    default:
  }
  if (budget.left-- <= 0) return keyOf(a) === keyOf(b);
  switch (a.kind) {
    case 'object': return b.kind === 'object' && alikeEntries(a.entries, b.entries, budget);
    case 'instance': return b.kind === 'instance' && a.class.id === b.class.id && alikeEntries(a.fields, b.fields, budget);
    case 'array': return b.kind === 'array' && a.items.length === b.items.length && a.items.every((item, i) => item.spread === b.items[i]?.spread && alike(item.value, b.items[i].value, budget));
    case 'list': return b.kind === 'list' && alike(a.of, b.of, budget);
    case 'union': return b.kind === 'union' && a.of.length === b.of.length && a.of.every((one, i) => alikeAt(one.value, b.of[i]?.value, budget));
    case 'symbol': return b.kind === 'symbol' && samePath(a.path, b.path) && alikeOrigins(a.origin, b.origin, budget);
    case 'client': return b.kind === 'client' && a.client === b.client && alikeStates(a.state, b.state, budget);
    case 'text': return b.kind === 'text' && samePath(a.texts, b.texts) && alikeAll(a.values, b.values, budget);
    case 'test': {
      if (b.kind !== 'test' || a.test.kind !== b.test.kind) return false;
      if (a.test.kind === 'compare') return b.test.kind === 'compare' && a.test.op === b.test.op && alike(a.test.left, b.test.left, budget) && alike(a.test.right, b.test.right, budget);
      return b.test.kind !== 'compare' && alike(a.test.of, b.test.of, budget);
    }
    default: return never(a);
  }
}

/** What two values that are the same have in common at least, told without looking into them. */
export function traitOf(value: AbstractValue): string {
  switch (value.kind) {
    case 'literal': return `literal ${String(value.value)}`;
    case 'symbol': return `${value.origin.kind} ${value.path.at(-1) ?? ''} ${value.origin.kind === 'call' ? value.origin.call : value.origin.kind === 'computed' ? value.origin.op : value.origin.kind === 'unknown' ? value.origin.id : ''}`;
    case 'object': return `object ${value.entries.length}`;
    case 'column': return `column ${value.row} ${value.column}`;
    case 'row': return `row ${value.row}`;
    default: return value.kind;
  }
}

const alikeAt = (a: AbstractValue, b: AbstractValue | undefined, budget: Budget): boolean => b !== undefined && alike(a, b, budget);
const alikeAll = (a: readonly AbstractValue[], b: readonly AbstractValue[], budget: Budget): boolean => a === b || (a.length === b.length && a.every((one, i) => alikeAt(one, b[i], budget)));

function samePath(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

function alikeEntries(a: readonly ValueEntry[], b: readonly ValueEntry[], budget: Budget): boolean {
  return a === b || (a.length === b.length && a.every((one, i) => {
    const other = b[i];
    if (one === other) return true;
    if (other?.kind !== one.kind) return false;
    if (one.kind === 'property') return other.kind === 'property' && one.name === other.name && alike(one.value, other.value, budget);
    if (one.kind === 'spread') return other.kind === 'spread' && alike(one.of, other.of, budget);
    return other.kind === 'computed' && alike(one.key, other.key, budget) && alike(one.value, other.value, budget);
  }));
}

function alikeOrigins(a: Origin, b: Origin, budget: Budget): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'param': return b.kind === 'param' && a.index === b.index && a.fn === b.fn;
    case 'input': return b.kind === 'input' && a.channel === b.channel;
    case 'identity': return b.kind === 'identity' && a.library === b.library;
    case 'package': return b.kind === 'package' && a.name === b.name && a.package === b.package;
    case 'global': return b.kind === 'global' && a.name === b.name;
    case 'call': return b.kind === 'call' && a.call === b.call && a.construct === b.construct && a.args.length === b.args.length && alike(a.callee, b.callee, budget) && alikeAll(a.args, b.args, budget);
    case 'computed': return b.kind === 'computed' && a.op === b.op && alikeAll(a.of, b.of, budget);
    case 'unknown': return b.kind === 'unknown' && a.id === b.id;
    default: return never(a);
  }
}

function alikeStates(a: unknown, b: unknown, budget: Budget): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return stateKey(a) === stateKey(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((part, i) => alikeStates(part, b[i], budget));
  if (isValue(a)) return isValue(b) && a.kind === b.kind && alike(a, b, budget);
  if (isValue(b)) return false;
  const names = Object.keys(a).filter(counts);
  const others = Object.keys(b).filter(counts);
  return samePath(names, others) && names.every((name) => alikeStates((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], budget));
}
/** Places do not. */
const counts = (name: string): boolean => name !== 'at' && !name.endsWith('At');
