import { never, type Column, type Constraint, type ConstraintDef, type SqlExpr, type Table } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { bind } from '../expr/scope.ts';
import { qualifyExpr, tableScope } from '../expr/qualify.ts';
import { visitExpr } from '../expr/walk.ts';
import { inferTable, requireColumn } from '../inferred.ts';
import { freeName, joinedNames } from '../names.ts';
import { findRelation, findTable, putTable, tableAt, type World } from '../world.ts';
import { comparable } from './type-changes.ts';
import { addIndex, buildIndex, columnKeys, type NewIndex } from './indexes.ts';

/** Adds a constraint to a table; `column` is the one whose definition holds it. */
export function addConstraint(world: World, tableKey: string, def: ConstraintDef, column?: string): Constraint | undefined {
  const table = tableAt(world, tableKey);
  if (def.name !== undefined && table.constraints.has(def.name)) fail('duplicate_object', `constraint "${def.name}" for relation "${table.name}" already exists`);
  switch (def.kind) {
    case 'primary key':
    case 'unique':
      return addKey(world, table, def, ownColumns(def.columns, column));
    case 'foreign key':
      return addForeignKey(world, table, def, ownColumns(def.columns, column));
    case 'check':
      return addCheck(world, table, def);
    case 'exclude': {
      const index = addIndex(world, tableKey, {
        name: def.name, at: def.at, unique: false, primary: false, constraint: true, exclusion: true, method: def.method,
        keys: def.keys, include: [], where: def.where,
      });
      return put(world, tableKey, { kind: 'exclude', name: index.name, at: def.at, validated: true, index: index.name, def, ...deferral(def) });
    }
    case 'not null':
      setNotNull(world, tableKey, ownColumns(def.columns, column));
      return undefined;
    default:
      return never(def);
  }
}

function ownColumns(columns: readonly string[], column: string | undefined): readonly string[] {
  return columns.length === 0 && column !== undefined ? [column] : columns;
}

/** When it is checked, as far as the definition says so. */
export function deferral({ deferrable, deferred }: ConstraintDef): Pick<Constraint, 'deferrable'> {
  return deferrable === true ? { deferrable: deferred === true ? 'deferred' : 'immediate' } : {};
}

function put(world: World, tableKey: string, constraint: Constraint): Constraint {
  const table = tableAt(world, tableKey);
  putTable(world, { ...table, constraints: new Map(table.constraints).set(constraint.name, constraint) });
  return constraint;
}

export function setNotNull(world: World, tableKey: string, names: readonly string[]): void {
  const table = tableAt(world, tableKey);
  const columns = notNullColumns(table, names);
  if (columns !== table.columns) putTable(world, { ...table, columns });
}

function notNullColumns(table: Table, names: readonly string[]): Table['columns'] {
  let columns: Map<string, Column> | undefined;
  for (const name of names) {
    const column = table.columns.get(name);
    if (column === undefined || column.notNull) continue;
    columns ??= new Map(table.columns);
    columns.set(name, { ...column, notNull: true });
  }
  return columns ?? table.columns;
}

type KeyDef = ConstraintDef & { readonly kind: 'primary key' | 'unique' };

/** The index that a PRIMARY KEY or UNIQUE constraint asks for. */
export function keyIndex(def: KeyDef, columns: readonly string[]): NewIndex {
  return {
    name: def.name, at: def.at, unique: true, primary: def.kind === 'primary key', constraint: true, exclusion: false,
    method: 'btree', keys: columnKeys(columns, def.at), include: def.include, where: undefined,
  };
}

function addKey(world: World, table: Table, def: KeyDef, columns: readonly string[]): Constraint {
  if (def.kind === 'primary key' && [...table.constraints.values()].some((other) => other.kind === 'primary key')) {
    fail('invalid_table_definition', `multiple primary keys for table "${table.name}" are not allowed`);
  }
  if (def.usingIndex !== undefined) return adoptIndex(world, table, def, def.usingIndex);
  requirePartitionKey(table, columns);
  const index = buildIndex(world, table.key, keyIndex(def, columns));
  const constraint: Constraint = { kind: def.kind, name: index.name, at: def.at, validated: true, columns, index: index.name, ...deferral(def), ...(def.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}) };
  const now = tableAt(world, table.key);
  putTable(world, {
    ...now, columns: def.kind === 'primary key' ? notNullColumns(now, columns) : now.columns,
    indexes: new Map(now.indexes).set(index.name, index), constraints: new Map(now.constraints).set(index.name, constraint),
  });
  return constraint;
}

/** A key of a partitioned table holds only within a partition, unless it carries what tells them apart. */
export function requirePartitionKey(table: Table, columns: readonly (string | undefined)[]): void {
  for (const key of table.partitionBy?.columns ?? []) {
    if (!columns.includes(key)) fail('feature_not_supported', 'unique constraint on partitioned table must include all partitioning columns');
  }
}

/** ADD CONSTRAINT … USING INDEX: the index takes the constraint's name. */
function adoptIndex(world: World, table: Table, def: KeyDef, name: string): Constraint {
  const index = table.indexes.get(name);
  if (index === undefined) fail('undefined_object', `index "${name}" does not exist`);
  if (!index.unique || index.where !== undefined || index.keys.some((key) => key.column === undefined)) fail('wrong_object_type', `"${name}" is not a plain unique index`);
  const columns = index.keys.map((key) => key.column ?? '');
  const own = def.name ?? name;
  const indexes = new Map(table.indexes);
  indexes.delete(name);
  indexes.set(own, { ...index, name: own, primary: def.kind === 'primary key', constraint: true });
  putTable(world, { ...table, indexes });
  if (def.kind === 'primary key') setNotNull(world, table.key, columns);
  return put(world, table.key, { kind: def.kind, name: own, at: def.at, validated: true, columns, index: own, ...deferral(def), ...(def.nullsNotDistinct === true ? { nullsNotDistinct: true } : {}) });
}

function addForeignKey(world: World, from: Table, def: ConstraintDef & { readonly kind: 'foreign key' }, columns: readonly string[]): Constraint {
  if (findTable(world, def.references) === undefined && findRelation(world, def.references) !== undefined) {
    fail('wrong_object_type', `referenced relation "${def.references.name}" is not a table`);
  }
  let target = findTable(world, def.references) ?? inferTable(world, def.references);
  let table = tableAt(world, from.key);
  for (const column of columns) table = requireColumn(world, table, column, def.at);
  target = tableAt(world, target.key);
  const referenced = def.referenced.length > 0 ? def.referenced : primaryKey(target);
  if (referenced === undefined) {
    if (!target.inferred) fail('undefined_object', `there is no primary key for referenced table "${target.name}"`);
  } else {
    for (const column of referenced) target = requireColumn(world, target, column, def.at);
    table = tableAt(world, table.key);
    columns.forEach((column, i) => {
      const [own, other] = [table.columns.get(column), target.columns.get(referenced[i] ?? '')];
      if (own !== undefined && other !== undefined && !comparable(own.type, other.type)) fail('datatype_mismatch', `foreign key constraint on "${column}" of "${table.name}" cannot be implemented`);
    });
    if (!target.inferred && !isUnique(target, referenced)) fail('invalid_foreign_key', `there is no unique constraint matching given keys for referenced table "${target.name}"`);
  }
  const name = def.name ?? freeName(table.name, joinedNames(columns), 'fkey', (candidate) => world.catalog.constraintNameUsed(table.schema, candidate));
  return put(world, table.key, {
    kind: 'foreign key', name, at: def.at, validated: def.notValid !== true, columns, references: target.key, referenced: referenced ?? [],
    onDelete: def.onDelete, onUpdate: def.onUpdate, onDeleteStated: def.onDeleteStated, ...deferral(def),
  });
}

export function primaryKey(table: Table): readonly string[] | undefined {
  for (const constraint of table.constraints.values()) if (constraint.kind === 'primary key') return constraint.columns;
  return undefined;
}

/** Whether an unconditional unique index covers exactly these columns, in any order. */
export function isUnique(table: Table, columns: readonly string[]): boolean {
  for (const index of table.indexes.values()) {
    if (!index.unique || index.where !== undefined || index.keys.length !== columns.length) continue;
    if (index.keys.every((key) => key.column !== undefined && columns.includes(key.column))) return true;
  }
  return false;
}

function addCheck(world: World, table: Table, def: ConstraintDef & { readonly kind: 'check' }): Constraint {
  const scope = tableScope(table);
  const expr = qualifyExpr(world, def.expr, scope);
  const name = def.name ?? checkName(world, table, expr);
  return put(world, table.key, { kind: 'check', name, at: def.at, validated: def.notValid !== true, expr });
}

/** A check over one column is named after it. */
function checkName(world: World, table: Table, expr: SqlExpr): string {
  const columns = columnsOf(table, expr);
  const [only] = columns.size === 1 ? columns : [];
  return freeName(table.name, only, 'check', (candidate) => world.catalog.constraintNameUsed(table.schema, candidate));
}

/** Columns of its own table that a check or index expression names. */
export function columnsOf(table: Table, expr: SqlExpr): ReadonlySet<string> {
  const scope = tableScope(table);
  const columns = new Set<string>();
  visitExpr(expr, {
    expr(part) {
      if (part.kind !== 'column') return;
      const bound = bind(part.path, scope);
      if (bound?.is === 'column') columns.add(bound.column.name);
      else if (bound?.is === 'row') columns.add('*');
    },
  });
  return columns;
}
