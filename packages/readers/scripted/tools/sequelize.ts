import type { Span } from '@tenantlint/model';
import { ident, names } from '../quote.ts';
import type { Recorder } from '../recorder.ts';
import { ASKS, entry, isTrue, textOf, textsOf, UNDEFINED, UNKNOWN, type Host, type Value, type Apply } from '../values.ts';
import { attributeOf, referenceText, SEQUELIZE, tableOf, valueText, type Attribute } from './sequelize-value.ts';

type Table = NonNullable<ReturnType<typeof tableOf>>;

/** Sequelize's `queryInterface`, and the `sequelize` that it belongs to. */
export class QueryInterface implements Host {
  readonly #to: Recorder;
  readonly #apply: Apply;

  constructor(to: Recorder, apply: Apply) {
    this.#to = to;
    this.#apply = apply;
  }

  get(name: string): Value | undefined {
    if (name === 'Sequelize') return { kind: 'host', host: SEQUELIZE };
    // `up({ context })` is how another runner hands it over.
    return name === 'sequelize' || name === 'context' || name === 'queryInterface' ? { kind: 'host', host: this } : undefined;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first, second, third] = args;
    const table = tableOf(first, args.at(-1));
    switch (method) {
      case 'query': {
        const text = textOf(first) ?? textOf(entry(first, 'query'));
        if (text === undefined) this.#to.unknown(first, at);
        else this.#to.sql(text, at, first?.kind === 'text' ? first.exact : undefined);
        return UNKNOWN;
      }
      case 'transaction': {
        const fn = args.find((arg) => arg.kind === 'function');
        return fn === undefined ? UNKNOWN : this.#apply(fn, [UNKNOWN], at);
      }
      case 'getQueryInterface': return { kind: 'host', host: this };
      case 'showAllTables': case 'showAllSchemas': case 'describeTable': case 'showIndex': case 'tableExists': case 'getForeignKeyReferencesForTable': return ASKS;
      case 'createSchema': case 'dropSchema': return this.#ddl(textOf(first) && `${method === 'createSchema' ? 'CREATE SCHEMA IF NOT EXISTS' : 'DROP SCHEMA IF EXISTS'} ${ident(textOf(first) ?? '')}${method === 'dropSchema' ? ' CASCADE' : ''}`, at);
      case 'createTable': return this.#createTable(table, second, third, at);
      case 'dropTable': return this.#ddl(table && `DROP TABLE IF EXISTS ${table.sql}${isTrue(entry(second, 'cascade')) ? ' CASCADE' : ''}`, at);
      case 'renameTable': return this.#ddl(table && tableOf(second) && `ALTER TABLE ${table.sql} RENAME TO ${ident(tableOf(second)?.name ?? '')}`, at);
      case 'addColumn': return this.#addColumn(table, textOf(second), third, at);
      case 'removeColumn': return this.#ddl(table && textOf(second) && `ALTER TABLE ${table.sql} DROP COLUMN ${ident(textOf(second) ?? '')}`, at);
      case 'renameColumn': return this.#ddl(table && textOf(second) && textOf(third) && `ALTER TABLE ${table.sql} RENAME COLUMN ${ident(textOf(second) ?? '')} TO ${ident(textOf(third) ?? '')}`, at);
      case 'changeColumn': return this.#changeColumn(table, textOf(second), third, at);
      case 'addIndex': return this.#addIndex(table, args, at);
      case 'removeIndex': {
        const columns = textsOf(second);
        const name = second?.kind === 'list' ? table && columns && indexName(table.name, columns, false) : textOf(second);
        return this.#ddl(name && `DROP INDEX ${isTrue(entry(third, 'concurrently')) ? 'CONCURRENTLY ' : ''}IF EXISTS ${table?.schema === undefined ? '' : `${ident(table.schema)}.`}${ident(name)}`, at);
      }
      case 'addConstraint': return this.#addConstraint(table, second, third, at);
      case 'removeConstraint': return this.#ddl(table && textOf(second) && `ALTER TABLE ${table.sql} DROP CONSTRAINT ${ident(textOf(second) ?? '')}`, at);
      case 'bulkInsert': return this.#rows('INSERT', table, second, at);
      case 'bulkUpdate': return this.#rows('UPDATE', table, second, at);
      case 'bulkDelete': return this.#rows('DELETE', table, second, at);
      case 'escape': case 'quoteIdentifier': case 'rawSelect': case 'select': case 'authenticate': case 'close': return UNKNOWN;
      case 'then': case 'catch': case 'finally': return undefined;
      default:
        this.#to.refuse(at, `${method} of Sequelize is not read`);
        return UNKNOWN;
    }
  }

  #ddl(text: string | undefined, at: Span): Value {
    if (text === undefined || text === '') this.#to.refuse(at, 'what it changes is not constant');
    else this.#to.sql(text, at);
    return UNDEFINED;
  }

  /** The columns of a record; undefined where one of them cannot be told. */
  #attributes(table: Table, of: Value | undefined): readonly Attribute[] | undefined {
    if (of?.kind !== 'record') return undefined;
    const made = [...of.entries].map(([key, value]) => attributeOf(table, key, value));
    return made.some((one) => one === undefined) ? undefined : made.filter((one) => one !== undefined);
  }

  #createTable(table: Table | undefined, attributes: Value | undefined, options: Value | undefined, at: Span): Value {
    const columns = table && this.#attributes(table, attributes);
    if (table === undefined || columns === undefined) return this.#ddl(undefined, at);
    for (const text of columns.flatMap((one) => one.before)) this.#to.sql(text, at);
    const primary = columns.filter((one) => one.primary).map((one) => one.name);
    const parts = [...columns.map((one) => `${ident(one.name)} ${one.type}${one.rest}`), ...(primary.length > 0 ? [`PRIMARY KEY (${names(primary)})`] : [])];
    const keys = entry(options, 'uniqueKeys');
    if (keys?.kind === 'record') for (const [name, key] of keys.entries) parts.push(`CONSTRAINT ${ident(textOf(entry(key, 'customIndex')) ?? name)} UNIQUE (${names(textsOf(entry(key, 'fields')) ?? [])})`);
    this.#to.sql(`CREATE TABLE IF NOT EXISTS ${table.sql} (${parts.join(', ')})`, at);
    return UNDEFINED;
  }

  #addColumn(table: Table | undefined, name: string | undefined, of: Value | undefined, at: Span): Value {
    const column = table === undefined || name === undefined || of === undefined ? undefined : attributeOf(table, name, of);
    if (table === undefined || column === undefined) return this.#ddl(undefined, at);
    for (const text of column.before) this.#to.sql(text, at);
    return this.#ddl(`ALTER TABLE ${table.sql} ADD COLUMN ${ident(column.name)} ${column.type}${column.rest}${column.primary ? ' PRIMARY KEY' : ''}`, at);
  }

  /** Each of its words is a statement of its own; what is not said of NULL and the default is taken away. */
  #changeColumn(table: Table | undefined, name: string | undefined, of: Value | undefined, at: Span): Value {
    const column = table === undefined || name === undefined || of === undefined ? undefined : attributeOf(table, name, of);
    if (table === undefined || column === undefined) return this.#ddl(undefined, at);
    const own = `ALTER TABLE ${table.sql} ALTER COLUMN ${ident(column.name)}`;
    const reference = referenceText(of) ?? '';
    for (const text of [
      `${own} ${column.required === true ? 'SET' : 'DROP'} NOT NULL`,
      `${own} ${column.fallback === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${column.fallback}`}`,
      ...column.before,
      `${own} TYPE ${column.type}${column.before.length > 0 ? ` USING (${ident(column.name)}::text::${column.type})` : ''}`,
      ...(reference === '' ? [] : [`ALTER TABLE ${table.sql} ADD FOREIGN KEY (${ident(column.name)})${reference}`]),
      ...(isTrue(entry(of, 'unique')) ? [`ALTER TABLE ${table.sql} ADD UNIQUE (${ident(column.name)})`] : []),
    ]) this.#to.sql(text, at);
    return UNDEFINED;
  }

  #addIndex(table: Table | undefined, [, second, third]: readonly Value[], at: Span): Value {
    const options = second?.kind === 'list' ? third : second;
    const given = second?.kind === 'list' ? second : entry(second, 'fields');
    if (table === undefined || given?.kind !== 'list') return this.#ddl(undefined, at);
    const parts = given.items.map((one) => {
      const name = one.kind === 'text' ? one.text : textOf(entry(one, 'name') ?? entry(one, 'attribute'));
      if (one.kind === 'sql') return { name: one.text, sql: `(${one.text})` };
      return name === undefined ? undefined : { name, sql: `${ident(name)}${textOf(entry(one, 'order')) === undefined ? '' : ` ${textOf(entry(one, 'order')) ?? ''}`}` };
    });
    const where = entry(options, 'where');
    const condition = where === undefined || where.kind === 'undefined' ? '' : conditionText(where);
    if (parts.includes(undefined) || condition === undefined) return this.#ddl(undefined, at);
    const unique = isTrue(entry(options, 'unique')) || textOf(entry(options, 'type'))?.toUpperCase() === 'UNIQUE';
    const name = textOf(entry(options, 'name') ?? entry(options, 'indexName')) ?? indexName(table.name, parts.map((part) => part?.name ?? ''), unique);
    const using = textOf(entry(options, 'using'));
    return this.#ddl(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${isTrue(entry(options, 'concurrently')) ? 'CONCURRENTLY ' : ''}${ident(name)} ON ${table.sql}${using === undefined ? '' : ` USING ${using}`} (${parts.map((part) => part?.sql ?? '').join(', ')})${condition}`, at);
  }

  #addConstraint(table: Table | undefined, second: Value | undefined, third: Value | undefined, at: Span): Value {
    // Before version 5 the columns were an argument of their own.
    const options = second?.kind === 'list' ? third : second;
    const columns = textsOf(second?.kind === 'list' ? second : entry(second, 'fields'));
    const type = textOf(entry(options, 'type'))?.toLowerCase();
    if (table === undefined || columns === undefined || type === undefined) return this.#ddl(undefined, at);
    const named = (suffix: string): string => ident(textOf(entry(options, 'name')) ?? underscored(`${table.name}_${columns.join('_')}_${suffix}`));
    const add = `ALTER TABLE ${table.sql} ADD CONSTRAINT `;
    switch (type) {
      case 'unique': return this.#ddl(`${add}${named('uk')} UNIQUE (${names(columns)})`, at);
      case 'primary key': return this.#ddl(`${add}${named('pk')} PRIMARY KEY (${names(columns)})`, at);
      case 'foreign key': {
        const references = entry(options, 'references');
        const several = textsOf(entry(references, 'fields'));
        const to = tableOf(entry(references, 'table') ?? entry(references, 'model'));
        const text = several === undefined || to === undefined ? referenceText(options) : ` REFERENCES ${to.sql} (${names(several)})${textOf(entry(options, 'onDelete')) === undefined ? '' : ` ON DELETE ${textOf(entry(options, 'onDelete')) ?? ''}`}`;
        return this.#ddl(text === undefined || text === '' ? undefined : `${add}${named(`${to?.name ?? ''}_fk`)} FOREIGN KEY (${names(columns)})${text}`, at);
      }
      case 'check': {
        const where = entry(options, 'where');
        const condition = where === undefined ? undefined : conditionText(where);
        return this.#ddl(condition && `${add}${named('ck')} CHECK (${condition.slice(' WHERE '.length)})`, at);
      }
      default: return this.#ddl(undefined, at);
    }
  }

  #rows(verb: 'INSERT' | 'UPDATE' | 'DELETE', table: Table | undefined, of: Value | undefined, at: Span): Value {
    const one = of?.kind === 'list' ? of.items[0] : of;
    const columns = one?.kind === 'record' ? [...one.entries.keys()] : [];
    const values = columns.map((_, i) => `$${i + 1}`);
    if (table === undefined) this.#to.refuse(at, 'which table it changes is not constant', verb);
    else if (verb === 'INSERT') this.#to.sql(columns.length === 0 ? `INSERT INTO ${table.sql} DEFAULT VALUES` : `INSERT INTO ${table.sql} (${names(columns)}) VALUES (${values.join(', ')})`, at);
    else if (verb === 'DELETE') this.#to.sql(`DELETE FROM ${table.sql}${columns.length === 0 ? '' : ' WHERE $99'}`, at);
    else if (columns.length === 0) this.#to.refuse(at, 'which columns it writes is not constant', verb);
    else this.#to.sql(`UPDATE ${table.sql} SET ${columns.map((name, i) => `${ident(name)} = $${i + 1}`).join(', ')} WHERE $99`, at);
    return UNKNOWN;
  }
}

/** ` WHERE …` of columns compared with values; undefined where more is asked of them. */
function conditionText(where: Value): string | undefined {
  if (where.kind === 'sql') return ` WHERE ${where.text}`;
  if (where.kind !== 'record' || where.entries.size === 0) return undefined;
  const parts = [...where.entries].map(([name, value]) => {
    if (value.kind === 'null') return `${ident(name)} IS NULL`;
    if (value.kind === 'list') { const list = value.items.map(valueText); return list.includes(undefined) ? undefined : `${ident(name)} IN (${list.join(', ')})`; }
    const text = value.kind === 'record' ? undefined : valueText(value);
    return text === undefined ? undefined : `${ident(name)} = ${text}`;
  });
  return parts.includes(undefined) ? undefined : ` WHERE ${parts.join(' AND ')}`;
}

/** `userId` → `user_id` */
function underscored(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[\s.-]+/g, '_').toLowerCase();
}

function indexName(table: string, columns: readonly string[], unique: boolean): string {
  return underscored(`${table}_${columns.join('_')}${unique ? '_unique' : ''}`);
}
