import { never, type Column, type Constraint, type SchemaEvent, type Span, type Table, type TableAction } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { requireColumn } from '../inferred.ts';
import { formatType } from '../types.ts';
import { findRelation, putTable, definedType, tableAt, type World } from '../world.ts';
import { addConstraint } from './constraints.ts';
import { defaultOf, MOST_COLUMNS, newColumn, withGenerated } from './columns.ts';
import { dropColumn, dropConstraint } from './drop-parts.ts';
import { indexPartitions, attachPartition, childrenOf, detachPartition, inherit, partitionsOf, passForeignKey } from './partitions.ts';
import { ownerTable } from './policies.ts';
import { alterOther } from './alter-other.ts';
import { setOwner } from './owners.ts';
import { ownedSequence } from './sequences.ts';
import { requireRetypable } from './type-changes.ts';

export function alterTable(world: World, event: SchemaEvent & { readonly kind: 'alter-table' }): void {
  if (event.object === 'type' || event.object === 'index' || event.object === 'sequence' || event.object === 'view' || event.object === 'materialized view') {
    alterOther(world, event);
    return;
  }
  const found = findRelation(world, event.table);
  if (found === undefined && event.ifExists) return;
  if (found !== undefined && found.relation.is !== 'table') {
    // ALTER TABLE also takes views, indexes and sequences.
    alterOther(world, event);
    return;
  }
  const key = found?.key ?? ownerTable(world, event.table).key;
  for (const action of inPasses(event.actions)) alter(world, key, action, event.only, event.table.at);
}

/** Postgres runs the actions of one statement in passes: what is dropped goes first, constraints come last. */
function inPasses(actions: readonly TableAction[]): readonly TableAction[] {
  if (actions.length < 2) return actions;
  const pass = (action: TableAction): number => {
    switch (action.do) {
      case 'drop-column':
      case 'drop-constraint':
        return 0;
      case 'set-type':
        return 1;
      case 'add-column':
        return 3;
      case 'add-constraint':
        return action.constraint.kind === 'foreign key' ? 7 : action.constraint.kind === 'check' ? 5 : 6;
      case 'set-default':
        return action.value === undefined ? 0 : 4;
      case 'set-not-null':
        return action.notNull ? 4 : 0;
      default:
        return 8;
    }
  };
  return actions.map((action, i) => ({ action, i })).sort((a, b) => pass(a.action) - pass(b.action) || a.i - b.i).map(({ action }) => action);
}

function alter(world: World, key: string, action: TableAction, only: boolean, nameAt: Span): void {
  const table = tableAt(world, key);
  switch (action.do) {
    case 'add-column':
      return addColumn(world, key, action);
    case 'drop-column':
      return dropColumn(world, key, action);
    case 'set-type':
      return changeColumn(world, key, action.column, action, only, (column) => {
        const type = definedType(world, action.type);
        requireRetypable(world, key, column, type);
        return { ...column, type, typeText: formatType(type) };
      });
    case 'set-default': {
      const { value } = action;
      return changeColumn(world, key, action.column, action, only, (column) => {
        const kept = value === undefined ? undefined : defaultOf(world, value, column.type);
        return { ...column, default: kept === undefined || value === undefined ? undefined : { value: kept, at: value.at } };
      });
    }
    case 'set-not-null':
      if (!action.notNull) refuseNullable(table, action.column);
      return changeColumn(world, key, action.column, action, only, (column) => (column.notNull === action.notNull ? column : { ...column, notNull: action.notNull }));
    case 'set-identity':
      return setIdentity(world, key, action);
    case 'drop-expression':
      return changeColumn(world, key, action.column, action, only, (column) => ({ ...column, generated: undefined }));
    case 'add-constraint':
      return constrain(world, key, action, only);
    case 'drop-constraint':
      return dropConstraint(world, key, action, only);
    case 'validate-constraint': {
      const constraint = table.constraints.get(action.name);
      if (constraint === undefined) return table.inferred ? undefined : fail('undefined_object', `constraint "${action.name}" of relation "${table.name}" does not exist`);
      if (constraint.kind !== 'foreign key' && constraint.kind !== 'check') fail('wrong_object_type', `constraint "${action.name}" is not a foreign key or check constraint`);
      if (!constraint.validated) putTable(world, { ...table, constraints: new Map(table.constraints).set(action.name, { ...constraint, validated: true }) });
      return;
    }
    case 'defer-constraint': {
      const constraint = table.constraints.get(action.name);
      if (constraint === undefined) return table.inferred ? undefined : fail('undefined_object', `constraint "${action.name}" of relation "${table.name}" does not exist`);
      if (constraint.kind !== 'foreign key') fail('wrong_object_type', `constraint "${action.name}" of relation "${table.name}" is not a foreign key constraint`);
      const { deferrable: _, ...rest } = constraint;
      putTable(world, { ...table, constraints: new Map(table.constraints).set(action.name, action.deferrable ? { ...rest, deferrable: action.deferred ? 'deferred' : 'immediate' } : rest) });
      return;
    }
    case 'rls':
      putTable(world, { ...table, rls: { value: action.enabled, at: nameAt } });
      return;
    case 'force-rls':
      putTable(world, { ...table, forced: { value: action.forced, at: nameAt } });
      return;
    case 'set-options':
      putTable(world, { ...table, options: { ...table.options, ...action.options } });
      return;
    case 'reset-options':
      putTable(world, { ...table, options: Object.fromEntries(Object.entries(table.options).filter(([name]) => !action.options.includes(name))) });
      return;
    case 'owner':
      return setOwner(world, { is: 'table', key }, action.owner);
    case 'attach-partition':
      return attachPartition(world, key, action.partition, action.bound);
    case 'detach-partition':
      return detachPartition(world, key, action.partition);
    case 'inherit':
      return inherit(world, key, action.parent, action.inherit);
    case 'trigger-state': {
      const triggers = new Map([...table.triggers].map(([name, trigger]) => [name, action.name === undefined || action.name === name ? { ...trigger, enabled: action.enabled } : trigger]));
      putTable(world, { ...table, triggers });
      return;
    }
    case 'other':
      return;
    default:
      return never(action);
  }
}

function addColumn(world: World, key: string, action: TableAction & { readonly do: 'add-column' }): void {
  const table = tableAt(world, key);
  const def = action.column;
  const present = table.columns.get(def.name);
  if (present !== undefined) {
    if (action.ifNotExists) return;
    if (!table.inferred || present.typeText !== 'unknown') fail('duplicate_column', `column "${def.name}" of relation "${table.name}" already exists`);
  }
  if (table.columns.size >= MOST_COLUMNS) fail('too_many_columns', `tables can have at most ${MOST_COLUMNS} columns`);
  const column = newColumn(world, table, def);
  putTable(world, { ...table, columns: new Map(table.columns).set(def.name, column) });
  const generated = withGenerated(world, tableAt(world, key), def);
  if (generated !== undefined) putTable(world, { ...tableAt(world, key), columns: new Map(tableAt(world, key).columns).set(def.name, generated) });
  passColumn(world, key, generated ?? column);
  for (const constraint of def.constraints) constrain(world, key, { at: action.at, do: 'add-constraint', constraint }, false, def.name);
}

/** Children get the new column too, unless they have it. */
function passColumn(world: World, key: string, column: Column): void {
  for (const child of childrenOf(world, key)) {
    const table = tableAt(world, child);
    if (!table.columns.has(column.name)) putTable(world, { ...table, columns: new Map(table.columns).set(column.name, { ...column, identity: undefined }) });
    passColumn(world, child, column);
  }
}

/** A change of one column, here and on the children. */
function changeColumn(world: World, key: string, name: string, action: TableAction, only: boolean, change: (column: Column) => Column): void {
  const table = requireColumn(world, tableAt(world, key), name, action.at);
  const column = table.columns.get(name);
  if (column === undefined) return;
  const changed = change(column);
  if (changed !== column) putTable(world, { ...table, columns: new Map(table.columns).set(name, changed) });
  if (only) return;
  for (const child of childrenOf(world, key)) if (tableAt(world, child).columns.has(name)) changeColumn(world, child, name, action, only, change);
}

function refuseNullable(table: Table, name: string): void {
  const column = table.columns.get(name);
  if (column?.identity !== undefined) fail('invalid_table_definition', `column "${name}" of relation "${table.name}" is an identity column`);
  for (const constraint of table.constraints.values()) {
    if (constraint.kind === 'primary key' && constraint.columns.includes(name)) fail('invalid_table_definition', `column "${name}" is in a primary key`);
  }
}

function setIdentity(world: World, key: string, action: TableAction & { readonly do: 'set-identity' }): void {
  const table = requireColumn(world, tableAt(world, key), action.column, action.at);
  const column = table.columns.get(action.column);
  if (column === undefined) return;
  if (action.identity === undefined) {
    if (column.identity === undefined) {
      if (action.ifExists === true || table.inferred) return;
      fail('object_not_in_prerequisite_state', `column "${action.column}" of relation "${table.name}" is not an identity column`);
    }
    for (const sequence of world.catalog.ownedSequences(`${key}.${action.column}`)) world.catalog.put('sequence', sequence.key, undefined);
  } else if (column.identity === undefined) {
    if (column.default !== undefined) fail('object_not_in_prerequisite_state', `column "${action.column}" of relation "${table.name}" already has a default value`);
    if (!column.notNull && !table.inferred) fail('object_not_in_prerequisite_state', `column "${action.column}" of relation "${table.name}" must be declared NOT NULL before identity can be added`);
    ownedSequence(world, table, action.column, action.at, action.sequence);
  }
  putTable(world, { ...tableAt(world, key), columns: new Map(table.columns).set(action.column, { ...column, identity: action.identity, notNull: column.notNull || action.identity !== undefined }) });
}

function constrain(world: World, key: string, action: TableAction & { readonly do: 'add-constraint' }, only: boolean, column?: string): void {
  const def = action.constraint;
  const made = addConstraint(world, key, def, column);
  if (def.kind === 'not null') {
    if (!only) for (const child of childrenOf(world, key)) constrain(world, child, action, only, column);
    return;
  }
  if (made === undefined || only) return;
  if (made.kind === 'check') {
    for (const child of childrenOf(world, key)) passCheck(world, child, made);
  } else if (made.kind === 'foreign key') {
    for (const child of partitionsOf(world, key)) passForeignKey(world, child, made);
  } else {
    const index = tableAt(world, key).indexes.get(made.index);
    if (index !== undefined) indexPartitions(world, key, index);
    if (made.kind === 'primary key') for (const child of childrenOf(world, key)) notNullBelow(world, child, made.columns);
  }
}

function notNullBelow(world: World, key: string, columns: readonly string[]): void {
  const table = tableAt(world, key);
  const next = new Map(table.columns);
  for (const name of columns) {
    const column = next.get(name);
    if (column !== undefined) next.set(name, { ...column, notNull: true });
  }
  putTable(world, { ...table, columns: next });
  for (const child of childrenOf(world, key)) notNullBelow(world, child, columns);
}

function passCheck(world: World, key: string, check: Constraint): void {
  const table = tableAt(world, key);
  if (!table.constraints.has(check.name)) putTable(world, { ...table, constraints: new Map(table.constraints).set(check.name, check) });
  for (const child of childrenOf(world, key)) passCheck(world, child, check);
}

