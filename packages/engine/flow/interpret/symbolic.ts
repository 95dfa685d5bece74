import { nothing, type AbstractValue, type CodeParam, type CodeType, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { tidy } from '../values/join.ts';
import { moduleOf } from './modules.ts';

/** The arguments of a function that nobody is known to call: symbols, handles where the type says so. */
export function symbolicArgs(f: Flow, value: ValueOf<'function'>): AbstractValue[] {
  return value.fn.params.map((param, index) => symbolic(f, param, { kind: 'symbol', origin: { kind: 'param', fn: value.fn.id, index }, path: [], at: param.target.at }, value.file));
}

function symbolic(f: Flow, param: CodeParam, of: AbstractValue, file: string): AbstractValue {
  const { type } = param;
  const at = param.target.at;
  const typed = type && f.ofType(type, file, at);
  if (typed) return typed;
  const shaped = type ? shape(f, type, of, file, 0) : of;
  const maybe = (param.optional && !param.default) || (type && allowsUndefined(type));
  return maybe ? tidy([{ value: shaped, truths: [] }, { value: nothing(at), truths: [] }], at) : shaped;
}

/** Gives a symbol the members that its type declares, where one of them may be undefined or is more than a symbol. */
function shape(f: Flow, type: CodeType, of: AbstractValue, file: string, depth: number): AbstractValue {
  if (of.kind !== 'symbol' || depth > 2) return of;
  const members = membersOf(f, type, file);
  if (!members) return of;
  const entries = [...members].map(([name, member]) => {
    const symbol: AbstractValue = { kind: 'symbol', origin: of.origin, path: [...of.path, name], at: of.at };
    const inner = f.ofType(member.type, file, of.at) ?? shape(f, member.type, symbol, file, depth + 1);
    const value = member.optional || allowsUndefined(member.type) ? tidy([{ value: inner, truths: [] }, { value: nothing(of.at), truths: [] }], of.at) : inner;
    return { kind: 'property', name, nameAt: of.at, value } as const;
  });
  return { kind: 'object', entries, at: of.at };
}

/** Whether a type lets undefined through. Null is another matter: clients send it. */
export function allowsUndefined(type: CodeType): boolean {
  return type.kind === 'undefined' || (type.kind === 'union' && type.of.some(allowsUndefined));
}

/** Members of an object type of the program, as far as they can be told. */
function membersOf(f: Flow, type: CodeType, file: string): ReadonlyMap<string, { readonly optional: boolean; readonly type: CodeType }> | undefined {
  const members = new Map<string, { optional: boolean; type: CodeType }>();
  const add = (one: CodeType, depth: number): boolean => {
    if (depth > 5) return false;
    if (one.kind === 'object') {
      for (const m of one.members) members.set(m.name, m);
      return true;
    }
    if (one.kind === 'intersection') return one.of.every((part) => add(part, depth + 1));
    if (one.kind === 'ref') {
      if ((one.name === 'Readonly' || one.name === 'Required') && one.args[0]) return add(one.args[0], depth + 1);
      const alias = moduleOf(f, file)?.types.get(one.name);
      return alias ? add(alias, depth + 1) : false;
    }
    return false;
  };
  return add(type, 0) ? members : undefined;
}
