import type { AbstractValue, Code, CodeClass, CodeFile, ValueOf } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { inModule, moduleOf } from '../../interpret/modules.ts';
import type { Names } from '../../state.ts';

/** A use of a package's decorator: its own name there, whatever the file calls it, and what it was given. */
export interface Decoration {
  readonly package: string;
  readonly name: string;
  readonly args: readonly AbstractValue[];
  readonly value: AbstractValue;
}

/** Decorators as the framework sees them: those that a function of the program puts together are taken apart. */
export function decorations(f: Flow, file: string, decorators: readonly Code[], scope?: Names): readonly Decoration[] {
  const module = moduleOf(f, file);
  if (!module) return [];
  const names = scope ?? module.names;
  return decorators.flatMap((code) => inModule(f, module, () => ofParameter(f, code, names) ?? taken(f.evaluate(code, names), 0)));
}

/** `CurrentUser('id')`, where `CurrentUser` was made of a function: that runs with each request, not here. */
function ofParameter(f: Flow, code: Code, names: Names): Decoration[] | undefined {
  const value = f.evaluate(code.kind === 'call' ? code.callee : code, names);
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.path.length > 0 || value.origin.callee.kind !== 'symbol') return undefined;
  const { callee, args } = value.origin;
  if (callee.kind !== 'symbol' || callee.origin.kind !== 'package' || callee.origin.name !== 'createParamDecorator') return undefined;
  const data = code.kind === 'call' ? code.args.slice(0, 1).map((arg) => f.evaluate(arg.value, names)) : [];
  return [{ package: callee.origin.package, name: 'createParamDecorator', args: [...args.slice(0, 1), ...data], value }];
}

function taken(value: AbstractValue, depth: number): Decoration[] {
  if (depth > 4 || value.kind !== 'symbol') return [];
  if (value.origin.kind === 'package') return [{ package: value.origin.package, name: [value.origin.name, ...value.path].join('.'), args: [], value }];
  if (value.origin.kind !== 'call') return [];
  const { callee, args } = value.origin;
  if (callee.kind !== 'symbol') return [];
  // `Roles(['admin'])`, where `const Roles = Reflector.createDecorator()`.
  if (callee.origin.kind !== 'package') return callee.origin.kind === 'call' ? taken(callee, depth + 1).map((made) => ({ ...made, name: `${made.name}()`, args: [...made.args, ...args], value })) : [];
  const name = [callee.origin.name, ...callee.path].join('.');
  if (name === 'applyDecorators') return args.flatMap((one) => taken(one, depth + 1));
  return [{ package: callee.origin.package, name, args, value }];
}

export function classesOf(file: CodeFile): readonly CodeClass[] {
  return file.body.flatMap((s) => (s.kind === 'class' && s.class.decorators.length > 0 ? [s.class] : []));
}

/** An instance as the container makes it: what its constructor asks for by type is there. */
export function injected(of: ValueOf<'class'>, fields: ValueOf<'instance'>['fields'] = []): ValueOf<'instance'> {
  return { kind: 'instance', class: of.class, file: of.file, scope: of.scope, fields, at: of.at };
}
