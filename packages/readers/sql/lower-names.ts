import type { ObjectName, QName, RoleName, Span, TypeRef } from '@tenantlint/model';
import type { ObjectWithArgs, RangeVar, RoleSpec, TypeName } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { textOf, textsOf, type Tree } from './tree.ts';

/** A relation's name; `a.b.c` loses its database. */
export function relationName(e: Excerpt, relation: RangeVar | undefined): QName {
  const at = relation?.location === -1 ? e.whole() : e.nameFrom(e.offset(relation?.location));
  return qualified(relation?.schemaname, relation?.relname ?? '', at);
}

/** A name given as a list of its parts, whose place the caller has found. */
export function partsName(parts: readonly string[], at: Span): QName {
  return qualified(parts.at(-2), parts.at(-1) ?? '', at);
}

function qualified(schema: string | undefined, name: string, at: Span): QName {
  return schema === undefined ? { name, at } : { schema, name, at };
}

/** A routine with its input types, when the statement states them. */
export function routineName(e: Excerpt, routine: ObjectWithArgs | undefined, at: Span): ObjectName {
  const name = partsName(textsOf(routine?.objname), at);
  if (routine?.args_unspecified === true) return name;
  return { ...name, args: (routine?.objargs ?? []).map((node) => typeOf(e, (node as Tree).TypeName)) };
}

export function roleOf(role: RoleSpec | undefined): RoleName {
  switch (role?.roletype) {
    case 'ROLESPEC_PUBLIC':
      return 'public';
    case 'ROLESPEC_CURRENT_ROLE':
      return 'current_role';
    case 'ROLESPEC_CURRENT_USER':
      return 'current_user';
    case 'ROLESPEC_SESSION_USER':
      return 'session_user';
    default:
      return role?.rolename ?? '';
  }
}

export function rolesOf(nodes: readonly Node[] | undefined): RoleName[] {
  return (nodes ?? []).map((node) => roleOf((node as Tree).RoleSpec));
}

/** Spellings of `format_type`, by the name that the catalog or a user may write. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['int2', 'smallint'], ['int4', 'integer'], ['int8', 'bigint'], ['int', 'integer'],
  ['float4', 'real'], ['float8', 'double precision'], ['bool', 'boolean'],
  ['varchar', 'character varying'], ['varbit', 'bit varying'], ['decimal', 'numeric'],
  ['timestamp', 'timestamp without time zone'], ['timestamptz', 'timestamp with time zone'],
  ['time', 'time without time zone'], ['timetz', 'time with time zone'],
]);

/** Bits of an interval's field mask, as in the server's datetime.h. */
const INTERVAL_FIELDS: ReadonlyMap<number, string> = new Map([
  [1 << 2, 'year'], [1 << 1, 'month'], [1 << 3, 'day'], [1 << 10, 'hour'], [1 << 11, 'minute'], [1 << 12, 'second'],
  [(1 << 2) | (1 << 1), 'year to month'], [(1 << 3) | (1 << 10), 'day to hour'],
  [(1 << 3) | (1 << 10) | (1 << 11), 'day to minute'], [(1 << 3) | (1 << 10) | (1 << 11) | (1 << 12), 'day to second'],
  [(1 << 10) | (1 << 11), 'hour to minute'], [(1 << 10) | (1 << 11) | (1 << 12), 'hour to second'],
  [(1 << 11) | (1 << 12), 'minute to second'],
]);

export function typeOf(e: Excerpt, type: TypeName | undefined): TypeRef {
  const parts = textsOf(type?.names);
  const schema = parts.at(-2);
  const own = schema !== undefined && schema !== 'pg_catalog';
  let name = parts.at(-1) ?? '';
  let mods = (type?.typmods ?? []).map((node) => modifier(e, node));
  if (type?.pct_type === true) {
    return shaped({ name: `${parts.join('.')}%TYPE`, mods, dims: type.arrayBounds?.length ?? 0 }, type);
  }
  if (!own) {
    if (name === 'interval' && mods.length > 0) {
      const fields = INTERVAL_FIELDS.get(Number(mods[0]));
      if (fields !== undefined) name = `interval ${fields}`;
      mods = mods.slice(1);
    } else if (name === 'bpchar') {
      // Without a length it is a type of its own; `character` alone means a length of 1.
      if (mods.length > 0) name = 'character';
    } else if (name === 'char' && schema === undefined) {
      name = '"char"';
    } else {
      name = SPELLINGS.get(name) ?? name;
    }
  }
  const ref = { name, mods, dims: type?.arrayBounds?.length ?? 0 };
  return shaped(own ? { schema, ...ref } : ref, type);
}

function shaped(ref: TypeRef, type: TypeName | undefined): TypeRef {
  return type?.setof === true ? { ...ref, setof: true } : ref;
}

function modifier(e: Excerpt, node: Node): string {
  const tree: Tree = node;
  const constant = tree.A_Const;
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant?.fval !== undefined) return constant.fval.fval ?? '';
  if (constant?.sval !== undefined) return constant.sval.sval ?? '';
  // The modifiers of an extension's types are words whose case it keeps: geometry(Point, 4326).
  const column = tree.ColumnRef;
  return column === undefined ? '' : e.token(e.tokenAt(column.location)) || textOf(column.fields?.[0]);
}

const FIELDS = new Set(['year', 'month', 'day', 'hour', 'minute', 'second']);

/** Index of the last token of the type that starts at token `i`. */
export function typeEnd(e: Excerpt, i: number): number {
  if (e.is(i, 'setof')) i++;
  let last = builtInEnd(e, i) ?? parametersEnd(e, e.nameEnd(i));
  if (e.is(last + 1, '%') && e.is(last + 2, 'type')) last += 2;
  if (e.is(last + 1, 'array')) {
    last++;
    if (e.is(last + 1, '[')) last = e.tokens.partner(last + 1);
  } else {
    while (e.is(last + 1, '[')) last = Math.max(e.tokens.partner(last + 1), last + 1);
  }
  return last;
}

/** The types that Postgres' grammar spells with several words. */
function builtInEnd(e: Excerpt, i: number): number | undefined {
  switch (e.word(i)) {
    case 'double':
      return e.is(i + 1, 'precision') ? i + 1 : undefined;
    case 'national':
      return e.is(i + 1, 'character') || e.is(i + 1, 'char') ? varyingEnd(e, i + 1) : undefined;
    case 'character':
    case 'char':
    case 'nchar':
    case 'bit':
      return varyingEnd(e, i);
    case 'time':
    case 'timestamp': {
      const last = parametersEnd(e, i);
      const zone = e.is(last + 1, 'with') || e.is(last + 1, 'without');
      return zone && e.is(last + 2, 'time') && e.is(last + 3, 'zone') ? last + 3 : last;
    }
    case 'interval':
      return intervalEnd(e, parametersEnd(e, i));
    default:
      return undefined;
  }
}

function varyingEnd(e: Excerpt, i: number): number {
  return parametersEnd(e, e.is(i + 1, 'varying') ? i + 1 : i);
}

/** The field words that may follow `interval` or, in a constant, its string. */
export function intervalEnd(e: Excerpt, last: number): number {
  if (!FIELDS.has(e.word(last + 1))) return last;
  last = parametersEnd(e, last + 1);
  return e.is(last + 1, 'to') && FIELDS.has(e.word(last + 2)) ? parametersEnd(e, last + 2) : last;
}

function parametersEnd(e: Excerpt, i: number): number {
  return e.is(i + 1, '(') ? Math.max(e.tokens.partner(i + 1), i + 1) : i;
}
