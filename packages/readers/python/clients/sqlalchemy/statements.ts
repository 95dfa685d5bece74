import { constantText, type AbstractValue, type ClientContext, type Span, type Truth } from '@tenantlint/model';
import { conjuncts, exprOf } from './expressions.ts';
import { entitiesIn } from './entities.ts';
import { isOwn, namedOf, namedValue, positionalOf, stateOf, type Column, type Criterion, type Entity, type Expr, type Join, type Loader, type Statement } from './state.ts';

const EMPTY: Omit<Statement, 'verb' | 'operation' | 'at'> = {
  is: 'statement', columns: [], from: [], joins: [], where: [], loaders: [], criteria: [], told: false, values: [], conflict: undefined, returning: false, limited: false, grouped: false, orders: [], others: [], bound: false,
};

/** `select(…)`, `session.query(…)`, `update(…)`, … */
export function begun(operation: string, args: readonly AbstractValue[], at: Span): Statement {
  const verb = operation === 'update' || operation === 'delete' || operation === 'insert' ? operation : 'select';
  const columns = positionalOf(args).flatMap(columnOf);
  if (verb === 'select') return { ...EMPTY, verb, operation, at, columns };
  const [target] = columns;
  return { ...EMPTY, verb, operation, at, from: target?.expr.e === 'entity' ? [target.expr.entity] : [] };
}

function columnOf(value: AbstractValue): Column[] {
  if (value.kind === 'array') return value.items.flatMap((i) => columnOf(i.value));
  if (!isOwn(value)) return value.kind === 'literal' ? [] : [{ expr: exprOf(value), label: undefined }];
  const state = stateOf(value);
  const expr = exprOf(value);
  const label = state.is === 'expr' ? state.label ?? (expr.e === 'column' ? expr.field : undefined) : undefined;
  return [{ expr, label }];
}

/** Methods that change nothing that matters here. */
const SAME = new Set(['distinct', 'with_for_update', 'correlate', 'correlate_except', 'prefix_with', 'suffix_with', 'with_hint', 'with_statement_hint', 'params', 'populate_existing', 'yield_per', 'enable_eagerloads', 'autoflush', 'enable_assertions', 'add_cte', 'set_label_style', 'reduce_columns', 'offset', 'fetch', 'unique', 'sort_by_parameter_order', 'inline', 'with_session', 'enable_baked_queries', 'from_self', 'reset_joinpoint', 'self_group', 'bindparams', 'with_labels']);

/** A method that makes another statement of this one; undefined: it is none. */
export function continued(of: Statement, name: string, args: readonly AbstractValue[], context: ClientContext): Statement | undefined {
  const positional = positionalOf(args);
  const [first, second] = positional;
  switch (name) {
    case 'where': case 'filter': case 'having':
      // Conditions on groups say nothing of single rows.
      return name === 'having' ? of : { ...of, where: [...of.where, ...positional.flatMap(conjuncts)] };
    case 'filter_by': return { ...of, where: [...of.where, ...byName(of, args)] };
    case 'whereclause': return of;
    case 'join': case 'outerjoin': case 'join_from': case 'outerjoin_from': return joined(of, name, args, context);
    case 'select_from': return { ...of, from: [...of.from, ...positional.flatMap((p) => entitiesOf(p))] };
    case 'limit': return { ...of, limited: of.limited || first?.kind !== 'literal' || first.value !== null };
    case 'slice': return { ...of, limited: true };
    case 'group_by': return { ...of, grouped: true };
    case 'order_by': return { ...of, orders: [...of.orders, ...positional.flatMap(named)] };
    case 'options': return { ...of, loaders: [...of.loaders, ...positional.flatMap(loadersOf)], criteria: [...of.criteria, ...positional.flatMap(criteriaOf)] };
    case 'execution_options': return { ...of, told: of.told || namedOf(args).length > 0 };
    case 'values': return { ...of, values: [...of.values, ...(positional.length > 0 ? positional : []), ...(namedOf(args).length > 0 ? [{ kind: 'object', entries: namedOf(args), at: context.at } as const] : [])] };
    case 'returning': return { ...of, returning: true, columns: positional.flatMap(columnOf) };
    case 'on_conflict_do_nothing': return { ...of, conflict: 'nothing' };
    case 'on_conflict_do_update': case 'on_duplicate_key_update': return { ...of, conflict: 'update' };
    case 'add_columns': case 'add_column': case 'add_entity': return { ...of, columns: [...of.columns, ...positional.flatMap(columnOf)] };
    case 'with_only_columns': case 'with_entities': return { ...of, columns: positional.flatMap(columnOf), from: [...of.from, ...mainOf(of)] };
    case 'union': case 'union_all': case 'intersect': case 'except_': return { ...of, others: [...of.others, ...statementsOf(positional)] };
    case 'from_statement': return second ? of : of;
    default: return SAME.has(name) ? of : undefined;
  }
}

export const statementsOf = (values: readonly AbstractValue[]): Statement[] => values.flatMap((v) => (isOwn(v) && stateOf(v).is === 'statement' ? [stateOf(v) as Statement] : []));

function named(value: AbstractValue): string[] {
  const expr = isOwn(value) ? exprOf(value) : undefined;
  const text = constantText(value);
  return expr?.e === 'column' ? [expr.field] : text !== undefined ? [text] : [];
}

function entitiesOf(value: AbstractValue): Entity[] {
  if (value.kind === 'union') return entitiesOf(value.of.map((c) => c.value).find((v) => isOwn(v)) ?? value.of[0]?.value ?? { kind: 'undefined', at: value.at });
  if (!isOwn(value)) return [];
  const state = stateOf(value);
  if (state.is === 'entity') return [state.entity];
  if (state.is === 'statement') return [{ key: `query@${state.at.start}`, of: { kind: 'query', statement: state } }];
  return state.is === 'expr' ? [...entitiesIn(state.expr).values()] : [];
}

/** What the statement reads rows of in the first place. */
export function mainOf(of: Statement): Entity[] {
  if (of.from.length > 0) return of.from.slice(0, 1);
  for (const column of of.columns) if (column.expr.e === 'entity') return [column.expr.entity];
  for (const column of of.columns) {
    const [found] = entitiesIn(column.expr).values();
    if (found) return [found];
  }
  const [joined] = of.joins;
  if (joined) return [joined.entity];
  for (const one of of.where) {
    const [found] = entitiesIn(one).values();
    if (found) return [found];
  }
  return [];
}

/** `filter_by(a=…)`: fields of what was joined last, or else of the statement itself. */
function byName(of: Statement, args: readonly AbstractValue[]): Expr[] {
  const entity = of.joins.at(-1)?.entity ?? mainOf(of)[0];
  if (!entity) return [];
  return namedOf(args).flatMap((e): Expr[] => {
    if (e.kind === 'property') return [{ e: 'compare', op: '=', left: { e: 'column', entity, field: e.name, at: e.nameAt }, right: exprOf(e.value), at: e.nameAt }];
    const value = e.kind === 'spread' ? e.of : e.value;
    if (value.kind === 'object') return value.entries.flatMap((inner): Expr[] => (inner.kind === 'property' ? [{ e: 'compare', op: '=', left: { e: 'column', entity, field: inner.name, at: inner.nameAt }, right: exprOf(inner.value), at: inner.nameAt }] : [{ e: 'unknown', value, why: 'conditions from elsewhere', at: inner.at }]));
    return [{ e: 'unknown', value, why: 'conditions from elsewhere', at: e.at }];
  });
}

function joined(of: Statement, name: string, args: readonly AbstractValue[], context: ClientContext): Statement {
  const positional = positionalOf(args);
  const [left, target, on] = name.endsWith('_from') ? positional : [undefined, ...positional];
  const given = namedValue(args, 'onclause') ?? on;
  const outer = name.startsWith('outer') || isTrue(namedValue(args, 'isouter')) || isTrue(namedValue(args, 'full'));
  const from = left && of.from.length === 0 ? entitiesOf(left) : [];
  const expr = target && isOwn(target) ? exprOf(target) : undefined;
  const byRelation = given && isOwn(given) ? exprOf(given) : undefined;
  const entity = expr?.e === 'relation' ? relatedEntity(expr, context) : target ? entitiesOf(target)[0] : undefined;
  if (!entity) return { ...of, from: [...of.from, ...from] };
  const by = expr?.e === 'relation' ? { entity: expr.entity, field: expr.field } : byRelation?.e === 'relation' ? { entity: byRelation.entity, field: byRelation.field } : undefined;
  const condition = given && byRelation?.e !== 'relation' ? conjuncts(given) : [];
  const join: Join = { entity, on: condition.length === 0 ? undefined : condition.length === 1 && condition[0] ? condition[0] : { e: 'and', of: condition, at: context.at }, outer, by };
  // One of several queries, as the branches before made them: each of them may be sent.
  const others = target?.kind === 'union' ? statementsOf(target.of.map((c) => c.value)).slice(1) : [];
  return { ...of, from: [...of.from, ...from], joins: [...of.joins, join], others: [...of.others, ...others] };
}

const isTrue = (value: AbstractValue | undefined): boolean => value?.kind === 'literal' && value.value === true;

function relatedEntity(of: Extract<Expr, { e: 'relation' }>, context: ClientContext): Entity | undefined {
  const model = of.entity.of.kind === 'model' ? context.models?.models.get(of.entity.of.name) : undefined;
  const field = model?.fields.get(of.field);
  return field?.kind === 'relation' ? { key: field.model, of: { kind: 'model', name: field.model } } : undefined;
}

function loadersOf(value: AbstractValue): Loader[] {
  if (value.kind === 'array') return value.items.flatMap((i) => loadersOf(i.value));
  if (!isOwn(value)) return [];
  const state = stateOf(value);
  return state.is === 'loader' ? [state.loader] : [];
}

export const criteriaOf = (value: AbstractValue): Criterion[] => {
  const state = isOwn(value) ? stateOf(value) : undefined;
  return state?.is === 'criterion' ? [state.criterion] : [];
};

interface Side {
  readonly state: Statement;
  readonly truths: readonly Truth[];
}

/** One statement for two branches that went on with the same one. */
export function merged(left: Side, right: Side, at: Span): Statement | undefined {
  const [a, b] = [left.state, right.state];
  if (a.verb !== b.verb || a.at.start !== b.at.start || a.at.file !== b.at.file) return undefined;
  let shared = 0;
  while (shared < a.where.length && shared < b.where.length && a.where[shared] === b.where[shared]) shared++;
  const [more, other] = [a.where.slice(shared), b.where.slice(shared)];
  const where = more.length === 0 && other.length === 0 ? a.where : [...a.where.slice(0, shared), { e: 'ways', of: [{ exprs: more, truths: left.truths }, { exprs: other, truths: right.truths }], at } as const];
  // A join that only one branch made removes no rows in the other.
  const both = a.joins.filter((j) => b.joins.includes(j));
  const loose = [...a.joins, ...b.joins].filter((j) => !both.includes(j)).map((j): Join => ({ ...j, outer: true }));
  return {
    ...a, where, joins: [...both, ...loose], columns: a.columns.length >= b.columns.length ? a.columns : b.columns, from: a.from.length >= b.from.length ? a.from : b.from,
    limited: a.limited && b.limited, orders: [...new Set([...a.orders, ...b.orders])], loaders: [...new Set([...a.loaders, ...b.loaders])], others: a.others.length >= b.others.length ? a.others : b.others,
  };
}
