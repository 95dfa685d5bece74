import { constantText, mapCases, union, unknown, type AbstractValue, type ClientAdapter, type ClientContext, type Span, type TableName } from '@tenantlint/model';
import { begun, called, continued, merged } from './builder.ts';
import { bareClient, isFactory, isPackage, made } from './factories.ts';
import { callTrap, throughTrap } from './proxy.ts';
import { send } from './send.ts';
import { identity, serviceCall, serviceMember, serviceOf } from './services.ts';
import { calledAt, connection, handle, ID, isOwn, stateOf, type Connection, type Method } from './state.ts';

const TYPES = /^(?:\w+\.)?\w*SupabaseClient$/;
/** Functions that hand out who is signed in. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = { useUser: ['user'], useSession: [], serverSupabaseUser: ['user'], serverSupabaseSession: [] };

export const supabase: ClientAdapter = {
  id: ID,
  packages: ['@supabase/supabase-js', '@supabase/ssr', '@supabase/postgrest-js', '@supabase/auth-helpers-nextjs', '@supabase/auth-helpers-sveltekit', '@supabase/auth-helpers-remix', '@supabase/auth-helpers-react', '@supabase/auth-helpers-shared'],
  methods: new Set(['from', 'rpc']),

  imported(from, name, context) {
    if (!isPackage(from)) return undefined;
    if (name === 'default' || name === '*') return handle({ is: 'module', from }, context.at);
    return exported(from, name, context.at);
  },

  typed(type, at) {
    return type.kind === 'ref' && TYPES.test(type.name) ? handle(connection('unknown'), at) : undefined;
  },

  guessed(receiver, names, context, args) {
    if (receiver.kind !== 'symbol' || receiver.origin.kind === 'global' || receiver.origin.kind === 'package') return undefined;
    const [owner, last] = [names.at(-2), names.at(-1)];
    if (!last || (last.name !== 'from' && last.name !== 'rpc' && !ASKED.has(last.name)) || isForeign(receiver, 0)) return undefined;
    const client = connection('unknown');
    if (owner?.name === 'auth' && ASKED.has(last.name)) return handle({ is: 'method', of: { is: 'service', client, path: ['auth'], of: undefined }, name: last.name }, context.at);
    if (owner?.name === 'storage' && last.name === 'from') return isBucket(args?.[0], context) ? handle({ is: 'method', of: { is: 'service', client, path: ['storage'], of: undefined }, name: 'from' }, context.at) : undefined;
    if ((last.name !== 'from' && last.name !== 'rpc') || isSelect(receiver)) return undefined;
    return handle({ is: 'method', of: client, name: last.name, guessed: receiver }, context.at);
  },

  get(of, name, context) {
    const state = stateOf(of);
    switch (state.is) {
      case 'module': return name === 'default' ? of : exported(state.from, name, context.at);
      case 'client': return serviceOf(state, name, context.nameAt) ?? (CLIENT.has(name) ? method(state, name, context) : undefined);
      case 'table': case 'builder': return method(state, name, context);
      case 'service': return serviceMember(state, name, context.nameAt);
      case 'method': return name === 'call' || name === 'apply' || name === 'bind' ? method(state, name, context) : undefined;
      case 'proxy': return throughTrap(of, state, name, context);
      case 'factory': case 'trap': return undefined;
    }
  },

  index(of, key, context) {
    const read = this.get;
    const names = key.kind === 'union' ? key.of.map((c) => constantText(c.value)) : [constantText(key)];
    if (key.kind !== 'union') return names[0] === undefined ? undefined : read(of, names[0], context);
    return names.every((n) => n !== undefined) ? union(key.of.map((c, i) => ({ value: read(of, names[i] ?? '', context) ?? unknown(names[i] ?? '', context.at), truths: c.truths })), context.at) : undefined;
  },

  call(of, args, context) {
    const state = stateOf(of);
    switch (state.is) {
      case 'factory': return state.name === 'PostgrestClient' ? bareClient(args, context) : made(state.name, state.from, args, context) ?? whoever(state.name, context.at);
      case 'method': return callMethod(state, args, context, true);
      case 'trap': return callTrap(state, args, context);
      default: return undefined;
    }
  },

  awaited(of, context) {
    const state = stateOf(of);
    if (state.is === 'builder') return send(state, context);
    return state.is === 'proxy' && isOwn(state.target) && stateOf(state.target).is === 'builder' ? this.awaited?.(state.target, context) : of;
  },

  merge(left, right) {
    const [a, b] = [stateOf(left.handle), stateOf(right.handle)];
    return a.is === 'builder' && b.is === 'builder' ? merged({ ...left, state: a }, { ...right, state: b }) : undefined;
  },

  proxied(of, traps, context) {
    return handle({ is: 'proxy', target: of, traps }, context.at);
  },
};

const CLIENT = new Set(['from', 'rpc', 'schema']);
const ASKED = new Set(['getUser', 'getSession', 'getClaims']);

function exported(from: string, name: string, at: Span): AbstractValue | undefined {
  return isFactory(name) || name === 'PostgrestClient' || Object.hasOwn(IDENTITIES, name) ? handle({ is: 'factory', name, from }, at) : undefined;
}

function whoever(name: string, at: Span): AbstractValue | undefined {
  const path = IDENTITIES[name];
  if (!path) return undefined;
  const who = identity(path, at);
  return union([{ value: who, truths: [{ kind: 'defined', of: who, at }] }, { value: { kind: 'literal', value: null, at }, truths: [] }], at);
}

/** Made by a package that is no wrapper around this client: `@acme/db` may be one, `redis` is not. */
function isForeign(value: AbstractValue, depth: number): boolean {
  if (value.kind !== 'symbol' || depth > 8) return false;
  if (value.origin.kind === 'call') return isForeign(value.origin.callee, depth + 1);
  return value.origin.kind === 'package' && /^[a-z]/.test(value.origin.package) && !value.origin.package.includes('supabase');
}

/** `select(…).from('x')` is another client's. */
function isSelect(receiver: AbstractValue): boolean {
  if (receiver.kind !== 'symbol' || receiver.origin.kind !== 'call' || receiver.origin.callee.kind !== 'symbol') return false;
  return /^(?:select|selectDistinct|selectDistinctOn|delete|insert|distinct|columns)$/.test(receiver.origin.callee.path.at(-1) ?? '');
}

function method(of: Method['of'], name: string, context: ClientContext): AbstractValue {
  return handle({ is: 'method', of, name }, context.at);
}

function callMethod(state: Method, args: readonly AbstractValue[], context: ClientContext, inPlace: boolean): AbstractValue | undefined {
  const { of, name } = state;
  switch (of.is) {
    case 'method':
      // `fn.call(self, …)`, `fn.apply(self, args)`: `self` is what it was read from.
      if (name === 'bind') return handle(of, context.at);
      return callMethod(of, name === 'call' ? args.slice(1) : args[1] ? (context.items(args[1]) ?? []) : [], context, false);
    case 'client': return clientCall(state, of, args, context);
    case 'table': {
      const builder = begun(of, name, args, context);
      return builder && handle(builder, context.at);
    }
    case 'builder': {
      const builder = continued(of, name, args, context);
      const next = builder && handle(builder, context.at);
      // Requests change in place: whoever holds this one sees the filter, too.
      if (next && inPlace) context.become(next);
      return next;
    }
    case 'service': return serviceCall(of, name, args, context);
  }
}

function clientCall(state: Method, client: Connection, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const [first] = args;
  const at = calledAt(context);
  switch (state.name) {
    case 'schema': return handle({ ...client, schema: first && constantText(first) }, context.at);
    case 'rpc':
      if (state.guessed && !isRoutine(first, context)) return untold(state, args, context);
      return handle(called(client, args, at, context), context.at);
    case 'from': {
      if (state.guessed && !isTable(first, context)) return untold(state, args, context);
      return mapCases(first ?? unknown('no table', context.at), (one) => handle({ is: 'table', client, table: tableName(one, client), at }, context.at));
    }
    default: return undefined;
  }
}

function tableName(of: AbstractValue, client: Connection): TableName {
  const name = constantText(of);
  return name === undefined ? { kind: 'unknown', why: 'the table is chosen at run time' } : { kind: 'table', name, schema: client.schema };
}

/** A method of that name on something unknown is this client's where the schema has what it asks for. */
function isTable(name: AbstractValue | undefined, { schema }: ClientContext): boolean {
  const text = name && constantText(name);
  if (text === undefined) return false;
  return [...schema.schemas.keys()].some((s) => schema.tables.has(`${s}.${text}`) || schema.views.has(`${s}.${text}`));
}

function isBucket(name: AbstractValue | undefined, { schema }: ClientContext): boolean {
  const text = name && constantText(name);
  return text !== undefined && schema.buckets.has(text);
}

function isRoutine(name: AbstractValue | undefined, { schema }: ClientContext): boolean {
  const text = name && constantText(name);
  return text !== undefined && [...schema.functions.values()].some((f) => f.name === text);
}

/** A call like any other of something that could not be told. */
function untold(state: Method, args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const callee = state.guessed?.kind === 'symbol' ? { ...state.guessed, path: [...state.guessed.path, state.name] } : unknown(state.name, context.at);
  return { kind: 'symbol', origin: { kind: 'call', callee, args, construct: false, call: `@${context.at.file}:${context.at.start}` }, path: [], at: context.at };
}
