import type { ColumnDef, ConstraintDef, QName, SchemaEvent, SqlExpr, TypeRef } from '@tenantlint/model';

/** Events as the SQL that Prisma Migrate writes for them, in its spelling and layout. Only for comparing. */
export function statementsOf(events: readonly SchemaEvent[]): string[] {
  // The database that the engine believes in has `public` as its schema, so it is created by nobody and named nowhere.
  return events.filter((event) => event.kind !== 'create-schema' || event.name !== 'public').map(statementOf);
}

function statementOf(event: SchemaEvent): string {
  switch (event.kind) {
    case 'create-schema':
      return `CREATE SCHEMA IF NOT EXISTS "${event.name}"`;
    case 'create-type':
      if (event.form.is !== 'enum') throw new Error(event.form.is);
      return `CREATE TYPE ${name(event.name)} AS ENUM (${event.form.labels.map(quote).join(', ')})`;
    case 'create-table': {
      const columns = event.columns.map((column) => `    ${columnOf(column)}`).join(',\n');
      const constraints = event.constraints.map((constraint) => `,\n\n    ${constraintOf(constraint)}`).join('');
      return `CREATE TABLE ${name(event.name)} (\n${columns}${constraints}\n)`;
    }
    case 'create-index': {
      const keys = event.keys.map((key) => `"${key.column}"${key.opclass ? ` ${key.opclass}` : ''}${key.descending ? ' DESC' : ''}`);
      const using = event.method === 'btree' ? '' : ` USING ${event.method.toUpperCase()} `;
      const where = event.where ? ` WHERE (${expression(event.where)})` : '';
      return `CREATE ${event.unique ? 'UNIQUE ' : ''}INDEX "${event.name}" ON ${name(event.table)}${using}(${keys.join(', ')})${where}`;
    }
    case 'alter-table': {
      const [action] = event.actions;
      if (action?.do !== 'add-constraint') throw new Error(action?.do);
      return `ALTER TABLE ${name(event.table)} ADD ${constraintOf(action.constraint)}`;
    }
    default:
      throw new Error(event.kind);
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const name = (of: QName): string => (of.schema === undefined || of.schema === 'public' ? `"${of.name}"` : `"${of.schema}"."${of.name}"`);

function columnOf(column: ColumnDef): string {
  const parts = [`"${column.name}"`, typeOf(column.type)];
  if (column.notNull) parts.push('NOT NULL');
  if (column.default) parts.push('DEFAULT', expression(column.default));
  const text = parts.join(' ');
  return column.type.name.startsWith('timestamp') ? text.replace(/(?<='\S+)T(\S+)\.000Z(?=')/, ' $1 +00:00') : text;
}

function constraintOf(constraint: ConstraintDef): string {
  const columns = (of: readonly string[], separator: string): string => of.map((column) => `"${column}"`).join(separator);
  if (constraint.kind === 'primary key') return `CONSTRAINT "${constraint.name}" PRIMARY KEY (${columns(constraint.columns, ',')})`;
  if (constraint.kind !== 'foreign key') throw new Error(constraint.kind);
  return `CONSTRAINT "${constraint.name}" FOREIGN KEY (${columns(constraint.columns, ', ')}) REFERENCES ${name(constraint.references)}(${columns(constraint.referenced, ', ')})`
    + ` ON DELETE ${constraint.onDelete.toUpperCase()} ON UPDATE ${constraint.onUpdate.toUpperCase()}`;
}

const spelled: Readonly<Record<string, string>> = {
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
  'time without time zone': 'TIME',
  'time with time zone': 'TIMETZ',
  'character varying': 'VARCHAR',
  character: 'CHAR',
  'bit varying': 'VARBIT',
  numeric: 'DECIMAL',
};
/** Types of the database that a schema can only name as text, or by an enum; text stays as it is. */
const foreign = /^(tsvector|circle|vector|point)$/;

function typeOf(type: TypeRef): string {
  const base = foreign.test(type.name) ? type.name : builtin.has(type.name) ? (spelled[type.name] ?? type.name.toUpperCase()) : name({ ...type, at: nowhere });
  return `${base}${type.mods.length > 0 ? `(${type.mods.join(',')})` : ''}${'[]'.repeat(type.dims)}`;
}

const builtin: ReadonlySet<string> = new Set([
  ...Object.keys(spelled), 'text', 'boolean', 'integer', 'bigint', 'smallint', 'serial', 'bigserial', 'smallserial', 'double precision',
  'real', 'jsonb', 'json', 'bytea', 'uuid', 'xml', 'inet', 'citext', 'money', 'oid', 'date', 'bit',
]);
const nowhere = { file: '', start: 0, end: 0 };

function expression(of: SqlExpr): string {
  switch (of.kind) {
    case 'literal':
      return typeof of.value === 'string' && !/^-?\d+(\.\d+)?$/.test(of.value) ? quote(of.value) : String(of.value);
    case 'keyword':
      return of.name.toUpperCase();
    case 'array':
      return `ARRAY[${of.of.map(expression).join(', ')}]`;
    case 'cast':
      return `${expression(of.of)}::${typeOf(of.type)}`;
    case 'opaque':
      return of.text;
    case 'column':
      return of.path.map((part) => `"${part}"`).join('.');
    case 'is-null':
      return `${expression(of.of)} IS ${of.negated ? 'NOT ' : ''}NULL`;
    case 'operator':
      return `${expression(of.left)} ${of.op === '<>' ? '!=' : of.op} ${expression(of.right)}`;
    case 'and':
      return of.of.map(expression).join(' AND ');
    default:
      throw new Error(of.kind);
  }
}

