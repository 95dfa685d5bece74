import { cases, constantText, isNullish, type AbstractValue, type Code, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { awaited } from '../../interpret/clients.ts';
import { inModule, moduleOf } from '../../interpret/modules.ts';
import { truthsOf } from '../../interpret/truths.ts';
import { packageOf } from '../../known/auth.ts';
import { tidy } from '../../values/join.ts';
import { currentRequest, write } from '../chain.ts';
import { input } from '../entry.ts';
import type { Application } from './application.ts';
import { withReflector } from './context.ts';
import { injected, type Decoration } from './decorators.ts';

/** Packages whose guards let only signed-in callers pass, and say who they are. */
const AUTHENTICATES = /^(?:@nestjs\/passport|nest-keycloak-connect|@clerk\/|nestjs-auth0|@thallesp\/nestjs-better-auth|supertokens-nestjs)/;

interface Passing {
  readonly app: Application;
  readonly context: AbstractValue;
  readonly metadata: readonly Decoration[];
  readonly at: Span;
}

/** A guard that let the caller pass: what it did to the request stays, and what it answered held. */
export function pass(f: Flow, guard: AbstractValue, of: Passing): void {
  if (!f.state.live) return;
  const made = guard.kind === 'class' ? injected(guard) : guard;
  if (made.kind !== 'instance') {
    byPackage(f, made, of);
    return;
  }
  const own = canActivate(f, made);
  const base = baseOf(f, made);
  if (base) byPackage(f, base, of);
  if (!own) return;
  const instance = withReflector(f, made, of.metadata, of.at);
  const answer = awaited(f, f.applyFunction(f.memberOf(instance, 'canActivate', of.at), [of.context], of.at), of.at);
  if (!f.state.live) return;
  const known = truthsOf(f, answer, true);
  if (known.possible) f.state.learn(known.truths);
  else f.state.live = false;
}

const canActivate = (f: Flow, of: ValueOf<'instance'>): boolean => f.memberOf(of, 'canActivate', of.at).kind === 'function';

/** What the class extends, where that is a package's: `class JwtAuthGuard extends AuthGuard('jwt')`. */
function baseOf(f: Flow, of: ValueOf<'instance'>): AbstractValue | undefined {
  let at: ValueOf<'class' | 'instance'> = of;
  for (let depth = 0; depth < 6; depth++) {
    const [base]: readonly Code[] = at.class.bases;
    const module = moduleOf(f, at.file);
    if (!base || !module) return undefined;
    const value: AbstractValue = inModule(f, module, () => f.evaluate(base, module.names));
    if (value.kind !== 'class') return value;
    at = value;
  }
  return undefined;
}

function byPackage(f: Flow, guard: AbstractValue, { app, at }: Passing): void {
  const from = packageOf(guard);
  if (from === undefined || !AUTHENTICATES.test(from)) return;
  const [named] = guard.kind === 'symbol' && guard.origin.kind === 'call' ? guard.origin.args : [];
  const names = named?.kind === 'array' ? named.items.flatMap((i) => constantText(i.value) ?? []) : [(named && constantText(named)) ?? ''];
  const strategies = names.flatMap((name) => app.strategies.get(name) ?? []);
  const [only] = strategies.length > 0 ? strategies : app.strategies.size === 1 ? [...app.strategies.values()] : [];
  const identity: AbstractValue = { kind: 'symbol', origin: { kind: 'identity', library: from }, path: [], at };
  f.state.learn([{ kind: 'defined', of: identity, at }]);
  write(f, 'user', (only && validated(f, only, identity, at)) ?? identity, at);
}

/** What `validate` makes of the verified token becomes `request.user`; without a result nobody passes. */
function validated(f: Flow, strategy: ValueOf<'class'>, identity: AbstractValue, at: Span): AbstractValue | undefined {
  const method = strategy.class.methods.find((m) => m.name === 'validate');
  const instance = injected(strategy);
  const fn = f.memberOf(instance, 'validate', at);
  if (!method || fn.kind !== 'function') return undefined;
  const request = takesRequest(strategy);
  // Names and passwords are sent; a token's claims are signed.
  const sent = method.fn.params.length - (request ? 1 : 0) > 1 && /local|basic|digest/i.test(strategy.class.name ?? '');
  const args = sent ? method.fn.params.map((_, i) => input('credentials', [String(i)], at)) : method.fn.params.map(() => identity);
  const value = awaited(f, f.applyFunction(fn, request ? [currentRequest(f, at), ...args] : args, at), at);
  if (!f.state.live) return undefined;
  const there = cases(value).filter((c) => !isNullish(c.value));
  const [one] = there;
  if (!one) return undefined;
  if (there.length > 1) return tidy(there, at);
  f.state.learn(one.truths);
  return one.value;
}

/** `passReqToCallback: true` in the options that the constructor hands on. */
function takesRequest(strategy: ValueOf<'class'>): boolean {
  return JSON.stringify(strategy.class.methods.find((m) => m.kind === 'constructor')?.fn.body ?? []).includes('"passReqToCallback"');
}
