import type { AbstractValue, ClientContext, Condition, Included, Relationship, Span } from '@tenantlint/model';
import { entitiesIn, modelOf, tableName } from './entities.ts';
import { exprOf } from './expressions.ts';
import { columnOf, equalColumns, flat, innermost, linksOf, type Link } from './links.ts';
import { mainOf } from './statements.ts';
import { isOwn, type Entity, type Expr, type Join, type Statement } from './state.ts';

const ALWAYS: Condition = { kind: 'all', of: [] };
const NEVER: Condition = { kind: 'any', of: [] };

interface Reading {
  readonly main: Entity;
  readonly links: readonly Link[];
  readonly context: ClientContext;
  /** Entities of statements around this one. */
  readonly outside: ReadonlySet<string>;
}

/** Which rows of `main` the statement means, as a condition on them. */
export function conditionOf(statement: Statement, main: Entity, context: ClientContext, outside: ReadonlySet<string> = new Set()): Condition {
  const parts = flat([...statement.where, ...statement.joins.flatMap((j) => (j.outer || !j.on ? [] : [j.on]))]);
  const { links, used } = linksOf(statement, main, parts, context, outside);
  const of: Reading = { main, links, context, outside };
  return entityCondition(of, main, parts.filter((p) => !used.has(p)));
}

/** What outer joins ask of the rows that they bring along: it removes none of the others. */
export function outerJoined(statement: Statement, main: Entity, context: ClientContext): Included[] {
  if (!statement.joins.some((j) => j.outer && j.on)) return [];
  const parts = flat([...statement.where, ...statement.joins.flatMap((j) => (j.outer || !j.on ? [] : [j.on]))]);
  const { links } = linksOf(statement, main, parts, context, new Set());
  const of: Reading = { main, links, context, outside: new Set() };
  return links.flatMap((link): Included[] => {
    const asked = link.also.filter((part) => [...entitiesIn(part).keys()].every((key) => key === link.entity.key));
    if (!link.outer || link.parent.key !== main.key || asked.length === 0 || link.entity.of.kind !== 'model') return [];
    return [{ field: link.entity.of.name, condition: entityCondition({ ...of, links: [] }, link.entity, asked), includes: [], counted: false, required: false, to: to(link.entity, link.on), at: link.at }];
  });
}

/** A sub-select of a condition or of a column, and which of its rows the statement around it means. */
export interface Inside {
  readonly statement: Statement;
  readonly entity: Entity;
  readonly condition: Condition;
}

/** Sub-selects read rows of their own. Those that matter are tied to the rows of the statement that they stand in. */
export function insideOf(statement: Statement, main: Entity, context: ClientContext): Inside[] {
  const parts = flat([...statement.where, ...statement.joins.flatMap((j) => (j.outer || !j.on ? [] : [j.on]))]);
  const reading: Reading = { main, links: [], context, outside: new Set() };
  const inConditions = parts.flatMap((part) => inPart(part, reading, () => conditionOf({ ...statement, where: parts.filter((p) => p !== part), joins: statement.joins.map((j) => (j.outer ? j : { ...j, on: j.on })) }, main, context)));
  // The ON of an outer join removes no row of the statement, and its sub-selects read theirs all the same: for those, or for the rows that are brought along.
  const inOuter = statement.joins.flatMap((join) => (join.outer && join.on ? flat([join.on]) : []).flatMap((part, _, all): Inside[] => {
    const own = inPart(part, reading, () => conditionOf(statement, main, context));
    if (own.length > 0) return own;
    const inner: Join = { ...join, outer: false, on: { e: 'and', of: all.filter((p) => p !== part), at: part.at } };
    return inPart(part, { main: join.entity, links: [], context, outside: new Set([main.key]) }, () => conditionOf({ ...statement, joins: statement.joins.map((j) => (j === join ? inner : j)) }, join.entity, context));
  }));
  const inColumns = [...statement.columns.map((c) => c.expr), ...statement.values.flatMap(queriesIn)].flatMap((expr): Inside[] => {
    if (expr.e !== 'query' && expr.e !== 'exists') return [];
    const own = subselect(reading, main, expr.of, undefined, expr.at);
    const [first] = mainOf(expr.of);
    if (!first || own.kind !== 'relation' || !own.to) return [];
    const tied = own.to.on.length === 0 ? [] : [{ kind: 'relation', field: main.key, quantifier: 'some', where: conditionOf(statement, main, context), to: to(main, own.to.on.map(([a, b]) => [b, a] as const)), at: own.at } as const];
    return [{ statement: expr.of, entity: readBy(expr.of, main, first), condition: all([own.where, ...tied]) }];
  });
  return [...inConditions, ...inOuter, ...inColumns];
}

/** Which rows the sub-select reads: where it names the outer entity as well, those that it compares with it. */
const readBy = (inner: Statement, outer: Entity, first: Entity): Entity => (first.key === outer.key ? (innerOf(inner, outer) ?? first) : first);

/** The sub-select that a part of a condition on some row is. @param around what else is asked of that row */
function inPart(part: Expr, reading: Reading, around: () => Condition): Inside[] {
  const { main } = reading;
  const inner = part.e === 'exists' ? part.of : part.e === 'compare' && part.right.e === 'query' ? part.right.of : undefined;
  const own = inner && toCondition(reading, main, part, true);
  const [entity] = inner ? mainOf(inner) : [];
  if (!inner || !entity || own?.kind !== 'relation' || !own.to || own.to.on.length === 0) return [];
  return [{ statement: inner, entity: readBy(inner, main, entity), condition: all([own.where, { kind: 'relation', field: main.key, quantifier: 'some', where: around(), to: to(main, own.to.on.map(([a, b]) => [b, a] as const)), at: own.at }]) }];
}

/** Expressions that are written into rows. */
function queriesIn(value: AbstractValue): Expr[] {
  const entries = value.kind === 'object' ? value.entries : [];
  return entries.flatMap((e) => (e.kind === 'property' && isOwn(e.value) ? [exprOf(e.value)] : []));
}

/** What is asked of one entity, and of those that hang off it. */
function entityCondition(of: Reading, entity: Entity, parts: readonly Expr[]): Condition {
  const below = of.links.filter((l) => l.parent.key === entity.key);
  const reach = new Map<string, Set<string>>(below.map((l) => [l.entity.key, reachable(of, l.entity.key)]));
  const own: Condition[] = [];
  const inner = new Map<string, Expr[]>();
  for (const part of parts) {
    const mentions = [...entitiesIn(part).keys()].filter((key) => !of.outside.has(key));
    const into = below.find((l) => mentions.length > 0 && mentions.every((key) => reach.get(l.entity.key)?.has(key)));
    if (into) inner.set(into.entity.key, [...(inner.get(into.entity.key) ?? []), part]);
    else own.push(toCondition(of, entity, part, true));
  }
  for (const link of below) {
    const asked = inner.get(link.entity.key) ?? [];
    // An outer join removes rows only where something is asked of the other side that an absent row cannot answer.
    const strict = asked.filter((part) => !link.outer || !isAbsence(part));
    if (link.outer && strict.length === 0) continue;
    own.push(related(of, link, strict));
  }
  if (entity.of.kind === 'query') own.push(queried(entity.of.statement, of));
  return all(own);
}

const isAbsence = (of: Expr): boolean => (of.e === 'compare' && of.right.e === 'value' && of.right.value.kind === 'literal' && of.right.value.value === null && of.op === '=') || (of.e === 'or' && of.of.some(isAbsence));

function reachable(of: Reading, key: string): Set<string> {
  const found = new Set([key]);
  for (const link of of.links) if (found.has(link.parent.key)) found.add(link.entity.key);
  return found;
}

function queried(statement: Statement, of: Reading): Condition {
  const [main] = mainOf(statement);
  return main ? conditionOf(statement, main, of.context, of.outside) : ALWAYS;
}

function related(of: Reading, link: Link, parts: readonly Expr[]): Condition {
  const where = entityCondition(of, link.entity, [...parts, ...link.also.filter((part) => [...entitiesIn(part).keys()].every((key) => key === link.entity.key))]);
  return joined(link, where, link.at);
}

/** Some row at the other end. Rows that only look alike are no guard of each other: what is asked of one says nothing of the other's keys. */
function joined(link: Link, where: Condition, at: Span): Condition {
  const relation = { kind: 'relation', field: link.entity.key, where, to: to(link.entity, link.on), at } as const;
  return link.keyed ? { ...relation, quantifier: 'some' } : { kind: 'not', of: { ...relation, quantifier: 'none' }, at };
}

function to(entity: Entity, on: readonly (readonly [string, string])[]): Relationship {
  let table = tableName(entity);
  for (let at = entity; at.of.kind === 'query'; ) {
    const [main] = mainOf(at.of.statement);
    if (!main) break;
    table = tableName(main);
    at = main;
  }
  return { table, on, list: true, always: false };
}

const all = (of: readonly Condition[]): Condition => {
  const parts = of.filter((c) => c.kind !== 'all' || c.of.length > 0);
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'all', of: parts };
};

/** A comparison that says nothing of whose row it is. */
const vagueOf = (field: string, at: Span): Condition => ({ kind: 'compare', field, op: 'other', value: { kind: 'symbol', origin: { kind: 'computed', op: 'SQL', of: [] }, path: [], at }, whenUndefined: 'null', at });

/** Where something of unknown content stands: beside others it can only narrow, among alternatives it decides. */
const vague = (value: AbstractValue, why: string, at: Span, conjunct: boolean): Condition => (conjunct ? { kind: 'narrowing', value, why, at } : { kind: 'opaque', value, why, at });

export function toCondition(of: Reading, entity: Entity, expr: Expr, conjunct: boolean): Condition {
  const { at } = expr;
  const unclear = (why: string): Condition => vague({ kind: 'symbol', origin: { kind: 'computed', op: why, of: [] }, path: [], at }, why, at, conjunct);
  switch (expr.e) {
    case 'true': return ALWAYS;
    case 'false': return NEVER;
    case 'and': return conjunction(of, entity, flat(expr.of), conjunct);
    case 'or': return { kind: 'any', of: expr.of.map((one) => conjunction(of, entity, flat([one]), false)) };
    case 'not': {
      const inner = toCondition(of, entity, expr.of, false);
      return { kind: 'not', of: inner, at };
    }
    case 'ways': return { kind: 'alternatives', of: expr.of.map((way) => ({ condition: conjunction(of, entity, flat(way.exprs), conjunct), truths: way.truths })), at };
    case 'unknown': return vague(expr.value, expr.why, at, conjunct);
    case 'value': {
      if (expr.value.kind === 'literal') return expr.value.value === true ? ALWAYS : NEVER;
      return vague(expr.value, 'a condition from elsewhere', at, conjunct);
    }
    case 'exists': return subselect(of, entity, expr.of, undefined, at);
    case 'related': return hasRelated(of, entity, expr);
    case 'compare': return comparison(of, entity, expr, unclear);
    case 'column': return within(of, entity, expr.entity, (about) => (about ? { kind: 'compare', field: expr.field, op: '=', value: { kind: 'literal', value: true, at }, whenUndefined: 'null', at } : unclear('a column of another row')), at);
    case 'entity': case 'relation': case 'query': case 'function': {
      const mentioned = expr.e === 'function' ? expr.of.find((one) => one.e === 'column' && one.entity.key === entity.key) : undefined;
      return mentioned?.e === 'column' ? vagueOf(mentioned.field, at) : unclear('an expression that says nothing of whose row it is');
    }
  }
}

/** Conditions that hold together; those on one other entity stand for one row of it. */
function conjunction(of: Reading, entity: Entity, parts: readonly Expr[], conjunct: boolean): Condition {
  const [only] = parts;
  if (parts.length === 1 && only) return toCondition(of, entity, only, conjunct);
  const groups = new Map<string, Expr[]>();
  const own: Condition[] = [];
  for (const part of parts) {
    const mentions = [...entitiesIn(part).keys()].filter((key) => !of.outside.has(key));
    const [other] = mentions;
    if (mentions.length === 1 && other !== undefined && other !== entity.key) groups.set(other, [...(groups.get(other) ?? []), part]);
    else own.push(toCondition(of, entity, part, conjunct));
  }
  for (const [key, group] of groups) {
    const target = of.links.find((l) => l.entity.key === key)?.entity;
    own.push(target ? within(of, entity, target, (about) => (about ? all(group.map((g) => toCondition(of, target, g, conjunct))) : ALWAYS), group[0]?.at ?? of.context.at) : all(group.map((g) => toCondition(of, entity, g, conjunct))));
  }
  return all(own);
}

/** A condition on another entity, said of this one by way of the links between them. */
function within(of: Reading, entity: Entity, target: Entity, make: (reached: boolean) => Condition, at: Span): Condition {
  if (target.key === entity.key || of.outside.has(target.key)) return make(target.key === entity.key);
  const way: Link[] = [];
  for (let key = target.key; key !== entity.key; ) {
    const link = of.links.find((l) => l.entity.key === key);
    if (!link || way.includes(link)) return make(false);
    way.unshift(link);
    key = link.parent.key;
  }
  return way.reduceRight<Condition>((inner, link) => joined(link, inner, at), make(true));
}

function comparison(of: Reading, entity: Entity, expr: Extract<Expr, { e: 'compare' }>, unclear: (why: string) => Condition): Condition {
  const { at, op } = expr;
  const { left, right } = expr;
  if (left.e === 'relation') return relationEquals(of, entity, left, right, op, at);
  if (left.e !== 'column') return left.e === 'function' ? toCondition(of, entity, { ...left, at }, true) : unclear('a comparison of something else than a column');
  if (right.e === 'query') {
    if (op !== '=' && op !== 'in' && op !== 'not-in' && op !== '<>') return unclear('compared with a sub-select');
    const inner = subselect(of, left.entity, right.of, left, at);
    const whole = within(of, entity, left.entity, (about) => (about ? inner : unclear('a sub-select about another row')), at);
    return op === 'not-in' || op === '<>' ? { kind: 'not', of: whole, at } : whole;
  }
  const field = left.entity.of.kind === 'query' ? columnOf(left, of.context)?.column : left.field;
  if (field === undefined) return unclear('a column of a sub-select');
  if (right.e === 'column') return left.entity.key === right.entity.key ? vagueOf(field, at) : unclear('columns of two rows');
  if (right.e === 'function' || right.e === 'entity') return within(of, entity, left.entity, (about) => (about ? vagueOf(field, at) : unclear('a function')), at);
  const value: AbstractValue = right.e === 'value' || right.e === 'unknown' ? right.value : right.e === 'true' || right.e === 'false' ? { kind: 'literal', value: right.e === 'true', at } : { kind: 'symbol', origin: { kind: 'computed', op: right.e, of: [] }, path: [], at };
  return within(of, entity, left.entity, (about) => (about ? { kind: 'compare', field, op, value, whenUndefined: 'null', at } : unclear('a column of a row that is not joined')), at);
}

/** `Document.project == project`: the keys of the row at the other end. */
function relationEquals(of: Reading, entity: Entity, left: Extract<Expr, { e: 'relation' }>, right: Expr, op: string, at: Span): Condition {
  const model = modelOf(left.entity, of.context);
  const field = model?.fields.get(left.field);
  if (field?.kind !== 'relation' || right.e !== 'value' || (op !== '=' && op !== '<>')) return vague({ kind: 'undefined', at }, 'a relation', at, true);
  const { value } = right;
  const absent = value.kind === 'literal' && value.value === null;
  return within(of, entity, left.entity, () => all(field.on.map(([here, there]): Condition => ({ kind: 'compare', field: here, op: op as '=', value: absent ? value : of.context.property(value, there), whenUndefined: 'null', at }))), at);
}

/** `relation.any(…)`, `relation.has(…)`. */
function hasRelated(of: Reading, entity: Entity, expr: Extract<Expr, { e: 'related' }>): Condition {
  const { at } = expr;
  const model = modelOf(expr.entity, of.context);
  const field = model?.fields.get(expr.field);
  if (field?.kind !== 'relation') return vague({ kind: 'undefined', at }, 'a relation that was not read', at, false);
  const target: Entity = { key: field.model, of: { kind: 'model', name: field.model } };
  const alias = `${expr.entity.key}.${expr.field}`;
  const where = expr.where.map((part) => renamed(part, alias, target));
  const inner: Reading = { main: target, links: [], context: of.context, outside: new Set([...of.outside, ...of.links.map((l) => l.entity.key), of.main.key].filter((k) => k !== target.key)) };
  return within(of, entity, expr.entity, () => ({ kind: 'relation', field: expr.field, quantifier: field.list ? 'some' : 'is', where: entityCondition(inner, target, flat(where)), at }), at);
}

/** Fields by name were said of a row without a name of its own. */
function renamed(of: Expr, key: string, entity: Entity): Expr {
  return of.e === 'compare' && of.left.e === 'column' && of.left.entity.key === key ? { ...of, left: { ...of.left, entity } } : of;
}

/** `exists(…)`, `column in (select …)`: some row of the sub-select, tied by the columns that it compares with those outside. */
function subselect(of: Reading, entity: Entity, statement: Statement, tied: Extract<Expr, { e: 'column' }> | undefined, at: Span): Condition {
  const { context } = of;
  const inner = mainOf(statement).find((one) => one.key !== entity.key || tied !== undefined) ?? innerOf(statement, entity);
  if (!inner) return vague({ kind: 'undefined', at }, 'a sub-select', at, false);
  const outside = new Set([...of.outside, of.main.key, ...of.links.map((l) => l.entity.key)]);
  outside.delete(inner.key);
  const parts = flat([...statement.where, ...statement.joins.flatMap((j) => (j.outer || !j.on ? [] : [j.on]))]);
  const on: (readonly [string, string])[] = [];
  const used = new Set<Expr>();
  for (const part of parts) {
    const pair = equalColumns(part, entity, inner, context);
    if (!pair || entity.key === inner.key) continue;
    on.push(pair);
    used.add(part);
  }
  const output = tied && statement.columns[0]?.expr;
  const [mine, other] = [tied && columnOf(tied, context), output && columnOf(output, context)];
  if (tied) {
    if (!mine || !other || (other.key !== inner.key && other.key !== innermost(inner))) return vague({ kind: 'undefined', at }, 'a sub-select whose column could not be told', at, true);
    on.push([mine.column, other.column]);
  }
  const rest: Statement = used.size === 0 ? statement : { ...statement, where: parts.filter((p) => !used.has(p)), joins: statement.joins.map((j) => ({ ...j, on: j.outer ? j.on : undefined })) };
  return { kind: 'relation', field: inner.key, quantifier: 'some', where: conditionOf(rest, inner, context, outside), to: to(inner, on), at };
}

function innerOf(statement: Statement, entity: Entity): Entity | undefined {
  for (const part of statement.where) for (const [key, found] of entitiesIn(part)) if (key !== entity.key) return found;
  return undefined;
}
