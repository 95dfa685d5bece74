import type { CodeType, Span } from '@tenantlint/model';
import { isEnum, lineage, pathOf, textOf, type Scope, type Value, type ValueOf } from '../python/constant/index.ts';
import { calledName, type Reading } from './reading.ts';
import { columnType, enumOf, type ColumnType } from './types.ts';

/** What an annotation says of a column. */
export interface Annotation {
  /** Undefined: no type that a column can have, or one that only the call next to it can tell. */
  readonly type: ColumnType | undefined;
  readonly nullable: boolean;
  /** Calls that the annotation adds: `Annotated[int, mapped_column(primary_key=True)]`. */
  readonly calls: readonly ValueOf<'call'>[];
  /** The annotation is a collection. */
  readonly list: boolean;
  /** Name of the class, for relationships. */
  readonly model: string | undefined;
}

/** Types of the program for types of the database, by what `type_annotation_map` says. */
export type TypeMap = readonly { readonly key: string; readonly value: Value }[];

const MAPPED = new Set(['Mapped', 'WriteOnlyMapped', 'DynamicMapped']);
const COLLECTIONS = new Set(['List', 'list', 'Set', 'set', 'Sequence', 'Iterable', 'Collection', 'MutableSequence', 'FrozenSet', 'frozenset', 'WriteOnlyMapped', 'DynamicMapped', 'AppenderQuery']);

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** Inside of `Mapped[…]`; undefined where the annotation is not of that kind. */
export function mappedInner(type: CodeType | undefined): CodeType | undefined {
  if (type?.kind === 'ref' && MAPPED.has(lastPart(type.name))) return type.args[0];
  return undefined;
}

export function isClassVar(type: CodeType | undefined): boolean {
  return type?.kind === 'ref' && lastPart(type.name) === 'ClassVar';
}

/** @param dialect how the names of Python's types become columns: SQLModel has ways of its own */
export function readAnnotation(of: Reading, type: CodeType, scope: Scope, at: Span, map: TypeMap, dialect: 'sqlalchemy' | 'sqlmodel'): Annotation {
  if (type.kind === 'union') {
    const rest = type.of.filter((one) => one.kind !== 'null');
    const nullable = rest.length < type.of.length;
    const [only] = rest;
    if (rest.length === 1 && only) return { ...readAnnotation(of, only, scope, at, map, dialect), ...(nullable ? { nullable } : {}) };
    const labels = rest.flatMap((one) => (one.kind === 'literal' && typeof one.value === 'string' ? [one.value] : []));
    if (labels.length === rest.length && labels.length > 0) return { type: literalType(labels, at, dialect), nullable, calls: [], list: false, model: undefined };
    const first = only && readAnnotation(of, only, scope, at, map, dialect);
    return { type: dialect === 'sqlmodel' ? first?.type : undefined, nullable, calls: [], list: false, model: first?.model };
  }
  const mapped = map.find((m) => m.key === typeKey(of, type, scope));
  const own = mapped && columnType(of, mapped.value);
  const base = { nullable: false, calls: [], list: false, model: undefined } as const;
  switch (type.kind) {
    case 'literal': return { ...base, type: own ?? (typeof type.value === 'string' ? literalType([type.value], at, dialect) : undefined) };
    case 'array': {
      const inner = readAnnotation(of, type.of, scope, at, map, dialect);
      return { ...base, type: own, list: true, model: inner.model };
    }
    case 'ref': {
      if (COLLECTIONS.has(lastPart(type.name)) && type.args[0]) return { ...base, type: own, list: true, model: readAnnotation(of, type.args[0], scope, at, map, dialect).model };
      const value = resolveName(type.name, scope, of);
      const alias = value ? readAlias(of, value, scope, at, map, dialect) : undefined;
      if (alias) return { ...alias, type: own ?? alias.type };
      return { ...base, type: own ?? (value && builtinType(of, value, at, dialect)), model: value?.kind === 'class' ? value.class.name : lastPart(type.name) };
    }
    default: return { ...base, type: own };
  }
}

/** A name as an annotation writes it, with dots. */
export function resolveName(name: string, scope: Scope, of: Reading): Value | undefined {
  const [first = '', ...rest] = name.split('.');
  let value = scope.find(first) ?? (BUILTINS.has(first) ? { kind: 'symbol', path: `builtins.${first}`, at: { file: scope.file, start: 0, end: 0 } } as Value : undefined);
  for (const part of rest) {
    if (!value) return undefined;
    value = value.kind === 'symbol' ? { ...value, path: `${value.path}.${part}` } : value.kind === 'module' ? of.run.exported(value.file, part) : undefined;
  }
  return value;
}

const BUILTINS = new Set(['int', 'str', 'float', 'bool', 'bytes', 'dict', 'list', 'set', 'tuple', 'object', 'bytearray']);

/** Names that stand for annotated types, optional ones, and types that are another under a new name. */
function readAlias(of: Reading, value: Value, scope: Scope, at: Span, map: TypeMap, dialect: 'sqlalchemy' | 'sqlmodel'): Annotation | undefined {
  if (value.kind === 'item') {
    const word = lastPart(pathOf(value.of) ?? '');
    const parts = value.key.kind === 'list' ? value.key.items : [value.key];
    const [first, ...rest] = parts;
    if (!first) return undefined;
    if (word === 'Annotated') {
      const inner = ofValue(of, first, scope, at, map, dialect);
      const calls = rest.flatMap((r) => (r.kind === 'call' ? [r] : []));
      return { ...inner, calls: [...inner.calls, ...calls] };
    }
    if (word === 'Optional') return { ...ofValue(of, first, scope, at, map, dialect), nullable: true };
    if (MAPPED.has(word)) return ofValue(of, first, scope, at, map, dialect);
    return undefined;
  }
  // X = NewType('X', int); a PEP 695 alias is a name for its value and comes here as that.
  if (value.kind === 'call' && calledName(value) === 'NewType' && value.args.positional[1]) return ofValue(of, value.args.positional[1], scope, at, map, dialect);
  if (value.kind === 'operation' && value.op === '|') {
    const rest = value.of.filter((v) => v.kind !== 'none');
    const [only] = rest;
    return only && rest.length === 1 ? { ...ofValue(of, only, scope, at, map, dialect), nullable: true } : undefined;
  }
  return undefined;
}

function ofValue(of: Reading, value: Value, scope: Scope, at: Span, map: TypeMap, dialect: 'sqlalchemy' | 'sqlmodel'): Annotation {
  const own = map.find((m) => m.key === valueKey(value));
  const alias = readAlias(of, value, scope, at, map, dialect);
  const type = (own && columnType(of, own.value)) ?? alias?.type ?? builtinType(of, value, at, dialect);
  return alias ? { ...alias, type } : { type, nullable: false, calls: [], list: false, model: value.kind === 'class' ? value.class.name : undefined };
}

const PYTHON_TYPES: Readonly<Record<string, string>> = {
  'builtins.int': 'INTEGER', 'builtins.str': 'VARCHAR', 'builtins.float': 'FLOAT', 'builtins.bool': 'BOOLEAN', 'builtins.bytes': 'BYTEA',
  'datetime.datetime': 'TIMESTAMP WITHOUT TIME ZONE', 'datetime.date': 'DATE', 'datetime.time': 'TIME WITHOUT TIME ZONE', 'datetime.timedelta': 'INTERVAL',
  'decimal.Decimal': 'NUMERIC', 'uuid.UUID': 'UUID',
};

/** SQLModel stores times with their zone since 0.0.45; an unknown version is taken for a new one. */
function zoned(of: Reading): boolean {
  const [major, minor, patch] = (of.packages.get('sqlmodel') ?? '').split('.').map(Number);
  return !(major === 0 && minor === 0 && patch !== undefined && patch < 45);
}

/** Types that SQLModel keeps as strings. */
const SQLMODEL_STRINGS = /^(pydantic|ipaddress|pathlib|email_validator|pydantic_extra_types)\./;
const SQLMODEL_TYPES: Readonly<Record<string, string>> = {
  'pydantic.UUID1': 'UUID', 'pydantic.UUID3': 'UUID', 'pydantic.UUID4': 'UUID', 'pydantic.UUID5': 'UUID',
  'pydantic.NaiveDatetime': 'TIMESTAMP WITHOUT TIME ZONE', 'pydantic.PositiveInt': 'INTEGER', 'pydantic.NonNegativeInt': 'INTEGER', 'pydantic.StrictStr': 'VARCHAR', 'pydantic.StrictInt': 'INTEGER', 'pydantic.StrictBool': 'BOOLEAN',
};

function builtinType(of: Reading, value: Value, at: Span, dialect: 'sqlalchemy' | 'sqlmodel'): ColumnType | undefined {
  if (value.kind === 'class') {
    if (isEnum(of.run, value)) return enumOf(of, value, at);
    // `class Cents(int)`: SQLAlchemy looks along the bases as well.
    for (const base of lineage(of.run, value)) {
      const text = base.kind === 'symbol' ? PYTHON_TYPES[base.path] : undefined;
      if (text !== undefined) return { text, at };
    }
    return undefined;
  }
  if (value.kind !== 'symbol') return undefined;
  if (dialect === 'sqlmodel' && (value.path === 'datetime.datetime' || value.path === 'pydantic.AwareDatetime')) return { text: `TIMESTAMP ${zoned(of) ? 'WITH' : 'WITHOUT'} TIME ZONE`, at };
  const text = PYTHON_TYPES[value.path];
  if (text !== undefined) return { text, at };
  if (dialect !== 'sqlmodel') return undefined;
  const known = SQLMODEL_TYPES[value.path] ?? (SQLMODEL_STRINGS.test(value.path) ? 'VARCHAR' : undefined);
  return known === undefined ? undefined : { text: known, at };
}

function literalType(labels: readonly string[], at: Span, dialect: 'sqlalchemy' | 'sqlmodel'): ColumnType {
  // A type of its own would need a name; a string as long as the longest will do.
  return dialect === 'sqlmodel' ? { text: 'VARCHAR', at } : { text: `VARCHAR(${Math.max(...labels.map((l) => l.length))})`, at };
}

/** `registry(type_annotation_map={…})`, `type_annotation_map = {…}`. */
export function readTypeMap(value: Value | undefined): TypeMap {
  if (value?.kind !== 'dict') return [];
  return value.entries.flatMap((e) => { const key = valueKey(e.key); return key === undefined ? [] : [{ key, value: e.value }]; });
}

/** A type as a text by which two mentions of it are the same. */
function valueKey(value: Value): string | undefined {
  if (value.kind === 'class') return value.class.id;
  if (value.kind === 'item') {
    const parts = (value.key.kind === 'list' ? value.key.items : [value.key]).map(valueKey);
    const of = valueKey(value.of);
    // An alias of an annotated type stands for itself.
    if (of !== undefined && lastPart(of) === 'Annotated') return `${value.at.file}@${value.at.start}`;
    return of === undefined || parts.includes(undefined) ? undefined : `${of.replace(/^typing\./, 'builtins.').toLowerCase()}[${parts.join(',')}]`;
  }
  if (value.kind === 'call') return `${value.at.file}@${value.at.start}`;
  return pathOf(value) ?? textOf(value);
}

function typeKey(of: Reading, type: CodeType, scope: Scope): string | undefined {
  switch (type.kind) {
    case 'ref': {
      const value = resolveName(type.name, scope, of);
      const own = value && valueKey(value);
      if (type.args.length === 0) return own;
      const parts = type.args.map((a) => typeKey(of, a, scope));
      return own === undefined || parts.includes(undefined) ? undefined : `${own.replace(/^typing\./, 'builtins.').toLowerCase()}[${parts.join(',')}]`;
    }
    case 'array': {
      const inner = typeKey(of, type.of, scope);
      return inner === undefined ? undefined : `builtins.list[${inner}]`;
    }
    default: return undefined;
  }
}
