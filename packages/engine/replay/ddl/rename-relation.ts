import type { Index, Sequence, SqlExpr, Table, TypeRef, View } from '@tenantlint/model';
import { bind, scopeOfRelation } from '../expr/scope.ts';
import { namesOf, tableItem, viewTypes } from '../expr/qualify.ts';
import { Rewriter, type Hooks } from '../expr/rewrite.ts';
import { fail } from '../failure.ts';
import { followIndex, follow, followPolicy, type Following } from '../rewriting.ts';
import { keyOf, putTable, type World } from '../world.ts';

/** A relation's new place: other name, other schema, or both. */
export interface Place {
  readonly schema: string;
  readonly name: string;
}

function requireFree(world: World, to: Place): void {
  if (world.catalog.relation(keyOf(to.schema, to.name)) !== undefined) fail('duplicate_table', `relation "${to.name}" already exists`);
}

/** Everything that names the relation from outside follows to its new key. */
function followMentions(world: World, from: Place, to: Place): void {
  const oldKey = keyOf(from.schema, from.name);
  const newKey = keyOf(to.schema, to.name);
  const following: Following = {
    relation: (key) => (key === oldKey ? newKey : key),
    hooks: relationHooks(from, to),
  };
  const seen = new Set<string>();
  for (const use of [`r:${oldKey}`, `t:${oldKey}`]) {
    for (const dependent of world.catalog.mentioning(use)) {
      const id = JSON.stringify(dependent);
      if (seen.has(id)) continue;
      seen.add(id);
      follow(world, dependent, following);
    }
  }
}

function relationHooks(from: Place, to: Place): Hooks {
  const oldKey = keyOf(from.schema, from.name);
  return {
    table(item) {
      if (item.name.schema !== from.schema || item.name.name !== from.name) return item;
      // References in the query keep working under the old name as an alias.
      const alias = item.alias ?? (from.name === to.name ? undefined : from.name);
      return { ...item, name: { ...item.name, schema: to.schema, name: to.name }, ...(alias === undefined ? {} : { alias }) };
    },
    type: (type) => movedType(type, from, to),
    regclass: (text) => (text === oldKey ? keyOf(to.schema, to.name) : text),
    column(expr) {
      if (expr.path.length !== 3 || expr.path[0] !== from.schema || expr.path[1] !== from.name) return expr;
      return { ...expr, path: expr.path.slice(1) };
    },
  };
}

function movedType(type: TypeRef, from: Place, to: Place): TypeRef {
  return type.schema === from.schema && type.name === from.name ? { ...type, schema: to.schema, name: to.name } : type;
}

/** Gives a table another name or schema. Its indexes, sequences and constraints keep their names. */
export function moveTable(world: World, key: string, to: Place): void {
  const before = world.catalog.get('table', key);
  if (before === undefined) return;
  requireFree(world, to);
  if (before.schema !== to.schema) {
    for (const name of before.indexes.keys()) requireFree(world, { schema: to.schema, name });
  }
  followMentions(world, before, to);
  const table = world.catalog.get('table', key);
  if (table === undefined) return;
  const newKey = keyOf(to.schema, to.name);
  const moved = ownNames(world, table, to);
  world.catalog.put('table', key, undefined);
  world.catalog.put('bound', newKey, world.catalog.get('bound', key));
  world.catalog.put('bound', key, undefined);
  putTable(world, { ...moved, key: newKey, schema: to.schema, name: to.name, temporary: to.schema === 'pg_temp' });
  for (const column of table.columns.keys()) {
    for (const sequence of world.catalog.ownedSequences(`${key}.${column}`)) {
      const ownedBy = `${newKey}.${column}`;
      if (before.schema === to.schema) world.catalog.put('sequence', sequence.key, { ...sequence, ownedBy });
      else moveSequence(world, { ...sequence, ownedBy }, { schema: to.schema, name: sequence.name });
    }
  }
}

/** In the table's own policies, checks and indexes its name is rewritten where it qualifies a column. */
function ownNames(world: World, table: Table, to: Place): Table {
  const root = tableItem(table);
  const rewriter = new Rewriter(namesOf(world), {
    column(expr, scope): SqlExpr {
      if (expr.path.length < 2 || expr.path.length > 3) return expr;
      const bound = bind(expr.path, scope);
      if (bound?.item !== root) return expr;
      return { ...expr, path: [to.name, ...expr.path.slice(expr.path.length - 1)] };
    },
  });
  const scope = scopeOfRelation(root);
  const some = <T>(map: ReadonlyMap<string, T>, f: (part: T) => T): ReadonlyMap<string, T> => (map.size === 0 ? map : new Map([...map].map(([name, part]) => [name, f(part)])));
  return {
    ...table,
    policies: some(table.policies, (policy) => followPolicy(policy, rewriter, scope)),
    indexes: some(table.indexes, (index: Index) => (index.where === undefined && index.keys.every((part) => part.expr === undefined) ? index : followIndex(index, rewriter, scope))),
    constraints: some(table.constraints, (constraint) => (constraint.kind === 'check' ? { ...constraint, expr: rewriter.expr(constraint.expr, scope) } : constraint)),
    columns: some(table.columns, (column) => (column.generated === undefined ? column : { ...column, generated: { ...column.generated, value: rewriter.expr(column.generated.value, scope) } })),
  };
}

export function moveView(world: World, view: View, to: Place): void {
  requireFree(world, to);
  if (view.schema !== to.schema) for (const name of view.indexes.keys()) requireFree(world, { schema: to.schema, name });
  followMentions(world, view, to);
  const now = world.catalog.get('view', view.key) ?? view;
  world.catalog.put('view', view.key, undefined);
  const columns = [...now.columns];
  viewTypes.set(columns, viewTypes.get(now.columns) ?? []);
  world.catalog.put('view', keyOf(to.schema, to.name), { ...now, columns, key: keyOf(to.schema, to.name), schema: to.schema, name: to.name });
}

export function moveSequence(world: World, sequence: Sequence, to: Place): void {
  requireFree(world, to);
  followMentions(world, sequence, to);
  world.catalog.put('sequence', sequence.key, undefined);
  world.catalog.put('sequence', keyOf(to.schema, to.name), { ...sequence, key: keyOf(to.schema, to.name), schema: to.schema, name: to.name });
}
