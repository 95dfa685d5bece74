import type { ClientContext, Model, Span } from '@tenantlint/model';
import { columnName, entitiesIn, modelOf, outputOf } from './entities.ts';
import { mainOf } from './statements.ts';
import type { Entity, Expr, Join, Statement } from './state.ts';

/** How an entity hangs off another one: columns of both that are equal. */
export interface Link {
  readonly entity: Entity;
  readonly parent: Entity;
  readonly on: readonly (readonly [string, string])[];
  /** What else its ON asks of it. */
  readonly also: readonly Expr[];
  /** Rows without a match stay. */
  readonly outer: boolean;
  /** The columns are a key of one of the two: the rows belong to each other, and do not only look alike. */
  readonly keyed: boolean;
  readonly at: Span;
}

export function flat(of: readonly Expr[]): Expr[] {
  return of.flatMap((one) => (one.e === 'and' ? flat(one.of) : [one]));
}

/** Walks from the main entity to the others over equal columns, those of joins first. */
export function linksOf(statement: Statement, main: Entity, parts: readonly Expr[], context: ClientContext, outside: ReadonlySet<string>): { links: Link[]; used: Set<Expr> } {
  const links: Link[] = [];
  const used = new Set<Expr>();
  const reached = new Map([[main.key, main]]);
  const joins = new Map(statement.joins.map((j) => [j.entity.key, j]));
  const waiting = new Map<string, Entity>();
  for (const part of [...parts, ...statement.joins.flatMap((j) => (j.on ? [j.on] : []))]) for (const [key, entity] of entitiesIn(part)) waiting.set(key, entity);
  for (const join of statement.joins) {
    waiting.set(join.entity.key, join.entity);
    if (join.by) waiting.set(join.by.entity.key, join.by.entity);
  }
  for (const entity of statement.from) waiting.set(entity.key, entity);
  for (const column of statement.columns) for (const [key, entity] of entitiesIn(column.expr)) waiting.set(key, entity);
  waiting.delete(main.key);
  for (const key of outside) waiting.delete(key);
  for (let progress = true; progress && waiting.size > 0; ) {
    progress = false;
    for (const [key, entity] of waiting) {
      const link = linkOf(entity, joins.get(key), joins, reached, parts, used, context);
      if (!link) continue;
      links.push(link);
      reached.set(key, entity);
      waiting.delete(key);
      progress = true;
    }
  }
  return { links, used };
}

function linkOf(entity: Entity, join: Join | undefined, joins: ReadonlyMap<string, Join>, reached: ReadonlyMap<string, Entity>, parts: readonly Expr[], used: Set<Expr>, context: ClientContext): Link | undefined {
  const outerOn = join?.outer && join.on ? flat([join.on]) : [];
  const candidates = [...outerOn, ...parts];
  for (const parent of reached.values()) {
    // A join is written at either end: the ON of what was reached already counts for what comes after.
    const reverse = joins.get(parent.key);
    const pairs: (readonly [string, string])[] = [];
    const found: Expr[] = [];
    for (const part of [...candidates, ...(reverse?.outer && reverse.on ? flat([reverse.on]) : [])]) {
      const pair = equalColumns(part, parent, entity, context);
      if (!pair) continue;
      pairs.push(pair);
      found.push(part);
    }
    const at = join?.entity === entity ? (join.on?.at ?? found[0]?.at ?? context.at) : (found[0]?.at ?? context.at);
    const also = outerOn.filter((part) => !found.includes(part));
    if (pairs.length > 0) {
      for (const part of found) used.add(part);
      return { entity, parent, on: pairs, also, outer: join?.outer ?? false, keyed: isKey(parent, entity, pairs, context), at };
    }
    const named = join?.by?.entity.key === parent.key ? relationPairs(parent, join.by.field, context) : reverse?.by?.entity.key === entity.key ? flipped(relationPairs(entity, reverse.by.field, context)) : undefined;
    const keys = named ?? (join && !join.on && !join.by ? foreignPairs(parent, entity, context) : reverse && !reverse.on && !reverse.by ? foreignPairs(parent, entity, context) : undefined);
    if (keys) return { entity, parent, on: keys, also, outer: join?.outer ?? false, keyed: true, at };
  }
  return undefined;
}

const flipped = (pairs: readonly (readonly [string, string])[] | undefined): readonly (readonly [string, string])[] | undefined => pairs?.map(([a, b]) => [b, a] as const);

/** `parent.a == entity.b` as names of columns. */
export function equalColumns(of: Expr, parent: Entity, entity: Entity, context: ClientContext): readonly [string, string] | undefined {
  if (of.e !== 'compare' || of.op !== '=') return undefined;
  const [a, b] = [columnOf(of.left, context), columnOf(of.right, context)];
  if (!a || !b) return undefined;
  if (a.key === parent.key && b.key === entity.key) return [a.column, b.column];
  if (b.key === parent.key && a.key === entity.key) return [b.column, a.column];
  return undefined;
}

/** The entity and the column that an expression is, sub-selects looked through. */
export function columnOf(of: Expr, context: ClientContext): { readonly key: string; readonly column: string } | undefined {
  if (of.e !== 'column') return undefined;
  const { entity, field } = of;
  if (entity.of.kind !== 'query') {
    const column = columnName(entity, field, context);
    return column === undefined ? undefined : { key: entity.key, column };
  }
  const inner = outputOf(entity.of.statement, field);
  const below = inner && columnOf(inner, context);
  const [main] = mainOf(entity.of.statement);
  return below && main && innermost(main) === below.key ? { key: entity.key, column: below.column } : undefined;
}

export const innermost = (entity: Entity): string => {
  let at = entity;
  while (at.of.kind === 'query') {
    const [main] = mainOf(at.of.statement);
    if (!main) break;
    at = main;
  }
  return at.key;
};

function relationPairs(entity: Entity, name: string, context: ClientContext): readonly (readonly [string, string])[] | undefined {
  const model = modelOf(entity, context);
  const field = model?.fields.get(name);
  if (field?.kind !== 'relation' || field.on.length === 0) return undefined;
  const to = context.models?.models.get(field.model);
  return field.on.flatMap(([here, there]) => {
    const [a, b] = [scalar(model, here), scalar(to, there)];
    return a !== undefined && b !== undefined ? [[a, b] as const] : [];
  });
}

const scalar = (model: Model | undefined, name: string): string | undefined => {
  const field = model?.fields.get(name);
  return field?.kind === 'scalar' ? field.column : undefined;
};

/** A join without a condition goes by the foreign key between the two tables. */
function foreignPairs(parent: Entity, entity: Entity, context: ClientContext): readonly (readonly [string, string])[] | undefined {
  const [a, b] = [tableKey(parent, context), tableKey(entity, context)];
  if (a === undefined || b === undefined) return undefined;
  const keys = (from: string, to: string) => [...(context.schema.tables.get(from)?.constraints.values() ?? [])].flatMap((c) => (c.kind === 'foreign key' && c.references === to ? [c.columns.map((column, i) => [column, c.referenced[i] ?? 'id'] as const)] : []));
  const [there] = keys(b, a);
  if (there) return flipped(there);
  return keys(a, b)[0];
}

function tableKey(entity: Entity, context: ClientContext): string | undefined {
  if (entity.of.kind === 'model') return context.models?.models.get(entity.of.name)?.table;
  if (entity.of.kind === 'table') {
    const { name, schema } = entity.of;
    return [schema ?? 'public', ...context.schema.searchPath].map((s) => `${s}.${name}`).find((key) => context.schema.tables.has(key));
  }
  const [main] = mainOf(entity.of.statement);
  return main && tableKey(main, context);
}

function isKey(parent: Entity, entity: Entity, pairs: readonly (readonly [string, string])[], context: ClientContext): boolean {
  const key = foreignPairs(parent, entity, context);
  return key !== undefined && key.every(([a, b]) => pairs.some(([x, y]) => x === a && y === b));
}
