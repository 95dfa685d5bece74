import { constantText, settle, type AbstractValue, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../../flow.ts';
import { classValue, inModule, moduleOf } from '../../interpret/modules.ts';
import { continuation } from '../chain.ts';
import { classesOf, decorations, injected } from './decorators.ts';

/** What a Nest application has for all of its routes. */
export interface Application {
  /** Guards of every route: `APP_GUARD` of a module, `useGlobalGuards`. */
  readonly guards: AbstractValue[];
  /** Middlewares of every route. */
  readonly middlewares: AbstractValue[];
  /** Passport strategies of the program, by the names that guards ask for. */
  readonly strategies: Map<string, ValueOf<'class'>>;
}

const applications = new WeakMap<Flow, Application>();
const globals = new WeakMap<Flow, AbstractValue[]>();

/** `app.useGlobalGuards(…)`. True: it was that call. */
export function globalGuards(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string): boolean {
  if (from !== '@nestjs/core' || callee.path.at(-1) !== 'useGlobalGuards') return false;
  globals.set(f, [...(globals.get(f) ?? []), ...args]);
  return true;
}

/** Read once, when all files are loaded. */
export function applicationOf(f: Flow): Application {
  const known = applications.get(f);
  if (known) return known;
  const app: Application = { guards: [...(globals.get(f) ?? [])], middlewares: [], strategies: new Map() };
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
  if (token?.kind !== 'symbol' || token.origin.kind !== 'package' || token.origin.name !== 'APP_GUARD') return;
  const guard = fields.find((x) => /^use(?:Class|Value|Existing)$/.test(x.name))?.value;
  if (guard) app.guards.push(guard);
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

/** `configure(consumer) { consumer.apply(M).forRoutes('*') }`; middlewares of some routes only are not followed. */
function configure(f: Flow, of: ValueOf<'class'>, app: Application): void {
  const method = of.class.methods.find((m) => m.name === 'configure');
  if (!method) return;
  const instance = injected(of);
  const fn = f.memberOf(instance, 'configure', method.fn.at);
  const { at } = method.fn;
  const consumer = continuation(f, (handlers) => builder(f, handlers, app, method.fn.at), at);
  f.applyFunction(fn, [{ kind: 'object', entries: [{ kind: 'property', name: 'apply', nameAt: at, value: consumer }], at }], at);
}

function builder(f: Flow, handlers: readonly AbstractValue[], app: Application, at: AbstractValue['at']): AbstractValue {
  const routes = continuation(f, (paths) => {
    if (paths.some((p) => /^[/(]*\.?\*|^\/$/.test(constantText(p) ?? ''))) app.middlewares.push(...handlers);
    return { kind: 'undefined', at };
  }, at);
  const exclude = continuation(f, () => ({ kind: 'undefined', at }), at);
  return { kind: 'object', entries: [{ kind: 'property', name: 'forRoutes', nameAt: at, value: routes }, { kind: 'property', name: 'exclude', nameAt: at, value: exclude }], at };
}
