import type { AbstractValue, Code, ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleName, moduleOf } from '../interpret/modules.ts';

/** The last name of what decorates: `contextmanager` of `@contextlib.contextmanager`. */
export function lastWord(code: Code): string {
  if (code.kind === 'call') return lastWord(code.callee);
  return code.kind === 'member' || code.kind === 'name' ? code.name : '';
}

/** A function whose first `yield` is what `with` gets. */
export const isManager = (fn: ValueOf<'function'>['fn']): boolean => fn.decorators.some((d) => /^(?:async)?contextmanager$|^fixture$/.test(lastWord(d)));

/** The function as its decorators leave it. Only the program's own are applied: what packages do with it is told elsewhere. */
export function decorated(f: Flow, fn: ValueOf<'function'>): AbstractValue {
  const module = moduleOf(f, fn.file);
  let value: AbstractValue = fn;
  if (!module || fn.fn.decorators.length === 0) return value;
  for (const code of [...fn.fn.decorators].reverse()) {
    if (!isOwn(f, fn.file, code)) continue;
    const before: AbstractValue = value;
    const made: AbstractValue | undefined = inModule(f, module, (): AbstractValue | undefined => {
      const decorator = f.evaluate(code, module.names);
      return decorator.kind === 'function' ? f.applyFunction(decorator, [before], code.at) : undefined;
    });
    if (made?.kind === 'function') value = made;
  }
  return value;
}

/** Decorators that a function of the program is, or makes. */
function isOwn(f: Flow, file: string, code: Code): boolean {
  let root: Code = code;
  while (root.kind === 'call' || root.kind === 'member') root = root.kind === 'call' ? root.callee : root.of;
  if (root.kind !== 'name') return false;
  const value = moduleName(f, file, root.name);
  return value?.kind === 'function' || (value?.kind === 'module' && code.kind !== 'name');
}

