import type { AbstractValue, CodeClass, ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names } from '../state.ts';
import { inModule, moduleOf } from './modules.ts';

const DEEPEST_BASE = 8;

/** A class where it was declared. */
export interface Owner {
  readonly class: CodeClass;
  readonly file: string;
  readonly scope: Names;
}

/** A class and what it extends, nearest first. */
export function* lineage(f: Flow, of: ValueOf<'class' | 'instance'>): Generator<Owner | { readonly value: AbstractValue }> {
  if (f.python) return yield* ancestors(f, { class: of.class, file: of.file, scope: of.scope as Names }, new Set());
  let owner: Owner | undefined = { class: of.class, file: of.file, scope: of.scope as Names };
  for (let depth = 0; owner && depth < DEEPEST_BASE; depth++) {
    yield owner;
    const current: Owner = owner;
    const [base] = current.class.bases;
    owner = undefined;
    if (!base) return;
    const module = moduleOf(f, current.file);
    const value = module ? inModule(f, module, () => f.evaluate(base, current.scope)) : undefined;
    if (value?.kind === 'class') owner = { class: value.class, file: value.file, scope: value.scope as Names };
    else if (value) yield { value };
  }
}

/** Python's classes extend several: each base with its own, in the order in which they are named. */
function* ancestors(f: Flow, of: Owner, seen: Set<string>): Generator<Owner | { readonly value: AbstractValue }> {
  if (seen.has(of.class.id) || seen.size > DEEPEST_BASE * 4) return;
  seen.add(of.class.id);
  yield of;
  const module = moduleOf(f, of.file);
  if (!module) return;
  for (const base of of.class.bases) {
    // `Repository[User]` is the class with its types filled in.
    const code = base.kind === 'index' ? base.of : base;
    const value = inModule(f, module, () => f.evaluate(code, of.scope));
    if (value.kind === 'class') yield* ancestors(f, { class: value.class, file: value.file, scope: value.scope as Names }, seen);
    else yield { value };
  }
}
