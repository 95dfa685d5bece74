import { nothing, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { lineage, type Owner } from '../interpret/lineage.ts';
import { Names } from '../state.ts';

/** Name by which methods find the class that they are written in. */
const OWNER = '#class';

/** The surroundings of a class's methods. */
export function within(f: Flow, owner: Owner): Names {
  const scope = new Names(owner.scope, owner.file);
  f.state.set(scope.declare(OWNER), { kind: 'class', class: owner.class, file: owner.file, scope: owner.scope, at: owner.class.at });
  return scope;
}

/** `super().method(…)`, `super().__init__(…)`: what the classes above have of that name. Undefined where none was read. */
export function callSuper(f: Flow, name: string, args: readonly AbstractValue[], names: Names, at: Span): AbstractValue | undefined {
  const [own, self] = [names.find(OWNER), names.find('this')];
  const owner = own && f.state.get(own);
  const instance = self && f.state.get(self);
  if (owner?.kind !== 'class' || !self || (instance?.kind !== 'instance' && instance?.kind !== 'class')) return undefined;
  let passed = false;
  for (const above of lineage(f, instance)) {
    if ('value' in above) continue;
    if (!passed) {
      passed = above.class.id === owner.class.id;
      continue;
    }
    const method = above.class.methods.find((m) => (name === '__init__' ? m.kind === 'constructor' : m.name === name && m.kind !== 'set'));
    if (!method) continue;
    const scope = within(f, above);
    const slot = scope.declare('this');
    f.state.set(slot, instance);
    const fn: ValueOf<'function'> = { kind: 'function', fn: { ...method.fn, arrow: true }, file: above.file, scope, at };
    const value = f.invoke(fn, args, at);
    // What it put into the object is the object's.
    const after = f.state.get(slot);
    if (after) f.state.set(self, after);
    return value;
  }
  return name === '__init__' ? nothing(at) : undefined;
}
