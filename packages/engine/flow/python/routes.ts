import { constantText, type AbstractValue, type Code, type CodeClass, type CodeFile, type CodeFunction, type CodeStatement, type EntryPoint, type ValueOf } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
import { input, type Convention } from '../entries/entry.ts';
import { classValue, inModule, moduleOf } from '../interpret/modules.ts';
import { packageOf } from '../known/auth.ts';
import { byPackage } from '../known/by-package.ts';
import type { Names } from '../state.ts';
import { itemsOf } from '../values/items.ts';
import { keyOf } from '../values/key.ts';
import { lastWord } from './decorators.ts';
import { argumentsFor, provided, withFields, type Request } from './dependencies.ts';
import { addHook, runHooks } from './hooks.ts';
import { dependencyOf, marker, option } from './markers.ts';

const VERBS = new Set(['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'route', 'api_route', 'websocket', 'websocket_route', 'trace']);
const HOOKS = new Set(['before_request', 'before_app_request', 'middleware']);
const TASKS = new Set(['task', 'shared_task', 'actor', 'job', 'periodic_task', 'broker', 'db_task', 'db_periodic_task', 'on_message', 'subscriber', 'event_handler', 'cron', 'scheduled_job', 'repeat_every', 'background_task']);
const COMMANDS = new Set(['command', 'callback', 'cli', 'group']);
const SERVERS = /^(?:fastapi|starlette|flask|quart|apiflask|flask_smorest|flask_restx|flask_openapi3|sanic|ninja|fastapi_utils|litestar|robyn)\b/;
const WORKERS = /^(?:celery|dramatiq|rq|arq|huey|taskiq|procrastinate|faststream|apscheduler|fastapi_utils|kafka|aio_pika|streaq|saq|hatchet_sdk|temporalio|prefect|dagster|airflow|rocketry)\b/;
const CONSOLES = /^(?:click|typer|flask|cyclopts|fire)\b/;

/** FastAPI, Flask and their kin: functions that decorators make routes, jobs or commands; tasks of workers by the lists that name them. */
export const pythonRoutes: Convention = (f, file) => {
  if (file.language !== 'python') return [];
  const module = moduleOf(f, file.path);
  if (!module) return [];
  const found: Entry[] = [];
  for (const s of allStatements(file.body)) {
    if (s.kind === 'function') found.push(...ofFunction(f, file, s.fn, module.names, undefined));
    else if (s.kind === 'class') found.push(...ofClass(f, file, s.class, module.names));
  }
  return found;
};

/** Statements of the file, those of factories (`def create_app(): …`) included. */
function* allStatements(body: readonly CodeStatement[]): Generator<CodeStatement> {
  for (const s of body) {
    yield s;
    if (s.kind === 'if') {
      yield* allStatements(s.then);
      yield* allStatements(s.otherwise);
    } else if (s.kind === 'try') yield* allStatements(s.body);
  }
}

interface Use {
  readonly kind: EntryPoint['kind'];
  readonly framework: string;
  readonly path: string;
  readonly router: AbstractValue | undefined;
  readonly dependencies: readonly AbstractValue[];
}

/** What a decorator makes of a function. */
function useOf(f: Flow, file: CodeFile, code: Code, scope: Names): Use | undefined {
  const word = lastWord(code);
  if (!VERBS.has(word) && !HOOKS.has(word) && !TASKS.has(word) && !COMMANDS.has(word)) return undefined;
  const module = moduleOf(f, file.path);
  const callee = code.kind === 'call' ? code.callee : code;
  if (!module) return undefined;
  const owner = callee.kind === 'member' ? inModule(f, module, () => f.evaluate(callee.of, scope)) : undefined;
  const own = owner ?? inModule(f, module, () => f.evaluate(callee, scope));
  const from = packageOf(own) ?? '';
  const args = code.kind === 'call' ? inModule(f, module, () => code.args.filter((a) => !a.spread).map((a) => ({ name: a.name, value: f.evaluate(a.value, scope) }))) : [];
  const [first] = args.filter((a) => a.name === undefined).map((a) => a.value);
  const path = (first && constantText(first)) ?? '';
  const listed = args.find((a) => a.name === 'dependencies')?.value;
  const dependencies = (listed && itemsOf(listed)) ?? [];
  if (VERBS.has(word) && (SERVERS.test(from) || (from === '' && path.startsWith('/')))) return { kind: 'route', framework: from.split('.')[0] ?? 'http', path, router: owner, dependencies };
  if (HOOKS.has(word) && SERVERS.test(from)) return undefined;
  if (TASKS.has(word) && (WORKERS.test(from) || (from === '' && (word === 'task' || word === 'shared_task' || word === 'actor')))) return { kind: /cron|periodic|scheduled|repeat/.test(word) ? 'cron' : 'queue', framework: from || 'worker', path: '', router: owner, dependencies: [] };
  if (COMMANDS.has(word) && CONSOLES.test(from)) return { kind: 'script', framework: from, path: '', router: owner, dependencies: [] };
  return undefined;
}

function ofFunction(f: Flow, file: CodeFile, fn: CodeFunction, scope: Names, self: ValueOf<'class'> | undefined): Entry[] {
  return fn.decorators.flatMap((code): Entry[] => {
    const use = useOf(f, file, code, scope);
    if (!use) return [];
    return [entry(f, file, fn, scope, use, self)];
  }).slice(0, 1);
}

function entry(f: Flow, file: CodeFile, fn: CodeFunction, scope: Names, use: Use, self: ValueOf<'class'> | undefined): Entry {
  const value: ValueOf<'function'> = { kind: 'function', fn, file: file.path, scope, at: fn.at };
  const system = use.kind !== 'route';
  const point: EntryPoint = { kind: use.kind, framework: use.framework, name: `${file.path}#${fn.name ?? ''}`, at: fn.nameAt, authenticates: system ? 'secret' : 'unknown' };
  return {
    point,
    fn: value,
    run: (flow) => {
      const request: Request = { path: new Set([...use.path.matchAll(/[{<](?:\w+:)?(\w+)(?::\w+)?[}>]/g)].map((m) => m[1] ?? '')), given: new Map() };
      const wrapped = flow.decorated(value);
      const target = wrapped.kind === 'function' ? wrapped : value;
      if (system) return flow.invoke(target, fn.params.map((p, i) => input('payload', [p.target.kind === 'name' ? p.target.name : String(i)], p.target.at)), fn.nameAt, undefined, false);
      runHooks(flow, use.router, fn.nameAt);
      if (!flow.state.live) return { kind: 'undefined', at: fn.at };
      for (const one of [...standing(flow, use.router, new Set()), ...use.dependencies]) {
        const made = marker(one);
        const callable = made && dependencyOf(made);
        if (callable) provided(flow, callable, request, 0, one.at);
        if (!flow.state.live) return { kind: 'undefined', at: fn.at };
      }
      const instance = self && withFields(flow, self, request, 0, fn.nameAt);
      const args = argumentsFor(flow, value, request);
      // As far as the dependencies could be followed, nobody gets here: what the handler asks for is told nothing of.
      if (!flow.state.live) return { kind: 'undefined', at: fn.at };
      return flow.invoke(target, [args], fn.nameAt, instance, false);
    },
  };
}

/** Classes whose methods are routes (`@cbv(router)`, Flask's MethodView), and workers' settings that list their tasks. */
function ofClass(f: Flow, file: CodeFile, of: CodeClass, scope: Names): Entry[] {
  const cls = classValue(of, file.path, scope) as ValueOf<'class'>;
  const view = of.bases.some((b) => /^(?:MethodView|Resource|View|HTTPEndpoint|APIView)$/.test(lastWord(b)));
  const found = of.methods.flatMap((m): Entry[] => {
    const marked = ofFunction(f, file, m.fn, scope, cls);
    if (marked.length > 0 || !view || !VERBS.has(m.name)) return marked;
    return [entry(f, file, m.fn, scope, { kind: 'route', framework: 'flask', path: m.fn.params.map((p) => (p.target.kind === 'name' ? `{${p.target.name}}` : '')).join('/'), router: undefined, dependencies: [] }, cls)];
  });
  if (!/Worker\w*$|Settings$/.test(of.name ?? '')) return found;
  const listed = of.fields.filter((x) => x.name === 'functions' || x.name === 'cron_jobs');
  return [...found, ...listed.flatMap((field) => {
    const module = moduleOf(f, file.path);
    const value = field.value && module ? inModule(f, module, () => f.evaluate(field.value ?? { kind: 'undefined', at: field.at }, scope)) : undefined;
    return ((value && itemsOf(value)) ?? []).flatMap((item) => functionsIn(item)).map((fn) => job(fn, field.name === 'cron_jobs' ? 'cron' : 'queue'));
  })];
}

const functionsIn = (value: AbstractValue): ValueOf<'function'>[] => (value.kind === 'function' ? [value] : value.kind === 'symbol' && value.origin.kind === 'call' ? value.origin.args.flatMap(functionsIn) : []);

function job(fn: ValueOf<'function'>, kind: EntryPoint['kind']): Entry {
  return {
    point: { kind, framework: 'arq', name: `${fn.file}#${fn.fn.name ?? ''}`, at: fn.fn.nameAt, authenticates: 'secret' },
    fn,
    run: (flow) => flow.invoke(fn, fn.fn.params.map((p, i) => input('payload', [p.target.kind === 'name' ? p.target.name : String(i)], p.target.at)), fn.fn.nameAt, undefined, false),
  };
}

/** Dependencies that stand before all routes of a router, and of those that it is included in. */
function standing(f: Flow, router: AbstractValue | undefined, seen: Set<string>): AbstractValue[] {
  if (router?.kind !== 'symbol' || router.origin.kind !== 'call') return [];
  const key = keyOf(router);
  if (seen.has(key)) return [];
  seen.add(key);
  const listed = option(f, router.origin.args, 'dependencies', router.at);
  const above = (f.middlewares.get(`${key} in`) ?? []).flatMap((m) => m.handlers);
  return [...above.flatMap((h) => (marker(h) ? [h] : standing(f, h, seen))), ...((listed && itemsOf(listed)) ?? [])];
}

const isServer = byPackage((from) => SERVERS.test(from));

/** `app.include_router(router, dependencies=[…])`, `app.register_blueprint(bp)`. True: it was one. */
export function mounted(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string): boolean {
  const method = callee.path.at(-1);
  const [router] = args;
  if (!router || !isServer(from)) return false;
  if (addHook(f, method ?? '', { ...callee, path: callee.path.slice(0, -1) }, router)) return true;
  if (method !== 'include_router' && method !== 'register_blueprint') return false;
  const key = `${keyOf(router)} in`;
  const listed = option(f, args, 'dependencies', callee.at);
  const owner: AbstractValue = { ...callee, path: callee.path.slice(0, -1) };
  f.middlewares.set(key, [...(f.middlewares.get(key) ?? []), { handlers: [owner, ...((listed && itemsOf(listed)) ?? [])] }]);
  return true;
}

