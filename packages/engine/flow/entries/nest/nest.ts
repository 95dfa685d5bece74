import { constantText, nothing, settle, type AbstractValue, type CodeClass, type CodeFile, type CodeFunction, type CodeParam, type EntryPoint, type Span, type ValueOf } from '@tenantlint/model';
import type { Entry, Flow } from '../../flow.ts';
import { awaited } from '../../interpret/clients.ts';
import { classValue, moduleOf } from '../../interpret/modules.ts';
import { property } from '../../values/property.ts';
import { currentRequest, sharedRequest } from '../chain.ts';
import { usedBy } from '../../queries/record.ts';
import { input, response, type Convention } from '../entry.ts';
import { applicationOf } from './application.ts';
import { behind, intercepted } from './around.ts';
import { executionContext } from './context.ts';
import { classesOf, decorations, injected, type Decoration } from './decorators.ts';
import { pass } from './guards.ts';
import type { Route } from './reach.ts';

const CLASSES = new Set(['Controller', 'Resolver', 'WebSocketGateway', 'Processor', 'Injectable']);

/** Decorators that make a method an entry point. */
const METHODS: Readonly<Record<string, EntryPoint['kind']>> = {
  Get: 'route', Post: 'route', Put: 'route', Patch: 'route', Delete: 'route', Options: 'route', Head: 'route', All: 'route', Sse: 'route', SubscribeMessage: 'route',
  Query: 'resolver', Mutation: 'resolver', Subscription: 'resolver', ResolveField: 'resolver', ResolveReference: 'resolver',
  MessagePattern: 'queue', EventPattern: 'queue', Process: 'queue', OnEvent: 'queue', GrpcMethod: 'route',
  Cron: 'cron', Interval: 'cron', Timeout: 'cron',
};

/** NestJS: methods of controllers, resolvers, gateways and workers, behind their middlewares, guards and parameters. */
export const nest: Convention = (f, file) => {
  if (!file.imports.some((i) => i.from.startsWith('@nestjs/') || i.from.startsWith('@nestjsx/'))) return [];
  return classesOf(file).flatMap((of) => {
    const above = decorations(f, file.path, of.decorators);
    return above.some((d) => CLASSES.has(d.name)) ? methodsOf(f, file, of, above) : [];
  });
};

function methodsOf(f: Flow, file: CodeFile, of: CodeClass, above: readonly Decoration[]): Entry[] {
  const worker = above.some((d) => d.name === 'Processor');
  return of.methods.flatMap(({ name, kind, fn }): Entry[] => {
    if (kind !== 'method' || (fn.decorators.length === 0 && !(worker && name === 'process'))) return [];
    const own = decorations(f, file.path, fn.decorators);
    const is = own.map((d) => (/^@nestjs\/(?:common|graphql|websockets|microservices|schedule|bull|event-emitter)$/.test(d.package) ? METHODS[d.name] : undefined)).find((k) => k !== undefined) ?? (worker && name === 'process' ? 'queue' : undefined);
    return is === undefined ? [] : [entry(f, file, of, fn, name, is, own, above)];
  });
}

function entry(f: Flow, file: CodeFile, of: CodeClass, fn: CodeFunction, name: string, kind: EntryPoint['kind'], own: readonly Decoration[], above: readonly Decoration[]): Entry {
  const at = fn.nameAt;
  const written = [...own, ...above];
  const named = (decorator: string): AbstractValue[] => written.filter((d) => d.name === decorator).reverse().flatMap((d) => d.args);
  const system = kind === 'queue' || kind === 'cron';
  return {
    point: { kind, framework: 'nest', name: `${file.path}#${of.name ?? ''}.${name}`, at, authenticates: system ? 'secret' : 'unknown' },
    fn: undefined,
    run: (flow) => {
      const module = moduleOf(flow, file.path);
      if (!module) return nothing(at);
      const instance = injected(classValue(of, file.path, module.names) as ValueOf<'class'>);
      const method = flow.memberOf(instance, name, at);
      sharedRequest(flow, at);
      const context = executionContext(flow, at);
      const app = applicationOf(flow);
      const handle = (): AbstractValue => {
        const value = flow.applyFunction(method, fn.params.map((param) => argument(flow, file, param, context, kind)), at);
        if (!flow.state.live) return value;
        // The framework waits for what it is given, and answers with it whatever is made of it on the way out.
        const answer = awaited(flow, value, at);
        if (flow.state.live) usedBy(flow, answer, at);
        return answer;
      };
      if (system) return handle();
      return behind(flow, app.middlewares, routeOf(of, own, above, kind), () => {
        for (const guard of [...app.guards, ...named('UseGuards')]) pass(flow, guard, { app, context, metadata: written, at });
        return flow.state.live ? intercepted(flow, [...app.interceptors, ...named('UseInterceptors')], context, written, handle, at) : nothing(at);
      }, at);
    },
  };
}

/** Paths that the decorators of the class and of the method spell out together. */
function routeOf(of: CodeClass, own: readonly Decoration[], above: readonly Decoration[], kind: EntryPoint['kind']): Route {
  const [method] = own.filter((d) => METHODS[d.name] === 'route');
  const [controller] = above.filter((d) => d.name === 'Controller');
  if (kind !== 'route' || !controller) return { of, paths: ['graphql'], method: undefined };
  const name = method?.name.toUpperCase();
  return { of, paths: pathsOf(controller).flatMap((a) => pathsOf(method).map((b) => `${a}/${b}`)), method: name === 'ALL' || name === 'SSE' ? undefined : name };
}

function pathsOf(of: Decoration | undefined): readonly string[] {
  const [given] = of?.args ?? [];
  const path = given?.kind === 'object' ? settle(given).fields.find((x) => x.name === 'path')?.value : given;
  const listed = path?.kind === 'array' ? path.items.flatMap((i) => constantText(i.value) ?? []) : [];
  return listed.length > 0 ? listed : [(path && constantText(path)) ?? ''];
}

/** Where the framework takes what it hands to a decorated parameter. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  Param: ['params'], Query: ['query'], Body: ['body'], Headers: ['headers'], Ip: ['ip'], HostParam: ['hosts'], UploadedFile: ['file'], UploadedFiles: ['files'], RawBody: ['rawBody'],
  Args: ['args'], MessageBody: ['body'], Payload: ['payload'],
};

function argument(f: Flow, file: CodeFile, param: CodeParam, context: AbstractValue, kind: EntryPoint['kind']): AbstractValue {
  const { at } = param.target;
  const decorators = decorations(f, file.path, param.decorators);
  for (const { name, args } of decorators) {
    const source = SOURCES[name];
    const [key] = args;
    const named = key && constantText(key);
    if (source) return sent(f, param, file.path, [...source, ...(named === undefined ? [] : [named])]);
    if (name === 'Req' || name === 'Request' || name === 'Session') return name === 'Session' ? property(f, currentRequest(f, at), 'session', at) ?? nothing(at) : currentRequest(f, at);
    if (name === 'Res' || name === 'Response') return response(at);
    if (name === 'Context' || name === 'Ctx') return applied(f, property(f, context, 'getContext', at), [], at);
    if (name === 'createParamDecorator') {
      const [make, data] = args;
      return make ? f.applyFunction(make, [data ?? nothing(at), context], at) : nothing(at);
    }
  }
  return kind === 'queue' || kind === 'cron' ? input('payload', [], at) : sent(f, param, file.path, ['args']);
}

const applied = (f: Flow, fn: AbstractValue | undefined, args: readonly AbstractValue[], at: Span): AbstractValue => (fn ? f.applyFunction(fn, args, at) : nothing(at));

/** Sent by the caller, and not more than that, whatever class of the program the parameter is declared to be of. */
function sent(f: Flow, param: CodeParam, file: string, path: readonly string[]): AbstractValue {
  const { at } = param.target;
  const of = input('request', path, at);
  return param.type && f.ofType(param.type, file, at) ? { kind: 'object', entries: [{ kind: 'spread', of, at }], at } : of;
}
