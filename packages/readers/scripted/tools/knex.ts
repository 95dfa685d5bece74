import type { Span } from '@tenantlint/model';
import { ident, literal, qualified } from '../quote.ts';
import type { Recorder } from '../recorder.ts';
import { ASKS, textOf, UNDEFINED, UNKNOWN, type Host, type Value, type Apply } from '../values.ts';
import { taken, Raw } from './knex-raw.ts';
import { tableStatements, TableBuilder } from './knex-table.ts';

/** The `knex` that a migration is given. */
export class Knex implements Host {
  readonly #to: Recorder;
  readonly #apply: Apply;

  constructor(to: Recorder, apply: Apply) {
    this.#to = to;
    this.#apply = apply;
  }

  get(name: string): Value | undefined {
    if (name === 'schema') return { kind: 'host', host: new SchemaBuilder(this.#to, this.#apply, undefined) };
    return name === 'fn' ? { kind: 'host', host: FUNCTIONS } : undefined;
  }

  apply(args: readonly Value[], at: Span): Value {
    return { kind: 'host', host: new Rows(this.#to, textOf(args[0]), at) };
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    switch (method) {
      case 'raw': return raw(this.#to, args, at);
      case 'ref': return { kind: 'sql', text: qualified(textOf(args[0]) ?? '') };
      case 'table': case 'from': case 'into': return this.apply(args, at);
      case 'withSchema': return { kind: 'host', host: this };
      case 'batchInsert': return new Rows(this.#to, textOf(args[0]), at).call('insert', args.slice(1), at);
      case 'transaction': {
        const [fn] = args;
        return fn === undefined ? UNKNOWN : this.#apply(fn, [{ kind: 'host', host: this }], at);
      }
      case 'select': case 'with': case 'queryBuilder': case 'count': case 'max': case 'first': return UNKNOWN;
      case 'commit': case 'rollback': case 'destroy': case 'on': return UNDEFINED;
      case 'then': case 'catch': case 'finally': return undefined;
      default:
        this.#to.refuse(at, `${method} of knex is not read`);
        return UNKNOWN;
    }
  }
}

const FUNCTIONS: Host = {
  call: (method) => (method === 'now' ? { kind: 'sql', text: 'CURRENT_TIMESTAMP' } : method === 'uuid' ? { kind: 'sql', text: 'gen_random_uuid()' } : UNKNOWN),
};

function raw(to: Recorder, args: readonly Value[], at: Span): Value {
  const [first, bindings] = args;
  const text = textOf(first);
  const bound = text === undefined ? undefined : withBindings(text, bindings);
  if (first === undefined || bound === undefined) {
    to.unknown(first, at);
    return UNKNOWN;
  }
  const host = new Raw(bound);
  to.later(() => {
    if (!host.taken) to.sql(bound, at, bound === text && first.kind === 'text' ? first.exact : undefined);
  });
  return { kind: 'host', host };
}

/** `??` and `:name:` are names, `?` and `:name` values; `\\?` is a question mark. */
function withBindings(text: string, bindings: Value | undefined): string | undefined {
  if (bindings === undefined || bindings.kind === 'undefined') return text;
  let lost = false;
  const put = (value: Value | undefined, name: boolean): string => {
    const known = value?.kind === 'text' ? value.text : value?.kind === 'number' || value?.kind === 'boolean' ? String(value.value) : undefined;
    if (known === undefined) {
      lost ||= name;
      return taken(value) ?? 'NULL';
    }
    return name ? qualified(known) : value?.kind === 'text' ? literal(known) : known;
  };
  if (bindings.kind === 'record') {
    const out = text.replace(/(?<![:\w]):(\w+)(:?)/g, (_, name: string, twice: string) => put(bindings.entries.get(name), twice === ':'));
    return lost ? undefined : out;
  }
  const values = bindings.kind === 'list' ? bindings.items : [bindings];
  let next = 0;
  const out = text.replace(/\\\?|\?\??/g, (sign) => (sign === '\\?' ? '?' : put(values[next++], sign === '??')));
  return lost ? undefined : out;
}

/** `knex.schema`; each of its methods gives it back. */
class SchemaBuilder implements Host {
  readonly #to: Recorder;
  readonly #apply: Apply;
  readonly #schema: string | undefined;

  constructor(to: Recorder, apply: Apply, schema: string | undefined) {
    this.#to = to;
    this.#apply = apply;
    this.#schema = schema;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first, second] = args;
    const name = textOf(first);
    const self: Value = { kind: 'host', host: this };
    const table = name === undefined ? undefined : qualified(name, this.#schema);
    const send = (text: string | undefined): Value => {
      if (text === undefined) this.#to.refuse(at, 'what it changes is not constant');
      else this.#to.sql(text, at);
      return self;
    };
    switch (method) {
      case 'raw': raw(this.#to, args, at); return self;
      case 'withSchema': return { kind: 'host', host: new SchemaBuilder(this.#to, this.#apply, name) };
      case 'hasTable': case 'hasColumn': return ASKS;
      case 'createTable': case 'createTableIfNotExists': return this.#table(method === 'createTable' ? 'create' : 'create-missing', name, second, at);
      case 'table': case 'alterTable': return this.#table('alter', name, second, at);
      case 'createTableLike': return send(table && textOf(second) && `CREATE TABLE ${table} (LIKE ${qualified(textOf(second) ?? '', this.#schema)} INCLUDING ALL)`);
      case 'dropTable': return send(table && `DROP TABLE ${table}`);
      case 'dropTableIfExists': return send(table && `DROP TABLE IF EXISTS ${table}`);
      case 'renameTable': return send(table && textOf(second) && `ALTER TABLE ${table} RENAME TO ${ident(textOf(second) ?? '')}`);
      case 'createSchema': case 'createSchemaIfNotExists': return send(name && `CREATE SCHEMA ${method === 'createSchema' ? '' : 'IF NOT EXISTS '}${ident(name)}`);
      case 'dropSchema': case 'dropSchemaIfExists': return send(name && `DROP SCHEMA ${method === 'dropSchema' ? '' : 'IF EXISTS '}${ident(name)}${second?.kind === 'boolean' && second.value ? ' CASCADE' : ''}`);
      case 'createExtension': case 'createExtensionIfNotExists': return send(name && `CREATE EXTENSION ${method === 'createExtension' ? '' : 'IF NOT EXISTS '}${ident(name)}`);
      case 'dropExtension': case 'dropExtensionIfExists': return send(name && `DROP EXTENSION IF EXISTS ${ident(name)}`);
      case 'dropView': case 'dropViewIfExists': return send(table && `DROP VIEW ${method === 'dropView' ? '' : 'IF EXISTS '}${table}`);
      case 'dropMaterializedView': case 'dropMaterializedViewIfExists': return send(table && `DROP MATERIALIZED VIEW ${method === 'dropMaterializedView' ? '' : 'IF EXISTS '}${table}`);
      case 'then': case 'catch': case 'finally': return undefined;
      default:
        this.#to.refuse(at, `${method} of knex is not read`);
        return self;
    }
  }

  #table(how: 'create' | 'create-missing' | 'alter', name: string | undefined, build: Value | undefined, at: Span): Value {
    const self: Value = { kind: 'host', host: this };
    if (name === undefined || build === undefined) {
      this.#to.refuse(at, 'what it changes is not constant');
      return self;
    }
    const builder = new TableBuilder();
    this.#apply(build, [{ kind: 'host', host: builder }], at);
    for (const text of tableStatements(builder, name, this.#schema, how)) this.#to.sql(text, at);
    for (const lost of builder.lost) this.#to.refuse(lost.at, lost.reason);
    return self;
  }
}

/** Rows of a table that a migration changes: what it writes is of no interest, that it does is. */
class Rows implements Host {
  readonly #to: Recorder;
  readonly #table: string | undefined;
  readonly #at: Span;
  #narrowed = false;

  constructor(to: Recorder, table: string | undefined, at: Span) {
    this.#to = to;
    this.#table = table;
    this.#at = at;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const self: Value = { kind: 'host', host: this };
    if (/^(?:where|andWhere|orWhere|having|limit|join|innerJoin|whereIn)/.test(method)) this.#narrowed = true;
    const columns = columnsOf(args[0]);
    switch (method) {
      case 'insert': this.#later(at, (table) => (columns.length === 0 ? `INSERT INTO ${table} DEFAULT VALUES` : `INSERT INTO ${table} (${columns.map(ident).join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`)); return self;
      case 'update':
        if (columns.length === 0) this.#to.refuse(at, 'which columns it writes is not constant', 'UPDATE');
        else this.#later(at, (table) => `UPDATE ${table} SET ${columns.map((name, i) => `${ident(name)} = $${i + 1}`).join(', ')}${this.#narrowed ? ' WHERE $99' : ''}`);
        return self;
      case 'del': case 'delete': this.#later(at, (table) => `DELETE FROM ${table}${this.#narrowed ? ' WHERE $99' : ''}`); return self;
      case 'truncate': this.#later(at, (table) => `TRUNCATE ${table}`); return self;
      case 'then': case 'catch': case 'finally': return undefined;
      case 'first': case 'pluck': return UNKNOWN;
      default: return self;
    }
  }

  #later(at: Span, text: (table: string) => string): void {
    const table = this.#table;
    this.#to.later(() => {
      if (table === undefined) this.#to.refuse(this.#at, 'which table it changes is not constant');
      else this.#to.sql(text(qualified(table)), at);
    });
  }
}

/** `update('name', value)` or `update({ name: value })`. */
function columnsOf(value: Value | undefined): readonly string[] {
  const one = value?.kind === 'list' ? value.items[0] : value;
  return one?.kind === 'record' ? [...one.entries.keys()] : one?.kind === 'text' ? [one.text] : [];
}
