import type { Span } from '@tenantlint/model';
import { ident, names, qualified } from '../quote.ts';
import type { Recorder } from '../recorder.ts';
import { ASKS, textOf, textsOf, UNDEFINED, UNKNOWN, type Apply, type Host, type Value } from '../values.ts';
import { AlterTable, CreateTable } from './kysely-table.ts';
import { literalOf, textOfSql } from './kysely-value.ts';

/** The `Kysely` that a migration is given, and the transactions it opens. */
export class Kysely implements Host {
  readonly #to: Recorder;
  readonly #apply: Apply;
  readonly #schema: string | undefined;

  constructor(to: Recorder, apply: Apply, schema?: string) {
    this.#to = to;
    this.#apply = apply;
    this.#schema = schema;
  }

  get(name: string): Value | undefined {
    if (name === 'schema') return { kind: 'host', host: new SchemaBuilder(this.#to, this.#apply, this.#schema) };
    return name === 'introspection' ? ASKS : name === 'fn' || name === 'dynamic' ? UNKNOWN : undefined;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first] = args;
    switch (method) {
      // `sql`…`.execute(db)` hands the statement to whoever executes it.
      case 'executeQuery': {
        const text = textOfSql(first);
        if (text === undefined) this.#to.unknown(first, at);
        else this.#to.sql(text, at, first?.kind === 'sql' ? first.exact : undefined);
        return UNKNOWN;
      }
      case 'transaction': case 'connection': case 'startTransaction': return { kind: 'host', host: new Scoped(this, this.#apply) };
      case 'withSchema': return { kind: 'host', host: new Kysely(this.#to, this.#apply, textOf(first)) };
      case 'withPlugin': case 'withoutPlugins': case 'withTables': case '$extends': return { kind: 'host', host: this };
      case 'insertInto': case 'replaceInto': case 'updateTable': case 'deleteFrom': case 'mergeInto':
        return { kind: 'host', host: new Rows(this.#to, this.#apply, method, textOf(first) === undefined ? undefined : qualified(textOf(first) ?? '', this.#schema)) };
      case 'selectFrom': case 'selectNoFrom': case 'with': case 'withRecursive': case 'case': return { kind: 'host', host: new Rows(this.#to, this.#apply, 'selectFrom', undefined) };
      case 'destroy': case 'commit': case 'rollback': case 'savepoint': return { kind: 'host', host: new Rows(this.#to, this.#apply, 'selectFrom', undefined) };
      case 'then': case 'catch': case 'finally': return undefined;
      default:
        this.#to.refuse(at, `${method} of Kysely is not read`);
        return UNKNOWN;
    }
  }
}

/** `db.transaction().execute(async (trx) => …)` */
class Scoped implements Host {
  readonly #of: Kysely;
  readonly #apply: Apply;

  constructor(of: Kysely, apply: Apply) {
    this.#of = of;
    this.#apply = apply;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const db: Value = { kind: 'host', host: this.#of };
    if (method !== 'execute') return /^set/.test(method) ? { kind: 'host', host: this } : undefined;
    return args[0] === undefined ? db : this.#apply(args[0], [db], at);
  }
}

/** Rows that a migration reads or changes: which values is of no interest, that it does is. */
class Rows implements Host {
  readonly #to: Recorder;
  readonly #verb: string;
  readonly #table: string | undefined;
  #columns: readonly string[] = [];
  #narrowed = false;
  readonly #apply: Apply;

  constructor(to: Recorder, apply: Apply, verb: string, table: string | undefined) {
    this.#to = to;
    this.#apply = apply;
    this.#verb = verb;
    this.#table = table;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    if (/^execute/.test(method)) {
      this.#send(at);
      return UNKNOWN;
    }
    if (method === 'then' || method === 'catch' || method === 'finally') return undefined;
    if (/^(?:where|having|limit|innerJoin|from|using)/.test(method)) this.#narrowed = true;
    const [first] = args;
    const said = first?.kind === 'function' && /^(?:values|set)$/.test(method) ? this.#apply(first, [UNKNOWN], at) : first;
    const given = said?.kind === 'list' ? said.items[0] : said;
    if (/^(?:values|set|columns)$/.test(method)) this.#columns = given?.kind === 'record' ? [...given.entries.keys()] : method === 'set' && given?.kind === 'text' ? [...this.#columns, given.text] : (textsOf(args[0]) ?? []);
    return { kind: 'host', host: this };
  }

  #send(at: Span): void {
    const columns = this.#columns;
    const where = this.#narrowed ? ' WHERE $99' : '';
    if (this.#verb === 'selectFrom') return;
    const table = this.#table;
    const verb = { updateTable: 'UPDATE', deleteFrom: 'DELETE', mergeInto: 'MERGE' }[this.#verb] ?? 'INSERT';
    if (table === undefined || verb === 'MERGE' || (verb === 'UPDATE' && columns.length === 0)) this.#to.refuse(at, table === undefined ? 'which table it changes is not constant' : 'which columns it writes is not constant', verb);
    else if (verb === 'UPDATE') this.#to.sql(`UPDATE ${table} SET ${columns.map((name, i) => `${ident(name)} = $${i + 1}`).join(', ')}${where}`, at);
    else if (verb === 'DELETE') this.#to.sql(`DELETE FROM ${table}${where}`, at);
    else this.#to.sql(columns.length === 0 ? `INSERT INTO ${table} DEFAULT VALUES` : `INSERT INTO ${table} (${names(columns)}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`, at);
  }
}

/** `db.schema`: a statement is sent when it is executed. */
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
    const given = textOf(args[0]);
    if (method === 'withSchema') return { kind: 'host', host: new SchemaBuilder(this.#to, this.#apply, given) };
    if (/^with(?:out)?Plugins?$/.test(method)) return { kind: 'host', host: this };
    if (given === undefined) {
      this.#to.refuse(at, 'what it changes is not constant');
      return UNKNOWN;
    }
    const name = qualified(given, given.includes('.') ? undefined : this.#schema);
    switch (method) {
      case 'createTable': return { kind: 'host', host: new CreateTable(this.#to, this.#apply, name) };
      case 'alterTable': return { kind: 'host', host: new AlterTable(this.#to, this.#apply, name) };
      case 'createIndex': return { kind: 'host', host: new Index(this.#to, given, this.#schema) };
      case 'createSchema': case 'dropSchema': return this.#simple(`${method === 'createSchema' ? 'CREATE' : 'DROP'} SCHEMA`, ident(given));
      case 'createType': case 'createView': return { kind: 'host', host: new Made(this.#to, method === 'createType' ? 'TYPE' : 'VIEW', name) };
      case 'dropTable': case 'dropIndex': case 'dropView': case 'dropType': return this.#simple(`DROP ${method.slice(4).toUpperCase()}`, name);
      case 'refreshMaterializedView': return this.#simple('REFRESH MATERIALIZED VIEW', name);
      default:
        this.#to.refuse(at, `${method} of Kysely's schema is not read`);
        return UNKNOWN;
    }
  }

  #simple(verb: string, name: string): Value {
    return { kind: 'host', host: new Simple(this.#to, verb, name) };
  }
}

/** Statements of one name with a few words about it. */
class Simple implements Host {
  readonly #to: Recorder;
  readonly #verb: string;
  readonly #name: string;
  #kind = '';
  #before = '';
  #behind = '';

  constructor(to: Recorder, verb: string, name: string) {
    this.#to = to;
    this.#verb = verb;
    this.#name = name;
  }

  call(method: string, _args: readonly Value[], at: Span): Value | undefined {
    switch (method) {
      case 'ifExists': this.#before = 'IF EXISTS '; break;
      case 'ifNotExists': this.#before = 'IF NOT EXISTS '; break;
      case 'cascade': this.#behind = ' CASCADE'; break;
      case 'materialized': this.#kind = 'MATERIALIZED '; break;
      case 'execute': this.#to.sql(`${this.#verb.replace(/(?=VIEW$)/, this.#kind)} ${this.#before}${this.#name}${this.#behind}`, at); return UNDEFINED;
      case 'then': case 'catch': case 'finally': return undefined;
      default: break;
    }
    return { kind: 'host', host: this };
  }
}

class Index implements Host {
  readonly #to: Recorder;
  readonly #name: string;
  readonly #schema: string | undefined;
  readonly #parts: string[] = [];
  #table: string | undefined;
  #words = '';
  #using = '';
  #behind = '';
  readonly #where: string[] = [];
  #ifNotExists = '';
  #lost = false;

  constructor(to: Recorder, name: string, schema: string | undefined) {
    this.#to = to;
    this.#name = name;
    this.#schema = schema;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first] = args;
    const text = textOf(first);
    switch (method) {
      case 'on': this.#table = text === undefined ? undefined : qualified(text, text.includes('.') ? undefined : this.#schema); break;
      case 'unique': this.#words = 'UNIQUE '; break;
      case 'ifNotExists': this.#ifNotExists = 'IF NOT EXISTS '; break;
      case 'nullsNotDistinct': this.#behind = ' NULLS NOT DISTINCT'; break;
      case 'using': this.#using = text === undefined ? '' : ` USING ${text}`; break;
      case 'column': case 'columns': case 'expression': {
        const given = first?.kind === 'list' ? first.items : first === undefined ? [] : [first];
        for (const one of given) this.#part(one);
        break;
      }
      case 'where': {
        const made = first?.kind === 'sql' && args.length === 1 ? first.text : condition(args);
        if (made === undefined) this.#lost = true;
        else this.#where.push(made);
        break;
      }
      case 'execute': this.#send(at); return UNDEFINED;
      case 'then': case 'catch': case 'finally': return undefined;
      default: break;
    }
    return { kind: 'host', host: this };
  }

  #part(value: Value): void {
    if (value.kind === 'sql') this.#parts.push(`(${value.text})`);
    else if (value.kind === 'text') {
      const [, name = value.text, order = ''] = /^(\S+)((?:\s+(?:asc|desc|nulls\s+(?:first|last)))*)$/i.exec(value.text.trim()) ?? [];
      this.#parts.push(`${ident(name)}${order}`);
    } else this.#lost = true;
  }

  #send(at: Span): void {
    const where = this.#where.length === 0 ? '' : ` WHERE ${this.#where.join(' AND ')}`;
    if (this.#table === undefined || this.#lost || this.#parts.length === 0) this.#to.refuse(at, 'what the index is about is not constant', 'CREATE INDEX');
    else this.#to.sql(`CREATE ${this.#words}INDEX ${this.#ifNotExists}${ident(this.#name)} ON ${this.#table}${this.#using} (${this.#parts.join(', ')})${this.#behind}${where}`, at);
  }
}

/** `where('deleted_at', 'is', null)` */
function condition([left, op, right]: readonly Value[]): string | undefined {
  const name = left?.kind === 'text' ? qualified(left.text) : left?.kind === 'sql' ? left.text : undefined;
  const word = textOf(op);
  const list = right?.kind === 'list' ? right.items.map(literalOf) : undefined;
  const value = list === undefined ? literalOf(right) : list.includes(undefined) ? undefined : `(${list.join(', ')})`;
  return name === undefined || word === undefined || value === undefined ? undefined : `${name} ${word} ${value}`;
}

/** Types and views: what they are made of is said before they are executed. */
class Made implements Host {
  readonly #to: Recorder;
  readonly #kind: string;
  readonly #name: string;
  #words = '';
  #ifNotExists = '';
  #columns = '';
  #body: string | undefined;

  constructor(to: Recorder, kind: 'TYPE' | 'VIEW', name: string) {
    this.#to = to;
    this.#kind = kind;
    this.#name = name;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first] = args;
    switch (method) {
      case 'asEnum': { const labels = textsOf(first); this.#body = labels && `ENUM (${labels.map((one) => literalOf({ kind: 'text', text: one }) ?? '').join(', ')})`; break; }
      case 'as': this.#body = textOfSql(first); break;
      case 'columns': this.#columns = ` (${names(textsOf(first) ?? [])})`; break;
      case 'orReplace': this.#words = 'OR REPLACE '; break;
      case 'materialized': this.#words = 'MATERIALIZED '; break;
      case 'temporary': this.#words = 'TEMPORARY '; break;
      case 'ifNotExists': this.#ifNotExists = 'IF NOT EXISTS '; break;
      case 'execute':
        if (this.#body === undefined) this.#to.refuse(at, 'what it is made of is not constant', `CREATE ${this.#kind}`);
        else this.#to.sql(`CREATE ${this.#words}${this.#kind} ${this.#ifNotExists}${this.#name}${this.#columns} AS ${this.#body}`, at);
        return UNDEFINED;
      case 'then': case 'catch': case 'finally': return undefined;
      default: break;
    }
    return { kind: 'host', host: this };
  }
}
