import { nothing, unknown, type AbstractValue, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names } from '../state.ts';
import { bind, withDefault } from '../interpret/targets.ts';
import { entryProperty } from '../values/property.ts';

/** Named arguments of a call; undefined where there are none. */
export function namedOf(args: readonly AbstractValue[]): ValueOf<'object'> | undefined {
  const last = args.at(-1);
  return last?.kind === 'object' && last.named ? last : undefined;
}

/** Arguments without the named ones. */
export const positionalOf = (args: readonly AbstractValue[]): readonly AbstractValue[] => (namedOf(args) ? args.slice(0, -1) : args);

const isSpread = (value: AbstractValue | undefined): boolean => value?.kind === 'symbol' && value.origin.kind === 'computed' && value.origin.op === 'spread';

/** Python's parameters take arguments by place and by name. */
export function bindNamed(f: Flow, value: ValueOf<'function'>, args: readonly AbstractValue[], names: Names): void {
  const positional = positionalOf(args);
  const named = namedOf(args)?.entries ?? [];
  const taken = new Set<string>();
  const spread = positional.findIndex(isSpread);
  for (const [i, param] of value.fn.params.entries()) {
    const { target } = param;
    const { at } = target;
    if (target.kind === 'object' && target.rest) {
      // `**kwargs`: what no other parameter took.
      const rest = positional[i] ?? { kind: 'object' as const, entries: named.filter((e) => e.kind !== 'property' || !taken.has(e.name)), at };
      bind(f, target.rest, rest, names);
      continue;
    }
    const name = target.kind === 'name' ? target.name : undefined;
    let given: AbstractValue | undefined;
    if (param.rest) given = { kind: 'array', items: positional.slice(i).map((v) => ({ value: v, spread: isSpread(v) })), at };
    else if (spread >= 0 && i >= spread) given = (name !== undefined && byName(f, named, name, taken)) || unknown('spread argument', at);
    else given = positional[i] ?? (name !== undefined ? byName(f, named, name, taken) : undefined);
    given ??= nothing(at);
    if (given.kind === 'symbol' && param.type) given = f.ofType(param.type, value.file, at) ?? given;
    const bound = withDefault(f, given, param.default, names);
    bind(f, target, bound.kind === 'undefined' ? unknown('an argument that nobody gives', at) : bound, names);
    const self = param.field !== undefined ? names.find('this') : undefined;
    const instance = self && f.state.get(self);
    if (param.field !== undefined && self && instance?.kind === 'instance') f.state.set(self, { ...instance, fields: [...instance.fields, { kind: 'property', name: param.field, nameAt: at, value: bound }] });
  }
}

function byName(f: Flow, named: readonly ValueEntry[], name: string, taken: Set<string>): AbstractValue | undefined {
  const found = entryProperty(f, named, name, named[0]?.kind === 'property' ? named[0].nameAt : (named[0]?.at ?? { file: '', start: 0, end: 0 }), true);
  if (found) taken.add(name);
  return found;
}
