import type { TypeRef } from '@tenantlint/model';
import { quoteIdent } from './quote.ts';

/** Type names of pg_catalog, as the model spells them. They win over user types of the same name. */
const BUILT_IN = new Set(
  (
    'bigint boolean bytea "char" name smallint integer text oid tid xid xid8 cid json jsonb jsonpath xml point lseg path box polygon line ' +
    'circle real double_precision money numeric macaddr macaddr8 inet cidr bpchar character date interval bit varbit record refcursor ' +
    'uuid tsvector tsquery int2vector oidvector regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc ' +
    'regprocedure regrole regtype pg_lsn txid_snapshot pg_snapshot gtsvector aclitem cstring any anyarray anyelement anyenum ' +
    'anynonarray anyrange anymultirange anycompatible anycompatiblearray void trigger event_trigger language_handler ' +
    'fdw_handler internal unknown int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange ' +
    'nummultirange tsmultirange tstzmultirange datemultirange serial bigserial smallserial serial2 serial4 serial8'
  ).split(' ').map((name) => name.replace('_precision', ' precision')),
);
for (const name of ['character varying', 'bit varying', 'timestamp with time zone', 'timestamp without time zone', 'time with time zone', 'time without time zone', 'char']) BUILT_IN.add(name);

export function isBuiltIn(type: TypeRef): boolean {
  return (type.schema === undefined || type.schema === 'pg_catalog') && (BUILT_IN.has(type.name) || type.name.startsWith('interval '));
}

export const SERIAL: Readonly<Record<string, string>> = {
  serial: 'integer', serial4: 'integer', bigserial: 'bigint', serial8: 'bigint', smallserial: 'smallint', serial2: 'smallint',
};

/** Built-in types that `format_type` does not call by the name that they have here. */
const SPELLED_APART = new Set(['char', '"char"', 'character', 'bpchar']);

const UNQUOTED = /^(bit varying|character varying|double precision|(time|timestamp) with(out)? time zone|interval .*)$/;

/** `format_type` of a resolved type: user types carry their schema unless that is public, and are quoted where needed. */
export function formatType(type: TypeRef): string {
  if (type.mods.length === 0 && type.dims === 0 && type.schema === undefined && BUILT_IN.has(type.name) && !SPELLED_APART.has(type.name)) return type.name;
  const array = type.dims > 0 ? '[]' : '';
  if (isBuiltIn(type)) return builtInText(type) + array;
  const mods = type.mods.length > 0 ? `(${type.mods.join(',')})` : '';
  const schema = type.schema === undefined || type.schema === 'public' ? '' : `${quoteIdent(type.schema)}.`;
  const name = UNQUOTED.test(type.name) ? type.name : quoteIdent(type.name);
  return `${schema}${name}${mods}${array}`;
}

function builtInText(type: TypeRef): string {
  const { name, mods } = type;
  if (name === 'char' || name === '"char"') return '"char"';
  if (mods.length === 0) return name === 'character' || name === 'bpchar' ? 'bpchar' : name;
  if (name === 'numeric' && mods.length === 1) return `numeric(${mods[0]},0)`;
  const text = `(${mods.join(',')})`;
  const zone = /^(timestamp|time) (with|without) time zone$/.exec(name);
  if (zone !== null) return `${zone[1]}${text} ${zone[2]} time zone`;
  return `${name === 'bpchar' ? 'character' : name}${text}`;
}

export function plainType(name: string): TypeRef {
  return { name, mods: [], dims: 0 };
}

/** The type that identifies a routine's argument: modifiers do not count. */
export function argumentText(type: TypeRef): string {
  return formatType(type.mods.length === 0 ? type : { ...type, mods: [] });
}

export function sameType(a: TypeRef, b: TypeRef): boolean {
  return a === b || formatType(a) === formatType(b);
}
