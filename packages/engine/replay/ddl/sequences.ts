import type { QName, RoleName, SchemaEvent, Sequence, Span, SqlExpr } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { freeName } from '../names.ts';
import { findRelation, keyOf, newName, type World } from '../world.ts';
import { initialGrants } from './grants.ts';

/** The sequence of a serial or identity column, the table's owner's, under the name that Postgres would choose. */
export function ownedSequence(world: World, table: { readonly schema: string; readonly name: string; readonly key: string; readonly owner?: RoleName }, column: string, at: Span, stated?: QName): Sequence {
  const schema = stated?.schema ?? table.schema;
  if (stated !== undefined && world.catalog.relation(keyOf(schema, stated.name)) !== undefined) fail('duplicate_table', `relation "${stated.name}" already exists`);
  const name = stated?.name ?? freeName(table.name, column, 'seq', (candidate) => world.catalog.relation(keyOf(table.schema, candidate)) !== undefined);
  const sequence = newSequence(world, schema, name, at, table.owner);
  const owned = { ...sequence, ownedBy: `${table.key}.${column}` };
  world.catalog.put('sequence', owned.key, owned);
  return owned;
}

function newSequence(world: World, schema: string, name: string, at: Span, owner: RoleName = world.session.role): Sequence {
  return { key: keyOf(schema, name), schema, name, at, owner, ownedBy: undefined, grants: initialGrants(world, 'sequence', schema, at, owner), platform: world.platform };
}

/** `nextval('schema.sequence'::regclass)`, as the default of a serial column is kept. */
export function nextval(key: string, at: Span): SqlExpr {
  const argument: SqlExpr = { kind: 'cast', at, of: { kind: 'literal', at, value: key }, type: { name: 'regclass', mods: [], dims: 0 } };
  return { kind: 'call', at, name: { name: 'nextval', at }, args: [argument] };
}

export function createSequence(world: World, event: SchemaEvent & { readonly kind: 'create-sequence' }): void {
  const target = newName(world, event.name, event.temporary);
  if (world.catalog.relation(target.key) !== undefined) {
    if (event.ifNotExists) return;
    fail('duplicate_table', `relation "${target.name}" already exists`);
  }
  const ownedBy = event.ownedBy === undefined ? undefined : ownerColumn(world, event.ownedBy);
  world.catalog.put('sequence', target.key, { ...newSequence(world, target.schema, target.name, event.name.at), ownedBy });
}

export function alterSequence(world: World, event: SchemaEvent & { readonly kind: 'alter-sequence' }): void {
  const found = findRelation(world, event.name);
  const sequence = found === undefined ? undefined : world.catalog.get('sequence', found.key);
  if (sequence === undefined) {
    if (event.ifExists || world.infers) return;
    fail('undefined_table', `relation "${event.name.name}" does not exist`);
  }
  if (event.ownedBy === undefined) return;
  const ownedBy = event.ownedBy === null ? undefined : ownerColumn(world, event.ownedBy);
  const table = ownedBy === undefined ? undefined : world.catalog.get('table', ownedBy.slice(0, ownedBy.lastIndexOf('.')));
  if (table !== undefined && table.schema !== sequence.schema) fail('object_not_in_prerequisite_state', 'sequence must be in same schema as table it is linked to');
  if (table !== undefined && table.owner !== sequence.owner) fail('object_not_in_prerequisite_state', 'sequence must have same owner as table it is linked to');
  world.catalog.put('sequence', sequence.key, { ...sequence, ownedBy });
}

/** The column that a sequence is to belong to: its name, under `table` or `schema.table`. */
function ownerColumn(world: World, name: QName): string | undefined {
  const dotted = name.schema?.split('.') ?? [];
  const table = dotted[dotted.length - 1];
  if (table === undefined) return undefined;
  const schema = dotted.length > 1 ? { schema: dotted.slice(0, -1).join('.') } : {};
  const found = findRelation(world, { ...schema, name: table, at: name.at });
  if (found === undefined) return world.infers ? undefined : fail('undefined_table', `relation "${table}" does not exist`);
  if (!world.infers && world.catalog.get('table', found.key)?.columns.has(name.name) === false) fail('undefined_column', `column "${name.name}" of relation "${table}" does not exist`);
  return `${found.key}.${name.name}`;
}
