import { cases, unknown, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { Names } from '../state.ts';
import { entryProperty, property } from '../values/property.ts';
import { environment } from '../python/identity.ts';
import { within } from '../python/super.ts';
import { namedOf } from '../python/params.ts';
import { contextAt } from './clients.ts';
import { lineage, type Owner } from './lineage.ts';
import { injectedRequest } from '../entries/nest/tokens.ts';
import { inModule, moduleOf } from './modules.ts';

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
      return method.kind === 'get' ? f.invoke(fn, [], at, of) : fn;
    }
    const field = owner.class.fields.find((x) => x.name === name && (!x.static || f.python));
    if (field && f.python && extendsOf(f, of, 'BaseSettings')) return environment(name, at);
    if (field) {
      // An object that is only known by its type may hold anything else than its fields' defaults.
      if (field.value && !(f.python && of.fields.length === 0 && extendsOf(f, of, 'BaseModel'))) {
        const { value: code } = field;
        const module = moduleOf(f, owner.file);
        const scope = new Names(owner.scope, owner.file);
        if (module) return inModule(f, module, () => {
          // The field may be a function that is called much later: what it closes over stays with the file.
          f.state.set(scope.declare('this'), of);
          return f.evaluate(code, scope);
        });
      }
      return injectedRequest(f, field.decorators, owner.file) ?? (field.type && f.ofType(field.type, owner.file, at)) ?? fieldSymbol(owner, name, at);
    }
    for (const ctor of owner.class.methods) {
      if (ctor.kind !== 'constructor') continue;
      const param = ctor.fn.params.find((p) => p.field === name);
      if (param) return injectedRequest(f, param.decorators, owner.file) ?? (param.type && f.ofType(param.type, owner.file, at)) ?? fieldSymbol(owner, name, at);
    }
  }
  return fieldSymbol({ class: of.class, file: of.file, scope: of.scope as Names }, name, at);
}

/** Whether a class of that name of some package is above it. */
const extendsOf = (f: Flow, of: ValueOf<'instance'>, name: string): boolean => [...lineage(f, of)].some((one) => 'value' in one && one.value.kind === 'symbol' && one.value.origin.kind === 'package' && (one.value.path.at(-1) ?? one.value.origin.name) === name);

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
      return method.kind === 'get' ? f.invoke(fn, [], at, of) : fn;
    }
    const field = owner.class.fields.find((x) => x.name === name && x.static);
    if (!field) continue;
    const { value } = field;
    const module = moduleOf(f, owner.file);
    if (value && module) return inModule(f, module, () => f.evaluate(value, owner.scope));
    return (field.type && f.ofType(field.type, owner.file, at)) ?? unknown(name, at);
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
    f.invoke({ kind: 'function', fn: { ...ctor.fn, arrow: true }, file: owner.file, scope, at }, args, at);
    const built = f.state.get(slot);
    if (built?.kind === 'instance') instance = built;
    return instance;
  }
  // Python's data classes take their fields by name.
  const named = f.python ? namedOf(args) : undefined;
  return named ? { ...instance, fields: named.entries } : instance;
}
