import type { Span } from '@tenantlint/model';
import {
  argument, basesOf, classMember, elementsOf, isEnum, lineage, NO_ARGS, pathOf, textOf, truthOf, type Args, type ClassValue, type Value,
} from '../python/constant/index.ts';
import { identifier, lastName, type Reading } from './reading.ts';

/** A column's type, as SQLAlchemy prints it for Postgres. */
export interface ColumnType {
  readonly text: string;
  readonly at: Span;
  /** A type of the database's own that must be created. */
  readonly enumeration?: Enumeration;
  /** The values that a string column is limited to by a CHECK. */
  readonly check?: { readonly name: string | undefined; readonly labels: readonly string[] };
  readonly collation?: string;
  /** Nobody here knows the type: its name is all there is. */
  readonly unknown?: boolean;
}

export interface Enumeration {
  readonly name: string;
  readonly schema: string | undefined;
  /** Made in the schema of the table that uses it. */
  readonly inherits: boolean;
  /** Made with the first table that uses it; else by whoever says so. */
  readonly created: boolean;
  readonly labels: readonly string[];
  readonly at: Span;
}

type Print = (args: Args) => string;

const plain = (text: string): Print => () => text;
const sized = (name: string, keyword = 'length') => (args: Args): string => {
  const length = argument(args, keyword, 0);
  return length?.kind === 'number' ? `${name}(${length.value})` : name;
};
const zoned = (name: string) => (args: Args): string => {
  const zone = argument(args, 'timezone', 0);
  const precision = argument(args, 'precision', 1);
  const digits = precision?.kind === 'number' ? `(${precision.value})` : '';
  return `${name}${digits} ${zone && truthOf(zone) === true ? 'WITH' : 'WITHOUT'} TIME ZONE`;
};
const numeric = (name: string) => (args: Args): string => {
  const [precision, scale] = [argument(args, 'precision', 0), argument(args, 'scale', 1)];
  if (precision?.kind !== 'number') return name;
  return scale?.kind === 'number' ? `${name}(${precision.value}, ${scale.value})` : `${name}(${precision.value})`;
};
const uuid = (args: Args): string => {
  const native = argument(args, 'native_uuid');
  return native && truthOf(native) === false ? 'CHAR(32)' : 'UUID';
};
const bit = (args: Args): string => {
  const varying = argument(args, 'varying', 1);
  return sized(varying && truthOf(varying) === true ? 'BIT VARYING' : 'BIT')(args);
};
const interval = (args: Args): string => {
  const [precision, fields] = [argument(args, 'precision', 0), textOf(argument(args, 'fields', 1))];
  return `INTERVAL${fields === undefined ? '' : ` ${fields}`}${precision?.kind === 'number' ? ` (${precision.value})` : ''}`;
};
const spatial = (name: string) => (args: Args): string => {
  const kind = textOf(argument(args, 'geometry_type', 0)) ?? 'GEOMETRY';
  const srid = argument(args, 'srid', 1);
  return `${name}(${kind},${srid?.kind === 'number' ? srid.value : -1})`;
};

/** How the types of SQLAlchemy and of the packages around it print. */
const TYPES: ReadonlyMap<string, Print> = new Map<string, Print>([
  ...['String', 'VARCHAR', 'Unicode', 'AutoString', 'NVARCHAR'].map((n): [string, Print] => [n, sized('VARCHAR')]),
  ...['Text', 'TEXT', 'UnicodeText', 'CLOB'].map((n): [string, Print] => [n, plain('TEXT')]),
  ['CHAR', sized('CHAR')], ['NCHAR', sized('NCHAR')],
  ...['Integer', 'INTEGER', 'INT'].map((n): [string, Print] => [n, plain('INTEGER')]),
  ['BigInteger', plain('BIGINT')], ['BIGINT', plain('BIGINT')], ['SmallInteger', plain('SMALLINT')], ['SMALLINT', plain('SMALLINT')],
  ['Numeric', numeric('NUMERIC')], ['NUMERIC', numeric('NUMERIC')], ['DECIMAL', numeric('DECIMAL')],
  ['Float', sized('FLOAT', 'precision')], ['FLOAT', sized('FLOAT', 'precision')],
  ['REAL', plain('REAL')], ['Double', plain('DOUBLE PRECISION')], ['DOUBLE', plain('DOUBLE PRECISION')], ['DOUBLE_PRECISION', plain('DOUBLE PRECISION')],
  ['Boolean', plain('BOOLEAN')], ['BOOLEAN', plain('BOOLEAN')],
  ['DateTime', zoned('TIMESTAMP')], ['TIMESTAMP', zoned('TIMESTAMP')], ['DATETIME', zoned('TIMESTAMP')], ['Time', zoned('TIME')], ['TIME', zoned('TIME')],
  ['Date', plain('DATE')], ['DATE', plain('DATE')], ['Interval', plain('INTERVAL')], ['INTERVAL', interval],
  ...['LargeBinary', 'PickleType', 'BYTEA', 'BLOB', 'Binary'].map((n): [string, Print] => [n, plain('BYTEA')]),
  ['JSON', plain('JSON')], ['JSONB', plain('JSONB')], ['JSONType', plain('JSON')],
  ['Uuid', uuid], ['UUID', plain('UUID')], ['UUIDType', plain('UUID')],
  ...['INET', 'CIDR', 'MACADDR', 'MACADDR8', 'OID', 'REGCLASS', 'REGCONFIG', 'MONEY', 'HSTORE', 'TSVECTOR', 'TSQUERY', 'CITEXT', 'XML', 'JSONPATH', 'LTREE', 'LQUERY'].map((n): [string, Print] => [n, plain(n)]),
  ...['INT4RANGE', 'INT8RANGE', 'NUMRANGE', 'DATERANGE', 'TSRANGE', 'TSTZRANGE', 'INT4MULTIRANGE', 'INT8MULTIRANGE', 'NUMMULTIRANGE', 'DATEMULTIRANGE', 'TSMULTIRANGE', 'TSTZMULTIRANGE'].map((n): [string, Print] => [n, plain(n)]),
  ['BIT', bit], ['CIText', plain('CITEXT')], ['Point', plain('POINT')],
  ['Vector', sized('VECTOR', 'dim')], ['VECTOR', sized('VECTOR', 'dim')], ['HALFVEC', sized('HALFVEC', 'dim')], ['SPARSEVEC', sized('SPARSEVEC', 'dim')],
  ['Geometry', spatial('geometry')], ['Geography', spatial('geography')],
  ['ArrowType', plain('TIMESTAMP WITHOUT TIME ZONE')], ['EmailType', sized('VARCHAR')], ['URLType', plain('TEXT')], ['IPAddressType', plain('VARCHAR(50)')],
  ['TSVectorType', plain('TSVECTOR')], ['LtreeType', plain('LTREE')], ['TimezoneType', plain('VARCHAR(50)')], ['CountryType', plain('VARCHAR(2)')], ['CurrencyType', plain('VARCHAR(3)')],
  ['PhoneNumberType', plain('VARCHAR(20)')], ['LocaleType', plain('VARCHAR(10)')], ['ColorType', plain('VARCHAR(20)')], ['StringEncryptedType', plain('VARCHAR')], ['ScalarListType', plain('TEXT')],
  ['GUID', plain('UUID')], ['TIMESTAMPAware', plain('TIMESTAMP WITH TIME ZONE')], ['MutableJson', plain('JSON')], ['NestedMutableJson', plain('JSON')],
]);

/** Packages whose names mean values of Python, not columns. */
const NOT_TYPES = /^(builtins|enum|uuid|datetime|decimal|typing|typing_extensions|pydantic|collections|ipaddress|pathlib)\./;

/** The type that a value means: a class of types, an instance of one, a type of the project's own. */
export function columnType(of: Reading, value: Value, depth = 0): ColumnType | undefined {
  if (depth > 10) return undefined;
  const { at } = value;
  switch (value.kind) {
    case 'symbol': return named(of, value.path, NO_ARGS, at, depth);
    case 'call': return called(of, value, depth);
    case 'class': return ofClass(of, value, NO_ARGS, at, depth);
    case 'instance': return ofClass(of, value.of, value.args, at, depth);
    case 'member': {
      // `db.String`, whatever `db` is.
      if (value.value) return columnType(of, value.value, depth + 1);
      return TYPES.has(value.name) || COMPOUND.has(value.name) ? named(of, value.name, NO_ARGS, at, depth) : undefined;
    }
    case 'either': {
      of.note(at, 'the type depends on a condition that is not constant; the first is assumed');
      for (const one of value.of) {
        const type = columnType(of, one, depth + 1);
        if (type) return type;
      }
      return undefined;
    }
    default: return undefined;
  }
}

const COMPOUND = new Set(['ARRAY', 'Enum', 'ENUM', 'DOMAIN', 'ChoiceType', 'Variant']);

function called(of: Reading, value: Extract<Value, { kind: 'call' }>, depth: number): ColumnType | undefined {
  const { callee, args } = value;
  if (callee.kind === 'member') {
    // JSON().with_variant(JSONB, 'postgresql')
    if (callee.name === 'with_variant') {
      const [variant, ...dialects] = args.positional;
      return variant && dialects.some((d) => textOf(d) === 'postgresql') ? columnType(of, variant, depth + 1) : columnType(of, callee.of, depth + 1);
    }
    if (callee.name === 'evaluates_none' || callee.name === 'copy') return columnType(of, callee.of, depth + 1);
  }
  const path = pathOf(callee);
  const name = lastName(callee);
  // MutableDict.as_mutable(JSONB)
  if (name === 'as_mutable' || name === 'type_descriptor') return args.positional[0] && columnType(of, args.positional[0], depth + 1);
  if (name === 'mutable_json_type') return { text: 'JSONB', at: value.at };
  return path === undefined && name === undefined ? undefined : named(of, path ?? name ?? '', args, value.at, depth);
}

function named(of: Reading, path: string, args: Args, at: Span, depth: number): ColumnType | undefined {
  if (NOT_TYPES.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('.') + 1);
  switch (name) {
    case 'ARRAY': {
      const item = argument(args, 'item_type', 0);
      const inner = item && columnType(of, item, depth + 1);
      const dimensions = argument(args, 'dimensions');
      return inner && { ...inner, text: `${inner.text}${'[]'.repeat(dimensions?.kind === 'number' ? Math.min(dimensions.value, 6) : 1)}`, at };
    }
    case 'Enum': case 'ENUM': return enumeration(of, args, at, name === 'ENUM');
    case 'DOMAIN': {
      const domain = textOf(argument(args, 'name', 0));
      return domain === undefined ? undefined : { text: identifier(domain), at };
    }
    case 'ChoiceType': {
      const impl = argument(args, 'impl', 1);
      return impl ? columnType(of, impl, depth + 1) : { text: 'VARCHAR(255)', at };
    }
    case 'EncryptedType': return { text: 'BYTEA', at };
    default: {
      const print = TYPES.get(name);
      if (!print) return undefined;
      const collation = textOf(argument(args, 'collation', 1));
      return { text: print(args), at, ...(collation === undefined || !/^(VARCHAR|TEXT|CHAR)/.test(print(args)) ? {} : { collation }) };
    }
  }
}

/** A class of the project: an enumeration, or a type made of another. */
function ofClass(of: Reading, type: ClassValue, args: Args, at: Span, depth: number): ColumnType | undefined {
  const { run } = of;
  if (isEnum(run, type)) return undefined;
  const own = type.class.methods.find((m) => m.name === 'load_dialect_impl');
  const self: Value = { kind: 'instance', of: type, fields: new Map(), args, at };
  if (own) {
    const dialect: Value = { kind: 'symbol', path: 'sqlalchemy.engine.dialect', at };
    const chosen = columnType(of, run.call({ kind: 'function', fn: own.fn, scope: type.scope, self, at }, { ...NO_ARGS, positional: [dialect] }, at), depth + 1);
    if (chosen) return { ...chosen, at };
  }
  const spec = type.class.methods.find((m) => m.name === 'get_col_spec');
  if (spec) {
    const built = run.construct(type, args, at);
    const text = textOf(run.call({ kind: 'function', fn: spec.fn, scope: type.scope, self: built, at }, NO_ARGS, at));
    if (text !== undefined) return { text, at };
  }
  const impl = classMember(run, type, 'impl', at, at);
  const inner = impl.kind === 'member' && !impl.value ? undefined : columnType(of, impl, depth + 1);
  if (inner) {
    // `MyString(50)`: arguments go to the type that it is made of, unless it has a constructor of its own.
    const bare = impl.kind === 'member' && impl.value?.kind === 'symbol' ? impl.value.path : undefined;
    const passes = bare !== undefined && args.positional.length + args.named.size > 0 && !lineage(run, type).some((c) => c.kind === 'class' && c.class.methods.some((m) => m.kind === 'constructor'));
    return { ...((passes ? named(of, bare, args, at, depth) : undefined) ?? inner), at };
  }
  for (const base of basesOf(run, type)) {
    const found = base.kind === 'class' ? ofClass(of, base, args, at, depth + 1) : base.kind === 'symbol' ? named(of, base.path, args, at, depth) : columnType(of, base, depth + 1);
    if (found) return { ...found, at };
  }
  return undefined;
}

function enumeration(of: Reading, args: Args, at: Span, native: boolean): ColumnType | undefined {
  const [first] = args.positional;
  const source = first?.kind === 'class' ? first : undefined;
  const chosen = argument(args, 'values_callable');
  let labels: readonly Value[] = source ? elementsOf(of.run, source).known : args.positional.flatMap((p) => (p.kind === 'list' ? p.items : [p]));
  if (source && chosen) {
    const values = of.run.call(chosen, { ...NO_ARGS, positional: [source] }, at);
    labels = values.kind === 'list' ? values.items : [];
  }
  const byName = source !== undefined && !chosen;
  const texts = labels.map((l) => (byName && l.kind === 'enum-member' ? l.name : textOf(l)));
  const created = truthOf(argument(args, 'create_type') ?? { kind: 'boolean', value: true, at }) !== false;
  // A mere name refers to a type that is there already.
  const mention = !source && args.positional.length === 0;
  const known = texts.every((t) => t !== undefined) && (labels.length > 0 || mention);
  if (!known) of.note(at, 'the labels of the enumeration are not constant');
  return enumType(texts.flatMap((t) => t ?? []), {
    name: textOf(argument(args, 'name')) ?? (source?.class.name ?? undefined)?.toLowerCase(),
    schema: textOf(argument(args, 'schema')),
    inherits: truthOf(argument(args, 'inherit_schema') ?? { kind: 'none', at }) === true,
    created: created && !mention,
    native: native || truthOf(argument(args, 'native_enum') ?? { kind: 'boolean', value: true, at }) !== false,
    checked: truthOf(argument(args, 'create_constraint') ?? { kind: 'none', at }) === true,
    length: argument(args, 'length'),
  }, at);
}

interface EnumOptions {
  readonly name: string | undefined;
  readonly schema: string | undefined;
  readonly inherits: boolean;
  readonly created: boolean;
  readonly native: boolean;
  readonly checked: boolean;
  readonly length: Value | undefined;
}

function enumType(labels: readonly string[], { name, schema, inherits, created, native, checked, length }: EnumOptions, at: Span): ColumnType {
  if (native && name !== undefined) {
    const text = schema === undefined ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
    return { text, at, enumeration: { name, schema, inherits, created, labels, at } };
  }
  const longest = labels.reduce((n, l) => Math.max(n, l.length), 0);
  const size = length?.kind === 'number' ? length.value : longest;
  return { text: size > 0 ? `VARCHAR(${size})` : 'VARCHAR', at, ...(checked ? { check: { name, labels } } : {}) };
}

/** The type that an enumeration of the program gets where a model names only it. */
export function enumOf(of: Reading, type: ClassValue, at: Span): ColumnType {
  const labels = elementsOf(of.run, type).known.flatMap((m) => (m.kind === 'enum-member' ? [m.name] : []));
  return enumType(labels, { name: type.class.name?.toLowerCase(), schema: undefined, inherits: false, created: true, native: true, checked: false, length: undefined }, at);
}
