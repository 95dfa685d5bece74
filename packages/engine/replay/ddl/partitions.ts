import type { Constraint, Index, QName, Table } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { inferTable } from '../inferred.ts';
import { freeName, joinedNames } from '../names.ts';
import { findTable, putTable, tableAt, type World } from '../world.ts';
import { cloneIndex, inCreationOrder } from './like.ts';

/** Partitions and inheritance children of a table, in the order in which they were made. */
export function childrenOf(world: World, key: string): readonly string[] {
  const children: string[] = [];
  for (const dependent of world.catalog.mentioning(`r:${key}`)) {
    if (dependent.is === 'table' && world.catalog.get('table', dependent.key)?.parents.includes(key) === true) children.push(dependent.key);
  }
  return children;
}

export function partitionsOf(world: World, key: string): readonly string[] {
  return childrenOf(world, key).filter((child) => world.catalog.get('table', child)?.partitionOf === key);
}

/** A new index of a partitioned table reaches every partition, where an equal one may already stand. */
export function indexPartitions(world: World, key: string, index: Index): void {
  const parent = tableAt(world, key);
  if (parent.kind !== 'partitioned') return;
  for (const child of partitionsOf(world, key)) attachIndex(world, child, parent, index);
}

function attachIndex(world: World, child: string, parent: Table, index: Index): void {
  const table = tableAt(world, child);
  const id = identityOf(parent, index);
  for (const own of table.indexes.values()) if (own.constraint === index.constraint && identityOf(table, own) === id) return;
  const made = cloneIndex(world, child, parent, index);
  indexPartitions(world, child, made);
}

/** Whether two indexes of two tables do the same work. */
export function sameIndex(a: Table, indexA: Index, b: Table, indexB: Index): boolean {
  return identityOf(a, indexA) === identityOf(b, indexB);
}

function identityOf(table: Table, index: Index): string {
  const keys = index.keys.map((key) => [key.column ?? shape(key.expr), key.opclass ?? '', key.descending, key.nullsFirst ?? key.descending, key.operator ?? '']);
  return JSON.stringify([index.method, index.unique, index.primary, keys, index.include, shape(index.where), table.constraints.get(index.name)?.kind ?? '']);
}

/** An expression without its places, for comparison. */
function shape(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, (name, part: unknown) => (name === 'at' ? undefined : part));
}

/** Two partitions of one table cannot both hold the rest, nor the same values. */
export function setBound(world: World, key: string, parentKey: string, bound: string): void {
  const text = bound.toLowerCase().replaceAll(/\s+/g, ' ');
  for (const other of partitionsOf(world, parentKey)) {
    if (other !== key && world.catalog.get('bound', other) === text) fail('invalid_object_definition', `partition conflicts with existing partition "${other}"`);
  }
  world.catalog.put('bound', key, text);
  putTable(world, { ...tableAt(world, key), bound });
}

/** What a partition takes over from its parent: indexes, keys and foreign keys, row triggers. Policies, RLS and grants it does not. */
export function clonePartition(world: World, key: string, parentKey: string): void {
  const parent = tableAt(world, parentKey);
  for (const index of inCreationOrder(parent)) attachIndex(world, key, parent, index);
  cloneForeignKeys(world, key, parent);
  cloneTriggers(world, key, parent);
}

function cloneForeignKeys(world: World, key: string, parent: Table): void {
  for (const constraint of parent.constraints.values()) if (constraint.kind === 'foreign key') passForeignKey(world, key, constraint);
}

/** A foreign key of the parent on one partition, under the parent's name unless that is taken. */
export function passForeignKey(world: World, key: string, constraint: Constraint & { readonly kind: 'foreign key' }): void {
  const table = tableAt(world, key);
  const equal = [...table.constraints.values()].some(
    (own) => own.kind === 'foreign key' && own.references === constraint.references && own.columns.join() === constraint.columns.join() && own.referenced.join() === constraint.referenced.join() && own.onDelete === constraint.onDelete && own.onUpdate === constraint.onUpdate,
  );
  if (!equal) {
    const name = table.constraints.has(constraint.name)
      ? freeName(table.name, joinedNames(constraint.columns), 'fkey', (candidate) => world.catalog.constraintNameUsed(table.schema, candidate))
      : constraint.name;
    putTable(world, { ...table, constraints: new Map(table.constraints).set(name, { ...constraint, name }) });
  }
  for (const child of partitionsOf(world, key)) passForeignKey(world, child, constraint);
}

function cloneTriggers(world: World, key: string, parent: Table): void {
  const rowTriggers = [...parent.triggers.values()].filter((trigger) => trigger.perRow);
  if (rowTriggers.length === 0) return;
  const table = tableAt(world, key);
  const triggers = new Map(table.triggers);
  for (const trigger of rowTriggers) if (!triggers.has(trigger.name)) triggers.set(trigger.name, trigger);
  putTable(world, { ...table, triggers });
  for (const child of partitionsOf(world, key)) cloneTriggers(world, child, parent);
}

export function attachPartition(world: World, parentKey: string, name: QName, bound: string): void {
  const parent = tableAt(world, parentKey);
  if (parent.kind !== 'partitioned') {
    if (!parent.inferred) fail('wrong_object_type', `"${parent.name}" is not partitioned`);
    putTable(world, { ...parent, kind: 'partitioned' });
  }
  const child = findTable(world, name) ?? inferTable(world, name);
  if (child.parents.length > 0) fail('wrong_object_type', `"${child.name}" is already a partition or child`);
  requireColumns(parent, child);
  putTable(world, { ...child, parents: [parentKey], partitionOf: parentKey });
  setBound(world, child.key, parentKey, bound);
  clonePartition(world, child.key, parentKey);
}

function requireColumns(parent: Table, child: Table): void {
  if (child.inferred || parent.inferred) return;
  for (const column of parent.columns.values()) {
    const own = child.columns.get(column.name);
    if (own === undefined) fail('datatype_mismatch', `child table is missing column "${column.name}"`);
    if (own.typeText !== column.typeText) fail('datatype_mismatch', `child table "${child.name}" has different type for column "${column.name}"`);
    if (column.notNull && !own.notNull) fail('datatype_mismatch', `column "${column.name}" in child table must be marked NOT NULL`);
  }
  for (const constraint of parent.constraints.values()) {
    if (constraint.kind === 'check' && !child.constraints.has(constraint.name)) fail('datatype_mismatch', `child table is missing constraint "${constraint.name}"`);
  }
}

export function detachPartition(world: World, parentKey: string, name: QName): void {
  const child = findTable(world, name);
  if (child === undefined) return world.infers ? undefined : fail('undefined_table', `relation "${name.name}" does not exist`);
  if (child.partitionOf !== parentKey) {
    if (!tableAt(world, parentKey).inferred) fail('undefined_table', `relation "${child.name}" is not a partition of relation "${tableAt(world, parentKey).name}"`);
    return;
  }
  const inherited = [...tableAt(world, parentKey).triggers.values()].filter((trigger) => trigger.perRow);
  const triggers = new Map(child.triggers);
  // Triggers cloned from the parent leave with it; they are the parent's own objects.
  for (const trigger of inherited) if (triggers.get(trigger.name)?.at.start === trigger.at.start) triggers.delete(trigger.name);
  putTable(world, { ...child, parents: [], partitionOf: undefined, bound: undefined, triggers });
  world.catalog.put('bound', child.key, undefined);
}

/** Whether `key` is the other table or inherits from it. */
function descends(world: World, key: string, from: string): boolean {
  const seen = new Set([key]);
  for (const name of seen) {
    if (name === from) return true;
    for (const parent of world.catalog.get('table', name)?.parents ?? []) seen.add(parent);
  }
  return false;
}

export function inherit(world: World, childKey: string, name: QName, on: boolean): void {
  const child = tableAt(world, childKey);
  const parent = findTable(world, name) ?? inferTable(world, name);
  if (on) {
    if (descends(world, parent.key, child.key)) fail('duplicate_table', 'circular inheritance not allowed');
    if (child.parents.includes(parent.key)) fail('duplicate_table', `relation "${parent.name}" would be inherited from more than once`);
    requireColumns(parent, child);
    if (!child.parents.includes(parent.key)) putTable(world, { ...child, parents: [...child.parents, parent.key] });
  } else {
    if (!child.parents.includes(parent.key)) fail('undefined_table', `relation "${parent.name}" is not a parent of relation "${child.name}"`);
    putTable(world, { ...child, parents: child.parents.filter((key) => key !== parent.key) });
  }
}
