import { cases, type AbstractValue, type CodeType, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { awaited, contextAt } from './clients.ts';
import { inModule, moduleName, moduleOf } from './modules.ts';
import { symbolicArgs } from './symbolic.ts';
import type { ModuleNames } from '../module-names.ts';

/** The value that a declared type alone promises: an instance of a class of the program, a client's handle. */
export function ofType(f: Flow, type: CodeType, file: string, at: Span): AbstractValue | undefined {
  switch (type.kind) {
    case 'ref': {
      for (const adapter of f.input.adapters) {
        const value = adapter.typed?.(type, at, contextAt(f, at));
        if (value) return value;
      }
      if (type.name === 'Promise' || type.name === 'Readonly' || type.name === 'NonNullable' || type.name === 'Awaited') return type.args[0] && ofType(f, type.args[0], file, at);
      if (type.name === 'ReturnType' && type.args[0]) return returnOf(f, type.args[0], file, at);
      const alias = moduleOf(f, file)?.types.get(type.name);
      if (alias) return alias.kind === 'ref' && alias.name === type.name ? undefined : ofType(f, alias, file, at);
      const root = type.name.split('.')[0] ?? type.name;
      const value = importedAsType(f, file, root);
      if (value?.kind === 'class') return { kind: 'instance', class: value.class, file: value.file, scope: value.scope, fields: [], at };
      return undefined;
    }
    case 'union': {
      const of = type.of.map((one) => ofType(f, one, file, at)).filter((v) => v !== undefined);
      return of.find((v) => v.kind === 'client') ?? (of.length === 1 ? of[0] : undefined);
    }
    case 'intersection': return type.of.map((one) => ofType(f, one, file, at)).find((v) => v !== undefined);
    default: return undefined;
  }
}

const returns = new WeakMap<ModuleNames, Map<string, AbstractValue | undefined>>();

/** `ReturnType<typeof createClient>`: the handle that the function makes, whoever calls it. */
function returnOf(f: Flow, type: CodeType, file: string, at: Span): AbstractValue | undefined {
  const name = type.kind === 'opaque' ? /^typeof (\w+)$/.exec(type.text)?.[1] : undefined;
  const module = moduleOf(f, file);
  if (name === undefined || !module) return undefined;
  const known = returns.get(module) ?? new Map<string, AbstractValue | undefined>();
  returns.set(module, known);
  if (!known.has(name)) {
    known.set(name, undefined);
    const fn = moduleName(f, file, name);
    const value = fn && (fn.kind === 'function' || fn.kind === 'client') ? inModule(f, module, () => awaited(f, f.apply(fn, fn.kind === 'function' ? symbolicArgs(f, fn) : [], { at, nameAt: at, construct: false }), at)) : undefined;
    known.set(name, value && cases(value).find((c) => c.value.kind === 'client')?.value);
  }
  return known.get(name);
}

/** Classes can be imported for their type only. */
function importedAsType(f: Flow, file: string, name: string): AbstractValue | undefined {
  const value = moduleName(f, file, name);
  return value?.kind === 'class' ? value : undefined;
}
