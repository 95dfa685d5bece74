import type { Doubt, ObjectKind, QName, SchemaEvent, Span, SqlParser, Table, Transaction, TypeRef, View } from '@tenantlint/model';
import type { Catalog, Relation } from './catalog.ts';
import { fail } from './failure.ts';
import { TEMP, type Session, type Settings } from './session.ts';
import { formatType, isBuiltIn } from './types.ts';
import type { Watch } from './watch.ts';

/** Everything that a statement can see and change while it runs. */
export interface World {
  readonly catalog: Catalog;
  readonly session: Session;
  readonly parser: SqlParser;
  /** Index of the running step; -1 while the platform's own objects are made. */
  step: number;
  /** Objects made now belong to the platform. */
  platform: boolean;
  /** Objects that the history uses and never made are taken for granted, unless a handler waits for the error. */
  infers: boolean;
  readonly doubts: Doubt[];
  /** Events that the running step executed and that stand. */
  readonly ran: SchemaEvent[];
  /** Steps that the code of all migrations together may still take. */
  steps: number;
  /** The statement of the migration that is running. */
  statement: SchemaEvent | undefined;
  /** The open transaction of the running step; undefined where each statement is one of its own. */
  transaction: Transaction | undefined;
  /** Keeps what statements meet, where somebody will ask. */
  watch: Watch | undefined;
  /** Runs an event as part of the present one. */
  run(event: SchemaEvent): void;
  /** Runs an event of the platform: what an extension brings is not the history's own. */
  silently(event: SchemaEvent): void;
}

/** One entry a place and reason: a loop says it once, with everything that its passes could touch. */
export function doubt(world: World, at: Span, reason: string, touches: readonly string[]): void {
  // Only the last few are looked through: a history in which everything fails is still read in one go.
  let same = world.doubts.length - 1;
  const oldest = Math.max(0, world.doubts.length - 64);
  const isSame = (other: Doubt | undefined): boolean => other?.at.start === at.start && other.at.file === at.file && other.reason === reason;
  while (same >= oldest && !isSame(world.doubts[same])) same--;
  const other = same < oldest ? undefined : world.doubts[same];
  if (other === undefined) world.doubts.push({ at, reason, touches });
  else world.doubts[same] = { at, reason, touches: other.touches.length === 0 || touches.length === 0 ? [] : [...new Set([...other.touches, ...touches])].sort() };
}

export function keyOf(schema: string, name: string): string {
  return `${schema}.${name}`;
}

/** Schemas of the search path that exist, in order; temporary objects and Postgres' own come before them unless listed. */
export function searchPath(world: World): readonly string[] {
  const { session, catalog } = world;
  const cached = paths.get(session.settings);
  if (cached !== undefined && cached.schemas === catalog.schemaChanges) return cached.path;
  const path = presentSchemas(world);
  paths.set(session.settings, { schemas: catalog.schemaChanges, path });
  return path;
}

const paths = new WeakMap<Settings, { readonly schemas: number; readonly path: readonly string[] }>();

function presentSchemas(world: World): readonly string[] {
  const path: string[] = [];
  for (const entry of world.session.searchPath) {
    const schema = entry === '$user' ? world.session.role : entry;
    if (schema === TEMP || schema === 'pg_catalog' || world.catalog.get('schema', schema) !== undefined) path.push(schema);
  }
  return path;
}

/** Where an unqualified name is created. */
export function creationSchema(world: World): string {
  return searchPath(world).find((schema) => schema !== 'pg_catalog') ?? fail('invalid_schema_name', 'no schema has been selected to create in');
}

/** Key under which the statement creates an object. */
export function newName(world: World, name: QName, temporary = false): { readonly schema: string; readonly name: string; readonly key: string } {
  if (temporary || name.schema === TEMP) return { schema: TEMP, name: name.name, key: keyOf(TEMP, name.name) };
  const schema = name.schema ?? creationSchema(world);
  requireSchema(world, schema, name.at);
  return { schema, name: name.name, key: keyOf(schema, name.name) };
}

/** A schema that is used and was never made is taken for granted. */
export function requireSchema(world: World, schema: string, at: Span): void {
  if (schema === TEMP || schema === 'pg_catalog' || schema === 'information_schema') return;
  if (world.catalog.get('schema', schema) !== undefined) return;
  if (!world.infers) fail('invalid_schema_name', `schema "${schema}" does not exist`);
  world.catalog.put('schema', schema, { name: schema, at, owner: world.session.role, grants: [], platform: false });
}

/** A role that is named and was never made is left to the rules; on an empty database it is an error. */
export function requireRole(world: World, role: string): void {
  if (!world.infers && role !== 'public' && world.catalog.get('role', role) === undefined) fail('undefined_object', `role "${role}" does not exist`);
}

/** Candidate schemas for a name, best first. */
export function candidateSchemas(world: World, name: { readonly schema?: string }): readonly string[] {
  if (name.schema !== undefined) return [name.schema];
  const path = searchPath(world);
  // Temporary objects hide all others, and most sessions have none.
  return world.catalog.temporary.length === 0 || path.includes(TEMP) ? path : [TEMP, ...path];
}

export function findRelation(world: World, name: QName): { readonly key: string; readonly relation: Relation } | undefined {
  if (name.schema !== undefined) {
    const key = keyOf(name.schema, name.name);
    const relation = world.catalog.relation(key);
    return relation === undefined ? undefined : { key, relation };
  }
  for (const schema of candidateSchemas(world, name)) {
    const key = keyOf(schema, name.name);
    const relation = world.catalog.relation(key);
    if (relation !== undefined) return { key, relation };
  }
  return undefined;
}

/** ALTER TABLE takes every relation, ALTER of another kind only its own. */
export function requireKind(world: World, object: ObjectKind, key: string, relation: Relation): void {
  const view = relation.is === 'view' ? world.catalog.get('view', key) : undefined;
  const fits =
    object === 'table' || object === relation.is ||
    (object === 'foreign table' && relation.is === 'table') || (object === 'type' && relation.is === 'composite') ||
    (view !== undefined && (object === 'materialized view') === view.materialized && (object === 'view' || object === 'materialized view'));
  if (!fits || (object === 'view' && view?.materialized === true)) fail('wrong_object_type', `"${key}" is not a ${object}`);
}

export function findTable(world: World, name: QName): Table | undefined {
  const found = findRelation(world, name);
  return found?.relation.is === 'table' ? world.catalog.get('table', found.key) : undefined;
}

export function findView(world: World, name: QName): View | undefined {
  const found = findRelation(world, name);
  return found?.relation.is === 'view' ? world.catalog.get('view', found.key) : undefined;
}

export function putTable(world: World, table: Table): Table {
  world.catalog.put('table', table.key, table);
  return table;
}

/** The present value of a table that is known to exist. */
export function tableAt(world: World, key: string): Table {
  return world.catalog.get('table', key) ?? fail('undefined_table', `relation "${key}" does not exist`);
}

/** A type with the schema in which its name is found; built-in and unknown types stay as they are. */
export function resolveType(world: World, type: TypeRef): TypeRef {
  if (type.name.endsWith('%TYPE')) return columnType(world, type) ?? type;
  if (isBuiltIn(type)) return type.schema === undefined ? type : { name: type.name, mods: type.mods, dims: type.dims, ...(type.setof === true ? { setof: true } : {}) };
  const schema = typeSchema(world, type);
  return schema === undefined || schema === type.schema ? type : { ...type, schema };
}

/** A type as a definition uses it. One that was never made is taken for granted, where anything is. */
export function definedType(world: World, type: TypeRef): TypeRef {
  const resolved = resolveType(world, type);
  if (!world.infers && !isBuiltIn(resolved) && (resolved.schema === undefined || typeSchema(world, resolved) === undefined)) fail('undefined_object', `type "${type.name}" does not exist`);
  return resolved;
}

/** `table.column%TYPE`: the type that the column has now. */
function columnType(world: World, type: TypeRef): TypeRef | undefined {
  const parts = type.name.slice(0, -'%TYPE'.length).split('.');
  const [schema, table, column] = parts.length > 2 ? parts : [undefined, ...parts];
  if (table === undefined || column === undefined) return undefined;
  const found = findTable(world, { ...(schema === undefined ? {} : { schema }), name: table, at: { file: '', start: 0, end: 0 } });
  const own = found?.columns.get(column)?.type;
  return own === undefined ? undefined : { ...own, ...(type.setof === true ? { setof: true } : {}), dims: Math.max(own.dims, type.dims) };
}

/** Schema of a user type or of the relation whose row type it is. */
function typeSchema(world: World, type: TypeRef): string | undefined {
  for (const schema of candidateSchemas(world, type)) {
    const key = keyOf(schema, type.name);
    if (world.catalog.get('type', key) !== undefined) return schema;
    const relation = world.catalog.relation(key);
    if (relation !== undefined && relation.is !== 'index' && relation.is !== 'sequence') return schema;
  }
  return undefined;
}

export function typeTextOf(world: World, type: TypeRef): string {
  return formatType(resolveType(world, type));
}
