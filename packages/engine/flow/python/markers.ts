import { constantText, type AbstractValue, type Code, type CodeParam, type CodeType, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleOf } from '../interpret/modules.ts';
import { packageOf } from '../known/auth.ts';
import { property } from '../values/property.ts';
import { namedOf, positionalOf } from './params.ts';

/** How a framework fills a parameter: `Depends(f)`, `Header()`, `Query()`, … */
export interface Marker {
  readonly kind: string;
  readonly args: readonly AbstractValue[];
  readonly at: Span;
}

const PACKAGES = /^(?:fastapi|fast_depends|taskiq|faststream|litestar|arq|ninja)\b/;

/** The marker of a parameter: its default, or in its annotation, the aliases of annotations opened. */
export function markerOf(f: Flow, param: CodeParam, file: string): Marker | undefined {
  const written = param.default && markerIn(f, param.default, file);
  if (written) return written;
  for (const code of param.decorators) {
    const found = markerIn(f, code, file);
    if (found) return found;
  }
  return param.type && aliased(f, param.type, file, 0)?.marker;
}

function markerIn(f: Flow, code: Code, file: string): Marker | undefined {
  if (code.kind !== 'call') return undefined;
  const module = moduleOf(f, file);
  return module && marker(inModule(f, module, () => f.evaluate(code, module.names)));
}

export function marker(value: AbstractValue): Marker | undefined {
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.path.length > 0 || value.origin.callee.kind !== 'symbol') return undefined;
  const { callee, args } = value.origin;
  const from = packageOf(callee);
  if (from === undefined || !PACKAGES.test(from)) return undefined;
  return { kind: callee.path.at(-1) ?? (callee.origin.kind === 'package' ? callee.origin.name : ''), args, at: value.at };
}

export const dependencyOf = (of: Marker): AbstractValue | undefined => {
  const named = namedOf(of.args);
  const entry = named?.entries.find((e) => e.kind === 'property' && e.name === 'dependency');
  return positionalOf(of.args)[0] ?? (entry?.kind === 'property' ? entry.value : undefined);
};

export interface Alias {
  readonly base: Code;
  readonly file: string;
  readonly marker: Marker | undefined;
}

/** `Caller = Annotated[User, Depends(f)]` by the name that a parameter is declared with. */
export function aliased(f: Flow, type: CodeType, file: string, depth: number): Alias | undefined {
  if (depth > 5) return undefined;
  if (type.kind === 'union') {
    for (const one of type.of) {
      const found = aliased(f, one, file, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  if (type.kind !== 'ref') return undefined;
  const declared = declaration(f, file, type.name, 0);
  if (!declared) return undefined;
  const { code } = declared;
  if (code.kind !== 'index' || lastName(code.of) !== 'Annotated' || code.key.kind !== 'array') return undefined;
  const [base, ...rest] = code.key.items.map((i) => i.value);
  if (!base) return undefined;
  const found = rest.map((one) => markerIn(f, one, declared.file)).find((m) => m !== undefined);
  const inner = found ? undefined : base.kind === 'name' ? aliased(f, { kind: 'ref', name: base.name, args: [] }, declared.file, depth + 1) : undefined;
  return inner ?? { base, file: declared.file, marker: found };
}

const lastName = (code: Code): string => (code.kind === 'name' || code.kind === 'member' ? code.name : '');

/** The expression that a name of a file stands for, imports followed. */
function declaration(f: Flow, file: string, name: string, depth: number): { readonly code: Code; readonly file: string } | undefined {
  if (depth > 6) return undefined;
  const [first, ...more] = name.split('.');
  const module = moduleOf(f, file);
  const declared = first === undefined ? undefined : module?.declared.get(first);
  if (!declared) {
    const exported = module?.file.exports.find((e) => e.kind === 'from' && e.name === first);
    return exported?.kind === 'from' && exported.file !== undefined ? declaration(f, exported.file, exported.imported, depth + 1) : undefined;
  }
  if (declared.kind === 'import') {
    const { file: target, name: imported } = declared.import;
    if (target === undefined) return undefined;
    const rest = imported === '*' ? more.join('.') : imported;
    return rest === '' ? undefined : declaration(f, target, rest, depth + 1);
  }
  return declared.kind === 'value' && declared.statement.value ? { code: declared.statement.value, file } : undefined;
}

/** Named argument of a call. */
export function option(f: Flow, args: readonly AbstractValue[], name: string, at: Span): AbstractValue | undefined {
  const named = namedOf(args);
  const value = named && property(f, named, name, at);
  return value && value.kind !== 'undefined' ? value : undefined;
}

export const optionText = (f: Flow, args: readonly AbstractValue[], name: string, at: Span): string | undefined => {
  const value = option(f, args, name, at);
  return value && constantText(value);
};
