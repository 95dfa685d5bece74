import type { SchemaEvent } from '@tenantlint/model';
import { EXTENSION_CONTENTS } from '../base/extension-contents.ts';
import type { Obj } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { creationSchema, keyOf, requireSchema, searchPath, type World } from '../world.ts';
import { quoteIdent } from '../quote.ts';
import { dropAll } from './drop-all.ts';

type CreateExtension = SchemaEvent & { readonly kind: 'create-extension' };

/** Extensions that live in a schema of their own, whatever the statement says. */
const OWN_SCHEMA: Readonly<Record<string, string>> = { pg_cron: 'pg_catalog', pgmq: 'pgmq', supabase_vault: 'vault', plpgsql: 'pg_catalog', pg_tle: 'pgtle', pg_graphql: 'graphql', pgsodium: 'pgsodium' };

export function createExtension(world: World, event: CreateExtension): void {
  if (world.catalog.get('extension', event.name) !== undefined) {
    if (event.ifNotExists) return;
    fail('duplicate_object', `extension "${event.name}" already exists`);
  }
  const schema = OWN_SCHEMA[event.name] ?? event.schema ?? (world.infers ? (searchPath(world)[0] ?? 'public') : creationSchema(world));
  requireSchema(world, schema, event.at);
  world.catalog.put('extension', event.name, { name: event.name, schema, at: event.at });
  for (const made of contentEvents(world, event, schema)) if (!exists(world, made)) world.silently(made);
}

/** What the extension creates, as statements at the place of CREATE EXTENSION. */
function contentEvents(world: World, event: Pick<CreateExtension, 'name' | 'at'>, schema: string): readonly SchemaEvent[] {
  const contents = EXTENSION_CONTENTS[event.name];
  if (contents === undefined) return [];
  const place = quoteIdent(schema);
  const own = new Set(contents.types ?? []);
  // A function's argument may be of a type that the same extension brings.
  const qualified = (signature: string): string => signature.replace(/[a-z_0-9]+/g, (word) => (own.has(word) ? `${place}.${word}` : word));
  const types: readonly SchemaEvent[] = (contents.types ?? []).map((name) => ({ kind: 'create-type', at: event.at, name: { schema, name, at: event.at }, form: { is: 'base' } }));
  const functions = (contents.functions ?? []).map((signature) => {
    const close = signature.indexOf(')') + 1;
    const open = signature.indexOf('(');
    return `create function ${place}.${signature.slice(0, open)}${qualified(signature.slice(open, close))} returns ${qualified(signature.slice(close + 1))} language c;`;
  });
  const text = [...functions, contents.sql?.replaceAll(/^create view (?=\w+ )/gm, `create view ${place}.`) ?? ''].join('\n');
  return [...types, ...world.parser.events(text, event.at, false)];
}

function exists(world: World, event: SchemaEvent): boolean {
  switch (event.kind) {
    case 'create-schema':
      return world.catalog.get('schema', event.name) !== undefined;
    case 'create-table':
    case 'create-view':
    case 'create-type': {
      const key = keyOf(event.name.schema ?? '', event.name.name);
      return world.catalog.relation(key) !== undefined || world.catalog.get('type', key) !== undefined;
    }
    default:
      return false;
  }
}

/** False where there is no such extension. */
export function dropExtension(world: World, name: string, cascade: boolean): boolean {
  const { catalog } = world;
  const extension = catalog.get('extension', name);
  if (extension === undefined) return false;
  dropAll(world, members(world, name), cascade);
  catalog.put('extension', name, undefined);
  return true;
}

/** Objects that came with the extension and are still there. */
function members(world: World, name: string): readonly Obj[] {
  const { catalog } = world;
  const extension = catalog.get('extension', name);
  if (extension === undefined) return [];
  return contentEvents(world, extension, extension.schema).flatMap((event): readonly Obj[] => {
    if (event.kind === 'create-function') {
      const keys = catalog.overloads(event.name.schema ?? '', event.name.name);
      return keys.filter((key) => catalog.get('function', key)?.platform === true).map((key) => ({ is: 'routine', key }));
    }
    if (event.kind === 'create-table' || event.kind === 'create-view' || event.kind === 'create-type') {
      const key = keyOf(event.name.schema ?? '', event.name.name);
      const is = event.kind === 'create-table' ? 'table' : event.kind === 'create-view' ? 'view' : 'type';
      return catalog.get(is, key)?.platform === true ? [{ is, key }] : [];
    }
    return [];
  });
}

/** Names that go along when an extension moves are few and rarely written; the extension itself says where it is. */
export function moveExtension(world: World, name: string, schema: string): void {
  const { catalog } = world;
  const extension = catalog.get('extension', name);
  if (extension === undefined || extension.schema === schema) return;
  const moved = members(world, name);
  catalog.put('extension', name, { ...extension, schema });
  for (const member of moved) {
    if (member.is === 'type') world.silently({ kind: 'set-schema', at: extension.at, object: 'type', name: named(member.key, extension), schema, ifExists: true });
    else if (member.is === 'routine') {
      const routine = catalog.get('function', member.key);
      if (routine !== undefined) world.silently({ kind: 'set-schema', at: extension.at, object: 'function', name: { schema: routine.schema, name: routine.name, args: routine.args.map((arg) => arg.type), at: extension.at }, schema, ifExists: true });
    }
  }
}

function named(key: string, extension: { readonly schema: string; readonly at: SchemaEvent['at'] }): { readonly schema: string; readonly name: string; readonly at: SchemaEvent['at'] } {
  return { schema: extension.schema, name: key.slice(extension.schema.length + 1), at: extension.at };
}
