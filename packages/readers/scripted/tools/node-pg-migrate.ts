import type { Span } from '@tenantlint/model';
import { ident, literal, names } from '../quote.ts';
import type { Recorder } from '../recorder.ts';
import { entry, isTrue, textOf, textsOf, UNDEFINED, UNKNOWN, type Host, type Value } from '../values.ts';
import { columnTexts, expression, keyRules, nameParts, relation, typeText, type Shorthands } from './node-pg-columns.ts';

/** The `pgm` that a migration of node-pg-migrate is given. */
export class MigrationBuilder implements Host {
  /** What would take each step back, last step first; undefined once there is one that the tool cannot undo. */
  undo: string[] | undefined = [];
  transactional = true;
  readonly #to: Recorder;
  readonly #shorthands: Shorthands;

  constructor(to: Recorder, shorthands: Shorthands) {
    this.#to = to;
    this.#shorthands = shorthands;
  }

  get(name: string): Value | undefined {
    return name === 'db' ? { kind: 'host', host: { call: (method, args, at) => (method === 'query' ? this.#sql(args, at) : UNKNOWN) } } : undefined;
  }

  call(method: string, args: readonly Value[], at: Span): Value | undefined {
    const [first, second, third] = args;
    switch (method) {
      case 'sql': return this.#sql(args, at);
      case 'func': return { kind: 'sql', text: textOf(first) ?? 'NULL' };
      case 'noTransaction': this.transactional = false; return UNDEFINED;
      case 'then': case 'catch': case 'finally': return undefined;
      default: {
        const made = this.#statement(method, first, second, third, args);
        if (made === undefined) {
          this.undo = undefined;
          this.#to.refuse(at, METHODS.test(method) ? 'what it changes is not constant' : `${method} of node-pg-migrate is not read`);
        } else {
          for (const text of made.do) this.#to.sql(text, at);
          if (made.undo === undefined) this.undo = undefined;
          else this.undo?.unshift(...made.undo);
        }
        return UNDEFINED;
      }
    }
  }

  #sql(args: readonly Value[], at: Span): Value {
    const [first, given] = args;
    let text = textOf(first);
    const whole = text;
    if (given?.kind === 'record') text = text?.replace(/\{(\w+)\}/g, (all, name: string) => { const value = given.entries.get(name); return value === undefined ? all : ((value.kind === 'text' || value.kind === 'record' ? relation(value) : expression(value)) ?? all); });
    this.undo = undefined;
    if (text === undefined) this.#to.unknown(first, at);
    else this.#to.sql(text, at, whole === text && first?.kind === 'text' ? first.exact : undefined);
    return UNKNOWN;
  }

  #statement(method: string, first: Value | undefined, second: Value | undefined, third: Value | undefined, args: readonly Value[]): { readonly do: readonly string[]; readonly undo?: readonly string[] } | undefined {
    const table = relation(first);
    const on = table ?? '';
    const option = (name: string): Value | undefined => entry(third, name);
    const there = isTrue(option('ifExists')) || isTrue(entry(second, 'ifExists')) ? 'IF EXISTS ' : '';
    const cascade = isTrue(option('cascade')) || isTrue(entry(second, 'cascade')) ? ' CASCADE' : '';
    const missing = (of: Value | undefined): string => (isTrue(entry(of, 'ifNotExists')) ? 'IF NOT EXISTS ' : '');
    const alter = (what: string, undo?: string): { do: readonly string[]; undo?: readonly string[] } => ({ do: [`ALTER TABLE ${on} ${what}`], ...(undo === undefined ? {} : { undo: [`ALTER TABLE ${on} ${undo}`] }) });
    if (table === undefined && !/^(?:grantRoles|revokeRoles)$/.test(method)) return undefined;
    switch (method) {
      case 'createTable': {
        const parts = columnTexts(second, this.#shorthands);
        const extra = constraintsOf(nameParts(first)?.name ?? '', entry(third, 'constraints'));
        return parts && extra && { do: [`CREATE TABLE ${missing(third)}${on} (${[...parts, ...extra].join(', ')})`], undo: [`DROP TABLE ${on}`] };
      }
      case 'dropTable': return { do: [`DROP TABLE ${there}${on}${cascade}`] };
      case 'renameTable': return textOf(second) === undefined ? undefined : { do: [`ALTER TABLE ${on} RENAME TO ${ident(textOf(second) ?? '')}`], undo: [`ALTER TABLE ${ident(textOf(second) ?? '')} RENAME TO ${ident(nameParts(first)?.name ?? '')}`] };
      case 'alterTable': {
        const level = textOf(entry(second, 'levelSecurity'));
        return level === undefined ? undefined : alter(`${level} ROW LEVEL SECURITY`);
      }
      case 'addColumn': case 'addColumns': {
        const parts = columnTexts(second, this.#shorthands);
        const added = second?.kind === 'record' ? [...second.entries.keys()] : [];
        return parts === undefined ? undefined : alter(parts.map((part) => `ADD COLUMN ${missing(third)}${part}`).join(', '), added.map((name) => `DROP COLUMN ${ident(name)}`).join(', '));
      }
      case 'dropColumn': case 'dropColumns': {
        const columns = second?.kind === 'record' ? [...second.entries.keys()] : textsOf(second);
        return columns === undefined ? undefined : alter(columns.map((name) => `DROP COLUMN ${there}${ident(name)}${cascade}`).join(', '));
      }
      case 'renameColumn': {
        const [from, to] = [textOf(second), textOf(third)];
        return from === undefined || to === undefined ? undefined : alter(`RENAME COLUMN ${ident(from)} TO ${ident(to)}`, `RENAME COLUMN ${ident(to)} TO ${ident(from)}`);
      }
      case 'alterColumn': {
        const column = ident(textOf(second) ?? '');
        const out: string[] = [];
        const [fallback, required, type] = [option('default'), option('notNull') ?? option('allowNull'), typeText(option('type'))];
        if (fallback?.kind === 'null') out.push(`ALTER COLUMN ${column} DROP DEFAULT`);
        else if (fallback !== undefined) out.push(`ALTER COLUMN ${column} SET DEFAULT ${expression(fallback) ?? 'NULL'}`);
        if (type !== undefined) out.push(`ALTER COLUMN ${column} TYPE ${type}${textOf(option('using')) === undefined ? '' : ` USING ${textOf(option('using')) ?? ''}`}`);
        if (required?.kind === 'boolean') out.push(`ALTER COLUMN ${column} ${required.value === (option('notNull') !== undefined) ? 'SET' : 'DROP'} NOT NULL`);
        return out.length === 0 ? undefined : alter(out.join(', '));
      }
      case 'addConstraint': case 'createConstraint': {
        const name = textOf(second);
        const text = textOf(third);
        const list = text === undefined ? constraintsOf(nameParts(first)?.name ?? '', third, name) : [`${name === undefined ? '' : `CONSTRAINT ${ident(name)} `}${text}`];
        return list === undefined ? undefined : alter(list.map((one) => `ADD ${one}`).join(', '), name === undefined ? undefined : `DROP CONSTRAINT ${ident(name)}`);
      }
      case 'dropConstraint': return textOf(second) === undefined ? undefined : alter(`DROP CONSTRAINT ${there}${ident(textOf(second) ?? '')}${cascade}`);
      case 'renameConstraint': return alter(`RENAME CONSTRAINT ${ident(textOf(second) ?? '')} TO ${ident(textOf(third) ?? '')}`, `RENAME CONSTRAINT ${ident(textOf(third) ?? '')} TO ${ident(textOf(second) ?? '')}`);
      case 'createIndex': case 'addIndex': {
        const columns = indexColumns(second);
        const name = textOf(option('name')) ?? indexName(first, second, isTrue(option('unique')));
        const [by, where] = [textOf(option('method')), textOf(option('where'))];
        return columns === undefined ? undefined : { do: [`CREATE ${isTrue(option('unique')) ? 'UNIQUE ' : ''}INDEX ${isTrue(option('concurrently')) ? 'CONCURRENTLY ' : ''}${missing(third)}${ident(name)} ON ${on}${by === undefined ? '' : ` USING ${by}`} (${columns})${where === undefined ? '' : ` WHERE ${where}`}`], undo: [`DROP INDEX ${ident(name)}`] };
      }
      case 'dropIndex': return { do: [`DROP INDEX ${isTrue(option('concurrently')) ? 'CONCURRENTLY ' : ''}${there}${ident(textOf(option('name')) ?? indexName(first, second, isTrue(option('unique'))))}${cascade}`] };
      case 'createSchema': return { do: [`CREATE SCHEMA ${missing(second)}${on}`], undo: [`DROP SCHEMA ${on}`] };
      case 'dropSchema': return { do: [`DROP SCHEMA ${there}${on}${cascade}`] };
      case 'createExtension': case 'addExtension': { const all = textsOf(first); return all && { do: all.map((one) => `CREATE EXTENSION ${missing(second)}${ident(one)}`), undo: all.map((one) => `DROP EXTENSION ${ident(one)}`) }; }
      case 'dropExtension': { const all = textsOf(first); return all && { do: all.map((one) => `DROP EXTENSION ${there}${ident(one)}${cascade}`) }; }
      case 'createType': case 'addType': {
        const labels = textsOf(second);
        const columns = labels === undefined ? columnTexts(second, this.#shorthands) : undefined;
        return labels === undefined && columns === undefined ? undefined : { do: [`CREATE TYPE ${on} AS ${labels === undefined ? `(${(columns ?? []).join(', ')})` : `ENUM (${labels.map(literal).join(', ')})`}`], undo: [`DROP TYPE ${on}`] };
      }
      case 'dropType': return { do: [`DROP TYPE ${there}${on}${cascade}`] };
      case 'addTypeValue': return textOf(second) === undefined ? undefined : { do: [`ALTER TYPE ${on} ADD VALUE ${missing(third)}${literal(textOf(second) ?? '')}`] };
      case 'createPolicy': {
        const [using, check, command] = [textOf(option('using')), textOf(option('check')), textOf(option('command'))];
        const roles = textsOf(option('role'));
        return { do: [`CREATE POLICY ${ident(textOf(second) ?? '')} ON ${on} FOR ${command ?? 'ALL'} TO ${(roles ?? ['PUBLIC']).map(role).join(', ')}${using === undefined ? '' : ` USING (${using})`}${check === undefined ? '' : ` WITH CHECK (${check})`}`], undo: [`DROP POLICY ${ident(textOf(second) ?? '')} ON ${on}`] };
      }
      case 'dropPolicy': return { do: [`DROP POLICY ${there}${ident(textOf(second) ?? '')} ON ${on}`] };
      case 'renamePolicy': return { do: [`ALTER POLICY ${ident(textOf(second) ?? '')} ON ${on} RENAME TO ${ident(textOf(third) ?? '')}`] };
      case 'createView': return textOf(third) === undefined ? undefined : { do: [`CREATE ${isTrue(entry(second, 'replace')) ? 'OR REPLACE ' : ''}VIEW ${on} AS ${textOf(third) ?? ''}`], undo: [`DROP VIEW ${on}`] };
      case 'createMaterializedView': return textOf(third) === undefined ? undefined : { do: [`CREATE MATERIALIZED VIEW ${missing(second)}${on} AS ${textOf(third) ?? ''}`], undo: [`DROP MATERIALIZED VIEW ${on}`] };
      case 'dropView': return { do: [`DROP VIEW ${there}${on}${cascade}`] };
      case 'dropMaterializedView': return { do: [`DROP MATERIALIZED VIEW ${there}${on}${cascade}`] };
      case 'createRole': return { do: [`CREATE ROLE ${on} ${roleOptions(second)}`], undo: [`DROP ROLE ${on}`] };
      case 'dropRole': return { do: [`DROP ROLE ${there}${on}`] };
      case 'createFunction': return createFunction(on, second, third, args[3]);
      case 'createTrigger': return createTrigger(on, textOf(second), third);
      case 'dropTrigger': return { do: [`DROP TRIGGER ${there}${ident(textOf(second) ?? '')} ON ${on}${cascade}`] };
      default: return undefined;
    }
  }
}

const METHODS = /^(?:create|drop|add|alter|rename)[A-Z]/;

function role(name: string): string {
  return /^(?:public|current_user|session_user)$/i.test(name) ? name : ident(name);
}

function roleOptions(of: Value | undefined): string {
  const on = (name: string, word: string): string => { const value = entry(of, name); return value?.kind === 'boolean' ? `${value.value ? '' : 'NO'}${word}` : ''; };
  return [on('superuser', 'SUPERUSER'), on('createdb', 'CREATEDB'), on('createrole', 'CREATEROLE'), on('inherit', 'INHERIT'), on('login', 'LOGIN'), on('replication', 'REPLICATION')].filter((word) => word !== '').join(' ');
}

function indexName(table: Value | undefined, columns: Value | undefined, unique: boolean): string {
  const list = columns?.kind === 'list' ? columns.items : columns === undefined ? [] : [columns];
  const parts = list.map((one) => textOf(one) ?? textOf(entry(one, 'name')) ?? '').map((one) => one.replace(/\W+/g, '_'));
  return `${nameParts(table)?.name ?? ''}_${parts.join('_')}${unique ? '_unique' : ''}_index`;
}

function indexColumns(columns: Value | undefined): string | undefined {
  const list = columns?.kind === 'list' ? columns.items : columns === undefined ? [] : [columns];
  const parts = list.map((one) => {
    const name = textOf(one) ?? textOf(entry(one, 'name'));
    return name === undefined ? undefined : `${/^\w+$/.test(name) ? ident(name) : name}${textOf(entry(one, 'sort')) === undefined ? '' : ` ${textOf(entry(one, 'sort')) ?? ''}`}`;
  });
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.join(', ');
}

/** Constraints of an object, named as the tool names them. */
function constraintsOf(table: string, of: Value | undefined, given?: string): readonly string[] | undefined {
  if (of === undefined || of.kind === 'undefined') return [];
  if (of.kind !== 'record') return undefined;
  const out: string[] = [];
  const put = (name: string, text: string): void => { out.push(`CONSTRAINT ${ident(given ?? `${table}_${name}`)} ${text}`); };
  const list = (value: Value | undefined): readonly Value[] => (value?.kind === 'list' ? value.items : value === undefined ? [] : [value]);
  const [check, unique, primary] = [entry(of, 'check'), entry(of, 'unique'), entry(of, 'primaryKey')];
  const checks = list(check).map(textOf);
  const sets = list(unique).some((one) => one.kind === 'list') ? list(unique).map(textsOf) : unique === undefined ? [] : [textsOf(unique)];
  const key = primary === undefined ? [] : textsOf(primary);
  if (checks.includes(undefined) || sets.includes(undefined) || key === undefined) return undefined;
  checks.forEach((text, i) => { put(check?.kind === 'list' ? `chck_${i + 1}` : 'chck', `CHECK (${text ?? ''})`); });
  for (const columns of sets) put(`uniq_${(columns ?? []).join('_')}`, `UNIQUE (${names(columns ?? [])})`);
  if (key.length > 0) put('pkey', `PRIMARY KEY (${names(key)})`);
  for (const one of list(entry(of, 'foreignKeys'))) {
    const columns = textsOf(entry(one, 'columns'));
    const rules = keyRules(one);
    if (columns === undefined || rules === undefined) return undefined;
    put(`fk_${columns.join('_')}`, `FOREIGN KEY (${names(columns)}) ${rules}`);
  }
  return out;
}

function createFunction(name: string, params: Value | undefined, options: Value | undefined, body: Value | undefined): { readonly do: readonly string[]; readonly undo: readonly string[] } | undefined {
  const [text, language] = [textOf(body), textOf(entry(options, 'language'))];
  if (text === undefined || language === undefined) return undefined;
  const list = params?.kind === 'list' ? params.items : [];
  const args = list.map((one) => textOf(one) ?? [textOf(entry(one, 'mode')), textOf(entry(one, 'name')), typeText(entry(one, 'type'))].filter((part) => part !== undefined).join(' '));
  const definer = /definer/i.test(textOf(entry(options, 'security')) ?? '') ? ' SECURITY DEFINER' : '';
  return {
    do: [`CREATE ${isTrue(entry(options, 'replace')) ? 'OR REPLACE ' : ''}FUNCTION ${name}(${args.join(', ')}) RETURNS ${textOf(entry(options, 'returns')) ?? 'void'} AS ${literal(text)} ${textOf(entry(options, 'behavior')) ?? 'VOLATILE'} LANGUAGE ${language}${definer}`],
    undo: [`DROP FUNCTION ${name}(${args.join(', ')})`],
  };
}

function createTrigger(table: string, name: string | undefined, options: Value | undefined): { readonly do: readonly string[]; readonly undo: readonly string[] } | undefined {
  const fn = relation(entry(options, 'function'));
  const events = textsOf(entry(options, 'operation'));
  if (name === undefined || fn === undefined || events === undefined) return undefined;
  const when = textOf(entry(options, 'condition'));
  return {
    do: [`CREATE TRIGGER ${ident(name)} ${textOf(entry(options, 'when')) ?? 'BEFORE'} ${events.join(' OR ')} ON ${table} FOR EACH ${textOf(entry(options, 'level')) ?? 'STATEMENT'}${when === undefined ? '' : ` WHEN (${when})`} EXECUTE PROCEDURE ${fn}()`],
    undo: [`DROP TRIGGER ${ident(name)} ON ${table}`],
  };
}

