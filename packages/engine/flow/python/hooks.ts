import { cases, isNullish, type AbstractValue, type CodeFile, type CodeFunction, type CodeStatement, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { systemKind } from '../entries/system.ts';
import { inModule, moduleOf } from '../interpret/modules.ts';
import { packageOf } from '../known/auth.ts';
import { keyOf } from '../values/key.ts';
import { lastWord } from './decorators.ts';

const HOOK = /^before_(?:app_)?request$/;
/** Hooks of the application itself run before the handlers of all its blueprints. */
const EVERYWHERE = '* before';

/** `@bp.before_request`, `@app.before_request`: functions that run before every handler. */
export function readHooks(f: Flow, file: CodeFile): void {
  const module = moduleOf(f, file.path);
  if (!module || systemKind(file) !== undefined) return;
  for (const { fn, nested } of hooksIn(file.body, false)) {
    for (const decorator of fn.decorators) {
      const callee = decorator.kind === 'call' ? decorator.callee : decorator;
      if (callee.kind !== 'member' || !HOOK.test(callee.name)) continue;
      // What a factory calls its application is known inside of it only.
      const owner = nested ? undefined : inModule(f, module, () => f.evaluate(callee.of, module.names));
      if (!nested && !/^(?:flask|quart|apiflask)\b/.test((owner && packageOf(owner)) ?? '')) continue;
      addHook(f, callee.name, owner, { kind: 'function', fn, file: file.path, scope: module.names, at: fn.at });
    }
  }
}

/** @param owner the application or blueprint; undefined: an application */
export function addHook(f: Flow, word: string, owner: AbstractValue | undefined, hook: AbstractValue): boolean {
  if (!HOOK.test(word)) return false;
  const blueprint = word === 'before_request' && owner?.kind === 'symbol' && owner.origin.kind === 'call' && lastOf(owner.origin.callee).includes('Blueprint');
  const key = blueprint ? `${keyOf(owner)} before` : EVERYWHERE;
  f.middlewares.set(key, [...(f.middlewares.get(key) ?? []), { handlers: [hook] }]);
  return true;
}

const lastOf = (of: AbstractValue): string => (of.kind === 'symbol' ? (of.path.at(-1) ?? (of.origin.kind === 'package' ? of.origin.name : '')) : '');

function* hooksIn(body: readonly CodeStatement[], nested: boolean): Generator<{ readonly fn: CodeFunction; readonly nested: boolean }> {
  for (const s of body) {
    if (s.kind !== 'function') continue;
    if (s.fn.decorators.some((d) => HOOK.test(lastWord(d)))) yield { fn: s.fn, nested };
    if (!nested) yield* hooksIn(s.fn.body, true);
  }
}

/** Runs what stands before the handlers of a router. A hook that returns something has answered: the handler is not reached. */
export function runHooks(f: Flow, router: AbstractValue | undefined, at: Span): void {
  const own = router?.kind === 'symbol' ? (f.middlewares.get(`${keyOf(router)} before`) ?? []) : [];
  for (const hook of [...(f.middlewares.get(EVERYWHERE) ?? []), ...own].flatMap((m) => m.handlers)) {
    if (hook.kind !== 'function' || !f.state.live) continue;
    const going = cases(f.invoke(hook satisfies ValueOf<'function'>, [], at, undefined, false)).filter((c) => isNullish(c.value));
    if (going.length === 0) f.state.live = false;
    else if (going.length === 1) f.state.learn(going[0]?.truths ?? []);
  }
}
