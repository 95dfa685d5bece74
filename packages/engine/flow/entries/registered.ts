import { constantText, nothing, object, settle, type AbstractValue, type EntryPoint, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { packageOf } from '../known/auth.ts';
import { byPackage } from '../known/by-package.ts';
import { keyOf } from '../values/key.ts';
import { indexed, property } from '../values/property.ts';
import { edge } from './edge.ts';
import { graphqlServer } from './graphql.ts';
import { globalGuards } from './nest/application.ts';
import { mounted } from '../python/routes.ts';
import { procedure } from './procedures.ts';
import { continuation, currentRequest, runHandlers, sharedRequest, write, type Style } from './chain.ts';
import { input } from './entry.ts';
import type { CallSite } from '../call-site.ts';

/** A call of a package's function that makes functions of the program reachable from outside. True: it was one. */
export function registered(f: Flow, symbol: ValueOf<'symbol'>, site: CallSite): boolean {
  if (symbol.origin.kind !== 'call') return false;
  const { callee, args } = symbol.origin;
  if (callee.kind !== 'symbol') return false;
  if (edge(f, callee, args, site)) return true;
  const from = packageOf(callee);
  if (from === undefined) return false;
  return mounted(f, callee, args, from) || globalGuards(f, callee, args, from) || procedure(f, callee, args, from, site) || graphqlServer(f, args, from) || router(f, callee, args, from, site) || job(f, callee, args, from, site);
}

const ROUTERS: readonly { readonly packages: RegExp; readonly style: Style; readonly framework: string }[] = [
  { packages: /^express(?:-promise-router)?$|^polka$|^restify$|^router$/, style: 'express', framework: 'express' },
  { packages: /^fastify$/, style: 'hooks', framework: 'fastify' },
  { packages: /^(?:hono|hono\/(?:tiny|quick)|@hono\/zod-openapi)$/, style: 'context', framework: 'hono' },
  { packages: /^(?:koa|@koa\/router|koa-router|@koa\/)/, style: 'context', framework: 'koa' },
  { packages: /^itty-router$/, style: 'express', framework: 'itty' },
];
const routerOf = byPackage((from) => ROUTERS.find((r) => r.packages.test(from)));
const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'del', 'all', 'head', 'options', 'openapi']);

function router(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string, site: CallSite): boolean {
  const kind = routerOf(from);
  const method = callee.path.at(-1);
  if (!kind || method === undefined) return false;
  const owner = routerKey({ ...callee, path: callee.path.slice(0, -1) });
  if (method === 'register') {
    // A plugin is given the instance, and registers on it.
    const [plugin] = args;
    if (plugin) f.applyFunction(plugin, [{ ...callee, path: callee.path.slice(0, -1) }], site.at);
    return true;
  }
  if (method === 'decorate') {
    const [name, value] = args;
    if (name && value?.kind === 'function') f.middlewares.set(`decorates ${constantText(name) ?? ''}`, [{ handlers: [value] }]);
    return true;
  }
  if (method === 'addHook') {
    const [name, given] = args;
    const hook = given && put(f, given);
    if (name && hook && /^(?:onRequest|preHandler|preValidation|preParsing)$/.test(constantText(name) ?? '')) before(f, owner, [hook]);
    return true;
  }
  if (method === 'use' || method === 'route' || method === 'mount') {
    const handlers = args.filter((a) => constantText(a) === undefined);
    if (method === 'route' && handlers.length === 0) return false;
    if (method === 'route' && handlers[0]?.kind === 'object') {
      const given = settle(handlers[0]).fields;
      add(f, owner, [...given.filter((x) => /^(?:preHandler|onRequest|preValidation)$/.test(x.name)).map((x) => x.value), ...given.filter((x) => x.name === 'handler').map((x) => x.value)], kind, site);
      return true;
    }
    const mounted = handlers.filter(isRouter);
    const plain = handlers.filter((h) => !isRouter(h));
    // What stands before the mounted router, here and above, stands before its handlers.
    for (const router of mounted) f.middlewares.set(`${routerKey(router)} in`, [...(f.middlewares.get(`${routerKey(router)} in`) ?? []), { handlers: [parent(owner, f.middlewares.get(owner)?.length ?? 0, site.at), ...plain] }]);
    if (mounted.length === 0) before(f, owner, plain);
    return true;
  }
  if (!VERBS.has(method)) return false;
  const handlers = args.filter((a, i) => !(i === 0 && (constantText(a) !== undefined || a.kind !== 'function')) && a.kind !== 'literal').flatMap((a) => (a.kind === 'object' ? ['onRequest', 'preValidation', 'preHandler', 'middleware'].flatMap((name) => present(property(f, a, name, site.at))) : [a]));
  if (handlers.length === 0 || args.length < 2) return false;
  add(f, owner, handlers.map((h) => put(f, h)), kind, site);
  return true;
}

/** `app.authenticate`, as it was put there: `app.decorate('authenticate', async (request) => …)`. */
function put(f: Flow, value: AbstractValue): AbstractValue {
  if (value.kind === 'array') return { ...value, items: value.items.map((i) => ({ ...i, value: put(f, i.value) })) };
  const name = value.kind === 'symbol' && value.origin.kind === 'call' ? value.path.at(-1) : undefined;
  return (name === undefined ? undefined : f.middlewares.get(`decorates ${name}`)?.[0]?.handlers[0]) ?? value;
}

const present = (value: AbstractValue | undefined): AbstractValue[] => (value && value.kind !== 'undefined' ? [value] : []);
const isRouter = (value: AbstractValue): boolean => value.kind === 'symbol' && value.origin.kind === 'call' && routerOf(packageOf(value) ?? '') !== undefined && value.origin.args.every((a) => a.kind !== 'function');

/** Methods that give the router itself, or all that it does as one middleware. */
const SAME = new Set(['use', 'route', 'routes', 'middleware', 'prefix']);

/** The router behind fluent calls: `app.get(…).post(…)` is still the app. */
function routerKey(value: AbstractValue): string {
  let at = value;
  while (at.kind === 'symbol' && at.origin.kind === 'call' && at.origin.callee.kind === 'symbol') {
    const { callee } = at.origin;
    const method = callee.path.at(-1);
    if (callee.origin.kind !== 'call' || method === undefined || !(VERBS.has(method) || SAME.has(method))) break;
    at = { ...callee, path: callee.path.slice(0, -1) };
  }
  return keyOf(at);
}

/** Stands for all that a router has before its handlers, up to a point. */
const parent = (key: string, upTo: number, at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'unknown', why: `#router ${upTo}`, id: key }, path: [], at });

function before(f: Flow, owner: string, handlers: readonly AbstractValue[]): void {
  f.middlewares.set(owner, [...(f.middlewares.get(owner) ?? []), { handlers }]);
}

function add(f: Flow, owner: string, handlers: readonly AbstractValue[], kind: (typeof ROUTERS)[number], site: CallSite): void {
  const upTo = f.middlewares.get(owner)?.length ?? 0;
  const last = handlers.at(-1);
  const point: EntryPoint = { kind: 'route', framework: kind.framework, name: `${site.at.file}#${site.at.start}`, at: site.nameAt, authenticates: 'unknown' };
  f.registered.push({
    point,
    fn: last?.kind === 'function' ? last : undefined,
    run: (flow) => {
      sharedRequest(flow, site.at, kind.style === 'context' ? context(flow, kind.framework, site.at) : {});
      return runHandlers(flow, [...standing(flow, owner, upTo, new Set()), ...handlers], kind.style, site.at);
    },
  });
}

/** The context of Hono and Koa: request and answer in one. */
function context(f: Flow, framework: string, at: Span): Record<string, AbstractValue> {
  const answer = (name: string): AbstractValue => ({ kind: 'symbol', origin: { kind: 'global', name: 'response' }, path: [name], at });
  const identity: AbstractValue = { kind: 'symbol', origin: { kind: 'identity', library: framework }, path: [], at };
  if (framework === 'koa') return { state: identity, throw: { kind: 'symbol', origin: { kind: 'global', name: 'ctx.throw' }, path: [], at } };
  const variables = (): AbstractValue => property(f, currentRequest(f, at), 'var', at) ?? identity;
  return {
    req: input('request', [], at), json: answer('json'), text: answer('text'), html: answer('html'), body: answer('body'), redirect: answer('redirect'), var: identity,
    // What one handler sets, those after it get.
    get: continuation(f, ([name]) => (name && indexed(f, variables(), name, at)) ?? nothing(at), at),
    set: continuation(f, ([name, value]) => {
      const key = name && constantText(name);
      if (key !== undefined && value) write(f, 'var', { kind: 'object', entries: [{ kind: 'spread', of: variables(), at }, { kind: 'property', name: key, nameAt: at, value }], at }, at);
      return nothing(at);
    }, at),
  };
}

/** Middlewares of a router and of those that it is mounted in, outermost first. */
function standing(f: Flow, owner: string, upTo: number, seen: Set<string>): AbstractValue[] {
  if (seen.has(owner)) return [];
  seen.add(owner);
  const [mounted] = f.middlewares.get(`${owner} in`) ?? [];
  const above = (mounted?.handlers ?? []).flatMap((h) => {
    if (h.kind !== 'symbol' || h.origin.kind !== 'unknown' || !h.origin.why.startsWith('#router ')) return [h];
    return standing(f, h.origin.id, Number(h.origin.why.slice(8)), seen);
  });
  return [...above, ...(f.middlewares.get(owner) ?? []).slice(0, upTo).flatMap((m) => m.handlers)];
}

const JOBS: readonly { readonly packages: RegExp; readonly kind: EntryPoint['kind'] }[] = [
  { packages: /^(?:inngest|@trigger\.dev\/|bullmq|bull|bee-queue|pg-boss|agenda|@upstash\/workflow|graphile-worker|kafkajs|amqplib|@aws-sdk\/client-sqs|sqs-consumer|@google-cloud\/pubsub|@temporalio\/|@hatchet-dev\/|faktory|quirrel|@vercel\/queue)/, kind: 'queue' },
  { packages: /^(?:node-cron|cron|croner|node-schedule|toad-scheduler|@nestjs\/schedule)$/, kind: 'cron' },
  { packages: /^(?:commander|yargs|cac|@oclif\/|citty|meow)/, kind: 'script' },
];

const jobOf = byPackage((from) => JOBS.find((j) => j.packages.test(from))?.kind);

/** Background work: functions handed to a queue, a scheduler or a command line. */
function job(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string, site: CallSite): boolean {
  const kind = jobOf(from);
  if (!kind) return false;
  const functions = args.flatMap((a): AbstractValue[] => (a.kind === 'function' ? [a] : a.kind === 'object' ? settle(a).fields.filter((x) => x.value.kind === 'function' && /^(?:run|handler|fn|process|onTick)$/.test(x.name)).map((x) => x.value) : []));
  // `step.run('x', async () => …)` inside a job runs here and now.
  if (functions.length === 0 || (callee.path.length > 0 && functions.every((fn) => fn.kind === 'function' && fn.fn.params.length === 0) && f.frame?.fn)) return false;
  for (const fn of functions) {
    const point: EntryPoint = { kind, framework: from, name: `${site.at.file}#${site.at.start}`, at: site.nameAt, authenticates: 'secret' };
    f.registered.push({
      point,
      fn: fn.kind === 'function' ? fn : undefined,
      run: (flow) => flow.apply(fn, [input('payload', [], site.at), object({}, site.at), input('payload', ['more'], site.at)], { at: site.at, nameAt: site.at, construct: false }),
    });
  }
  return true;
}
