import type { CodeClass, CodeFunction, Span } from '@tenantlint/model';
import type { Scope } from './scope.ts';
import type { TextPart } from './text.ts';

/**
 * What a piece of a program amounts to, as far as constants tell. Values of packages stay as they are written: a call
 * of `sqlalchemy.Column` is a call of that symbol with these arguments. Two mentions of one object are one value.
 */
export type Value = { readonly at: Span } & (
  | { readonly kind: 'text'; readonly parts: readonly TextPart[] }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'none' }
  /** `open`: it may hold more than is known. */
  | { readonly kind: 'list'; readonly form: 'list' | 'tuple' | 'set'; readonly items: Value[]; open: boolean }
  | { readonly kind: 'dict'; readonly entries: { readonly key: Value; value: Value }[]; open: boolean }
  | { readonly kind: 'function'; readonly fn: CodeFunction; readonly scope: Scope; readonly self?: Value }
  | ClassValue
  | { readonly kind: 'instance'; readonly of: ClassValue; readonly fields: Map<string, Value>; readonly args: Args }
  | { readonly kind: 'enum-member'; readonly of: ClassValue; readonly name: string; readonly value: Value }
  | { readonly kind: 'module'; readonly file: string }
  /** A file or folder of the project. */
  | { readonly kind: 'path'; readonly path: string }
  /** A name of a package: `sqlalchemy.Column`. */
  | { readonly kind: 'symbol'; readonly path: string }
  | { readonly kind: 'call'; readonly callee: Value; readonly args: Args }
  /** `value` is what a class of the project has under the name. */
  | { readonly kind: 'member'; readonly of: Value; readonly name: string; readonly nameAt: Span; readonly value?: Value }
  | { readonly kind: 'item'; readonly of: Value; readonly key: Value }
  | { readonly kind: 'operation'; readonly op: string; readonly of: readonly Value[] }
  /** One of these, which of them is not decided by constants. */
  | { readonly kind: 'either'; readonly of: readonly Value[] }
  | { readonly kind: 'unknown'; readonly reason: string }
);

export interface ClassValue {
  readonly kind: 'class';
  readonly class: CodeClass;
  readonly scope: Scope;
  readonly at: Span;
}

export type ValueOf<K extends Value['kind']> = Extract<Value, { readonly kind: K }>;

export interface Args {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** There may be more of either. */
  readonly open: boolean;
}

export const NO_ARGS: Args = { positional: [], named: new Map(), open: false };

export const unknown = (reason: string, at: Span): Value => ({ kind: 'unknown', reason, at });
export const bool = (value: boolean, at: Span): Value => ({ kind: 'boolean', value, at });
export const none = (at: Span): Value => ({ kind: 'none', at });
export const listOf = (items: readonly Value[], at: Span, form: 'list' | 'tuple' | 'set' = 'list', open = false): ValueOf<'list'> => ({ kind: 'list', form, items: [...items], open, at });

/** Text of a text value; undefined for anything else. */
export function textOf(value: Value | undefined): string | undefined {
  if (value?.kind === 'text') return value.parts.length === 1 ? (value.parts[0]?.text ?? '') : value.parts.map((p) => p.text).join('');
  // A member of `class X(str, Enum)` is a string.
  return value?.kind === 'enum-member' ? textOf(value.value) : undefined;
}

/** Whether the program would find the value true; undefined where constants do not say. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'text': return value.parts.some((p) => p.text !== '');
    case 'number': return value.value !== 0;
    case 'boolean': return value.value;
    case 'none': return false;
    case 'list': return value.items.length > 0 ? true : value.open ? undefined : false;
    case 'dict': return value.entries.length > 0 ? true : value.open ? undefined : false;
    case 'function': case 'class': case 'instance': case 'enum-member': case 'module': case 'path': return true;
    default: return undefined;
  }
}

/** Equality of constants; undefined where it cannot be told. */
export function equal(a: Value, b: Value): boolean | undefined {
  if (a.kind === 'enum-member' && b.kind === 'enum-member') return a.of.class === b.of.class ? a.name === b.name : undefined;
  const [left, right] = [textOf(a), textOf(b)];
  if (left !== undefined && right !== undefined) return left === right;
  if (a === b) return true;
  if (isConstant(a) && isConstant(b)) {
    if (a.kind !== b.kind) return a.kind === 'number' && b.kind === 'boolean' ? a.value === Number(b.value) : false;
    if ((a.kind === 'number' || a.kind === 'boolean') && (b.kind === 'number' || b.kind === 'boolean')) return a.value === b.value;
    if (a.kind === 'none') return true;
    if (a.kind === 'list' && b.kind === 'list' && !a.open && !b.open) {
      if (a.items.length !== b.items.length) return false;
      const each = a.items.map((item, i) => { const other = b.items[i]; return other ? equal(item, other) : undefined; });
      return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
    }
  }
  return undefined;
}

function isConstant(value: Value): boolean {
  return value.kind === 'text' || value.kind === 'number' || value.kind === 'boolean' || value.kind === 'none' || value.kind === 'list';
}

/** Where the value comes from, as a dotted path: `sqlalchemy.orm.declarative_base()`, `alembic.op.get_bind().dialect`. */
export function pathOf(value: Value): string | undefined {
  // Long chains of calls are walked in a loop.
  let suffix = '';
  let at: Value = value;
  for (;;) {
    switch (at.kind) {
      case 'symbol': return at.path + suffix;
      case 'member': suffix = `.${at.name}${suffix}`; at = at.of; break;
      case 'call': suffix = `()${suffix}`; at = at.callee; break;
      default: return undefined;
    }
  }
}

/** Named argument, or the positional one at an index. */
export function argument(args: Args, name: string, index?: number): Value | undefined {
  return args.named.get(name) ?? (index === undefined ? undefined : args.positional[index]);
}
