import { constantText, object, settle, type AbstractValue, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { classValue, inModule, moduleOf } from '../../interpret/modules.ts';
import { continuation } from '../chain.ts';
import { classesOf, decorations, injected } from './decorators.ts';
import type { Applied } from './reach.ts';

/** What a Nest application has for all of its routes. */
export interface Application {
  /** Guards of every route: `APP_GUARD` of a module, `useGlobalGuards`. */
  readonly guards: AbstractValue[];
  /** Interceptors of every route: `APP_INTERCEPTOR` of a module, `useGlobalInterceptors`. */
  readonly interceptors: AbstractValue[];
  readonly middlewares: Applied[];
  /** Passport strategies of the program, by the names that guards ask for. */
  readonly strategies: Map<string, ValueOf<'class'>>;
}

const applications = new WeakMap<Flow, Application>();
const globals = new WeakMap<Flow, Pick<Application, 'guards' | 'interceptors'>>();

/** `app.useGlobalGuards(…)`, `app.useGlobalInterceptors(…)`. True: it was one of these calls. */
export function globalGuards(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string): boolean {
  const name = callee.path.at(-1);
  if (from !== '@nestjs/core' || (name !== 'useGlobalGuards' && name !== 'useGlobalInterceptors')) return false;
  const known = globals.get(f) ?? { guards: [], interceptors: [] };
  globals.set(f, known);
  known[name === 'useGlobalGuards' ? 'guards' : 'interceptors'].push(...args);
  return true;
}

/** Read once, when all files are loaded. */
export function applicationOf(f: Flow): Application {
  const known = applications.get(f);
  if (known) return known;
  const app: Application = { guards: [...(globals.get(f)?.guards ?? [])], interceptors: [...(globals.get(f)?.interceptors ?? [])], middlewares: [], strategies: new Map() };
  applications.set(f, app);
  for (const file of [...f.program.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    if (!file.imports.some((i) => i.from.startsWith('@nestjs/'))) continue;
    const module = moduleOf(f, file.path);
    if (!module) continue;
    for (const one of classesOf(file)) {
      const value = classValue(one, file.path, module.names) as ValueOf<'class'>;
      strategy(f, value, app);
      const [declared] = decorations(f, file.path, one.decorators).filter((d) => d.name === 'Module').flatMap((d) => d.args.slice(0, 1));
      if (declared?.kind !== 'object') continue;
      for (const provider of providers(declared)) provide(f, provider, app);
      configure(f, value, app);
    }
  }
  return app;
}

function providers(declared: ValueOf<'object'>): readonly AbstractValue[] {
  const list = settle(declared).fields.find((x) => x.name === 'providers')?.value;
  return list?.kind === 'array' ? list.items.map((i) => i.value) : [];
}

function provide(f: Flow, provider: AbstractValue, app: Application): void {
  if (provider.kind === 'class') strategy(f, provider, app);
  if (provider.kind !== 'object') return;
  const { fields } = settle(provider);
  const token = fields.find((x) => x.name === 'provide')?.value;
  if (token?.kind !== 'symbol' || token.origin.kind !== 'package') return;
  const list = token.origin.name === 'APP_GUARD' ? app.guards : token.origin.name === 'APP_INTERCEPTOR' ? app.interceptors : undefined;
  const given = fields.find((x) => /^use(?:Class|Value|Existing)$/.test(x.name))?.value;
  if (list && given) list.push(given);
}

/** `class JwtStrategy extends PassportStrategy(Strategy, 'name')`. */
function strategy(f: Flow, of: ValueOf<'class'>, app: Application): void {
  const [base] = of.class.bases;
  const module = moduleOf(f, of.file);
  if (base?.kind !== 'call' || !module) return;
  const value = inModule(f, module, () => f.evaluate(base, module.names));
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.origin.callee.kind !== 'symbol' || value.origin.callee.origin.kind !== 'package' || value.origin.callee.origin.name !== 'PassportStrategy') return;
  const [library, name] = value.origin.args;
  const own = name && constantText(name);
  const usual = library?.kind === 'symbol' && library.origin.kind === 'package' ? /^passport-(.+)$/.exec(library.origin.package)?.[1] : undefined;
  const known = own ?? usual;
  if (known !== undefined) app.strategies.set(known, of);
}

/** `configure(consumer) { consumer.apply(M).exclude('health').forRoutes(ProjectsController) }`. */
function configure(f: Flow, of: ValueOf<'class'>, app: Application): void {
  const method = of.class.methods.find((m) => m.name === 'configure');
  if (!method) return;
  const instance = injected(of);
  const fn = f.memberOf(instance, 'configure', method.fn.at);
  const { at } = method.fn;
  const apply = continuation(f, (handlers) => builder(f, handlers, app, consumer, at), at);
  const consumer = object({ apply }, at);
  f.applyFunction(fn, [consumer], at);
}

function builder(f: Flow, handlers: readonly AbstractValue[], app: Application, consumer: AbstractValue, at: AbstractValue['at']): AbstractValue {
  const excluded: AbstractValue[] = [];
  const routes = continuation(f, (targets) => {
    app.middlewares.push({ handlers, excluded, routes: targets });
    return consumer;
  }, at);
  const exclude = continuation(f, (targets) => {
    excluded.push(...targets);
    return proxy;
  }, at);
  const proxy: AbstractValue = object({ forRoutes: routes, exclude }, at);
  return proxy;
}
