import { unknown, type AbstractValue, type CodeParam, type CodeType, type Span, type ValueEntry, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { input, response } from '../entries/entry.ts';
import { construct } from '../interpret/classes.ts';
import { awaited } from '../interpret/clients.ts';
import { packageOf } from '../known/auth.ts';
import { keyOf } from '../values/key.ts';
import { identity } from './identity.ts';
import { lastWord } from './decorators.ts';
import { classOf, fieldsOf, ofModel } from './data-classes.ts';
import { aliased, dependencyOf, markerOf, type Marker } from './markers.ts';

/** One request: what dependencies gave is computed once. */
export interface Request {
  /** Names in the path. */
  readonly path: ReadonlySet<string>;
  readonly given: Map<string, AbstractValue>;
}

const DEEPEST = 12;

/** The arguments that the framework would call a function with, by name. */
export function argumentsFor(f: Flow, fn: ValueOf<'function'>, request: Request, depth = 0): AbstractValue {
  // `@with_signature(…)`: the framework sees other parameters than these.
  const isMade = fn.fn.decorators.some((d) => lastWord(d) === 'with_signature');
  const entries = fn.fn.params.flatMap((param): ValueEntry[] => {
    const name = param.target.kind === 'name' ? param.target.name : undefined;
    if (name === undefined || param.rest) return [];
    const { at } = param.target;
    return [{ kind: 'property', name, nameAt: at, value: isMade ? unknown('a parameter that the program makes', at) : argument(f, param, name, fn.file, request, depth) }];
  });
  return { kind: 'object', entries, named: true, at: fn.fn.at };
}

function argument(f: Flow, param: CodeParam, name: string, file: string, request: Request, depth: number): AbstractValue {
  const { at } = param.target;
  const marker = markerOf(f, param, file);
  if (marker && (marker.kind === 'Depends' || marker.kind === 'Security')) return dependency(f, marker, param.type, file, request, depth);
  if (marker) return sent(f, marker.kind, name, param.type, file, at);
  const alias = param.type && aliased(f, param.type, file, 0);
  if (param.type) {
    const word = typeName(param.type);
    if (/^(?:Request|WebSocket|HTTPConnection)$/.test(word)) return input('request', [], at);
    if (/^(?:Response|BackgroundTasks|SecurityScopes)$/.test(word)) return response(at);
    const typed = f.ofType(param.type, file, at);
    if (typed && typed.kind === 'client') return typed;
  }
  void alias;
  return sent(f, request.path.has(name) ? 'Path' : 'value', name, param.type, file, at);
}

const CHANNELS: Readonly<Record<string, string>> = { Header: 'headers', Cookie: 'cookies', Path: 'path', Query: 'query', Body: 'body', Form: 'body', File: 'body' };

function sent(f: Flow, kind: string, name: string, type: CodeType | undefined, file: string, at: Span): AbstractValue {
  const body = type && (kind === 'value' || kind === 'Body' || kind === 'Form' || kind === 'Query') ? ofModel(f, type, input('body', [], at), file, at, 0) : undefined;
  if (body) return body;
  // What no address can hold is sent in the body.
  const whole = kind === 'value' && type !== undefined && isWhole(type);
  return input(whole ? 'body' : CHANNELS[kind] ?? (kind === 'value' ? 'query' : 'request'), whole ? [] : [name], at);
}

const isWhole = (type: CodeType): boolean => (type.kind === 'ref' ? /^(?:dict|Dict|Mapping|list|List|set)$/.test(type.name) : type.kind === 'array' || (type.kind === 'union' && type.of.some(isWhole)));

const typeName = (type: CodeType): string => (type.kind === 'ref' ? (type.name.split('.').at(-1) ?? '') : type.kind === 'union' ? type.of.map(typeName).find((n) => n !== '') ?? '' : '');

function dependency(f: Flow, marker: Marker, type: CodeType | undefined, file: string, request: Request, depth: number): AbstractValue {
  const { at } = marker;
  const callable = dependencyOf(marker) ?? (type && typeOf(f, type, file));
  if (!callable || depth > DEEPEST) return unknown('a dependency', at);
  return provided(f, callable, request, depth, at);
}

function typeOf(f: Flow, type: CodeType, file: string): AbstractValue | undefined {
  if (type.kind === 'ref') {
    const known = classOf(f, type.name, file);
    if (known) return known;
    const alias = aliased(f, type, file, 0);
    return alias?.base.kind === 'name' ? classOf(f, alias.base.name, alias.file) : undefined;
  }
  return undefined;
}

/** What a dependency gives, once a request. */
export function provided(f: Flow, callable: AbstractValue, request: Request, depth: number, at: Span): AbstractValue {
  const key = keyOf(callable);
  const known = request.given.get(key);
  if (known) return known;
  const value = provide(f, callable, request, depth, at);
  request.given.set(key, value);
  return value;
}

function provide(f: Flow, callable: AbstractValue, request: Request, depth: number, at: Span): AbstractValue {
  switch (callable.kind) {
    case 'function': {
      const value = awaited(f, f.invoke(callable, [argumentsFor(f, callable, request, depth + 1)], at, callable.self, false, true), at);
      return told(f, value, at);
    }
    case 'class': {
      const ctor = callable.class.methods.find((m) => m.kind === 'constructor');
      if (!ctor) return ofModel(f, { kind: 'ref', name: callable.class.name ?? '', args: [] }, input('query', [], at), callable.file, at, 0) ?? injected(f, callable, request, depth, at);
      const fn: ValueOf<'function'> = { kind: 'function', fn: ctor.fn, file: callable.file, scope: callable.scope, at };
      return construct(f, callable, [argumentsFor(f, fn, request, depth + 1)], at);
    }
    case 'instance': {
      const method = f.memberOf(callable, '__call__', at);
      return method.kind === 'function' ? provide(f, method, request, depth, at) : told(f, method, at);
    }
    case 'client': return callable;
    default: {
      const from = packageOf(callable);
      if (from !== undefined && /^(?:fastapi|starlette)\b/.test(from)) return input('headers', ['authorization'], at);
      return signedIn(f, identity('dependency', [], at));
    }
  }
}

/** The server's own function let the caller in. */
function signedIn(f: Flow, who: AbstractValue): AbstractValue {
  f.state.learn([{ kind: 'defined', of: who, at: who.at }]);
  return who;
}

/** A class without a constructor of its own: what its fields are declared with. */
function injected(f: Flow, cls: ValueOf<'class'>, request: Request, depth: number, at: Span): AbstractValue {
  const fields = [...fieldsOf(f, cls, 0).values()].flatMap((field): ValueEntry[] => {
    const param: CodeParam = { target: { kind: 'name', name: field.name, at: field.at }, optional: false, rest: false, decorators: field.decorators, ...(field.value ? { default: field.value } : {}), ...(field.type ? { type: field.type } : {}) };
    return markerOf(f, param, field.file) ? [{ kind: 'property', name: field.name, nameAt: field.at, value: argument(f, param, field.name, field.file, request, depth + 1) }] : [];
  });
  return { kind: 'instance', class: cls.class, file: cls.file, scope: cls.scope, fields, at };
}

export const withFields = injected;

/** What a dependency gives that could not be read is the server's own: nobody sends it. */
function told(f: Flow, value: AbstractValue, at: Span): AbstractValue {
  if (value.kind !== 'symbol' || (value.origin.kind !== 'call' && value.origin.kind !== 'unknown')) return value;
  return signedIn(f, identity('dependency', value.origin.kind === 'call' ? value.path : [], at));
}

