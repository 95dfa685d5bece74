import type { SchemaEvent, Span } from '@tenantlint/model';
import { argument, concat, plainText, slice, textOf, truthOf, type Value, type ValueOf } from '../python/constant/index.ts';
import { inner } from '../sqlalchemy/column.ts';
import { calledName, identifier, type Reading } from '../sqlalchemy/reading.ts';
import { sqlEvents } from './sql.ts';

/**
 * What `op.create_entity`, `op.replace_entity` and `op.drop_entity` of alembic_utils do with an entity whose parts are
 * constant: the statements that the package composes of them. Undefined for entities that it composes otherwise.
 */
export function entityEvents(of: Reading, operation: string, entity: Value | undefined, at: Span): readonly SchemaEvent[] | undefined {
  if (entity?.kind !== 'call') return undefined;
  const kind = calledName(entity) ?? '';
  const create = operation === 'drop_entity' ? undefined : createText(kind, entity, operation === 'replace_entity', at);
  const drop = operation === 'drop_entity' || (operation === 'replace_entity' && !REPLACEABLE.has(kind)) ? dropText(kind, entity) : undefined;
  if (operation !== 'drop_entity' && !create) return undefined;
  if (operation === 'drop_entity' && drop === undefined) return undefined;
  return [
    ...(drop === undefined ? [] : sqlEvents(of, { text: plainText(drop, at), holes: 0 }, true)),
    ...(create ? sqlEvents(of, { text: create, holes: 0 }, true) : []),
  ];
}

/** Entities that can be created over those that are there. */
const REPLACEABLE = new Set(['PGFunction', 'PGProcedure']);

type Parts = readonly (string | Value | undefined)[];

function createText(kind: string, { args }: ValueOf<'call'>, replace: boolean, at: Span): ValueOf<'text'> | undefined {
  const part = (name: string, index: number): Value | undefined => argument(args, name, index);
  const [schema, signature] = [part('schema', 0), part('signature', 1)];
  const whole = (...parts: Parts): ValueOf<'text'> | undefined => assembled(parts, at);
  switch (kind) {
    case 'PGFunction': case 'PGProcedure': return whole(`CREATE ${replace ? 'OR REPLACE ' : ''}${kind === 'PGFunction' ? 'FUNCTION' : 'PROCEDURE'} `, ...routine(schema, signature), ' ', part('definition', 2));
    case 'PGView': return whole('CREATE VIEW ', qualified(schema, signature), ' AS ', part('definition', 2));
    case 'PGMaterializedView': return whole('CREATE MATERIALIZED VIEW ', qualified(schema, signature), ' AS ', withoutEnd(part('definition', 2)), flag(part('with_data', 3), true) ? ' WITH DATA' : ' WITH NO DATA');
    case 'PGTrigger': return whole(`CREATE ${flag(args.named.get('is_constraint'), false) ? 'CONSTRAINT ' : ''}TRIGGER `, quoted(signature), ' ', part('definition', 2));
    case 'PGExtension': return whole('CREATE EXTENSION ', quoted(signature), ' WITH SCHEMA ', quoted(schema));
    case 'PGPolicy': return whole('CREATE POLICY ', quoted(signature), ' ON ', tableOf(schema, part('on_entity', 3)), ' ', part('definition', 2));
    default: return undefined;
  }
}

function dropText(kind: string, { args }: ValueOf<'call'>): string | undefined {
  const [schema, signature, entity] = [argument(args, 'schema', 0), argument(args, 'signature', 1), argument(args, 'on_entity', 3)].map(textOf);
  if (schema === undefined || signature === undefined) return undefined;
  const name = `${identifier(schema)}.${identifier(signature.replace(/\s*\([\s\S]*$/, ''))}`;
  switch (kind) {
    case 'PGFunction': return `DROP FUNCTION ${name}`;
    case 'PGProcedure': return `DROP PROCEDURE ${name}`;
    case 'PGView': return `DROP VIEW ${name}`;
    case 'PGMaterializedView': return `DROP MATERIALIZED VIEW ${name}`;
    case 'PGTrigger': return entity === undefined ? undefined : `DROP TRIGGER ${identifier(signature)} ON ${entity}`;
    case 'PGExtension': return `DROP EXTENSION ${identifier(signature)}`;
    case 'PGPolicy': return entity === undefined ? undefined : `DROP POLICY ${identifier(signature)} ON ${entity.includes('.') ? entity : `${identifier(schema)}.${entity}`}`;
    default: return undefined;
  }
}

function assembled(parts: Parts, at: Span): ValueOf<'text'> | undefined {
  const texts = parts.map((p) => (typeof p === 'string' ? plainText(p, at) : p?.kind === 'text' ? p : undefined));
  return texts.every((t) => t !== undefined) ? concat(texts, at) : undefined;
}

/** A name that is put together, at the place of what names it. */
function named(value: Value, text: string): Value {
  return plainText(text, inner(value));
}

function quoted(value: Value | undefined): Value | undefined {
  const text = textOf(value);
  return value && text !== undefined ? named(value, identifier(text)) : undefined;
}

function qualified(schema: Value | undefined, name: Value | undefined): Value | undefined {
  const [a, b] = [textOf(schema), textOf(name)];
  return name && a !== undefined && b !== undefined ? named(name, `${identifier(a)}.${identifier(b)}`) : undefined;
}

/** A routine's name, and its arguments as they stand. */
function routine(schema: Value | undefined, signature: Value | undefined): (Value | undefined)[] {
  const [a, b] = [textOf(schema), textOf(signature)];
  if (signature?.kind !== 'text' || a === undefined || b === undefined) return [undefined];
  const end = b.search(/\s*\(/);
  const name = end < 0 ? b : b.slice(0, end);
  return [{ ...slice(signature, 0, name.length), parts: [{ text: `${identifier(a)}.${name}`, at: inner(slice(signature, 0, name.length)), exact: false }] }, slice(signature, name.length, b.length)];
}

function tableOf(schema: Value | undefined, entity: Value | undefined): Value | undefined {
  const [a, b] = [textOf(schema), textOf(entity)];
  return entity && a !== undefined && b !== undefined ? named(entity, b.includes('.') ? b : `${identifier(a)}.${b}`) : undefined;
}

function withoutEnd(value: Value | undefined): Value | undefined {
  const text = textOf(value);
  return text !== undefined && value && /;\s*$/.test(text) ? plainText(text.replace(/;\s*$/, ''), value.at) : value;
}

function flag(value: Value | undefined, otherwise: boolean): boolean {
  return value === undefined ? otherwise : truthOf(value) === true;
}
