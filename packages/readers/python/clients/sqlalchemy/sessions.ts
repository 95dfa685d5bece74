import { cases, constantText, literal, mapCases, type AbstractValue, type ClientContext } from '@tenantlint/model';
import { entitiesIn } from './entities.ts';
import { added, deletedRow, keyCondition, mergedObject } from './objects.ts';
import { element, resultMember } from './results.ts';
import { besides, resultHandle, sent, sentText } from './send.ts';
import { begun, mainOf } from './statements.ts';
import { handle, ID, isOwn, namedValue, positionalOf, stateOf, type Entity, type Method, type Result, type State, type Statement } from './state.ts';

/** Methods of sessions and connections that ask the database, or begin to. */
export const SESSION = new Set(['execute', 'scalars', 'scalar', 'exec', 'stream', 'stream_scalars', 'query', 'get', 'get_one', 'add', 'add_all', 'merge', 'delete', 'bulk_save_objects', 'bulk_insert_mappings', 'bulk_update_mappings', 'begin', 'begin_nested', 'begin_twophase', 'connection', 'commit', 'rollback', 'flush', 'refresh', 'close', 'expunge', 'expunge_all', 'expire', 'expire_all', 'no_autoflush', 'sync_session', 'run_sync', 'is_active', 'remove', 'exec_driver_sql', 'invalidate', 'in_transaction', 'one_or_404', 'first_or_404', 'get_or_404', 'paginate', 'bind', 'get_bind', 'connect', 'execution_options']);

const NOTHING_DONE = new Set(['commit', 'rollback', 'flush', 'close', 'expunge', 'expunge_all', 'expire', 'expire_all', 'remove', 'invalidate', 'refresh']);

export function sessionCall(method: Method, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { name } = method;
  const { at } = context;
  const [first, second] = positionalOf(args);
  if (NOTHING_DONE.has(name)) return literal(null, at);
  switch (name) {
    case 'begin': case 'begin_nested': case 'begin_twophase': case 'connection': case 'connect': case 'execution_options': return handle({ is: 'session', flask: false }, at);
    case 'run_sync': return first ? context.apply(first, [handle({ is: 'session', flask: false }, at), ...args.slice(1)]) : undefined;
    case 'query': return first ? handle({ ...begun('query', args, method.at), bound: true }, at) : undefined;
    case 'execute': case 'scalars': case 'scalar': case 'exec': case 'stream': case 'stream_scalars': case 'exec_driver_sql': case 'first_or_404': case 'one_or_404': case 'paginate': {
      if (!first) return undefined;
      const params = second ?? namedValue(args, 'params') ?? namedValue(args, 'parameters');
      return mapCases(first, (statement) => executed(name, statement, params, context, method.at) ?? { kind: 'symbol', origin: { kind: 'unknown', why: `result of ${name}`, id: `${at.file}:${at.start}` }, path: [], at });
    }
    case 'get': case 'get_one': case 'get_or_404': return first && second ? mapCases(first, (model) => byKey(model, second, name, method, context)) : undefined;
    case 'add': case 'merge': return first ? kept(first, name, 0, context) : undefined;
    case 'add_all': case 'bulk_save_objects': case 'bulk_insert_mappings': return bulk(name, args, method, context);
    case 'delete': {
      if (!first) return undefined;
      for (const one of cases(first)) deletedRow(one.value, method.at, context);
      return literal(null, at);
    }
    default: return undefined;
  }
}

/** `session.execute(statement)` and its shorter forms. */
function executed(name: string, value: AbstractValue, params: AbstractValue | undefined, context: ClientContext, methodAt: Method['at']): AbstractValue | undefined {
  const result = resultOf(value, params, context, name === 'scalar' || name === 'first_or_404' || name === 'one_or_404', methodAt);
  if (!result) return undefined;
  switch (name) {
    case 'scalars': case 'stream_scalars': return resultMember(result, 'scalars', [], context);
    case 'scalar': return resultMember(result, 'scalar', [], context);
    case 'first_or_404': case 'one_or_404': return resultMember({ ...result, rows: firstColumns(result, context) }, 'one', [], context);
    // SQLModel gives the objects themselves where one column is selected.
    case 'exec': return isOwn(value) && stateOf(value).is === 'statement' && (stateOf(value) as Statement).columns.length === 1 ? resultMember(result, 'scalars', [], context) : resultHandle(result, context);
    default: return resultHandle(result, context);
  }
}

const firstColumns = (of: Result, context: ClientContext): AbstractValue => ({ kind: 'list', of: mapCases(element(of), (one) => (one.kind === 'object' ? context.property(one, '0') : one)), at: context.at });

/** What the database gives for a statement, or for text; undefined where it is neither. */
export function resultOf(value: AbstractValue, params: AbstractValue | undefined, context: ClientContext, one: boolean, methodAt: Method['at']): Result | undefined {
  if (!isOwn(value)) {
    // A driver's connection takes text as it is; so did sessions once.
    const looksLikeSql = constantText(value) ?? (value.kind === 'text' ? value.texts[0] : undefined);
    return looksLikeSql !== undefined && /^\s*(?:select|insert|update|delete|with|set)\b/i.test(looksLikeSql) ? sentText({ is: 'text', text: value, params: [], at: value.at }, params, context) : undefined;
  }
  const state = stateOf(value);
  switch (state.is) {
    case 'statement': return sent(state, params, context, one);
    case 'text': return sentText(state, params, context);
    case 'expr': {
      // `select` of what a function computes: `session.scalar(func.now())`, `session.query(exists()).scalar()`.
      const statement = begun('select', [value], methodAt);
      const inner = state.expr.e === 'exists' || state.expr.e === 'query' ? state.expr.of : statement;
      return entitiesIn(state.expr).size === 0 && inner === statement ? undefined : sent(inner, params, context, true);
    }
    default: return undefined;
  }
}

/** `session.get(Model, key)`. */
function byKey(model: AbstractValue, key: AbstractValue, name: string, method: Method, context: ClientContext): AbstractValue {
  const entity = isOwn(model) && stateOf(model).is === 'entity' ? (stateOf(model) as Extract<State, { is: 'entity' }>).entity : undefined;
  if (!entity) return { kind: 'symbol', origin: { kind: 'unknown', why: 'a row of an unknown table', id: `${context.at.file}:${context.at.start}` }, path: [], at: context.at };
  return fetched(entity, key, name, method.at, context);
}

export function fetched(entity: Entity, key: AbstractValue, name: string, at: Method['at'], context: ClientContext): AbstractValue {
  let n = 0;
  const part = (field: string): AbstractValue => {
    if (key.kind === 'object') return context.property(key, field);
    return key.kind === 'array' ? (key.items[n++]?.value ?? key) : key;
  };
  const own = keyCondition(entity, part, key.at, context);
  const added = besides(begun('select', [], at), entity, context);
  return context.run({
    client: ID, clientKind: added.length > 0 ? 'scoped' : 'plain', table: entity.of.kind === 'model' ? { kind: 'model', name: entity.of.name } : { kind: 'unknown', why: 'rows of a query' }, verb: 'select', operation: 'get', at,
    condition: added.length > 0 ? { kind: 'all', of: [own, ...added] } : own, ...(added.length > 0 ? { stated: own } : {}), inserts: [], changes: [], includes: [], result: name === 'get' ? 'row-or-null' : 'row', selects: undefined, orders: [], limited: true, transaction: true,
  });
}

/** The session is given an object; the variable that held it holds the row from now on. */
function kept(value: AbstractValue, name: string, argument: number, context: ClientContext): AbstractValue {
  const row = mapCases(value, (one) => {
    if (!isOwn(one)) return one;
    const state = stateOf(one);
    if (state.is !== 'object') return one;
    return name === 'merge' ? mergedObject(state, context) : added(state, name, context);
  });
  if (row !== value) context.becomeArgument(argument, row);
  return name === 'merge' ? row : literal(null, context.at);
}

function bulk(name: string, args: readonly AbstractValue[], method: Method, context: ClientContext): AbstractValue {
  const [first, second] = positionalOf(args);
  if (name === 'bulk_insert_mappings') {
    if (first && second && isOwn(first)) sent({ ...begun('insert', [first], method.at), operation: name }, second, context);
    return literal(null, context.at);
  }
  const items = first && context.items(first);
  if (!first || !items) return literal(null, context.at);
  const rows = items.map((item) => mapCases(item, (one) => {
    if (!isOwn(one)) return one;
    const state = stateOf(one);
    return state.is === 'object' ? added(state, name, context) : one;
  }));
  context.becomeArgument(0, first.kind === 'list' && rows[0] ? { ...first, of: rows[0] } : { kind: 'array', items: rows.map((value) => ({ value, spread: false })), at: first.at });
  return literal(null, context.at);
}

/** Methods by which a query of a session, or of a model, sends itself. */
export function queryCall(of: Statement, name: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const { at } = context;
  const [first] = positionalOf(args);
  switch (name) {
    case 'all': case 'fetchall': return sent(of, undefined, context).rows;
    case 'first': case 'one_or_none': case 'one': case 'first_or_404': case 'one_or_404': case 'scalar_one': case 'scalar_one_or_none': case 'scalar': return resultMember(sent(of, undefined, context, true), name, [], context);
    case 'scalars': return resultMember(sent(of, undefined, context), name, [], context);
    case 'count': {
      const result = sent({ ...of, columns: [{ expr: { e: 'function', name: 'count', of: [], at }, label: undefined }], from: mainOf(of) }, undefined, context, true);
      return element(result);
    }
    case 'get': case 'get_or_404': {
      const [entity] = mainOf(of);
      return entity && first ? fetched(entity, first, name === 'get' ? 'get' : 'get_one', of.at, context) : undefined;
    }
    case 'delete': return sent({ ...of, verb: 'delete', from: mainOf(of) }, undefined, context).count;
    case 'update': return sent({ ...of, verb: 'update', from: mainOf(of), values: first ? [first] : [] }, undefined, context).count;
    case 'paginate': {
      const rows = sent({ ...of, limited: true }, undefined, context).rows;
      return { kind: 'object', entries: ['items', 'data'].map((n) => ({ kind: 'property', name: n, nameAt: at, value: rows })), at };
    }
    case 'exists': return undefined;
    default: return undefined;
  }
}

