import type { Constraint, Span, SqlExpr, SqlFrom, View } from '@tenantlint/model';
import { bind, EMPTY } from '../expr/scope.ts';
import { namesOf, viewTypes } from '../expr/qualify.ts';
import { Rewriter, type Hooks } from '../expr/rewrite.ts';
import { fail } from '../failure.ts';
import { follow, followOwnParts } from '../rewriting.ts';
import { visitExpr } from '../expr/walk.ts';
import { putTable, tableAt, type World } from '../world.ts';
import { requireColumn } from '../inferred.ts';
import { childrenOf } from './partitions.ts';

/** Renames a column, in every definition that names it, here and on the children. */
export function renameColumn(world: World, key: string, from: string, to: string, at: Span): void {
  const table = requireColumn(world, tableAt(world, key), from, at);
  if (table.columns.has(to)) fail('duplicate_column', `column "${to}" of relation "${table.name}" already exists`);
  const hooks = columnHooks(key, from, to);
  const joins = joinHooks(world, key, from);
  for (const dependent of world.catalog.mentioning(`r:${key}`)) {
    if ('of' in dependent && dependent.of === key) continue;
    if (dependent.is === 'constraint') renameReferenced(world, dependent.of, dependent.name, key, from, to);
    else if (dependent.is === 'view' || dependent.is === 'policy') {
      follow(world, dependent, { hooks: joins });
      follow(world, dependent, { hooks });
    }
  }
  putTable(world, followOwnParts(world, tableAt(world, key), joins));
  const now = followOwnParts(world, tableAt(world, key), hooks);
  const name = (column: string): string => (column === from ? to : column);
  putTable(world, {
    ...now,
    columns: new Map([...now.columns].map(([column, value]) => [name(column), column === from ? { ...value, name: to } : value])),
    constraints: new Map([...now.constraints].map(([id, constraint]) => [id, renamedConstraint(constraint, key, name)])),
    indexes: new Map([...now.indexes].map(([id, index]) => [id, {
      ...index, include: index.include.map(name), keys: index.keys.map((part) => (part.column === undefined ? part : { ...part, column: name(part.column) })),
    }])),
    triggers: new Map([...now.triggers].map(([id, trigger]) => [id, { ...trigger, columns: trigger.columns.map(name), when: trigger.when === undefined ? undefined : renamedRow(trigger.when, from, to) }])),
    partitionBy: now.partitionBy === undefined ? undefined : { ...now.partitionBy, columns: now.partitionBy.columns.map(name) },
    grants: now.grants.map((grant) => (grant.columns?.includes(from) === true ? { ...grant, columns: grant.columns.map(name).sort() } : grant)),
  });
  for (const sequence of world.catalog.ownedSequences(`${key}.${from}`)) world.catalog.put('sequence', sequence.key, { ...sequence, ownedBy: `${key}.${to}` });
  for (const child of childrenOf(world, key)) if (tableAt(world, child).columns.has(from)) renameColumn(world, child, from, to, at);
}

/**
 * Before the rename: a relation that is joined by this column's name keeps the name inside the query, as a column
 * alias, since USING can only speak of names that both sides have.
 */
function joinHooks(world: World, key: string, column: string): Hooks {
  const names = namesOf(world);
  const pin = (from: SqlFrom): SqlFrom => {
    if (from.kind === 'join') return { ...from, left: pin(from.left), right: pin(from.right) };
    if (from.kind !== 'table' || from.columns !== undefined) return from;
    const found = names.relation(from.name);
    return found?.key === key ? { ...from, columns: found.columns.map(({ name }) => name) } : from;
  };
  return {
    join(from) {
      if (from.natural !== true && from.using?.includes(column) !== true) return from;
      return { ...from, left: pin(from.left), right: pin(from.right) };
    },
  };
}

/** A reference to the column of the relation itself; one through a sub-select goes by that select's own name for it. */
function columnHooks(key: string, from: string, to: string): Hooks {
  return {
    column(expr, scope) {
      if (expr.path[expr.path.length - 1] !== from) return expr;
      const bound = bind(expr.path, scope);
      if (bound?.is !== 'column' || bound.item.key !== key || bound.item.aliased === true || bound.column.name !== from) return expr;
      return { ...expr, path: [...expr.path.slice(0, -1), to] };
    },
  };
}

function renameReferenced(world: World, of: string, constraintName: string, key: string, from: string, to: string): void {
  const table = world.catalog.get('table', of);
  const constraint = table?.constraints.get(constraintName);
  if (table === undefined || constraint?.kind !== 'foreign key' || constraint.references !== key || !constraint.referenced.includes(from)) return;
  const referenced = constraint.referenced.map((column) => (column === from ? to : column));
  putTable(world, { ...table, constraints: new Map(table.constraints).set(constraintName, { ...constraint, referenced }) });
}

function renamedConstraint(constraint: Constraint, key: string, name: (column: string) => string): Constraint {
  switch (constraint.kind) {
    case 'primary key':
    case 'unique':
      return { ...constraint, columns: constraint.columns.map(name) };
    case 'foreign key':
      return { ...constraint, columns: constraint.columns.map(name), referenced: constraint.references === key ? constraint.referenced.map(name) : constraint.referenced };
    case 'check':
      return constraint;
    case 'exclude': {
      const { def } = constraint;
      if (def.kind !== 'exclude') return constraint;
      return { ...constraint, def: { ...def, keys: def.keys.map((part) => (part.column === undefined ? part : { ...part, column: name(part.column) })) } };
    }
  }
}

/** `new.a` and `old.a` in a trigger's condition. */
function renamedRow(when: SqlExpr, from: string, to: string): SqlExpr {
  let mentions = false;
  visitExpr(when, { expr: (part) => void (part.kind === 'column' && part.path[1] === from && (mentions = true)) });
  if (!mentions) return when;
  const rewriter = new Rewriter({ relation: () => undefined, typeOf: () => undefined, callColumns: () => undefined }, {
    column: (expr) => (expr.path.length === 2 && expr.path[1] === from ? { ...expr, path: [expr.path[0] ?? '', to] } : expr),
  });
  return rewriter.expr(when, EMPTY);
}

export function renameViewColumn(world: World, view: View, from: string, to: string): void {
  const i = view.columns.findIndex((column) => column.name === from);
  if (i < 0) fail('undefined_column', `column "${from}" does not exist`);
  if (view.columns.some((column) => column.name === to)) fail('duplicate_column', `column "${to}" of relation "${view.name}" already exists`);
  const hooks = columnHooks(view.key, from, to);
  const joins = joinHooks(world, view.key, from);
  for (const dependent of world.catalog.mentioning(`r:${view.key}`)) {
    if (dependent.is !== 'view' && dependent.is !== 'policy') continue;
    follow(world, dependent, { hooks: joins });
    follow(world, dependent, { hooks });
  }
  const columns = view.columns.map((column) => (column.name === from ? { ...column, name: to } : column));
  viewTypes.set(columns, viewTypes.get(view.columns) ?? []);
  const target = view.select.targets[i];
  const select = target === undefined || view.select.set !== undefined ? view.select : { ...view.select, targets: view.select.targets.with(i, { ...target, alias: to }) };
  const indexes = new Map([...view.indexes].map(([name, index]) => [name, { ...index, keys: index.keys.map((part) => (part.column === from ? { ...part, column: to } : part)) }]));
  world.catalog.put('view', view.key, { ...view, columns, select, indexes });
}

