import { cases, unknown, type AbstractValue, type CodeClass, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { Names } from '../state.ts';
import { entryProperty, property } from '../values/property.ts';
import { environment } from '../python/identity.ts';
import { within } from '../python/super.ts';
import { namedOf } from '../python/params.ts';
import { contextAt } from './clients.ts';
import { evaluate } from './expressions.ts';
import { invoke } from './calls.ts';
import { inModule, moduleOf } from './modules.ts';
import { ofType } from './types.ts';

const DEEPEST_BASE = 8;

type Owner = { readonly class: CodeClass; readonly file: string; readonly scope: Names };

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
    const value = module ? inModule(f, module, () => evaluate(f, base, current.scope)) : undefined;
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
    const value = inModule(f, module, () => evaluate(f, code, of.scope));
    if (value.kind === 'class') yield* ancestors(f, { class: value.class, file: value.file, scope: value.scope as Names }, seen);
    else yield { value };
  }
}

/** What an instance has under a name: its own fields, methods of its class, then what its types promise. */
export function memberOf(f: Flow, of: ValueOf<'instance'>, name: string, at: Span): AbstractValue {
  const own = entryProperty(f, of.fields, name, at);
  if (own && !cases(own).every((c) => c.value.kind === 'undefined')) return own;
  for (const owner of lineage(f, of)) {
    if ('value' in owner) {
      // The class extends a client's class: its instances are handles as well.
      const handle = asInstance(f, owner.value, at);
      const value = handle && property(f, handle, name, at);
      if (value) return value;
      continue;
    }
    const method = owner.class.methods.find((m) => m.name === name && m.kind !== 'constructor' && m.kind !== 'set');
    if (method) {
      const fn: ValueOf<'function'> = { kind: 'function', fn: method.fn, file: owner.file, scope: f.python ? within(f, owner) : owner.scope, self: of, at };
      return method.kind === 'get' ? invoke(f, fn, [], at, of) : fn;
    }
    const field = owner.class.fields.find((x) => x.name === name && (!x.static || f.python));
    if (field && f.python && isSettings(f, of)) return environment(name, at);
    if (field) {
      if (field.value) {
        const { value: code } = field;
        const module = moduleOf(f, owner.file);
        const scope = new Names(owner.scope, owner.file);
        if (module) return inModule(f, module, () => {
          // The field may be a function that is called much later: what it closes over stays with the file.
          f.state.set(scope.declare('this'), of);
          return evaluate(f, code, scope);
        });
      }
      return (field.type && ofType(f, field.type, owner.file, at)) ?? fieldSymbol(owner, name, at);
    }
    for (const ctor of owner.class.methods) {
      if (ctor.kind !== 'constructor') continue;
      const param = ctor.fn.params.find((p) => p.field === name);
      if (param) return (param.type && ofType(f, param.type, owner.file, at)) ?? fieldSymbol(owner, name, at);
    }
  }
  return fieldSymbol({ class: of.class, file: of.file, scope: of.scope as Names }, name, at);
}

/** What is written there is what counts where the environment says nothing. */
const isSettings = (f: Flow, of: ValueOf<'instance'>): boolean => [...lineage(f, of)].some((one) => 'value' in one && one.value.kind === 'symbol' && one.value.origin.kind === 'package' && (one.value.path.at(-1) ?? one.value.origin.name) === 'BaseSettings');

const fieldSymbol = (owner: Owner, name: string, at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'unknown', why: `field ${name}`, id: `${owner.class.id}.${name}` }, path: [], at });

function asInstance(f: Flow, base: AbstractValue, at: Span): AbstractValue | undefined {
  if (base.kind === 'client') return f.adapters.get(base.client)?.call(base, [], contextAt(f, at, at, true));
  return base.kind === 'symbol' || base.kind === 'instance' ? base : undefined;
}

export function staticMember(f: Flow, of: ValueOf<'class'>, name: string, at: Span): AbstractValue | undefined {
  for (const owner of lineage(f, of)) {
    if ('value' in owner) continue;
    const method = owner.class.methods.find((m) => m.name === name && m.static);
    if (method) {
      const fn: ValueOf<'function'> = { kind: 'function', fn: method.fn, file: owner.file, scope: owner.scope, self: of, at };
      return method.kind === 'get' ? invoke(f, fn, [], at, of) : fn;
    }
    const field = owner.class.fields.find((x) => x.name === name && x.static);
    if (!field) continue;
    const { value } = field;
    const module = moduleOf(f, owner.file);
    if (value && module) return inModule(f, module, () => evaluate(f, value, owner.scope));
    return (field.type && ofType(f, field.type, owner.file, at)) ?? unknown(name, at);
  }
  return undefined;
}

/** `new X(…)`: runs the constructors for what they put into fields. */
export function construct(f: Flow, of: ValueOf<'class'>, args: readonly AbstractValue[], at: Span): AbstractValue {
  let instance: ValueOf<'instance'> = { kind: 'instance', class: of.class, file: of.file, scope: of.scope, fields: [], at };
  for (const owner of lineage(f, of)) {
    if ('value' in owner) continue;
    const ctor = owner.class.methods.find((m) => m.kind === 'constructor');
    if (!ctor) continue;
    const scope = f.python ? within(f, owner) : new Names(owner.scope, owner.file);
    const slot = scope.declare('this');
    f.state.set(slot, instance);
    invoke(f, { kind: 'function', fn: { ...ctor.fn, arrow: true }, file: owner.file, scope, at }, args, at);
    const built = f.state.get(slot);
    if (built?.kind === 'instance') instance = built;
    return instance;
  }
  // Python's data classes take their fields by name.
  const named = f.python ? namedOf(args) : undefined;
  return named ? { ...instance, fields: named.entries } : instance;
}
