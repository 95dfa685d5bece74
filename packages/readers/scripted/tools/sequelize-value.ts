import { ident, literal } from '../quote.ts';
import { entry, isTrue, textOf, textsOf, type Host, type Value } from '../values.ts';

/** What stands for `Sequelize` or `DataTypes` in a migration: types and SQL texts by name. */
export const SEQUELIZE: Host = {
  get: (name) => (/^(?:Sequelize|DataTypes?|default)$/.test(name) ? { kind: 'host', host: SEQUELIZE } : { kind: 'symbol', name: `Sequelize.${name}` }),
  call: (method, args) => sequelizeCall(`Sequelize.${method}`, args),
};

/** `Sequelize.literal('now()')`, `DataTypes.STRING(50)`; undefined where it is none of these. */
export function sequelizeCall(path: string, args: readonly Value[]): Value | undefined {
  const name = /(?:^|\.)(?:Sequelize|DataTypes?|sequelize)\.(\w+)$/.exec(path)?.[1];
  const [first, ...rest] = args;
  switch (name) {
    case undefined: return undefined;
    case 'literal': return textOf(first) === undefined ? undefined : { kind: 'sql', text: textOf(first) ?? '' };
    case 'fn': return textOf(first) === undefined ? undefined : { kind: 'sql', text: `${textOf(first) ?? ''}(${rest.map((arg) => valueText(arg) ?? 'NULL').join(', ')})` };
    case 'col': return textOf(first) === undefined ? undefined : { kind: 'sql', text: (textOf(first) ?? '').split('.').map(ident).join('.') };
    default: return /^[A-Z][A-Z0-9]+$/.test(name) ? { kind: 'symbol', name: `Sequelize.${name}`, of: args } : undefined;
  }
}

export function valueText(value: Value | undefined): string | undefined {
  switch (value?.kind) {
    case 'text': return literal(value.text);
    case 'sql': return value.text;
    case 'number': case 'boolean': return String(value.value);
    case 'null': return 'NULL';
    case 'list': case 'record': { const json = plainJson(value); return json === undefined ? undefined : literal(JSON.stringify(json)); }
    default: return undefined;
  }
}

function plainJson(value: Value): unknown {
  switch (value.kind) {
    case 'text': return value.text;
    case 'number': case 'boolean': return value.value;
    case 'null': return null;
    case 'list': { const items = value.items.map(plainJson); return items.includes(undefined) ? undefined : items; }
    case 'record': return value.entries.size === 0 ? {} : undefined;
    default: return undefined;
  }
}

const SIMPLE: Readonly<Record<string, string>> = {
  TEXT: 'text', CITEXT: 'citext', TINYINT: 'smallint', SMALLINT: 'smallint', MEDIUMINT: 'integer', INTEGER: 'integer', BIGINT: 'bigint', FLOAT: 'double precision', REAL: 'real', DOUBLE: 'double precision',
  BOOLEAN: 'boolean', TIME: 'time', DATE: 'timestamp with time zone', DATEONLY: 'date', HSTORE: 'hstore', JSON: 'json', JSONB: 'jsonb', BLOB: 'bytea', UUID: 'uuid', UUIDV1: 'uuid', UUIDV4: 'uuid',
  CIDR: 'cidr', INET: 'inet', MACADDR: 'macaddr', TSVECTOR: 'tsvector', GEOMETRY: 'geometry', GEOGRAPHY: 'geography',
};
const RANGES: Readonly<Record<string, string>> = { INTEGER: 'int4range', BIGINT: 'int8range', DECIMAL: 'numrange', DATE: 'tstzrange', DATEONLY: 'daterange' };

/** The type of a column. `labels` where it is an enum, whose type has the column's name. */
export function typeOf(value: Value | undefined): { readonly text: string; readonly labels?: readonly string[] } | undefined {
  const of = value?.kind === 'record' ? value.entries.get('type') : value;
  if (of?.kind === 'text') return { text: of.text };
  if (of?.kind === 'sql') return { text: of.text };
  if (of?.kind !== 'symbol') return undefined;
  const name = /(?:Sequelize|DataTypes?)\.(\w+)$/.exec(of.name)?.[1] ?? of.name;
  const args = of.of ?? [];
  const size = args[0]?.kind === 'number' ? args[0].value : undefined;
  switch (name) {
    case 'STRING': return { text: `character varying(${size ?? 255})` };
    case 'CHAR': return { text: `character(${size ?? 255})` };
    case 'DECIMAL': case 'NUMERIC': return { text: size === undefined ? 'numeric' : `numeric(${args.map((arg) => textOf(arg) ?? '0').join(', ')})` };
    case 'ENUM': {
      const labels = args.length === 1 && args[0]?.kind === 'record' ? textsOf(entry(args[0], 'values')) : args.length === 1 && args[0]?.kind === 'list' ? textsOf(args[0]) : textsOf({ kind: 'list', items: args });
      return labels === undefined || labels.length === 0 ? undefined : { text: '', labels };
    }
    case 'ARRAY': { const inner = typeOf(args[0]); return inner === undefined || inner.labels !== undefined ? undefined : { text: `${inner.text}[]` }; }
    case 'RANGE': { const inner = args[0]?.kind === 'symbol' ? /(\w+)$/.exec(args[0].name)?.[1] : undefined; const text = RANGES[inner ?? 'INTEGER']; return text === undefined ? undefined : { text }; }
    default: { const text = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined; return text === undefined ? undefined : { text }; }
  }
}

/** `Users`, or `{ tableName, schema }`. */
export function tableOf(value: Value | undefined, options?: Value): { readonly name: string; readonly schema: string | undefined; readonly sql: string } | undefined {
  const name = textOf(value) ?? textOf(entry(value, 'tableName'));
  if (name === undefined) return undefined;
  const given = entry(value, 'schema') ?? entry(options, 'schema');
  const schema = textOf(given);
  // A schema that only the environment knows: which one it is cannot be told.
  if (given !== undefined && given.kind !== 'undefined' && schema === undefined) return undefined;
  return { name, schema, sql: `${schema === undefined ? '' : `${ident(schema)}.`}${ident(name)}` };
}

/** The words behind `REFERENCES`, or nothing; undefined where it cannot be told. */
export function referenceText(of: Value | undefined): string | undefined {
  const references = entry(of, 'references');
  if (references === undefined || references.kind === 'undefined') return '';
  const model = entry(references, 'model') ?? entry(references, 'table') ?? references;
  const table = tableOf(model);
  const key = textOf(entry(references, 'key') ?? entry(references, 'field')) ?? textOf(entry(of, 'referencesKey')) ?? 'id';
  if (table === undefined) return undefined;
  const rule = (name: string, word: string): string => { const text = textOf(entry(of, name)); return text === undefined ? '' : ` ${word} ${text.toUpperCase()}`; };
  const late = entry(references, 'deferrable');
  return ` REFERENCES ${table.sql} (${ident(key)})${rule('onDelete', 'ON DELETE')}${rule('onUpdate', 'ON UPDATE')}${late === undefined ? '' : ' DEFERRABLE'}`;
}

export interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly primary: boolean;
  /** All of it behind the type. */
  readonly rest: string;
  /** Statements that have to come first: the type of an enum. */
  readonly before: readonly string[];
  readonly fallback: string | undefined;
  readonly required: boolean | undefined;
}

export function attributeOf(table: { readonly name: string; readonly schema: string | undefined }, key: string, value: Value): Attribute | undefined {
  const name = textOf(entry(value, 'field')) ?? key;
  const type = typeOf(value);
  const reference = referenceText(value);
  if (type === undefined || reference === undefined) return undefined;
  const before: string[] = [];
  let written = type.text;
  if (type.labels !== undefined) {
    written = `${table.schema === undefined ? '' : `${ident(table.schema)}.`}${ident(`enum_${table.name}_${name}`)}`;
    before.push(`CREATE TYPE ${written} AS ENUM (${type.labels.map(literal).join(', ')})`);
  }
  const counts = isTrue(entry(value, 'autoIncrement'));
  if (counts) written = written === 'bigint' ? 'bigserial' : written === 'smallint' ? 'smallserial' : 'serial';
  const given = entry(value, 'defaultValue');
  // What the client makes up (UUIDV4, NOW) is no default of the table, but for NOW.
  const client = given?.kind === 'symbol' && /\.UUIDV\d$/.test(given.name);
  const now = given?.kind === 'symbol' && /\.NOW$/.test(given.name);
  const fallback = given === undefined || given.kind === 'undefined' || client ? undefined : now ? 'CURRENT_TIMESTAMP' : (valueText(given) ?? 'NULL');
  const allow = entry(value, 'allowNull');
  const required = allow?.kind === 'boolean' ? !allow.value : undefined;
  const unique = isTrue(entry(value, 'unique'));
  return {
    name, type: written, primary: isTrue(entry(value, 'primaryKey')), before, fallback, required,
    rest: `${required === true ? ' NOT NULL' : ''}${fallback === undefined ? '' : ` DEFAULT ${fallback}`}${unique ? ' UNIQUE' : ''}${reference}`,
  };
}
