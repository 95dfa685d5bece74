import { nothing, unknown, type AbstractValue, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names } from '../state.ts';
import { bindNamed } from '../python/params.ts';
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
    if (given.kind === 'symbol' && param.type) given = f.ofType(param.type, value.file, at) ?? given;
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
