import type { ColumnDef, ConstraintDef, QName, ReferentialAction, SchemaEvent, TableAction } from '@tenantlint/model';

interface Key {
  readonly kind: ConstraintDef['kind'];
  readonly columns: readonly string[];
  readonly referred?: { readonly schema: string | undefined; readonly table: string; readonly columns: readonly string[]; readonly onDelete: ReferentialAction };
}

/** A table as far as a revision can ask the database about it. */
export interface Shape {
  readonly columns: Map<string, { nullable: boolean }>;
  readonly constraints: Map<string, Key>;
  readonly indexes: Map<string, { readonly columns: readonly string[]; readonly unique: boolean }>;
}

/**
 * What the revisions before have left in the database: enough to answer what a revision asks of it
 * (`inspector.get_columns('projects')`). Names that the database chooses are chosen as Postgres does.
 */
export class Shapes {
  readonly tables: Map<string, Shape>;
  /** Enumerations, by key. */
  readonly types: Set<string>;
  /** Something was done that nobody read: nothing is certain any more. */
  doubtful: boolean;

  constructor(of?: Shapes) {
    this.tables = new Map([...(of?.tables ?? [])].map(([key, t]) => [key, { columns: new Map(t.columns), constraints: new Map(t.constraints), indexes: new Map(t.indexes) }]));
    this.types = new Set(of?.types);
    this.doubtful = of?.doubtful ?? false;
  }

  get(schema: string | undefined, name: string): Shape | undefined {
    return this.tables.get(keyOf({ schema, name }));
  }

  apply(event: SchemaEvent): void {
    switch (event.kind) {
      case 'create-table': {
        const key = keyOf(event.name);
        if (this.tables.has(key)) return;
        const shape: Shape = { columns: new Map(), constraints: new Map(), indexes: new Map() };
        this.tables.set(key, shape);
        for (const column of event.columns) this.#column(shape, event.name.name, column);
        for (const constraint of event.constraints) this.#constraint(shape, event.name.name, constraint);
        return;
      }
      case 'alter-table': {
        const shape = this.tables.get(keyOf(event.table));
        if (shape) for (const action of event.actions) this.#action(shape, event.table.name, action);
        return;
      }
      case 'create-index': {
        const shape = this.tables.get(keyOf(event.table));
        const columns = event.keys.flatMap((k) => k.column ?? []);
        shape?.indexes.set(event.name ?? this.#free(event.table.name, columns, 'idx'), { columns, unique: event.unique });
        return;
      }
      case 'create-type': this.types.add(keyOf(event.name)); return;
      case 'drop':
        for (const name of event.names) {
          if (event.object === 'table') this.tables.delete(keyOf(name));
          else if (event.object === 'type') this.types.delete(keyOf(name));
          else if (event.object === 'index') for (const shape of this.tables.values()) shape.indexes.delete(name.name);
        }
        return;
      case 'rename': this.#rename(event); return;
      case 'unread': this.doubtful ||= !HARMLESS.test(event.verb ?? ''); return;
      default:
    }
  }

  #column(shape: Shape, table: string, column: ColumnDef): void {
    shape.columns.set(column.name, { nullable: !column.notNull });
    for (const constraint of column.constraints) this.#constraint(shape, table, 'columns' in constraint && constraint.columns.length === 0 ? { ...constraint, columns: [column.name] } : constraint);
  }

  #constraint(shape: Shape, table: string, constraint: ConstraintDef): void {
    const columns = 'columns' in constraint ? constraint.columns : [];
    const suffix = SUFFIXES[constraint.kind];
    if (suffix === undefined) return;
    const name = constraint.name ?? this.#free(table, constraint.kind === 'primary key' ? [] : columns, suffix);
    const referred = constraint.kind === 'foreign key' ? { schema: constraint.references.schema, table: constraint.references.name, columns: constraint.referenced, onDelete: constraint.onDelete } : undefined;
    shape.constraints.set(name, { kind: constraint.kind, columns, ...(referred ? { referred } : {}) });
    if (constraint.kind === 'primary key') for (const column of columns) shape.columns.set(column, { nullable: false });
    if (constraint.kind === 'unique') shape.indexes.set(name, { columns, unique: true });
  }

  #action(shape: Shape, table: string, action: TableAction): void {
    switch (action.do) {
      case 'add-column': if (!shape.columns.has(action.column.name)) this.#column(shape, table, action.column); return;
      case 'drop-column':
        shape.columns.delete(action.column);
        for (const [name, key] of shape.constraints) if (key.columns.includes(action.column)) shape.constraints.delete(name);
        for (const [name, index] of shape.indexes) if (index.columns.includes(action.column)) shape.indexes.delete(name);
        return;
      case 'set-not-null': if (shape.columns.has(action.column)) shape.columns.set(action.column, { nullable: !action.notNull }); return;
      case 'add-constraint': this.#constraint(shape, table, action.constraint); return;
      case 'drop-constraint':
        shape.constraints.delete(action.name);
        shape.indexes.delete(action.name);
        return;
      default:
    }
  }

  #rename(event: Extract<SchemaEvent, { kind: 'rename' }>): void {
    const { object, name, to } = event;
    if (object === 'table') {
      const shape = this.tables.get(keyOf(name));
      if (!shape) return;
      this.tables.delete(keyOf(name));
      this.tables.set(keyOf({ ...name, name: to }), shape);
    } else if (object === 'column' && event.of) {
      const shape = this.tables.get(keyOf(event.of));
      if (!shape) return;
      const renamed = (columns: readonly string[]): string[] => columns.map((c) => (c === name.name ? to : c));
      rekey(shape.columns, name.name, to);
      for (const [key, c] of shape.constraints) shape.constraints.set(key, { ...c, columns: renamed(c.columns) });
      for (const [key, i] of shape.indexes) shape.indexes.set(key, { ...i, columns: renamed(i.columns) });
    } else if (object === 'index' || object === 'constraint') {
      for (const shape of this.tables.values()) {
        rekey(shape.indexes, name.name, to);
        rekey(shape.constraints, name.name, to);
      }
    }
  }

  /** The name that Postgres gives to what has none: of at most 63 characters, the longer part cut, with a number if it is taken. */
  #free(table: string, columns: readonly string[], suffix: string): string {
    const taken = (name: string): boolean => [...this.tables.values()].some((s) => s.constraints.has(name) || s.indexes.has(name));
    for (let n = 0; ; n++) {
      const label = `${suffix}${n === 0 ? '' : n}`;
      let [first, second] = [table, columns.join('_')];
      const room = 63 - label.length - 1 - (second === '' ? 0 : 1);
      while (first.length + second.length > room) {
        if (first.length > second.length) first = first.slice(0, -1);
        else second = second.slice(0, -1);
      }
      const name = [first, ...(second === '' ? [] : [second]), label].join('_');
      if (!taken(name)) return name;
    }
  }
}

/** Statements that leave tables as they are, whatever they say. */
const HARMLESS = /^(?:(?:CREATE|DROP)(?: OR REPLACE)? (?:FUNCTION|PROCEDURE|TRIGGER|VIEW|MATERIALIZED|POLICY|ROLE|USER|EXTENSION|SEQUENCE|SCHEMA|UNIQUE|INDEX|TYPE)|COMMENT|GRANT|REVOKE|SELECT|WITH|SET|op\.\w+_entity|op\.sync_enum_values)\b/i;

const SUFFIXES: Readonly<Record<string, string>> = { 'primary key': 'pkey', unique: 'key', 'foreign key': 'fkey', check: 'check' };

function keyOf({ schema, name }: Pick<QName, 'name'> & { readonly schema?: string | undefined }): string {
  return `${schema ?? 'public'}.${name}`;
}

function rekey<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  if (value === undefined) return;
  map.delete(from);
  map.set(to, value);
}
