import { cases, constantText, literal, object, settle, unknown, type AbstractValue, type ClientAdapter, type ClientContext, type ClientHandle, type ClientState, type Model, type Named, type Query, type Span, type ValueOf } from '@tenantlint/model';
import { written, writtenMany } from './data.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { fromArguments, fromTemplate, rawQuery, sqlState } from './raw.ts';
import { included, selected } from './select.ts';
import { where, whereUnique } from './where.ts';

/** What a handle stands for. `extensions` are the arguments of $extends, outermost last. */
type State = ClientState &
  (
    | { readonly is: 'module' | 'class' | 'namespace' }
    | { readonly is: 'client'; readonly extensions: readonly AbstractValue[]; readonly transaction: boolean }
    | { readonly is: 'delegate'; readonly client: ClientOf; readonly model: string; readonly at: Span }
    | { readonly is: 'operation'; readonly client: ClientOf; readonly model: string; readonly operation: string; readonly at: Span }
    /** `query` as an extension gets it: the operation, through the extensions below it. */
    | { readonly is: 'base'; readonly client: ClientOf; readonly model: string; readonly operation: string; readonly at: Span; /** `where` as the call wrote it. */ readonly stated: AbstractValue; readonly extension: Span }
    /** Stands for `query` where it is only asked what an extension would send. */
    | { readonly is: 'probe' }
    | { readonly is: 'probed'; readonly args: AbstractValue }
    | { readonly is: 'method'; readonly client: ClientOf; readonly name: string }
    | { readonly is: 'helper'; readonly name: string }
    | { readonly is: 'sql' }
  );
type ClientOf = { readonly is: 'client'; readonly extensions: readonly AbstractValue[]; readonly transaction: boolean };

const PLAIN: ClientOf = { is: 'client', extensions: [], transaction: false };
/** Operations that take a unique `where`. */
const UNIQUE = new Set(['findUnique', 'findUniqueOrThrow', 'update', 'delete', 'upsert']);
const RAW = new Set(['$queryRaw', '$executeRaw', '$queryRawUnsafe', '$executeRawUnsafe', '$queryRawTyped']);
const METHODS = new Set([...RAW, '$transaction', '$extends', '$connect', '$disconnect', '$on', '$use', '$metrics']);
const TYPES = /^(?:Prisma\.)?(?:PrismaClient|TransactionClient|PrismaTransactionClient|ExtendedPrismaClient|PrismaPromiseClient)$/;

const handle = (state: State, at: Span): AbstractValue => ({ kind: 'client', client: 'prisma', state, at });
const stateOf = (of: ClientHandle): State => of.state as State;

export const prisma: ClientAdapter = {
  id: 'prisma',
  packages: ['@prisma/client', 'prisma', '@prisma/extension-accelerate'],
  methods: new Set([...OPERATIONS.keys(), ...RAW, '$transaction']),

  imported(from, name, context) {
    const own = /(?:^|[/@])prisma/i.test(from) || /generated\/.*client|\.prisma\/client/.test(from);
    if (name === 'PrismaClient') return handle({ is: 'class' }, context.at);
    if (!own) return undefined;
    if (name === 'Prisma') return handle({ is: 'namespace' }, context.at);
    return (name === 'default' || name === '*') && from === '@prisma/client' ? handle({ is: 'module' }, context.at) : undefined;
  },

  typed(type, at) {
    if (type.kind !== 'ref') return undefined;
    if (TYPES.test(type.name)) return handle({ ...PLAIN, transaction: /Transaction/.test(type.name) }, at);
    const [first] = type.args;
    if (type.name === 'Omit' && first?.kind === 'ref' && TYPES.test(first.name)) return handle({ ...PLAIN, transaction: true }, at);
    return undefined;
  },

  guessed(receiver, names, context) {
    void receiver;
    const last = names.at(-1);
    if (!last) return undefined;
    if (METHODS.has(last.name) && last.name !== '$on' && last.name !== '$use') return handle({ is: 'method', client: PLAIN, name: last.name }, context.at);
    const delegate = names.at(-2);
    if (!delegate || !OPERATIONS.has(last.name)) return undefined;
    const model = modelOf(delegate, context);
    return model && handle({ is: 'operation', client: PLAIN, model: model.name, operation: last.name, at: { ...delegate.at, end: last.at.end } }, context.at);
  },

  get(of, name, context) {
    const state = stateOf(of);
    switch (state.is) {
      case 'module': return name === 'PrismaClient' ? handle({ is: 'class' }, context.at) : name === 'Prisma' ? handle({ is: 'namespace' }, context.at) : undefined;
      case 'class': return undefined;
      case 'namespace': return namespace(name, context.at);
      case 'client': return clientMember(state, name, context);
      case 'delegate': {
        const model = context.models?.models.get(state.model);
        const own = custom(state.client, 'model', model, name, context);
        if (own) return own;
        return OPERATIONS.has(name) ? handle({ is: 'operation', client: state.client, model: state.model, operation: name, at: { ...state.at, end: context.nameAt.end } }, context.at) : undefined;
      }
      default: return undefined;
    }
  },

  index(of, key, context) {
    const state = stateOf(of);
    if (state.is !== 'client') return undefined;
    const named = cases(key).flatMap((c) => constantText(c.value) ?? []);
    if (named.length > 0 && named.length === cases(key).length) {
      return { kind: 'union', of: named.map((name) => ({ value: clientMember(state, name, context) ?? unknown(name, context.at), truths: [] })), at: context.at };
    }
    return handle({ is: 'delegate', client: state, model: '', at: context.at }, context.at);
  },

  call(of, args, context) {
    const state = stateOf(of);
    switch (state.is) {
      case 'class': return handle(PLAIN, context.at);
      case 'operation': return perform(state, state.client.extensions.length, args[0] ?? object({}, context.at), context);
      case 'base': return perform(state, state.client.extensions.length, args[0] ?? object({}, context.at), context);
      case 'probe': return handle({ is: 'probed', args: args[0] ?? object({}, context.at) }, context.at);
      case 'method': return method(state, args, context);
      case 'helper': return helper(state.name, args, context);
      default: return undefined;
    }
  },

  isCallable(of) {
    const { is } = stateOf(of);
    return is !== 'client' && is !== 'delegate' && is !== 'namespace' && is !== 'module';
  },

  isOnlyResult(of) {
    const state = stateOf(of);
    return state.is === 'client' && state.extensions.length > 0;
  },

  tagged(of, text, context) {
    const state = stateOf(of);
    const sql = fromTemplate(text);
    if (state.is === 'helper' && state.name === 'sql') return handle(sqlState(sql), context.at);
    if (state.is === 'method' && RAW.has(state.name)) return context.run(rawQuery(sql, state.name, state.client.transaction, context));
    return undefined;
  },
};

function modelOf(delegate: Named, context: ClientContext): Model | undefined {
  for (const model of context.models?.models.values() ?? []) if (model.delegate === delegate.name) return model;
  return undefined;
}

function clientMember(state: ClientOf, name: string, context: ClientContext): AbstractValue | undefined {
  if (METHODS.has(name)) return handle({ is: 'method', client: state, name }, context.at);
  const model = modelOf({ name, at: context.nameAt }, context);
  if (model) return handle({ is: 'delegate', client: state, model: model.name, at: context.nameAt }, context.at);
  return custom(state, 'client', undefined, name, context);
}

/** Methods that extensions add to models or to the client. */
function custom(client: ClientOf, component: 'model' | 'client', model: Model | undefined, name: string, context: ClientContext): AbstractValue | undefined {
  for (const extension of [...client.extensions].reverse()) {
    const added = context.property(extension, component);
    const holders = component === 'client' ? [added] : [model ? context.property(added, model.delegate) : undefined, context.property(added, '$allModels')];
    for (const holder of holders) {
      const value = holder && context.property(holder, name);
      if (value?.kind === 'function') return value;
    }
  }
  return undefined;
}

function namespace(name: string, at: Span): AbstractValue | undefined {
  if (['sql', 'raw', 'join', 'empty', 'validator', 'defineExtension', 'getExtensionContext'].includes(name)) {
    return name === 'empty' ? handle(sqlState({ texts: [{ text: '', at, verbatim: false }], holes: [], unsafe: false }), at) : handle({ is: 'helper', name }, at);
  }
  // Prisma.skip leaves the field out, as undefined does.
  if (name === 'skip') return { kind: 'undefined', at };
  return undefined;
}

function helper(name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  const [first] = args;
  switch (name) {
    case 'raw': {
      const text = first && constantText(first);
      const piece = text !== undefined
        ? { texts: [{ text, at, verbatim: false }], holes: [], unsafe: false }
        : { texts: [{ text: '', at, verbatim: false }, { text: '', at, verbatim: false }], holes: [{ value: first ?? unknown('no SQL', at), bound: false }], unsafe: true };
      return handle(sqlState(piece), at);
    }
    case 'join': {
      const element = first && (first.kind === 'array' && first.items.length === 1 && !first.items[0]?.spread ? first.items[0]?.value : { kind: 'symbol', origin: { kind: 'computed', op: 'joined', of: [first] }, path: [], at } as const);
      return handle(sqlState({ texts: [{ text: '', at, verbatim: false }, { text: '', at, verbatim: false }], holes: [{ value: joined(first, element, at), bound: true }], unsafe: false }), at);
    }
    case 'validator': return handle({ is: 'helper', name: 'same' }, at);
    case 'defineExtension': case 'same': case 'getExtensionContext': return first;
    default: return undefined;
  }
}

/** `IN (${Prisma.join(ids)})`: equal to one of them. */
function joined(values: AbstractValue | undefined, fallback: AbstractValue | undefined, at: Span): AbstractValue {
  if (values?.kind === 'list') return values.of;
  if (values?.kind === 'symbol') return { ...values, path: [...values.path, '[]'] };
  if (values?.kind === 'array' && values.items.length > 0) return { kind: 'union', of: values.items.map((i) => ({ value: i.value, truths: [] })), at };
  return fallback ?? unknown('joined values', at);
}

function method(state: Extract<State, { is: 'method' }>, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { client, name } = state;
  const [first] = args;
  if (RAW.has(name)) {
    const piece = first?.kind === 'client' && first.state['is'] === 'sql' ? (first.state as unknown as { text: ReturnType<typeof fromTemplate> }).text : undefined;
    return context.run(rawQuery(piece ?? fromArguments(args, context), name, client.transaction, context));
  }
  switch (name) {
    case '$transaction': {
      if (!first) return undefined;
      if (first.kind === 'array' || first.kind === 'list' || first.kind === 'symbol') {
        context.together?.([first.at, ...(context.items(first) ?? []).map((item) => item.at)]);
        return first;
      }
      return context.apply(first, [handle({ ...client, transaction: true }, context.at)]);
    }
    case '$extends': {
      if (!first) return handle(client, context.at);
      if (first.kind === 'function') return context.apply(first, [handle(client, context.at)]);
      return handle({ ...client, extensions: [...client.extensions, first] }, context.at);
    }
    default: return { kind: 'undefined', at: context.at };
  }
}

/** Sends an operation through the extensions below `level`, outermost first, and then to the database. */
function perform(state: Extract<State, { is: 'operation' | 'base' }>, level: number, args: AbstractValue, context: ClientContext): AbstractValue | undefined {
  const { client, operation } = state;
  const model = context.models?.models.get(state.model);
  for (let i = level - 1; i >= 0; i--) {
    const extension = client.extensions[i];
    const hook = extension && hookOf(extension, model, operation, context);
    if (!hook) continue;
    const below: ClientOf = { ...client, extensions: client.extensions.slice(0, i) };
    const stated = state.is === 'base' ? state.stated : context.property(args, 'where');
    const base = handle({ is: 'base', client: below, model: state.model, operation, at: state.at, stated, extension: placeOf(hook) }, context.at);
    return context.apply(hook, [object({ model: literal(model?.name ?? '', context.at), operation: literal(operation, context.at), args, query: base }, context.at)]);
  }
  const kind = OPERATIONS.get(operation);
  if (!kind) return undefined;
  const beside = state.is === 'operation' ? asksElsewhere(client, model, context) : undefined;
  return finish(kind, context.run({ ...query(state, kind, model, args, context), ...(beside ? { beside } : {}) }), context.at);
}

/** What an extension asks for in operations that it knows, told by handing it an empty call. */
function asksElsewhere(client: ClientOf, model: Model | undefined, context: ClientContext): Query['beside'] {
  for (const extension of client.extensions) {
    for (const operation of ['findMany', 'findFirst', 'findUnique', 'count', 'updateMany', 'update', 'deleteMany', 'delete']) {
      const hook = hookOf(extension, model, operation, context);
      if (!hook) continue;
      const answer = context.apply(hook, [object({ model: literal(model?.name ?? '', context.at), operation: literal(operation, context.at), args: object({ where: object({}, context.at) }, context.at), query: handle({ is: 'probe' }, context.at) }, context.at)]);
      const sent = cases(answer).flatMap(({ value }) => (value.kind === 'client' && value.client === 'prisma' && stateOf(value).is === 'probed' ? [(stateOf(value) as Extract<State, { is: 'probed' }>).args] : []));
      const [first] = sent;
      if (first) return { condition: where(context.property(first, 'where'), model, context), at: placeOf(hook) };
    }
  }
  return undefined;
}

const placeOf = (hook: AbstractValue): Span => (hook.kind === 'function' ? hook.fn.nameAt : hook.at);

/** The extension's callback for the operation: the most specific one. */
function hookOf(extension: AbstractValue, model: Model | undefined, operation: string, context: ClientContext): AbstractValue | undefined {
  const query = context.property(extension, 'query');
  const models = [model ? context.property(query, model.delegate) : undefined, context.property(query, '$allModels')];
  const hooks = [...models.flatMap((m) => (m ? [context.property(m, operation), context.property(m, '$allOperations')] : [])), context.property(query, '$allOperations')];
  return hooks.find((h) => h.kind === 'function');
}

function finish(kind: Operation, value: AbstractValue, at: Span): AbstractValue {
  if (kind.counted) return object({ count: value }, at);
  return kind.verb === 'insert' && kind.result === 'unknown' ? object({ count: value }, at) : value;
}

function query(state: Extract<State, { is: 'operation' | 'base' }>, kind: Operation, model: Model | undefined, args: AbstractValue, context: ClientContext): Query {
  const { operation } = state;
  const part = (name: string): AbstractValue => context.property(args, name);
  const data = part('data');
  const many = operation.startsWith('createMany');
  return {
    client: 'prisma',
    clientKind: state.is === 'base' ? 'scoped' : 'plain',
    ...(state.is === 'base' ? { stated: where(state.stated, model, context), extension: state.extension } : {}),
    table: model ? { kind: 'model', name: model.name } : { kind: 'unknown', why: 'the model is chosen at run time' },
    verb: kind.verb,
    operation,
    at: state.at,
    condition: kind.verb === 'insert' ? { kind: 'all', of: [] } : UNIQUE.has(operation) ? whereUnique(part('where'), model, context) : where(part('where'), model, context),
    inserts: kind.verb === 'insert' ? (many ? writtenMany(data, model, context) : [written(data, model, context)]) : kind.verb === 'upsert' ? [written(part('create'), model, context)] : [],
    changes: kind.verb === 'update' ? [written(data, model, context)] : kind.verb === 'upsert' ? [written(part('update'), model, context)] : [],
    includes: included(args, model, context),
    result: kind.result,
    selects: operation === 'groupBy' ? names(part('by')) : selected(args, model, context),
    orders: orders(part('orderBy')),
    limited: kind.limited || part('take').kind !== 'undefined',
    transaction: state.client.transaction,
  };
}

const names = (value: AbstractValue): string[] => (value.kind === 'array' ? value.items.flatMap((i) => constantText(i.value) ?? []) : constantText(value) !== undefined ? [constantText(value) ?? ''] : []);

function orders(value: AbstractValue): string[] {
  if (value.kind === 'array') return value.items.flatMap((i) => orders(i.value));
  return value.kind === 'object' ? settle(value as ValueOf<'object'>).fields.map((f) => f.name) : [];
}

