import { object, type AbstractValue, type Code } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { usedBy } from '../queries/record.ts';
import type { Names } from '../state.ts';
import { awaited } from './clients.ts';
import { entry } from './entries.ts';

/** JSX: a server component of the program is called, whatever else is handed attributes. */
export function element(f: Flow, code: Extract<Code, { kind: 'element' }>, names: Names): AbstractValue {
  const attributes = code.attributes.map((a) => entry(f, a, names));
  const children = code.children.map((c) => f.evaluate(c, names));
  const value: AbstractValue = { kind: 'object', entries: attributes, at: code.at };
  const component = asksNothing(f, code.component, names) ? undefined : f.evaluate(code.component, names);
  // A server component of the program is called with its attributes; a browser component gets them over the network.
  if (component?.kind === 'function' && f.program.concerns(component.file) && !isBrowserCode(f, component.file)) {
    const children: AbstractValue = { kind: 'array', items: [], at: code.at };
    return awaited(f, f.applyFunction(component, [{ kind: 'object', entries: [...attributes, { kind: 'property', name: 'children', nameAt: code.at, value: children }], at: code.at }], code.at), code.at);
  }
  usedBy(f, value, code.at);
  for (const child of children) usedBy(f, child, code.at);
  return object({ element: value }, code.at);
}

/** Components of files that lead to no database are not worth reading. */
function asksNothing(f: Flow, component: Code, names: Names): boolean {
  let root = component;
  while (root.kind === 'member') root = root.of;
  const declared = root.kind === 'name' ? f.modules.get(names.file)?.declared.get(root.name) : undefined;
  return declared?.kind === 'import' && (declared.import.file === undefined || !f.program.concerns(declared.import.file));
}

const isBrowserCode = (f: Flow, file: string): boolean => f.modules.get(file)?.file.directives.includes('use client') ?? false;
