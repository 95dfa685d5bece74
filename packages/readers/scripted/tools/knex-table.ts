import type { Span } from '@tenantlint/model';
import { ident, literal, names, qualified } from '../quote.ts';
import { entry, isTrue, textOf, textsOf, type Host, type Value } from '../values.ts';
import { taken } from './knex-raw.ts';

interface Lost {
  readonly at: Span;
  readonly reason: string;
}

/** What a migration says of a table: columns, and what is done to it besides. */
export class TableBuilder implements Host {
  readonly columns: ColumnBuilder[] = [];
  /** Made into statements when the table's name is known. */
  readonly parts: ((table: Named) => string)[] = [];
  readonly keys: KeyBuilder[] = [];
  readonly lost: Lost[] = [];
  /** What has to be there before the table: types of its columns. */
  readonly before: string[] = [];

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const type = columnType(method, args);
    const native = /^enum?$/.test(method) ? textOf(entry(args[2], 'enumName')) : undefined;
    if (native !== undefined && !isTrue(entry(args[2], 'existingType'))) this.before.push(`CREATE TYPE ${ident(native)} AS ENUM (${(textsOf(args[1]) ?? []).map(literal).join(', ')})`);
    if (type !== undefined) return this.#column(textOf(args[0]) ?? (/^(?:increments|bigIncrements|bigincrements)$/.test(method) ? 'id' : undefined), type, at, /ncrements$/.test(method));
    const [first, second] = args;
    const columns = textsOf(first);
    const given = textOf(second);
    switch (method) {
      case 'timestamps': return this.#timestamps(args);
      case 'dropTimestamps': return this.#part(at, (t) => `ALTER TABLE ${t.sql} DROP COLUMN "created_at", DROP COLUMN "updated_at"`);
      case 'foreign': {
        if (columns === undefined) return this.#lose(at);
        const key = new KeyBuilder(columns, given);
        this.keys.push(key);
        return { kind: 'host', host: key };
      }
      case 'primary': return this.#part(at, columns && ((t) => `ALTER TABLE ${t.sql} ADD CONSTRAINT ${ident(given ?? textOf(entry(second, 'constraintName')) ?? `${t.name}_pkey`)} PRIMARY KEY (${names(columns)})`));
      case 'unique': return this.#part(at, columns && ((t) => `ALTER TABLE ${t.sql} ADD CONSTRAINT ${ident(given ?? textOf(entry(second, 'indexName')) ?? t.named(columns, 'unique'))} UNIQUE (${names(columns)})`));
      case 'index': return this.#part(at, columns && ((t) => `CREATE INDEX ${ident(given ?? t.named(columns, 'index'))} ON ${t.sql}${textOf(args[2]) === undefined ? '' : ` USING ${textOf(args[2]) ?? ''}`} (${names(columns)})`));
      case 'dropColumn': case 'dropColumns': {
        const all = args.flatMap((arg) => textsOf(arg) ?? []);
        return this.#part(at, all.length > 0 ? (t) => `ALTER TABLE ${t.sql} ${all.map((name) => `DROP COLUMN ${ident(name)}`).join(', ')}` : undefined);
      }
      case 'renameColumn': return this.#part(at, textOf(first) !== undefined && given !== undefined ? (t) => `ALTER TABLE ${t.sql} RENAME COLUMN ${ident(textOf(first) ?? '')} TO ${ident(given)}` : undefined);
      case 'dropForeign': return this.#part(at, columns && ((t) => t.drop(given ?? t.named(columns, 'foreign'))));
      case 'dropUnique': return this.#part(at, columns && ((t) => t.drop(given ?? t.named(columns, 'unique'))));
      case 'dropPrimary': return this.#part(at, (t) => t.drop(textOf(first) ?? `${t.name}_pkey`));
      case 'dropChecks': return this.#part(at, columns && ((t) => columns.map((name) => t.drop(name)).join(';')));
      case 'dropIndex': return this.#part(at, columns && ((t) => `DROP INDEX ${t.schema === undefined ? '' : `${ident(t.schema)}.`}${ident(given ?? t.named(columns, 'index'))}`));
      case 'setNullable': case 'dropNullable': return this.#part(at, columns && ((t) => `ALTER TABLE ${t.sql} ${columns.map((name) => `ALTER COLUMN ${ident(name)} ${method === 'setNullable' ? 'DROP' : 'SET'} NOT NULL`).join(', ')}`));
      case 'check': {
        const text = textOf(first);
        return this.#part(at, text === undefined ? undefined : (t) => `ALTER TABLE ${t.sql} ADD ${textOf(args[2]) === undefined ? '' : `CONSTRAINT ${ident(textOf(args[2]) ?? '')} `}CHECK (${text})`);
      }
      case 'comment': return this.#part(at, textOf(first) === undefined ? undefined : (t) => `COMMENT ON TABLE ${t.sql} IS ${literal(textOf(first) ?? '')}`);
      case 'inherits': case 'engine': case 'charset': case 'collate': return undefined;
      default: return this.#lose(at, method);
    }
  }

  #column(name: string | undefined, type: string, at: Span, primary: boolean): Value {
    if (name === undefined) return this.#lose(at);
    const column = new ColumnBuilder(name, type, primary);
    this.columns.push(column);
    return { kind: 'host', host: column };
  }

  #timestamps(args: readonly Value[]): Value {
    const [first, second] = args;
    const now = isTrue(second) || isTrue(entry(first, 'defaultToNow'));
    const [created, updated] = isTrue(entry(first, 'useCamelCase')) || isTrue(args[2]) ? ['createdAt', 'updatedAt'] : ['created_at', 'updated_at'];
    for (const name of [created, updated]) {
      const column = new ColumnBuilder(name, 'timestamptz', false);
      if (now) column.call('notNullable', []);
      if (now) column.call('defaultTo', [{ kind: 'sql', text: 'CURRENT_TIMESTAMP' }]);
      this.columns.push(column);
    }
    return { kind: 'undefined' };
  }

  #part(at: Span, made: ((table: Named) => string) | undefined): Value {
    if (made === undefined) return this.#lose(at);
    this.parts.push(made);
    return { kind: 'undefined' };
  }

  #lose(at: Span, method?: string): Value {
    this.lost.push({ at, reason: method === undefined ? 'what it changes is not constant' : `${method} of knex is not read` });
    return { kind: 'unknown' };
  }
}

/** A column in the making; each of its methods gives it back. */
class ColumnBuilder implements Host {
  readonly name: string;
  readonly type: string;
  required = false;
  primary: boolean;
  altered = false;
  fallback: string | undefined;
  readonly key: KeyBuilder;
  readonly after: ((table: Named) => string)[] = [];

  constructor(name: string, type: string, primary: boolean) {
    this.name = name;
    this.type = type;
    this.primary = primary;
    this.key = new KeyBuilder([name], undefined);
  }

  call(method: string, args: readonly Value[]): Value | undefined {
    const [first] = args;
    const given = textOf(first) ?? textOf(entry(first, 'indexName'));
    switch (method) {
      case 'notNullable': case 'notNull': this.required = true; break;
      case 'nullable': this.required = first?.kind === 'boolean' && !first.value; break;
      case 'primary': this.primary = true; break;
      case 'alter': this.altered = true; break;
      case 'unique': this.after.push((t) => `ALTER TABLE ${t.sql} ADD CONSTRAINT ${ident(given ?? t.named([this.name], 'unique'))} UNIQUE (${ident(this.name)})`); break;
      case 'index': this.after.push((t) => `CREATE INDEX ${ident(given ?? t.named([this.name], 'index'))} ON ${t.sql} (${ident(this.name)})`); break;
      case 'defaultTo': case 'default': this.fallback = defaultOf(first); break;
      case 'references': case 'inTable': case 'onDelete': case 'onUpdate': case 'withKeyName': case 'deferrable': this.key.call(method, args); break;
      case 'comment': if (given !== undefined) this.after.push((t) => `COMMENT ON COLUMN ${t.sql}.${ident(this.name)} IS ${literal(given)}`); break;
      case 'checkPositive': this.after.push((t) => `ALTER TABLE ${t.sql} ADD CHECK (${ident(this.name)} > 0)`); break;
      case 'checkNegative': this.after.push((t) => `ALTER TABLE ${t.sql} ADD CHECK (${ident(this.name)} < 0)`); break;
      default: break;
    }
    return { kind: 'host', host: this };
  }

  definition(): string {
    return `${ident(this.name)} ${this.type}${this.fallback === undefined ? '' : ` DEFAULT ${this.fallback}`}${this.required ? ' NOT NULL' : ''}`;
  }
}

/** A foreign key in the making. */
class KeyBuilder implements Host {
  readonly #columns: readonly string[];
  #name: string | undefined;
  #to: readonly string[] | undefined;
  #table: string | undefined;
  #rules = '';

  constructor(columns: readonly string[], name: string | undefined) {
    this.#columns = columns;
    this.#name = name;
  }

  call(method: string, args: readonly Value[]): Value | undefined {
    const given = textOf(args[0]);
    if (method === 'references') this.#to = textsOf(args[0]);
    else if (method === 'inTable') this.#table = given;
    else if (method === 'onDelete' && given !== undefined) this.#rules += ` ON DELETE ${given}`;
    else if (method === 'onUpdate' && given !== undefined) this.#rules += ` ON UPDATE ${given}`;
    else if (method === 'withKeyName') this.#name = given;
    return { kind: 'host', host: this };
  }

  statement(on: Named): string | undefined {
    let to = this.#to;
    let table = this.#table;
    const [only] = to ?? [];
    if (table === undefined && only?.includes('.') === true) {
      table = only.slice(0, only.lastIndexOf('.'));
      to = [only.slice(only.lastIndexOf('.') + 1)];
    }
    if (table === undefined || to === undefined) return undefined;
    return `ALTER TABLE ${on.sql} ADD CONSTRAINT ${ident(this.#name ?? on.named(this.#columns, 'foreign'))} FOREIGN KEY (${names(this.#columns)}) REFERENCES ${qualified(table, table.includes('.') ? undefined : on.schema)} (${names(to)})${this.#rules}`;
  }
}

/** A table, and the names that knex makes from it. */
interface Named {
  readonly name: string;
  readonly schema: string | undefined;
  readonly sql: string;
  named(columns: readonly string[], kind: string): string;
  drop(constraint: string): string;
}

export function tableStatements(of: TableBuilder, name: string, schema: string | undefined, how: 'create' | 'create-missing' | 'alter'): readonly string[] {
  const sql = qualified(name, schema);
  const table: Named = {
    name, schema, sql,
    named: (columns, kind) => `${name.replace(/[.-]/g, '_')}_${columns.join('_').replace(/[.-]/g, '_')}_${kind}`.toLowerCase(),
    drop: (constraint) => `ALTER TABLE ${sql} DROP CONSTRAINT ${ident(constraint)}`,
  };
  const out: string[] = [...of.before];
  const added = of.columns.filter((column) => !column.altered);
  const definitions = added.map((column) => `${column.definition()}${column.primary ? ` CONSTRAINT ${ident(`${name}_pkey`)} PRIMARY KEY` : ''}`);
  if (how !== 'alter') out.push(`CREATE TABLE ${how === 'create' ? '' : 'IF NOT EXISTS '}${sql} (${definitions.join(', ')})`);
  else if (definitions.length > 0) out.push(`ALTER TABLE ${sql} ${definitions.map((one) => `ADD COLUMN ${one}`).join(', ')}`);
  for (const column of of.columns.filter((one) => one.altered)) {
    const name = ident(column.name);
    out.push(`ALTER TABLE ${sql} ALTER COLUMN ${name} DROP DEFAULT, ALTER COLUMN ${name} DROP NOT NULL, ALTER COLUMN ${name} TYPE ${column.type} USING (${name}::${column.type})${column.fallback === undefined ? '' : `, ALTER COLUMN ${name} SET DEFAULT ${column.fallback}`}${column.required ? `, ALTER COLUMN ${name} SET NOT NULL` : ''}`);
  }
  out.push(...of.parts.map((part) => part(table)));
  out.push(...of.columns.flatMap((column) => column.after.map((part) => part(table))));
  out.push(...[...of.columns.map((column) => column.key), ...of.keys].flatMap((key) => key.statement(table) ?? []));
  return out;
}

function defaultOf(value: Value | undefined): string | undefined {
  const written = taken(value);
  if (written !== undefined) return written;
  switch (value?.kind) {
    case 'text': return literal(value.text);
    case 'number': return String(value.value);
    case 'boolean': return literal(value.value ? '1' : '0');
    case 'null': return 'NULL';
    case 'record': return value.entries.size === 0 ? "'{}'" : undefined;
    case 'list': return value.items.length === 0 ? "'[]'" : undefined;
    default: return undefined;
  }
}

function columnType(method: string, args: readonly Value[]): string | undefined {
  const [, second, third] = args;
  const size = second?.kind === 'number' ? second.value : undefined;
  switch (method) {
    case 'increments': return 'serial';
    case 'bigIncrements': case 'bigincrements': return 'bigserial';
    case 'integer': case 'int': case 'mediumint': return 'integer';
    case 'tinyint': case 'smallint': return 'smallint';
    case 'bigInteger': case 'bigint': return 'bigint';
    case 'text': case 'mediumtext': case 'longtext': return 'text';
    case 'string': case 'varchar': return `varchar(${size ?? 255})`;
    case 'float': case 'real': return 'real';
    case 'double': return 'double precision';
    case 'decimal': case 'numeric': return second?.kind === 'null' ? 'decimal' : `decimal(${size ?? 8}, ${third?.kind === 'number' ? third.value : 2})`;
    case 'boolean': case 'bool': return 'boolean';
    case 'date': return 'date';
    case 'datetime': case 'dateTime': case 'timestamp': return isTrue(second) || entry(second, 'useTz')?.kind === 'boolean' && !isTrue(entry(second, 'useTz')) ? 'timestamp' : 'timestamptz';
    case 'timestamptz': return 'timestamptz';
    case 'time': return 'time';
    case 'binary': return 'bytea';
    case 'json': return 'json';
    case 'jsonb': return 'jsonb';
    case 'uuid': return 'uuid';
    case 'geometry': case 'geography': case 'point': return method;
    case 'specificType': return textOf(second);
    case 'enu': case 'enum': {
      const native = textOf(entry(third, 'enumName'));
      if (native !== undefined) return ident(native);
      const values = textsOf(second);
      const name = textOf(args[0]);
      return values === undefined || name === undefined ? 'text' : `text check (${ident(name)} in (${values.map(literal).join(', ')}))`;
    }
    default: return undefined;
  }
}
