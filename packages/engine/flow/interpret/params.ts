import { nothing, unknown, type AbstractValue, type CodeParam, type CodeType, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names } from '../state.ts';
import { bindNamed } from '../python/params.ts';
import { tidy } from '../values/join.ts';
import { allowsUndefined, membersOf, ofType } from './types.ts';
import { bind, withDefault } from './targets.ts';

export function bindParams(f: Flow, value: ValueOf<'function'>, args: readonly AbstractValue[], names: Names): void {
  if (f.python) return bindNamed(f, value, args, names);
  const spread = args.findIndex((a) => a.kind === 'symbol' && a.origin.kind === 'computed' && a.origin.op === 'spread');
  for (const [i, param] of value.fn.params.entries()) {
    const at = param.target.at;
    let given = args[i];
    if (param.rest) given = { kind: 'array', items: args.slice(i).map((v) => ({ value: v, spread: false })), at };
    else if (spread >= 0 && i >= spread) given = unknown('spread argument', at);
    given ??= nothing(at);
    // A handle by its type where nobody says more.
    if (given.kind === 'symbol' && param.type) given = ofType(f, param.type, value.file, at) ?? given;
    const bound = withDefault(f, given, param.default, names);
    bind(f, param.target, bound, names);
    // TypeScript's parameter properties: the constructor fills the field.
    if (param.field !== undefined) {
      const self = names.find('this');
      const instance = self && f.state.get(self);
      if (self && instance?.kind === 'instance') f.state.set(self, { ...instance, fields: [...instance.fields, { kind: 'property', name: param.field, nameAt: at, value: bound }] });
    }
  }
}

/** The arguments of a function that nobody is known to call: symbols, handles where the type says so. */
export function symbolicArgs(f: Flow, value: ValueOf<'function'>): AbstractValue[] {
  return value.fn.params.map((param, index) => symbolic(f, param, { kind: 'symbol', origin: { kind: 'param', fn: value.fn.id, index }, path: [], at: param.target.at }, value.file));
}

export function symbolic(f: Flow, param: CodeParam, of: AbstractValue, file: string): AbstractValue {
  const { type } = param;
  const at = param.target.at;
  const typed = type && ofType(f, type, file, at);
  if (typed) return typed;
  const shaped = type ? shape(f, type, of, file, 0) : of;
  const maybe = (param.optional && !param.default) || (type && allowsUndefined(type));
  return maybe ? tidy([{ value: shaped, truths: [] }, { value: nothing(at), truths: [] }], at) : shaped;
}

/** Gives a symbol the members that its type declares, where one of them may be undefined or is more than a symbol. */
export function shape(f: Flow, type: CodeType, of: AbstractValue, file: string, depth: number): AbstractValue {
  if (of.kind !== 'symbol' || depth > 2) return of;
  const members = membersOf(f, type, file);
  if (!members) return of;
  const entries = [...members].map(([name, member]) => {
    const symbol: AbstractValue = { kind: 'symbol', origin: of.origin, path: [...of.path, name], at: of.at };
    const inner = ofType(f, member.type, file, of.at) ?? shape(f, member.type, symbol, file, depth + 1);
    const value = member.optional || allowsUndefined(member.type) ? tidy([{ value: inner, truths: [] }, { value: nothing(of.at), truths: [] }], of.at) : inner;
    return { kind: 'property', name, nameAt: of.at, value } as const;
  });
  return { kind: 'object', entries, at: of.at };
}
