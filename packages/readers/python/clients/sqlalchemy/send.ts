import { constantText, unknown, type AbstractValue, type ClientContext, type Condition, type Included, type Query, type SqlText, type ValueEntry } from '@tenantlint/model';
import { conditionOf, insideOf, outerJoined, toCondition } from './conditions.ts';
import { entitiesIn, modelOf, tableName } from './entities.ts';
import { conjuncts, droppedIn } from './expressions.ts';
import { written } from './objects.ts';
import { criteriaOf, mainOf } from './statements.ts';
import { handle, ID, isOwn, stateOf, type Column, type Entity, type Expr, type Loader, type Result, type State, type Statement, type Text } from './state.ts';

const NOTHING: Condition = { kind: 'all', of: [] };

/** A statement is sent, and what comes back. */
export function sent(statement: Statement, params: AbstractValue | undefined, context: ClientContext, one = false): Result {
  const [main] = mainOf(statement);
  const fetch = { one };
  const asked = statement.columns[0]?.expr;
  // `select(exists().where(…))`: whether there is a row.
  if (statement.verb === 'select' && statement.columns.length === 1 && asked?.e === 'exists') return { ...sent({ ...asked.of, at: statement.at, columns: [{ expr: { e: 'function', name: 'count', of: [], at: asked.at }, label: undefined }], from: mainOf(asked.of) }, params, context, true), fetch };
  if (statement.verb === 'insert') return { is: 'result', rows: insert(statement, main, params, context), count: undefined, scalars: false, fetch };
  if (statement.verb !== 'select') return change(statement, main, context);
  const counted = isCount(statement);
  const query = selection(statement, main, counted, fetch, context);
  const value = context.run(query);
  parts(statement, main, context);
  if (counted) return { is: 'result', rows: { kind: 'list', of: value, at: context.at }, count: undefined, scalars: true, fetch };
  const others = statement.columns.flatMap((c) => (c.expr.e === 'entity' && main && c.expr.entity.key !== main.key ? [c.expr.entity] : []));
  const beside = new Map(others.map((entity) => [entity.key, along(statement, entity, context)]));
  return { is: 'result', rows: rowsOf(statement, main, value, beside, context), count: undefined, scalars: statement.columns.length === 1 && statement.operation === 'query' && statement.columns[0]?.expr.e === 'entity', fetch };
}

/** `select(func.count())…`: a number of rows. */
function isCount(statement: Statement): boolean {
  const [only] = statement.columns;
  return statement.columns.length === 1 && !statement.grouped && only?.expr.e === 'function' && only.expr.name === 'count';
}

function selection(statement: Statement, main: Entity | undefined, counted: boolean, fetch: Result['fetch'], context: ClientContext): Query {
  const aggregate = statement.columns.length > 0 && statement.columns.every((c) => c.expr.e === 'function' && !statement.grouped);
  const scalars = statement.columns.flatMap((c) => (c.expr.e === 'column' ? [c.expr.field] : []));
  const whole = statement.columns.length === 0 || statement.columns.some((c) => c.expr.e === 'entity');
  const table = main ? ultimately(main) : { kind: 'unknown' as const, why: 'what is selected could not be told' };
  const own = main ? conditionOf(statement, main, context) : NOTHING;
  const added = main ? besides(statement, main, context) : [];
  const query: Query = {
    client: ID, clientKind: added.length > 0 ? 'scoped' : 'plain', table, verb: counted ? 'count' : 'select', operation: statement.operation, at: statement.at,
    condition: added.length > 0 ? { kind: 'all', of: [own, ...added] } : own, ...(added.length > 0 ? { stated: own } : {}),
    inserts: [], changes: [], includes: main ? [...loaded(statement.loaders, main, context), ...outerJoined(statement, main, context)] : [], result: counted ? 'count' : 'rows',
    selects: whole && !aggregate ? undefined : scalars, orders: statement.orders, limited: true, transaction: true, dropped: droppedIn([...statement.where, ...statement.joins.flatMap((j) => (j.on ? [j.on] : []))]),
  };
  // Whether one row or all of them were wanted is told by what is called next.
  Object.defineProperty(query, 'limited', { enumerable: true, get: () => statement.limited || statement.grouped || aggregate || fetch.one });
  return query;
}

/** What else the statement reads rows of: sub-selects, tables of joins that are queries, parts of a set operation. */
function parts(statement: Statement, main: Entity | undefined, context: ClientContext): void {
  for (const other of statement.others) sent(other, undefined, context);
  if (!main) return;
  const seen = new Set([statement.at.start]);
  const send = (inner: Statement, entity: Entity, condition: Condition): void => {
    if (seen.has(inner.at.start)) return;
    seen.add(inner.at.start);
    context.run({
      client: ID, clientKind: 'plain', table: ultimately(entity), verb: 'select', operation: inner.operation, at: inner.at, condition, inserts: [], changes: [], includes: [], result: 'void',
      selects: inner.columns.flatMap((c) => (c.expr.e === 'column' ? [c.expr.field] : [])), orders: [], limited: true, transaction: true, dropped: droppedIn(inner.where),
    });
    parts({ ...inner, others: [] }, mainOf(inner)[0], context);
  };
  if (main.of.kind === 'query') {
    const [own] = mainOf(main.of.statement);
    if (own) send(main.of.statement, own, conditionOf(main.of.statement, own, context));
  }
  for (const join of statement.joins) if (join.entity.of.kind === 'query') send(join.entity.of.statement, join.entity, conditionOf({ ...statement, joins: statement.joins.map((j) => (j === join ? { ...j, outer: false } : j)) }, join.entity, context));
  for (const one of insideOf(statement, main, context)) send(one.statement, one.entity, one.condition);
}

/** What options and hooks of the program ask of the rows, where the model has the column. */
export function besides(statement: Statement, main: Entity, context: ClientContext): Condition[] {
  if (main.of.kind !== 'model') return [];
  const model = main.of.name;
  const hooks = statement.verb === 'select' ? context.ambient : context.ambientWrites;
  const all = [...statement.criteria, ...(statement.told ? [] : (hooks ?? []).flatMap(criteriaOf))];
  return all.flatMap(({ on, make }): Condition[] => {
    const named = isOwn(on) ? stateOf(on) : undefined;
    if (named?.is === 'entity' && (named.entity.of.kind !== 'model' || named.entity.of.name !== model)) return [];
    const value = make.kind === 'function' ? context.apply(make, [handle({ is: 'entity', entity: main, cls: undefined }, context.at)]) : make;
    if (!isOwn(value) || stateOf(value).is !== 'expr') return [];
    return conjuncts(value).filter((part) => entitiesIn(part).has(main.key)).map((part) => toCondition({ main, links: [], context, outside: new Set() }, main, part, true));
  });
}

function ultimately(entity: Entity): Query['table'] {
  let at = entity;
  while (at.of.kind === 'query') {
    const [main] = mainOf(at.of.statement);
    if (!main) return { kind: 'unknown', why: 'rows of a query' };
    at = main;
  }
  return tableName(at);
}

/** Rows of another table that are returned beside the main one's. */
function along(statement: Statement, entity: Entity, context: ClientContext): AbstractValue {
  const inner = statement.joins.map((j) => (j.entity.key === entity.key || j.outer ? { ...j, outer: false } : j));
  const value = context.run({
    client: ID, clientKind: 'plain', table: ultimately(entity), verb: 'select', operation: statement.operation, at: statement.at,
    condition: conditionOf({ ...statement, joins: inner }, entity, context), inserts: [], changes: [], includes: [], result: 'rows', selects: undefined, orders: [], limited: true, transaction: true,
  });
  return value.kind === 'list' ? value.of : value;
}

/** What each row of the result holds: an object of the model, a column, or several of them by place and name. */
function rowsOf(statement: Statement, main: Entity | undefined, value: AbstractValue, beside: ReadonlyMap<string, AbstractValue>, context: ClientContext): AbstractValue {
  const { at } = context;
  const row = value.kind === 'list' ? value.of : value;
  const cell = ({ expr }: Column): AbstractValue => {
    if (expr.e === 'entity') return expr.entity.key === main?.key ? row : (beside.get(expr.entity.key) ?? unknown('another row', at));
    if (expr.e === 'column' && expr.entity.key === main?.key && expr.entity.of.kind !== 'query') return context.property(row, expr.field);
    return { kind: 'symbol', origin: { kind: 'computed', op: 'computed by the database', of: [row] }, path: [], at };
  };
  const { columns } = statement;
  const [only] = columns;
  if (columns.length === 0) return { kind: 'list', of: row, at };
  if (columns.length === 1 && only) return { kind: 'list', of: statement.operation === 'query' && only.expr.e !== 'entity' ? tuple([only], cell, at) : only.expr.e === 'entity' ? row : tuple([only], cell, at), at };
  return { kind: 'list', of: tuple(columns, cell, at), at };
}

function tuple(columns: readonly Column[], cell: (column: Column) => AbstractValue, at: AbstractValue['at']): AbstractValue {
  const entries = columns.flatMap((column, i): ValueEntry[] => {
    const value = cell(column);
    const name = column.label ?? (column.expr.e === 'entity' && column.expr.entity.of.kind === 'model' ? column.expr.entity.of.name : undefined);
    return [{ kind: 'property', name: String(i), nameAt: at, value }, ...(name === undefined ? [] : [{ kind: 'property' as const, name, nameAt: at, value }])];
  });
  return { kind: 'object', entries, at };
}

/** Relations that loader options read along. */
function loaded(loaders: readonly Loader[], main: Entity, context: ClientContext): Included[] {
  const into = (paths: readonly Loader['path'][], entity: Entity): Included[] => {
    const byField = new Map<string, { first: Loader['path'][number]; rest: Loader['path'][] }>();
    for (const [first, ...rest] of paths) {
      if (!first) continue;
      const known = byField.get(first.field) ?? { first, rest: [] };
      if (rest.length > 0) known.rest.push(rest);
      byField.set(first.field, known);
    }
    return [...byField.values()].flatMap(({ first, rest }): Included[] => {
      const field = modelOf(entity, context)?.fields.get(first.field);
      if (field?.kind !== 'relation') return [];
      const target: Entity = { key: field.model, of: { kind: 'model', name: field.model } };
      return [{ field: first.field, condition: onlyWith(first.where, target, context), includes: into(rest, target), counted: false, required: false, at: first.at }];
    });
  };
  return into(loaders.map((l) => l.path), main);
}

function onlyWith(where: readonly Expr[], entity: Entity, context: ClientContext): Condition {
  return where.length === 0 ? NOTHING : { kind: 'all', of: where.map((one) => toCondition({ main: entity, links: [], context, outside: new Set() }, entity, one, true)) };
}

function change(statement: Statement, main: Entity | undefined, context: ClientContext): Result {
  const values = statement.values.flatMap((v): readonly ValueEntry[] => (v.kind === 'object' ? v.entries : [{ kind: 'spread', of: v, at: v.at }]));
  const own = main ? conditionOf(statement, main, context) : NOTHING;
  const added = main ? besides(statement, main, context) : [];
  const value = context.run({
    client: ID, clientKind: added.length > 0 ? 'scoped' : 'plain', table: main ? tableName(main) : { kind: 'unknown', why: 'what is changed could not be told' }, verb: statement.verb === 'delete' ? 'delete' : 'update', operation: statement.operation, at: statement.at,
    condition: added.length > 0 ? { kind: 'all', of: [own, ...added] } : own, ...(added.length > 0 ? { stated: own } : {}), inserts: [], changes: statement.verb === 'update' && main ? [written(values, main, statement.at, context)] : [], includes: [],
    result: statement.returning ? 'rows' : 'count', selects: undefined, orders: [], limited: true, transaction: true, dropped: droppedIn(statement.where),
  });
  parts(statement, main, context);
  const size: AbstractValue = statement.returning ? { kind: 'test', test: { kind: 'size', of: value }, at: context.at } : value;
  return { is: 'result', rows: statement.returning ? rowsOf({ ...statement, operation: 'select' }, main, value, new Map(), context) : { kind: 'array', items: [], at: context.at }, count: size, scalars: false, fetch: { one: false } };
}

function insert(statement: Statement, main: Entity | undefined, params: AbstractValue | undefined, context: ClientContext): AbstractValue {
  const given = [...statement.values, ...(params ? [params] : [])];
  const rows = given.flatMap((v): AbstractValue[] => (v.kind === 'array' || v.kind === 'list' ? [...(context.items(v) ?? [v])] : [v]));
  const objects = rows.length > 0 && main ? rows.map((row) => written(row.kind === 'object' ? row.entries : [{ kind: 'spread', of: row, at: row.at }], main, statement.at, context)) : [];
  const value = context.run({
    client: ID, clientKind: 'plain', table: main ? tableName(main) : { kind: 'unknown', why: 'what is inserted could not be told' }, verb: 'insert', operation: statement.operation, at: statement.at,
    condition: NOTHING, inserts: objects, changes: [], includes: [], result: 'row', selects: undefined, orders: [], limited: true, transaction: true,
  });
  return { kind: 'list', of: value, at: context.at };
}

/** `text("… :name …")` with its parameters. Text that is put together from others is sent as it stands. */
export function sqlOf(text: Text, params: AbstractValue | undefined, context: ClientContext): SqlText {
  const given = (name: string): AbstractValue => {
    const own = text.params.findLast((e) => e.kind === 'property' && e.name === name);
    if (own?.kind === 'property') return own.value;
    return params ? context.property(params, name) : unknown(`:${name}`, text.at);
  };
  const value = text.text;
  const pieces: { texts: string[]; holes: { value: AbstractValue; bound: boolean }[] } = { texts: [''], holes: [] };
  const add = (part: string): void => {
    let from = 0;
    for (const match of part.matchAll(/(?<![:\w\\]):([A-Za-z_]\w*)(?!:)|(?<![%\w])%\((\w+)\)s/g)) {
      pieces.texts[pieces.texts.length - 1] += part.slice(from, match.index);
      pieces.holes.push({ value: given(match[1] ?? match[2] ?? ''), bound: true });
      pieces.texts.push('');
      from = match.index + match[0].length;
    }
    pieces.texts[pieces.texts.length - 1] += part.slice(from);
  };
  const constant = constantText(value);
  if (constant !== undefined) add(constant);
  else if (value.kind === 'text') {
    for (const [i, part] of value.texts.entries()) {
      add(part);
      const hole = value.values[i];
      if (!hole) continue;
      pieces.holes.push({ value: hole, bound: false });
      pieces.texts.push('');
    }
  } else {
    pieces.holes.push({ value, bound: false });
    pieces.texts.push('');
  }
  return { texts: pieces.texts.map((t) => ({ text: t, at: text.at, verbatim: false })), holes: pieces.holes, unsafe: pieces.holes.some((h) => !h.bound) };
}

export function sentText(text: Text, params: AbstractValue | undefined, context: ClientContext): Result {
  const value = context.run({
    client: ID, clientKind: 'plain', table: { kind: 'unknown', why: 'SQL' }, verb: 'call', operation: 'text', at: text.at,
    condition: NOTHING, inserts: [], changes: [], includes: [], result: 'rows', selects: undefined, orders: [], limited: true, transaction: true, sql: sqlOf(text, params, context),
  });
  return { is: 'result', rows: value, count: undefined, scalars: false, fetch: { one: false } };
}

export const resultHandle = (result: Result, context: ClientContext): AbstractValue => handle(result satisfies State, context.at);
