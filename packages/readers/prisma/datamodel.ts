import type { Span } from '@tenantlint/model';

/**
 * What a Prisma schema says once its names are resolved: the models as the Prisma client shows
 * them and as the database names them. Plain data; members refer to each other by name.
 */
export interface Datamodel {
  /** As written in the datasource (`postgresql`); undefined when no datasource says it. */
  readonly provider: string | undefined;
  /** With `prisma` the client emulates relations and the database has no foreign keys. */
  readonly relationMode: 'foreignKeys' | 'prisma';
  /** Extensions of Postgres that the datasource asks for. */
  readonly extensions: readonly Extension[];
  readonly models: readonly Model[];
  readonly enums: readonly Enum[];
  /** Composite types (MongoDB). */
  readonly types: readonly CompositeType[];
  readonly relations: readonly Relation[];
}

export interface Extension {
  readonly name: string;
  readonly schema: string | undefined;
  readonly at: Span;
}

/** A name of the database and the place that gives it: `@map("x")`, or the name in the schema. */
export interface DbName {
  readonly name: string;
  readonly at: Span;
}

interface Declared {
  readonly name: string;
  /** The name in its declaration. */
  readonly nameAt: Span;
  /** The whole declaration. */
  readonly at: Span;
  /** False when a line of it could not be read: what it lacks is not known to be absent. */
  readonly complete: boolean;
}

export interface Model extends Declared {
  readonly kind: 'model' | 'view';
  /** The property of the client: `prisma.invoiceLine` for the model InvoiceLine. */
  readonly delegate: string;
  readonly table: DbName;
  readonly schema: DbName | undefined;
  /** `@@ignore`: a table of the database that the client does not have. */
  readonly ignored: boolean;
  readonly fields: readonly Field[];
  readonly primaryKey: Key | undefined;
  readonly uniques: readonly Key[];
  readonly indexes: readonly Index[];
}

export interface Enum extends Declared {
  readonly dbName: DbName;
  readonly schema: DbName | undefined;
  readonly values: readonly { readonly name: string; readonly dbName: DbName }[];
}

export interface CompositeType extends Declared {
  readonly fields: readonly Field[];
}

/** What every field has, whatever its type turns out to be. */
export interface FieldBase {
  readonly name: string;
  readonly nameAt: Span;
  /** The whole line without its comment. */
  readonly at: Span;
  /** As written; for an unsupported type the name that the database gives it. */
  readonly type: string;
  readonly typeAt: Span;
  readonly isList: boolean;
  /** False only for `Type?`: a list is required and may be empty. */
  readonly isRequired: boolean;
  /** `@ignore`: not in the client. */
  readonly ignored: boolean;
  readonly complete: boolean;
}

/** A field that the database stores. `unsupported`: the client does not have it. */
export interface Column extends FieldBase {
  readonly kind: 'scalar' | 'enum' | 'composite' | 'unsupported';
  readonly column: DbName;
  readonly default: Default | undefined;
  readonly updatedAt: boolean;
  /** `@db.VarChar(20)`. */
  readonly native: NativeType | undefined;
}

export interface RelationField extends FieldBase {
  readonly kind: 'relation';
  /** Name of the relation, stated or derived. */
  readonly relation: string;
  /** The field on the other side; undefined when it could not be found. */
  readonly opposite: string | undefined;
  /** Foreign key of the side that holds it; empty on the other side. */
  readonly fields: readonly FieldRef[];
  readonly references: readonly FieldRef[];
  readonly onDelete: Stated<ReferentialAction> | undefined;
  readonly onUpdate: Stated<ReferentialAction> | undefined;
  /** `map:`, the name of the foreign key in the database when it is not Prisma's default. */
  readonly map: string | undefined;
  /** The `@relation` attribute; the name of a field that has none. */
  readonly relationAt: Span;
}

/** A field of a type that is declared nowhere: a column or a relation, which cannot be told. */
export interface UnknownField extends FieldBase {
  readonly kind: 'unknown';
}

export type Field = Column | RelationField | UnknownField;

export interface Stated<T> {
  readonly value: T;
  readonly at: Span;
}

export interface FieldRef {
  readonly name: string;
  readonly at: Span;
}

export interface NativeType {
  readonly name: string;
  readonly args: readonly string[];
  readonly at: Span;
}

/** Numbers keep their text. */
export type Literal =
  | { readonly kind: 'string' | 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'enum'; readonly name: string };

export type Default = { readonly at: Span } & (
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'list'; readonly values: readonly Literal[] }
  /** `autoincrement`, `now`, `dbgenerated`, `sequence` come from the database; `uuid`, `cuid`, `nanoid`, `ulid`, `auto` do not. */
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly string[] }
);

export interface KeyField {
  /** A field of the model; with dots, a member of a composite type. */
  readonly name: string;
  readonly at: Span;
  readonly sort: 'asc' | 'desc' | undefined;
  /** Prefix length (MySQL). */
  readonly length: number | undefined;
  /** Operator class as written: `JsonbPathOps`, or the text of `raw("…")`. */
  readonly ops: string | undefined;
}

interface KeyBase {
  readonly fields: readonly KeyField[];
  /** `map:`, the name in the database when it is not Prisma's default. */
  readonly map: string | undefined;
  readonly at: Span;
}

/** `@id`, `@@id`, `@unique`, `@@unique`. */
export interface Key extends KeyBase {
  /** `name:` of a key over several fields. */
  readonly name: string | undefined;
  /** The property of `where` that takes this key: a field, `orgId_slug`, or `name:`. */
  readonly client: string;
  readonly onField: boolean;
  readonly where: IndexWhere | undefined;
}

/** `@@index` and `@@fulltext`. */
export interface Index extends KeyBase {
  readonly kind: 'normal' | 'fulltext';
  /** `type:`, as written: `Gin`, `Hash`. */
  readonly algorithm: string | undefined;
  readonly where: IndexWhere | undefined;
}

/** The condition of a partial index. */
export type IndexWhere = { readonly at: Span } & (
  | { readonly kind: 'raw'; readonly sql: string }
  | { readonly kind: 'all'; readonly conditions: readonly IndexCondition[] }
  | { readonly kind: 'opaque' }
);

export interface IndexCondition {
  readonly field: FieldRef;
  readonly negated: boolean;
  /** Null stands for SQL's NULL. */
  readonly value: Literal | null;
}

export type ReferentialAction = 'Cascade' | 'Restrict' | 'NoAction' | 'SetNull' | 'SetDefault';

export interface RelationEnd {
  readonly model: string;
  readonly field: string;
}

export type Relation = { readonly name: string } & (
  | {
      readonly kind: 'one-to-one' | 'one-to-many';
      /** The side that holds the foreign key. */
      readonly from: RelationEnd;
      readonly to: RelationEnd;
      readonly fields: readonly FieldRef[];
      readonly references: readonly FieldRef[];
      /** Stated, or Prisma's default for the side's arity. */
      readonly onDelete: ReferentialAction;
      readonly onUpdate: ReferentialAction;
      readonly onDeleteStated: boolean;
      readonly map: string | undefined;
      /** The `@relation` attribute. */
      readonly at: Span;
    }
  | {
      readonly kind: 'many-to-many';
      /** Column A of the join table refers to this side: the first by the alphabet. */
      readonly a: RelationEnd;
      readonly b: RelationEnd;
      /** The name of the field that stands first. */
      readonly at: Span;
    }
);
