import type {
  ColumnDef, ConstraintDef, IndexKey, QName, ReferentialAction as SqlAction, SchemaEvent, Span,
} from '@tenantlint/model';
import { Columns, type ReadExpression } from './columns.ts';
import type { Column, Datamodel, Index, Key, Model, ReferentialAction, Relation } from './datamodel.ts';
import { indexName, joinTableName, primaryKeyName, withSuffix } from './names.ts';

/**
 * The database that Prisma Migrate would create for a schema, as the events that create it: schemas,
 * extensions, types, tables, indexes, foreign keys, in this order. Names and places are those of the models and fields;
 * views are left out, since a schema does not hold their definition.
 */
export function schemaEvents(datamodel: Datamodel, readExpression: ReadExpression): SchemaEvent[] {
  if (datamodel.provider === 'mongodb') return [];
  const lowering = new Lowering(datamodel, readExpression);
  return [
    ...lowering.schemas(),
    ...lowering.extensions(),
    ...lowering.enums(),
    ...lowering.tables(),
    ...lowering.indexes(),
    ...lowering.foreignKeys(),
  ];
}

/** A table of the schema, whether it is a model or the join table of a relation. */
interface TableParts {
  readonly create: SchemaEvent;
  readonly indexes: readonly SchemaEvent[];
  readonly foreignKeys: readonly SchemaEvent[];
}

class Lowering {
  private readonly columns: Columns;
  private readonly models: ReadonlyMap<string, Model>;
  /** Stored fields by name, of each model. */
  private readonly stored = new Map<Model, Map<string, Column>>();
  private readonly tableModels: readonly Model[];
  private readonly joins: readonly TableParts[];

  constructor(
    private readonly datamodel: Datamodel,
    readExpression: ReadExpression,
  ) {
    this.columns = new Columns(datamodel, readExpression);
    this.models = new Map(datamodel.models.map((model) => [model.name, model]));
    for (const model of datamodel.models) {
      const columns = new Map<string, Column>();
      for (const field of model.fields) if (field.kind !== 'relation' && field.kind !== 'unknown') columns.set(field.name, field);
      this.stored.set(model, columns);
    }
    this.tableModels = datamodel.models.filter((model) => model.kind === 'model');
    this.joins = datamodel.relations.flatMap((relation) => this.join(relation) ?? []);
  }

  schemas(): SchemaEvent[] {
    const named = [...this.datamodel.models, ...this.datamodel.enums].flatMap(({ schema }) => schema ?? []);
    const first = new Map(named.toReversed().map((schema) => [schema.name, schema]));
    return [...first.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, at }) => ({ kind: 'create-schema', name, ifNotExists: true, at }));
  }

  extensions(): SchemaEvent[] {
    return this.datamodel.extensions.map(({ name, schema, at }) => ({
      kind: 'create-extension',
      name,
      ifNotExists: true,
      at,
      ...(schema === undefined ? {} : { schema }),
    }));
  }

  enums(): SchemaEvent[] {
    return this.datamodel.enums.map((each) => ({
      kind: 'create-type',
      name: qualified(each.schema?.name, each.dbName.name, each.nameAt),
      form: { is: 'enum', labels: each.values.map((value) => value.dbName.name) },
      at: each.at,
    }));
  }

  tables(): SchemaEvent[] {
    return [...this.tableModels.map((model) => this.table(model)), ...this.joins.map((join) => join.create)];
  }

  indexes(): SchemaEvent[] {
    const own = this.tableModels.flatMap((model) => [
      ...model.uniques.map((key) => this.index(model, key, true)),
      ...model.indexes.filter((index) => index.kind === 'normal').map((index) => this.index(model, index, false)),
    ]);
    return [...own, ...this.joins.flatMap((join) => join.indexes)];
  }

  foreignKeys(): SchemaEvent[] {
    if (this.datamodel.relationMode === 'prisma') return [];
    const own = this.datamodel.relations.flatMap((relation) => this.foreignKey(relation) ?? []);
    return [...own, ...this.joins.flatMap((join) => join.foreignKeys)];
  }

  private column(model: Model, name: string): Column | undefined {
    return this.stored.get(model)?.get(name);
  }

  private columnNames(model: Model, fields: readonly { readonly name: string }[]): string[] {
    return fields.map(({ name }) => this.column(model, name)?.column.name ?? name);
  }

  private table(model: Model): SchemaEvent {
    const columns = Array.from(this.stored.get(model)?.values() ?? [], (column) => this.columnDef(column));
    const key = model.primaryKey;
    const constraints: ConstraintDef[] = key === undefined ? [] : [{
      kind: 'primary key',
      name: key.map ?? primaryKeyName(model.table.name),
      columns: this.columnNames(model, key.fields),
      include: [],
      at: key.at,
    }];
    return createTable(tableName(model), columns, constraints, model.at);
  }

  private columnDef(field: Column): ColumnDef {
    const value = this.columns.default(field);
    return {
      name: field.column.name,
      at: field.nameAt,
      type: this.columns.type(field),
      typeAt: field.typeAt,
      notNull: field.isRequired && !field.isList,
      constraints: [],
      ...(value === undefined ? {} : { default: value }),
    };
  }

  private index(model: Model, index: Key | Index, unique: boolean): SchemaEvent {
    const columns = this.columnNames(model, index.fields);
    const algorithm = 'algorithm' in index ? index.algorithm : undefined;
    return {
      kind: 'create-index',
      name: index.map ?? indexName(model.table.name, columns, unique ? 'key' : 'idx'),
      nameAt: index.at,
      table: tableName(model),
      unique,
      concurrently: false,
      ifNotExists: false,
      only: false,
      method: algorithm?.toLowerCase() ?? 'btree',
      keys: index.fields.map((field, at): IndexKey => ({
        column: columns[at] ?? field.name,
        descending: field.sort === 'desc',
        at: field.at,
        ...(field.ops === undefined ? {} : { opclass: operatorClass(field.ops) }),
      })),
      include: [],
      nullsNotDistinct: false,
      at: index.at,
      ...(index.where === undefined ? {} : { where: this.columns.where(index.where, model) }),
    };
  }

  private foreignKey(relation: Relation): SchemaEvent | undefined {
    if (relation.kind === 'many-to-many') return undefined;
    const from = this.models.get(relation.from.model);
    const to = this.models.get(relation.to.model);
    if (from === undefined || to === undefined || from.kind === 'view' || to.kind === 'view') return undefined;
    const columns = this.columnNames(from, relation.fields);
    return addForeignKey(tableName(from), {
      name: relation.map ?? indexName(from.table.name, columns, 'fkey'),
      columns,
      references: tableName(to, relation.at),
      referenced: this.columnNames(to, relation.references),
      onDelete: action(relation.onDelete),
      onUpdate: action(relation.onUpdate),
      onDeleteStated: relation.onDeleteStated,
      at: relation.at,
    });
  }

  /** The table that Prisma keeps for a many-to-many relation without a model of its own. */
  private join(relation: Relation): TableParts | undefined {
    if (relation.kind !== 'many-to-many') return undefined;
    const at = relation.at;
    const sides = [relation.a, relation.b].map(({ model: name }, index) => {
      const model = this.models.get(name);
      const id = model?.primaryKey?.fields.length === 1 ? model.primaryKey.fields[0] : undefined;
      const key = model && id && this.column(model, id.name);
      return model === undefined || key === undefined ? undefined : { model, key, column: index === 0 ? 'A' : 'B' };
    });
    const [a, b] = sides;
    if (a === undefined || b === undefined) return undefined;
    const name = joinTableName(relation.name);
    const table = qualified(a.model.schema?.name, name, at);
    const columns = [a, b].map(({ key, column }): ColumnDef => ({
      name: column, at, type: this.columns.type(key, true), typeAt: at, notNull: true, constraints: [],
    }));
    return {
      create: createTable(table, columns, [
        { kind: 'primary key', name: withSuffix(name, '_AB_pkey'), columns: ['A', 'B'], include: [], at },
      ], at),
      indexes: [{
        kind: 'create-index',
        name: withSuffix(name, '_B_index'),
        nameAt: at,
        table,
        unique: false,
        concurrently: false,
        ifNotExists: false,
        only: false,
        method: 'btree',
        keys: [{ column: 'B', descending: false, at }],
        include: [],
        nullsNotDistinct: false,
        at,
      }],
      foreignKeys: [a, b].map(({ model, key, column }) => addForeignKey(table, {
        name: indexName(name, [column], 'fkey'),
        columns: [column],
        references: tableName(model, at),
        referenced: [key.column.name],
        onDelete: 'cascade',
        onUpdate: 'cascade',
        onDeleteStated: true,
        at,
      })),
    };
  }
}

function createTable(name: QName, columns: readonly ColumnDef[], constraints: readonly ConstraintDef[], at: Span): SchemaEvent {
  return {
    kind: 'create-table', name, temporary: false, ifNotExists: false, columns, constraints, like: [], inherits: [], options: {}, at,
  };
}

type ForeignKey = Omit<Extract<ConstraintDef, { kind: 'foreign key' }>, 'kind'>;

function addForeignKey(table: QName, key: ForeignKey): SchemaEvent {
  const constraint: ConstraintDef = { kind: 'foreign key', ...key };
  return {
    kind: 'alter-table', object: 'table', table, ifExists: false, only: false,
    actions: [{ do: 'add-constraint', constraint, at: key.at }], at: key.at,
  };
}

function qualified(schema: string | undefined, name: string, at: Span): QName {
  return schema === undefined ? { name, at } : { schema, name, at };
}

function tableName(model: Model, at = model.nameAt): QName {
  return qualified(model.schema?.name, model.table.name, at);
}

function action(value: ReferentialAction): SqlAction {
  switch (value) {
    case 'Cascade':
      return 'cascade';
    case 'Restrict':
      return 'restrict';
    case 'NoAction':
      return 'no action';
    case 'SetNull':
      return 'set null';
    case 'SetDefault':
      return 'set default';
    default:
      return value satisfies never;
  }
}

/** `JsonbPathOps` → `jsonb_path_ops`; the text of `raw("…")` is already SQL. */
function operatorClass(ops: string): string {
  if (!/^[A-Z]/.test(ops)) return ops;
  return ops
    .replace('MinMax', 'Minmax')
    .replace('Tz', 'tz')
    .replace('VarBit', 'Varbit')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toLowerCase();
}
