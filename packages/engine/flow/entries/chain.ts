import { isNullish, literal, nothing, object, type AbstractValue, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { eachCase } from '../interpret/branches.ts';
import { SHARED } from '../interpret/targets.ts';
import { packageOf } from '../known/auth.ts';
import { input, response } from './entry.ts';

let continuations = 0;

/** A function value that runs `rest` where it is called. */
export function continuation(f: Flow, rest: (args: readonly AbstractValue[]) => AbstractValue, at: Span): AbstractValue {
  const name = `#next ${continuations++}`;
  f.continuations.set(name, rest);
  return { kind: 'symbol', origin: { kind: 'global', name }, path: [], at };
}

/** The request that every handler gets: what one writes to it, the next one reads. */
export function sharedRequest(f: Flow, at: Span, more: Readonly<Record<string, AbstractValue>> = {}): AbstractValue {
  const extra = object({ ...more, [SHARED]: literal(true, at) }, at);
  const value: AbstractValue = { kind: 'object', entries: [{ kind: 'spread', of: input('request', [], at), at }, ...(extra.kind === 'object' ? extra.entries : [])], at };
  f.state.set(f.shared, value);
  return value;
}

export const currentRequest = (f: Flow, at: Span): AbstractValue => f.state.get(f.shared) ?? sharedRequest(f, at);

/** Packages whose middlewares let only signed-in callers pass, and say who they are. */
const AUTHENTICATES = /^(?:passport|express-jwt|@clerk\/|express-oauth2-jwt-bearer|express-openid-connect|@fastify\/jwt|koa-jwt|koa-passport|hono\/jwt|@hono\/clerk-auth|@hono\/auth-js|@auth\/express|supertokens-node|connect-ensure-login)/;

/** Those among them that let nobody else pass. */
const REJECTS = /^(?:express-jwt|express-oauth2-jwt-bearer|koa-jwt|hono\/jwt|connect-ensure-login)/;

/** How handlers are called, and how they go on: by `next`, with request and answer or with one context; Fastify's by coming to their end. */
export type Style = 'express' | 'context' | 'hooks';

/** `next(error)` ends the request; `next()` goes on, and `next(ok ? undefined : new Error())` where it is ok. */
export function unless(f: Flow, error: AbstractValue | undefined, goOn: () => AbstractValue, at: Span): AbstractValue {
  if (!error || isNullish(error)) return goOn();
  return error.kind === 'union' ? eachCase(f, error.of, (value) => (isNullish(value) ? goOn() : nothing(at)), at) : nothing(at);
}

/** Runs handlers in the order in which the framework would, each inside the `next()` of the one before it. */
export function runHandlers(f: Flow, handlers: readonly AbstractValue[], style: Style, at: Span): AbstractValue {
  const [handler, ...rest] = handlers;
  if (!handler) return nothing(at);
  const request = currentRequest(f, at);
  let answer: AbstractValue | undefined;
  const goOn = (): AbstractValue => (answer = rest.length > 0 ? runHandlers(f, rest, style, at) : nothing(at));
  const next = continuation(f, ([error]) => (style === 'express' ? unless(f, error, goOn, at) : goOn()), at);
  if (handler.kind !== 'function' && handler.kind !== 'union' && rest.length > 0) {
    // A middleware of a package: whatever it does, it goes on.
    const from = packageOf(handler);
    if (from !== undefined && REJECTS.test(from)) f.state.learn([{ kind: 'defined', of: { kind: 'symbol', origin: { kind: 'identity', library: from }, path: [], at }, at }]);
    if (from !== undefined && AUTHENTICATES.test(from)) for (const name of ['user', 'auth', 'session', 'jwtPayload']) write(f, name, { kind: 'symbol', origin: { kind: 'identity', library: from }, path: [name], at }, at);
    if (handler.kind === 'array') return runHandlers(f, [...handler.items.map((i) => i.value), ...rest], style, at);
    const wrapped = handler.kind === 'symbol' && handler.origin.kind === 'call' ? handler.origin.args.filter((a) => a.kind === 'function') : [];
    if (wrapped.length !== 1) return runHandlers(f, rest, style, at);
  }
  if (handler.kind === 'array') return runHandlers(f, [...handler.items.map((i) => i.value), ...rest], style, at);
  const args = style === 'context' ? [request, next] : [request, response(at), next];
  const value = f.apply(handler, args, { at, nameAt: at, construct: false });
  const ended = style === 'hooks' && rest.length > 0 && handler.kind === 'function' && handler.fn.params.length < 3;
  // Fastify answers with what the handler gives back, however it was come to.
  // A hook that gives back the answer has sent it.
  if (ended && f.state.live) return value.kind === 'union' ? eachCase(f, value.of, (one) => (isAnswer(one) ? nothing(at) : goOn()), at) : isAnswer(value) ? nothing(at) : goOn();
  return style === 'hooks' ? answer ?? value : value;
}

/** `reply.code(401).send()` */
function isAnswer(value: AbstractValue): boolean {
  let of = value;
  while (of.kind === 'symbol' && of.origin.kind === 'call') of = of.origin.callee;
  return of.kind === 'symbol' && of.origin.kind === 'global' && of.origin.name === 'response';
}

/** Puts something on the request, for those that come later. */
export function write(f: Flow, name: string, value: AbstractValue, at: Span): void {
  const request = currentRequest(f, at);
  if (request.kind === 'object') f.state.set(f.shared, { ...request, entries: [...request.entries, { kind: 'property', name, nameAt: at, value }] });
}
