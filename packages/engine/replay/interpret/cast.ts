import type { TypeRef } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { splitName } from '../quote.ts';
import { isSystemRelation } from '../expr/qualify.ts';
import { formatType } from '../types.ts';
import { findRelation, keyOf, resolveType, searchPath, type World } from '../world.ts';
import { findType } from '../ddl/user-types.ts';
import { isArray, Json, NOT_DECIDED, Oid, parseArray, textOf, toBoolean, Unknown, visibleName, type Value } from './values.ts';

const INTEGERS = new Set(['smallint', 'integer', 'bigint', 'oid']);
const NUMBERS = new Set(['numeric', 'real', 'double precision']);
const TEXTS = new Set(['text', 'character varying', 'character', 'name', 'bpchar', '"char"', 'citext']);

const NOWHERE = { file: '', start: 0, end: 0 };

/** `value::type`. */
export function cast(world: World, value: Value, type: TypeRef): Value {
  if (value === null || value instanceof Unknown) return value;
  if (type.dims > 0) {
    const items = isArray(value) ? value : parseArray(textOf(value) ?? '');
    return items === undefined ? NOT_DECIDED : items.map((item) => cast(world, item, { ...type, dims: 0 }));
  }
  const text = textOf(value);
  if (type.schema === undefined) {
    if (INTEGERS.has(type.name)) return value instanceof Oid ? value : number(text, true);
    if (NUMBERS.has(type.name)) return number(text, false);
    if (TEXTS.has(type.name)) return text ?? NOT_DECIDED;
    if (type.name === 'boolean') return toBoolean(value);
    if (type.name === 'json' || type.name === 'jsonb') return value instanceof Json ? value : json(text);
    if (type.name.startsWith('reg')) return value instanceof Oid || text === undefined ? value : registered(world, type.name, text);
  }
  return value;
}

function number(text: string | undefined, whole: boolean): Value {
  const parsed = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(parsed)) return fail('invalid_text_representation', `invalid input syntax for a number: "${text ?? ''}"`);
  return whole ? Math.round(parsed) : parsed;
}

function json(text: string | undefined): Value {
  try {
    return new Json(JSON.parse(text ?? '') as unknown);
  } catch {
    return fail('invalid_text_representation', 'invalid input syntax for type json');
  }
}

/** `'name'::regclass` and its kin: the object, or the error that a missing one raises. */
function registered(world: World, type: string, text: string): Value {
  const found = lookup(world, type, text);
  if (found !== undefined) return found;
  switch (type) {
    case 'regclass':
      return fail('undefined_table', `relation "${text}" does not exist`);
    case 'regtype':
      return fail('undefined_object', `type "${text}" does not exist`);
    case 'regproc':
    case 'regprocedure':
      return fail('undefined_function', `function "${text}" does not exist`);
    case 'regnamespace':
      return fail('invalid_schema_name', `schema "${text}" does not exist`);
    case 'regrole':
      return fail('undefined_object', `role "${text}" does not exist`);
    default:
      return NOT_DECIDED;
  }
}

/** What to_regclass and the other lookups find; undefined for nothing. */
export function lookup(world: World, type: string, text: string): Oid | undefined {
  const { catalog } = world;
  const argumentsAt = text.indexOf('(');
  const parts = splitName(argumentsAt < 0 ? text : text.slice(0, argumentsAt));
  const name = parts?.[parts.length - 1];
  if (parts === undefined || name === undefined) return type === 'regtype' ? typeOid(world, text) : undefined;
  const schema = parts.length > 1 ? { schema: parts[parts.length - 2] as string } : {};
  const path = searchPath(world);
  switch (type) {
    case 'regclass': {
      const found = findRelation(world, { ...schema, name, at: NOWHERE });
      if (found === undefined) return isSystemRelation({ ...schema, name, at: NOWHERE }) ? new Oid('catalog', name) : undefined;
      return new Oid(found.relation.is === 'index' ? 'index' : 'relation', found.key, visibleName(found.key.slice(0, found.key.length - name.length - 1), name, path));
    }
    case 'regtype':
      return typeOid(world, text);
    case 'regproc':
    case 'regprocedure': {
      for (const candidate of schema.schema === undefined ? path : [schema.schema]) {
        const keys = catalog.overloads(candidate, name);
        const wanted = argumentsAt < 0 ? keys[0] : keys.find((key) => key === `${keyOf(candidate, name)}(${signature(world, text.slice(argumentsAt + 1, text.lastIndexOf(')')))})`);
        if (wanted !== undefined) return new Oid('routine', wanted, argumentsAt < 0 ? visibleName(candidate, name, path) : `${visibleName(candidate, name, path)}${wanted.slice(wanted.indexOf('('))}`);
      }
      return undefined;
    }
    case 'regnamespace':
      return catalog.get('schema', name) === undefined ? undefined : new Oid('namespace', name);
    case 'regrole':
      return catalog.get('role', name) === undefined ? undefined : new Oid('role', name);
    default:
      return undefined;
  }
}

const ALIASES: Readonly<Record<string, string>> = { int: 'integer', int4: 'integer', int8: 'bigint', int2: 'smallint', bool: 'boolean', varchar: 'character varying', timestamptz: 'timestamp with time zone', timestamp: 'timestamp without time zone' };

/** The argument types of a signature, spelled as keys spell them. */
function signature(world: World, args: string): string {
  if (args.trim() === '') return '';
  return args.split(',').map((arg) => typeOid(world, arg.trim())?.text ?? arg.trim()).join(', ');
}

function typeOid(world: World, text: string): Oid | undefined {
  const dims = /\[\]\s*$/.test(text) ? 1 : 0;
  const bare = text.replace(/\[\]\s*$/, '').trim();
  const parts = splitName(bare);
  const name = parts?.[parts.length - 1] ?? bare;
  const schema = parts !== undefined && parts.length > 1 ? { schema: parts[parts.length - 2] as string } : {};
  const known = ALIASES[bare.toLowerCase()];
  const resolved = resolveType(world, { ...schema, name: known ?? name, mods: [], dims });
  if (resolved.schema === undefined && formatType(resolved).startsWith('"') && known === undefined) return undefined;
  if (resolved.schema === undefined && findType(world, { ...schema, name }) === undefined && !isKnownBuiltIn(resolved)) return undefined;
  return new Oid('type', resolved.schema === undefined ? `pg_catalog.${resolved.name}` : keyOf(resolved.schema, resolved.name), formatType(resolved));
}

function isKnownBuiltIn(type: TypeRef): boolean {
  // A built-in type resolves to itself without quotes; an unknown word would be looked up in vain.
  return type.schema === undefined && /^[a-z]/.test(type.name) && !type.name.includes('.') && BUILT_INS.has(type.name);
}

const BUILT_INS = new Set([...INTEGERS, ...NUMBERS, ...TEXTS, 'boolean', 'json', 'jsonb', 'uuid', 'date', 'bytea', 'interval', 'inet', 'timestamp with time zone', 'timestamp without time zone', 'regclass', 'void', 'trigger', 'tsvector', 'xml', 'money']);
BUILT_INS.delete('citext');
