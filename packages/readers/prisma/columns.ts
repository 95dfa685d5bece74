import type { Span, SqlExpr, TypeRef } from '@tenantlint/model';
import type { Column, Datamodel, Default, Enum, IndexWhere, Literal, Model } from './datamodel.ts';

/** Reads an SQL expression that a schema carries as text: `dbgenerated("…")`, `raw("…")`. */
export type ReadExpression = (text: string, at: Span, verbatim: boolean) => SqlExpr;

interface Known {
  readonly name: string;
  /** Arguments of a type that the schema states without any. */
  readonly mods?: readonly string[];
  readonly serial?: string;
}

const scalarTypes: ReadonlyMap<string, Known> = new Map(Object.entries<Known>({
  String: { name: 'text' },
  Boolean: { name: 'boolean' },
  Int: { name: 'integer', serial: 'serial' },
  BigInt: { name: 'bigint', serial: 'bigserial' },
  Float: { name: 'double precision' },
  Decimal: { name: 'numeric', mods: ['65', '30'] },
  DateTime: { name: 'timestamp without time zone', mods: ['3'] },
  Json: { name: 'jsonb' },
  Bytes: { name: 'bytea' },
}));

const nativeTypes: ReadonlyMap<string, Known> = new Map(Object.entries<Known>({
  SmallInt: { name: 'smallint', serial: 'smallserial' },
  Integer: { name: 'integer', serial: 'serial' },
  BigInt: { name: 'bigint', serial: 'bigserial' },
  Oid: { name: 'oid' },
  Decimal: { name: 'numeric' },
  Money: { name: 'money' },
  Real: { name: 'real' },
  DoublePrecision: { name: 'double precision' },
  Inet: { name: 'inet' },
  Citext: { name: 'citext' },
  VarChar: { name: 'character varying' },
  Char: { name: 'character', mods: ['1'] },
  Text: { name: 'text' },
  Bit: { name: 'bit', mods: ['1'] },
  VarBit: { name: 'bit varying' },
  Uuid: { name: 'uuid' },
  Xml: { name: 'xml' },
  ByteA: { name: 'bytea' },
  Timestamp: { name: 'timestamp without time zone' },
  Timestamptz: { name: 'timestamp with time zone' },
  Date: { name: 'date' },
  Time: { name: 'time without time zone' },
  Timetz: { name: 'time with time zone' },
  Boolean: { name: 'boolean' },
  Json: { name: 'json' },
  JsonB: { name: 'jsonb' },
}));

/** Turns the fields of one schema into column types and defaults, as Prisma Migrate would write them for Postgres. */
export class Columns {
  private readonly enums: ReadonlyMap<string, Enum>;

  constructor(
    datamodel: Datamodel,
    private readonly readExpression: ReadExpression,
  ) {
    this.enums = new Map(datamodel.enums.map((each) => [each.name, each]));
  }

  /** The type of a field's column; for a column that refers to the field, `plain` leaves the sequence out. */
  type(field: Column, plain = false): TypeRef {
    const dims = field.isList ? 1 : 0;
    switch (field.kind) {
      case 'enum': {
        const type = this.enums.get(field.type);
        const name = type?.dbName.name ?? field.type;
        const schema = type?.schema?.name;
        return schema === undefined ? { name, mods: [], dims } : { schema, name, mods: [], dims };
      }
      case 'unsupported':
        return this.unsupported(field, dims);
      case 'composite':
        return { name: 'jsonb', mods: [], dims };
      case 'scalar': {
        const base = scalarTypes.get(field.type);
        const native = field.native && nativeTypes.get(field.native.name);
        const known = native ?? base ?? { name: field.type };
        const stated = native !== undefined && field.native !== undefined ? field.native.args : [];
        const generated = !plain && field.default?.kind === 'call' && field.default.name === 'autoincrement';
        if (generated && known.serial !== undefined) return { name: known.serial, mods: [], dims };
        return { name: known.name, mods: stated.length > 0 ? stated : (known.mods ?? []), dims };
      }
      default:
        return field.kind satisfies never;
    }
  }

  private unsupported(field: Column, dims: number): TypeRef {
    const expression = this.readExpression(`NULL::${field.type}`, field.typeAt, false);
    if (expression.kind !== 'cast') return { name: field.type, mods: [], dims };
    return { ...expression.type, dims: Math.max(dims, expression.type.dims) };
  }

  /** What the database itself fills in; undefined where the client does, or nobody. */
  default(field: Column): SqlExpr | undefined {
    const value = field.default;
    if (value === undefined) return undefined;
    switch (value.kind) {
      case 'call':
        return this.generated(value);
      case 'literal':
        return this.literal(value.value, field, value.at);
      case 'list': {
        const of = value.values.map((item) => this.literal(item, field, value.at));
        return { kind: 'cast', of: { kind: 'array', of, at: value.at }, type: this.type(field, true), at: value.at };
      }
      default:
        return value satisfies never;
    }
  }

  private generated(value: Extract<Default, { kind: 'call' }>): SqlExpr | undefined {
    if (value.name === 'now') return { kind: 'keyword', name: 'current_timestamp', at: value.at };
    const text = value.name === 'dbgenerated' ? value.args[0] : undefined;
    return text === undefined ? undefined : this.readExpression(text, value.at, false);
  }

  private literal(value: Literal, field: Column, at: Span): SqlExpr {
    switch (value.kind) {
      case 'string':
        return { kind: 'literal', value: field.type === 'Bytes' ? hexBytes(value.text) : value.text, at };
      case 'number':
        return { kind: 'literal', value: Number(value.text), at };
      case 'boolean':
        return { kind: 'literal', value: value.value, at };
      case 'enum': {
        const label = this.enums.get(field.type)?.values.find((each) => each.name === value.name)?.dbName.name;
        return { kind: 'literal', value: label ?? value.name, at };
      }
      default:
        return value satisfies never;
    }
  }

  /** The condition of a partial index. */
  where(where: IndexWhere, model: Model): SqlExpr {
    const at = where.at;
    if (where.kind === 'raw') return this.readExpression(where.sql, at, false);
    if (where.kind === 'opaque') return { kind: 'opaque', text: '', at };
    const conditions = where.conditions.map(({ field: ref, negated, value }): SqlExpr => {
      const field = model.fields.find((each) => each.name === ref.name);
      if (field === undefined || field.kind === 'relation' || field.kind === 'unknown') return { kind: 'opaque', text: ref.name, at };
      const column: SqlExpr = { kind: 'column', path: [field.column.name], at: ref.at };
      if (value === null) return { kind: 'is-null', of: column, negated, at };
      return { kind: 'operator', op: negated ? '<>' : '=', left: column, right: this.literal(value, field, at), at };
    });
    const [first, ...rest] = conditions;
    return first !== undefined && rest.length === 0 ? first : { kind: 'and', of: conditions, at };
  }
}

function hexBytes(base64: string): string {
  return `\\x${Buffer.from(base64, 'base64').toString('hex')}`;
}
