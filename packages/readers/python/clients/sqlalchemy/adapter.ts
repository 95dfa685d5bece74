import { constantText, unknown, type AbstractValue, type ClientAdapter, type ClientContext, type CodeType, type Model, type Span, type ValueOf } from '@tenantlint/model';
import { conjuncts, exprMethod, exprOf, logical, made, mentioned, operator } from './expressions.ts';
import { constructed, validated } from './objects.ts';
import { element, resultMember } from './results.ts';
import { queryCall, SESSION, sessionCall } from './sessions.ts';
import { begun, continued, merged } from './statements.ts';
import { sent } from './send.ts';
import { expression, handle, ID, isOwn, namedOf, positionalOf, stateOf, type Expr, type Loader, type Method, type State, type Statement } from './state.ts';

const PACKAGES = /^(?:sqlalchemy|sqlmodel|flask_sqlalchemy|sqlalchemy_utils|fastapi_sqlalchemy|advanced_alchemy|quart_sqlalchemy)\b/;
const STATEMENTS = new Set(['select', 'update', 'delete', 'insert']);
const LOADERS = new Set(['selectinload', 'joinedload', 'subqueryload', 'lazyload', 'noload', 'raiseload', 'contains_eager', 'immediateload', 'defaultload', 'load_only', 'defer', 'undefer']);
const EXPRESSIONS = new Set(['and_', 'or_', 'not_', 'true', 'false', 'null', 'literal', 'bindparam', 'col', 'cast', 'case', 'extract', 'literal_column', 'tuple_', 'between', 'collate', 'column', 'desc', 'asc', 'distinct', 'type_coerce', 'foreign', 'remote', 'nulls_last', 'nullslast', 'nullsfirst', 'column_property', 'any_', 'all_']);
const SESSIONS = /^(?:\w+\.)*(?:Async|Scoped)?(?:Session|AsyncSession|SQLModelSession|SqlSession|DBSession|DbSession|OrmSession|SQLASession|AsyncConnection)$/;
const MAKERS = /^(?:\w+\.)*(?:async_)?(?:sessionmaker|scoped_session|async_scoped_session)$/;
const FUNCTIONS = new Set([...STATEMENTS, ...LOADERS, ...EXPRESSIONS, 'func', 'text', 'exists', 'aliased', 'alias', 'union', 'union_all', 'intersect', 'except_', 'Session', 'AsyncSession', 'sessionmaker', 'async_sessionmaker', 'scoped_session', 'async_scoped_session', 'create_engine', 'create_async_engine', 'SQLAlchemy', 'with_loader_criteria', 'Table', 'table', 'count', 'Query', 'async_engine_from_config', 'engine_from_config', 'TextClause', 'inspect', 'object_session']);

const fn = (name: string, from: string, at: Span): AbstractValue => handle({ is: 'fn', name, from }, at);

export const sqlalchemy: ClientAdapter = {
  id: ID,
  packages: ['sqlalchemy', 'sqlmodel', 'flask_sqlalchemy'],
  methods: new Set(['execute', 'scalars', 'scalar', 'exec', 'query', 'get', 'add', 'add_all', 'merge', 'delete', 'bulk_save_objects', 'bulk_insert_mappings', 'stream', 'stream_scalars', 'get_or_404', 'first_or_404']),

  imported(from, name, context) {
    if (!PACKAGES.test(from)) return undefined;
    if (name === '*' || name === '' || name === 'orm' || name === 'sql' || name === 'dialects' || name === 'postgresql' || name === 'asyncio' || name === 'expression' || name === 'functions') return handle({ is: 'package', from }, context.at);
    return offered(name, from, context.at);
  },

  typed(type, at) {
    return ofType(type, at);
  },

  declared(of, context) {
    const model = modelOf(of, context);
    return model && handle({ is: 'entity', entity: { key: model.name, of: { kind: 'model', name: model.name } }, cls: of }, of.at);
  },

  guessed(receiver, names, context, args) {
    void receiver;
    const last = names.at(-1);
    if (!last || !SESSION.has(last.name) || !args || !isAsked(last.name, args)) return undefined;
    return handle({ is: 'method', of: { is: 'session', flask: false }, name: last.name, at: last.at }, context.at);
  },

  get(of, name, context) {
    return member(of, name, context);
  },

  call(of, args, context) {
    const state = stateOf(of);
    switch (state.is) {
      case 'fn': return called(state.name, args, context);
      case 'functions': return expression({ e: 'function', name: state.path.at(-1) ?? '', of: mentioned(positionalOf(args)), at: context.at }, context.at);
      case 'entity': return state.cls ? constructed(state.entity, state.cls, args, context) : undefined;
      case 'maker': case 'engine': return handle({ is: 'session', flask: false }, context.at);
      case 'session': return handle(state, context.at);
      case 'method': return callMethod(state, args, context);
      default: return undefined;
    }
  },

  operator(op, left, right, context) {
    return operator(op, left, right, context);
  },

  logical(op, left, right, context) {
    return logical(op, left, right, context);
  },

  set(of, name, value, context) {
    const state = stateOf(of);
    return state.is === 'object' ? handle({ ...state, entries: [...state.entries, { kind: 'property', name, nameAt: context.nameAt, value }] }, of.at) : of;
  },

  elements(of, context) {
    const state = stateOf(of);
    if (state.is === 'result') return state.rows;
    return state.is === 'statement' && state.bound ? sent(state, undefined, context).rows : undefined;
  },

  merge(left, right, at) {
    const [a, b] = [stateOf(left.handle), stateOf(right.handle)];
    if (a.is !== 'statement' || b.is !== 'statement') return undefined;
    const one = merged({ state: a, truths: left.truths }, { state: b, truths: right.truths }, at);
    return one && handle(one, at);
  },
};

function offered(name: string, from: string, at: Span): AbstractValue | undefined {
  return FUNCTIONS.has(name) ? fn(name, from, at) : undefined;
}

function ofType(type: CodeType, at: Span): AbstractValue | undefined {
  if (type.kind !== 'ref') return undefined;
  if (SESSIONS.test(type.name)) return handle({ is: 'session', flask: false }, at);
  return MAKERS.test(type.name) ? handle({ is: 'maker' }, at) : undefined;
}

/** The model that a class is; classes of one name are told apart by where they stand. */
function modelOf(of: ValueOf<'class'>, context: ClientContext): Model | undefined {
  const { nameAt, name } = of.class;
  const same = (m: Model | undefined): boolean => m !== undefined && m.at.file === nameAt.file && m.at.start === nameAt.start;
  const first = name === undefined ? undefined : context.models?.models.get(name);
  if (same(first)) return first;
  for (const m of context.models?.models.values() ?? []) if (same(m)) return m;
  return undefined;
}

/** What a method of something unknown is called with tells whether it is a session's. */
function isAsked(name: string, args: readonly AbstractValue[]): boolean {
  const [first] = positionalOf(args);
  const of = first?.kind === 'union' ? first.of.map((c) => c.value).find(isOwn) : first;
  if (name === 'delete') return of?.kind === 'row';
  if (name === 'add_all' || name === 'bulk_save_objects') return of?.kind === 'array' ? of.items.some((i) => isOwn(i.value)) : of?.kind === 'list' && isOwn(of.of);
  if (!isOwn(of)) return false;
  const { is } = stateOf(of);
  switch (name) {
    case 'get': case 'get_one': case 'get_or_404': return is === 'entity' && args.length > 1;
    case 'query': return is === 'entity' || is === 'expr';
    case 'add': case 'merge': return is === 'object';
    case 'bulk_insert_mappings': return is === 'entity';
    default: return is === 'statement' || is === 'text' || is === 'expr';
  }
}

const methodOf = (of: State, name: string, context: ClientContext, at: Span = context.nameAt): AbstractValue => handle({ is: 'method', of, name, at }, context.at);

function member(of: ValueOf<'client'>, name: string, context: ClientContext): AbstractValue | undefined {
  const state = stateOf(of);
  switch (state.is) {
    case 'package': return offered(name, state.from, context.at) ?? (/^[a-z_]+$/.test(name) ? handle({ is: 'package', from: `${state.from}.${name}` }, context.at) : undefined);
    case 'fn': return state.name === 'func' ? handle({ is: 'functions', path: [name] }, context.at) : undefined;
    case 'functions': return handle({ is: 'functions', path: [...state.path, name] }, context.at);
    case 'entity': return entityMember(state, name, context);
    case 'columns': return expression({ e: 'column', entity: state.entity, field: name, at: context.at }, context.at);
    case 'expr': return exprMember(state.expr, name, context);
    case 'statement': return statementMember(state, name, context);
    case 'session':
      // What the program keeps with its session.
      if (name === 'info') return unknown('what the session was told', context.at);
      if (name === 'session' || name === 'sync_session' || name === 'no_autoflush' || name === 'bind') return handle(state, context.at);
      return SESSION.has(name) ? methodOf(state, name, context, { ...context.nameAt, start: context.at.file === context.nameAt.file ? Math.min(context.at.start, context.nameAt.start) : context.nameAt.start }) : undefined;
    case 'maker': return name === 'begin' ? methodOf({ is: 'session', flask: false }, name, context) : SESSION.has(name) ? methodOf({ is: 'session', flask: false }, name, context) : undefined;
    case 'flask': return flaskMember(state, name, context);
    case 'engine':
      if (!SESSION.has(name)) return undefined;
      context.apart?.();
      return methodOf({ is: 'session', flask: false }, name, context);
    case 'result': return resultMember(state, name, undefined, context) ?? methodOf(state, name, context);
    case 'object': return objectMember(of, state, name, context);
    case 'text': case 'loader': case 'method': return methodOf(state, name, context);
    default: return undefined;
  }
}

function entityMember(state: Extract<State, { is: 'entity' }>, name: string, context: ClientContext): AbstractValue | undefined {
  const { entity, cls } = state;
  const model = entity.of.kind === 'model' ? context.models?.models.get(entity.of.name) : undefined;
  const field = model?.fields.get(name);
  if (field) return expression({ e: field.kind === 'scalar' ? 'column' : 'relation', entity, field: name, at: context.at }, context.at);
  if (name === 'query' && model) return handle({ ...begun('query', [handle(state, context.at)], context.at), bound: true }, context.at);
  if (name === '__table__' || name === 'metadata') return handle(state, context.at);
  if (name === 'c' || name === 'columns') return handle({ is: 'columns', entity }, context.at);
  if (name === 'model_validate' || name === 'from_orm' || name === 'parse_obj') return methodOf(state, name, context);
  if (entity.of.kind !== 'model') return expression({ e: 'column', entity, field: name, at: context.at }, context.at);
  if (!cls) return undefined;
  const own = context.property(cls, name);
  if (own.kind !== 'symbol') return own;
  return STATEMENTS.has(name) && !model ? methodOf(state, name, context) : own;
}

function exprMember(of: Expr, name: string, context: ClientContext): AbstractValue | undefined {
  if (name === 'c' && of.e === 'query') return handle({ is: 'columns', entity: { key: `query@${of.of.at.start}`, of: { kind: 'query', statement: of.of } } }, context.at);
  if (EXPR_PROPERTIES.has(name)) return expression(of.e === 'column' ? { e: 'function', name, of: [of], at: context.at } : of, context.at);
  // `column['path']` has the quotes at its name's place.
  if (of.e === 'column' && context.nameAt.end - context.nameAt.start > name.length) return expression({ e: 'function', name: '->', of: [of], at: context.at }, context.at);
  if (of.e === 'function' && of.name === '->' && context.nameAt.end - context.nameAt.start > name.length) return expression({ ...of, at: context.at }, context.at);
  return methodOf({ is: 'expr', expr: of, label: undefined }, name, context);
}
const EXPR_PROPERTIES = new Set(['astext', 'key', 'name', 'type', 'expression', 'comparator', 'property']);

function statementMember(of: Statement, name: string, context: ClientContext): AbstractValue | undefined {
  if (name === 'c' || name === 'columns' || name === 'selected_columns' || name === 'exported_columns') return handle({ is: 'columns', entity: { key: `query@${of.at.start}`, of: { kind: 'query', statement: of } } }, context.at);
  return methodOf(of, name, context);
}

function flaskMember(state: Extract<State, { is: 'flask' }>, name: string, context: ClientContext): AbstractValue | undefined {
  if (name === 'session') return handle({ is: 'session', flask: true }, context.at);
  if (name === 'engine') return handle({ is: 'engine' }, context.at);
  if (name === 'get_or_404' || name === 'first_or_404' || name === 'one_or_404' || name === 'paginate') return methodOf({ is: 'session', flask: true }, name, context);
  void state;
  return offered(name, 'sqlalchemy', context.at);
}

/** Reads what an object was made with. */
function objectMember(of: ValueOf<'client'>, state: Extract<State, { is: 'object' }>, name: string, context: ClientContext): AbstractValue | undefined {
  const written: AbstractValue = { kind: 'object', entries: state.entries, at: state.at };
  const value = context.property(written, name);
  if (value.kind !== 'undefined') return value;
  if (name === 'model_dump' || name === 'dict') return methodOf(state, name, context);
  void of;
  return state.cls ? context.property(state.cls, name) : undefined;
}

function called(name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  const [first] = positionalOf(args);
  if (STATEMENTS.has(name)) return handle(begun(name, args, at), at);
  if (EXPRESSIONS.has(name)) return made(name, args, at);
  if (LOADERS.has(name)) return loader(undefined, args, at);
  switch (name) {
    case 'text': return first ? handle({ is: 'text', text: first, params: [], at }, at) : undefined;
    case 'count': return expression({ e: 'function', name: 'count', of: mentioned(positionalOf(args)), at }, at);
    case 'exists': {
      const inner = first && isOwn(first) && stateOf(first).is === 'statement' ? (stateOf(first) as Statement) : begun('select', args, at);
      return expression({ e: 'exists', of: inner, at }, at);
    }
    case 'with_loader_criteria': {
      const [, make] = positionalOf(args);
      return first && make ? handle({ is: 'criterion', criterion: { on: first, make } }, at) : undefined;
    }
    case 'aliased': case 'alias': return first && isOwn(first) ? aliased(first, context) : undefined;
    case 'union': case 'union_all': case 'intersect': case 'except_': {
      const [own, ...others] = positionalOf(args).flatMap((a) => (isOwn(a) && stateOf(a).is === 'statement' ? [stateOf(a) as Statement] : []));
      return own && handle({ ...own, others: [...own.others, ...others] }, at);
    }
    case 'Session': case 'AsyncSession': case 'object_session': return handle({ is: 'session', flask: false }, at);
    case 'sessionmaker': case 'async_sessionmaker': case 'scoped_session': case 'async_scoped_session': return handle({ is: 'maker' }, at);
    case 'create_engine': case 'create_async_engine': case 'engine_from_config': case 'async_engine_from_config': return handle({ is: 'engine' }, at);
    case 'SQLAlchemy': return handle({ is: 'flask' }, at);
    case 'Table': case 'table': {
      const table = first && constantText(first);
      const schema = namedOf(args).find((e) => e.kind === 'property' && e.name === 'schema');
      return table === undefined ? undefined : handle({ is: 'entity', entity: { key: table, of: { kind: 'table', name: table, schema: schema?.kind === 'property' ? constantText(schema.value) : undefined } }, cls: undefined }, at);
    }
    default: return undefined;
  }
}

function aliased(value: ValueOf<'client'>, context: ClientContext): AbstractValue | undefined {
  const state = stateOf(value);
  if (state.is === 'entity') return handle({ ...state, entity: { ...state.entity, key: `${state.entity.key}@${context.at.start}` } }, context.at);
  return state.is === 'statement' ? handle({ is: 'entity', entity: { key: `query@${context.at.start}`, of: { kind: 'query', statement: state } }, cls: undefined }, context.at) : undefined;
}

/** `selectinload(Project.documents).joinedload(Document.author)`. */
function loader(before: Loader | undefined, args: readonly AbstractValue[], at: Span): AbstractValue {
  const path = positionalOf(args).flatMap((arg) => {
    if (!isOwn(arg)) return [];
    const expr = exprOf(arg);
    return expr.e === 'relation' ? [{ field: expr.field, at: expr.at, where: [] }] : [];
  });
  return handle({ is: 'loader', loader: { path: [...(before?.path ?? []), ...path] } }, at);
}

function callMethod(state: Method, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { of, name } = state;
  const { at } = context;
  switch (of.is) {
    case 'session': return sessionCall(state, args, context);
    case 'statement': return statementCall(of, name, args, context);
    case 'expr': return exprCall(of.expr, name, args, context);
    case 'result': {
      const value = resultMember(of, name, args, context);
      return value ?? (name === 'scalars' ? undefined : element(of));
    }
    case 'text': return name === 'bindparams' || name === 'params' ? handle({ ...of, params: [...of.params, ...namedOf(args)] }, at) : handle(of, at);
    case 'loader': return loader(of.loader, args, at);
    case 'entity':
      if (STATEMENTS.has(name)) return handle(begun(name, [handle(of, at)], at), at);
      return validated(of.entity, of.cls, args, context);
    case 'object': return { kind: 'object', entries: of.entries, at };
    default: return undefined;
  }
}

function statementCall(of: Statement, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  switch (name) {
    case 'subquery': case 'cte': case 'alias': case 'lateral': case 'as_scalar': case 'scalar_subquery': case 'label':
      return name === 'subquery' || name === 'cte' || name === 'alias' || name === 'lateral' ? handle({ is: 'entity', entity: { key: `query@${at.start}`, of: { kind: 'query', statement: of } }, cls: undefined }, at) : expression({ e: 'query', of, at }, at);
    case 'exists': return of.bound ? handle({ ...of, limited: true }, at) : expression({ e: 'exists', of, at }, at);
    default:
  }
  if (of.bound) {
    const value = queryCall(of, name, args, context);
    if (value) return value;
  }
  const next = continued(of, name, args, context);
  return next && handle(next, at);
}

function exprCall(of: Expr, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  // `exists().where(…)`, and what else is asked of the statement inside.
  if (of.e === 'exists' || of.e === 'query') {
    if (name === 'scalar_subquery' || name === 'label' || name === 'as_scalar') return expression(of, context.at);
    const next = continued(of.of, name, args, context);
    if (next) return expression({ ...of, of: next, at: context.at }, context.at);
  }
  if (of.e === 'relation' && name === 'and_') return expression({ e: 'related', entity: of.entity, field: of.field, where: positionalOf(args).flatMap(conjuncts), at: context.at }, context.at);
  return exprMethod(of, name, args, context);
}

