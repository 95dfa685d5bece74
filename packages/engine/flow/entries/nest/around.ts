import { object, type AbstractValue, type Span } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { continuation, currentRequest, unless } from '../chain.ts';
import { response } from '../entry.ts';
import { withReflector } from './context.ts';
import { injected, type Decoration } from './decorators.ts';
import { reaches, type Applied, type Route } from './reach.ts';

type Rest = () => AbstractValue;

/** Runs the middlewares before what comes after them. One that may or may not run may have checked what is needed. */
export function behind(f: Flow, middlewares: readonly Applied[], route: Route, rest: Rest, at: Span): AbstractValue {
  const handlers: AbstractValue[] = [];
  for (const one of middlewares) {
    const runs = reaches(one, route);
    if (runs) handlers.push(...one.handlers);
    else if (runs === undefined) f.state.learn([{ kind: 'lost', at }]);
  }
  return inOrder(f, handlers, rest, at);
}

function inOrder(f: Flow, [first, ...others]: readonly AbstractValue[], rest: Rest, at: Span): AbstractValue {
  if (!first) return rest();
  const goOn = (): AbstractValue => inOrder(f, others, rest, at);
  const handler = first.kind === 'class' ? f.memberOf(injected(first), 'use', at) : first;
  if (handler.kind !== 'function') return goOn();
  return around(f, (run) => {
    const next = continuation(f, ([error]) => unless(f, error, run, at), at);
    return f.apply(handler, [currentRequest(f, at), response(at), next], { at, nameAt: at, construct: false });
  }, goOn, at);
}

/** Runs the handler inside of the interceptors; those of packages change answers, not who may ask. */
export function intercepted(f: Flow, [first, ...others]: readonly AbstractValue[], context: AbstractValue, metadata: readonly Decoration[], rest: Rest, at: Span): AbstractValue {
  if (!first) return rest();
  const goOn = (): AbstractValue => intercepted(f, others, context, metadata, rest, at);
  const made = first.kind === 'class' ? injected(first) : first;
  const intercept = made.kind === 'instance' ? f.memberOf(withReflector(f, made, metadata, at), 'intercept', at) : undefined;
  if (intercept?.kind !== 'function') return goOn();
  return around(f, (run) => f.applyFunction(intercept, [context, object({ handle: continuation(f, run, at) }, at)], at), goOn, at);
}

/** What wraps the rest calls it. Where that was not seen, the rest runs after it, and what was checked on the way is not known. */
function around(f: Flow, wrapper: (run: Rest) => AbstractValue, rest: Rest, at: Span): AbstractValue {
  let ran = false;
  const value = wrapper(() => {
    ran = true;
    return rest();
  });
  if (ran || !f.state.live) return value;
  f.state.learn([{ kind: 'lost', at }]);
  return rest();
}
