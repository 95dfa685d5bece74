import type { Span } from '@tenantlint/model';
import { ident, names, qualified } from '../quote.ts';
import type { Recorder } from '../recorder.ts';
import { ASKS, entry, isTrue, textOf, textsOf, UNDEFINED, UNKNOWN, type Host, type Value } from '../values.ts';

/** Words for columns that TypeORM spells otherwise than Postgres. */
const TYPES: Readonly<Record<string, string>> = { datetime: 'timestamp', tinyint: 'smallint', mediumint: 'integer', number: 'integer', string: 'character varying', blob: 'bytea', 'simple-array': 'text', 'simple-json': 'text', enum: 'text', 'simple-enum': 'text' };

/** TypeORM's `QueryRunner`: almost always plain SQL. */
export class QueryRunner implements Host {
  readonly #to: Recorder;

  constructor(to: Recorder) {
    this.#to = to;
  }

  get(name: string): Value | undefined {
    return name === 'connection' || name === 'manager' ? { kind: 'host', host: this } : undefined;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first, second] = args;
    const table = nameOf(first);
    switch (method) {
      case 'query': {
        const text = textOf(first);
        if (first === undefined || text === undefined) this.#to.unknown(first, at);
        else this.#to.sql(text, at, first.kind === 'text' ? first.exact : undefined);
        return UNKNOWN;
      }
      case 'hasTable': case 'hasColumn': case 'hasSchema': case 'getTable': case 'getTables': case 'getView': return ASKS;
      case 'startTransaction': this.#to.sql('BEGIN', at); return UNDEFINED;
      case 'commitTransaction': this.#to.sql('COMMIT', at); return UNDEFINED;
      case 'rollbackTransaction': case 'connect': case 'release': return UNDEFINED;
      case 'createSchema': return this.#ddl(table && `CREATE SCHEMA ${isTrue(second) ? 'IF NOT EXISTS ' : ''}${ident(table)}`, at);
      case 'dropSchema': return this.#ddl(table && `DROP SCHEMA ${isTrue(second) ? 'IF EXISTS ' : ''}${ident(table)}${isTrue(args[2]) ? ' CASCADE' : ''}`, at);
      case 'createTable': return this.#createTable(first, isTrue(second), at);
      case 'dropTable': return this.#ddl(table && `DROP TABLE ${isTrue(second) ? 'IF EXISTS ' : ''}${qualified(table)}`, at);
      case 'renameTable': return this.#ddl(table && nameOf(second) && `ALTER TABLE ${qualified(table)} RENAME TO ${ident(nameOf(second) ?? '')}`, at);
      case 'addColumn': return this.#columns(table, second === undefined ? [] : [second], at);
      case 'addColumns': return this.#columns(table, second?.kind === 'list' ? second.items : undefined, at);
      case 'dropColumn': case 'dropColumns': {
        const columns = second?.kind === 'list' ? second.items.map(nameOf) : [nameOf(second)];
        return this.#ddl(table && !columns.includes(undefined) ? columns.map((name) => `ALTER TABLE ${qualified(table)} DROP COLUMN ${ident(name ?? '')}`).join(';') : undefined, at);
      }
      case 'renameColumn': return this.#ddl(table && nameOf(second) && nameOf(args[2]) && `ALTER TABLE ${qualified(table)} RENAME COLUMN ${ident(nameOf(second) ?? '')} TO ${ident(nameOf(args[2]) ?? '')}`, at);
      case 'createIndex': case 'createIndices': return this.#each(second, at, (one) => table && indexText(table, one));
      case 'createUniqueConstraint': return this.#ddl(table && constraintText(table, spec(second), 'UNIQUE'), at);
      case 'createForeignKey': case 'createForeignKeys': return this.#each(second, at, (one) => table && foreignKeyText(table, one));
      case 'dropIndex': return this.#ddl(nameOf(second) && `DROP INDEX ${ident(nameOf(second) ?? '')}`, at);
      case 'dropForeignKey': case 'dropUniqueConstraint': case 'dropCheckConstraint': return this.#ddl(table && nameOf(second) && `ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(nameOf(second) ?? '')}`, at);
      case 'then': case 'catch': case 'finally': return undefined;
      default:
        this.#to.refuse(at, `${method} of the query runner is not read`);
        return UNKNOWN;
    }
  }

  #ddl(text: string | undefined, at: Span): Value {
    if (text === undefined || text === '') this.#to.refuse(at, 'what it changes is not constant');
    else this.#to.sql(text, at);
    return UNKNOWN;
  }

  #each(given: Value | undefined, at: Span, made: (one: Value | undefined) => string | undefined): Value {
    for (const one of given?.kind === 'list' ? given.items : [given]) this.#ddl(made(spec(one)), at);
    return UNKNOWN;
  }

  #columns(table: string | undefined, columns: readonly Value[] | undefined, at: Span): Value {
    const texts = columns?.map((one) => columnText(spec(one)));
    return this.#ddl(table === undefined || texts === undefined || texts.includes(undefined) ? undefined : texts.map((text) => `ALTER TABLE ${qualified(table)} ADD COLUMN ${text ?? ''}`).join(';'), at);
  }

  #createTable(given: Value | undefined, ifNotExists: boolean, at: Span): Value {
    const of = spec(given);
    const table = textOf(entry(of, 'name'));
    const list = (name: string): readonly Value[] => { const value = entry(of, name); return value?.kind === 'list' ? value.items : []; };
    const columns = list('columns').map(spec);
    const texts = columns.map(columnText);
    if (table === undefined || texts.includes(undefined)) return this.#ddl(undefined, at);
    const primary = columns.filter((one) => isTrue(entry(one, 'isPrimary'))).map((one) => textOf(entry(one, 'name')) ?? '');
    const body = [...texts, ...(primary.length > 0 ? [`PRIMARY KEY (${names(primary)})`] : [])].join(', ');
    this.#ddl(`CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${qualified(table)} (${body})`, at);
    for (const one of list('uniques')) this.#ddl(constraintText(table, spec(one), 'UNIQUE'), at);
    for (const one of list('foreignKeys')) this.#ddl(foreignKeyText(table, spec(one)), at);
    for (const one of list('indices')) this.#ddl(indexText(table, spec(one)), at);
    return UNKNOWN;
  }
}

/** `new Table({ … })` and the plain object are the same. */
function spec(value: Value | undefined): Value | undefined {
  return value?.kind === 'symbol' ? value.of?.[0] : value;
}

function nameOf(value: Value | undefined): string | undefined {
  return value?.kind === 'text' ? value.text : textOf(entry(spec(value), 'name'));
}

function columnText(of: Value | undefined): string | undefined {
  const name = textOf(entry(of, 'name'));
  const type = textOf(entry(of, 'type'));
  if (name === undefined || type === undefined) return undefined;
  const generated = isTrue(entry(of, 'isGenerated')) ? (textOf(entry(of, 'generationStrategy')) ?? 'increment') : undefined;
  const size = textOf(entry(of, 'length')) ?? [textOf(entry(of, 'precision')), textOf(entry(of, 'scale'))].filter((one) => one !== undefined).join(', ');
  const plain = `${TYPES[type] ?? type}${size === '' ? '' : `(${size})`}${isTrue(entry(of, 'isArray')) ? '[]' : ''}`;
  const written = generated === 'increment' ? (type === 'bigint' ? 'bigserial' : 'serial') : plain;
  const fallback = textOf(entry(of, 'default')) ?? (generated === 'uuid' ? 'uuid_generate_v4()' : undefined);
  const required = isTrue(entry(of, 'isPrimary')) || !isTrue(entry(of, 'isNullable'));
  return `${ident(name)} ${written}${fallback === undefined ? '' : ` DEFAULT ${fallback}`}${required ? ' NOT NULL' : ''}${isTrue(entry(of, 'isUnique')) ? ' UNIQUE' : ''}`;
}

function constraintText(table: string, of: Value | undefined, kind: string): string | undefined {
  const columns = textsOf(entry(of, 'columnNames'));
  const name = textOf(entry(of, 'name'));
  return columns && `ALTER TABLE ${qualified(table)} ADD ${name === undefined ? '' : `CONSTRAINT ${ident(name)} `}${kind} (${names(columns)})`;
}

function foreignKeyText(table: string, of: Value | undefined): string | undefined {
  const start = constraintText(table, of, 'FOREIGN KEY');
  const to = textOf(entry(of, 'referencedTableName'));
  const columns = textsOf(entry(of, 'referencedColumnNames'));
  if (start === undefined || to === undefined || columns === undefined) return undefined;
  const [gone, moved] = [textOf(entry(of, 'onDelete')), textOf(entry(of, 'onUpdate'))];
  return `${start} REFERENCES ${qualified(to)} (${names(columns)})${gone === undefined ? '' : ` ON DELETE ${gone}`}${moved === undefined ? '' : ` ON UPDATE ${moved}`}`;
}

function indexText(table: string, of: Value | undefined): string | undefined {
  const columns = textsOf(entry(of, 'columnNames'));
  const [name, where] = [textOf(entry(of, 'name')), textOf(entry(of, 'where'))];
  return columns && `CREATE ${isTrue(entry(of, 'isUnique')) ? 'UNIQUE ' : ''}INDEX ${name === undefined ? '' : `${ident(name)} `}ON ${qualified(table)} (${names(columns)})${where === undefined ? '' : ` WHERE ${where}`}`;
}
