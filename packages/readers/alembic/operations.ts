import { tolerant, type SchemaEvent, type Span, type TableAction, type Unread } from '@tenantlint/model';
import { argument, pathOf, textOf, truthOf, type Args, type Guard, type Value, type ValueOf } from '../python/constant/index.ts';
import { foreignKeyOptions, givenName, inner, readColumn, type Locate } from '../sqlalchemy/column.ts';
import { createEnum, qname, TableEvents } from '../sqlalchemy/events.ts';
import { conventionalName } from '../sqlalchemy/naming.ts';
import { tableOfItems } from '../sqlalchemy/read-table.ts';
import { calledName, lastName, type Reading } from '../sqlalchemy/reading.ts';
import { checkOf, checkOptions, columnsOf, indexOf, listItems, readConstraint, uniqueOptions } from '../sqlalchemy/schema-items.ts';
import type { ConstraintSpec, Metadata, Naming, TableSpec } from '../sqlalchemy/table.ts';
import { columnType, type Enumeration } from '../sqlalchemy/types.ts';
import { alterColumn } from './alter-column.ts';
import { asksExistence } from './guards.ts';
import { compileData, compileDdl, insertInto } from './data.ts';
import { entityEvents } from './entities.ts';
import { inspected } from './inspector.ts';
import type { Shapes } from './shapes.ts';
import { sqlEvents, sqlTextOf, unreadSql, verbOf } from './sql.ts';

const nowhere: Locate = () => undefined;
const own = (): undefined => undefined;

/** What one direction of a revision does. */
export class Operations {
  readonly events: SchemaEvent[] = [];
  readonly unread: Unread[] = [];
  readonly #of: Reading;
  readonly #naming: Naming;
  /** What is in the database by now. */
  readonly #shapes: Shapes;

  constructor(of: Reading, naming: Naming, shapes: Shapes) {
    this.#of = of;
    this.#naming = naming;
    this.#shapes = shapes;
  }

  /** A call that is not the program's. Undefined: it does nothing to the schema. */
  call(callee: Value, args: Args, at: Span): Value | undefined {
    const path = pathOf(callee) ?? '';
    const operation = /^alembic\.op\.(\w+)$/.exec(path)?.[1];
    if (operation !== undefined) return this.#operation(operation, args, at);
    const batch = callee.kind === 'member' ? batchOf(callee.of) : undefined;
    if (batch && callee.kind === 'member') return this.#batch(callee.name, batch, args, at);
    if (path === 'alembic.context.is_offline_mode') return { kind: 'boolean', value: false, at };
    const answer = inspected(this.#shapes, callee, args, at);
    if (answer) return answer;
    if (callee.kind !== 'member' && callee.kind !== 'symbol') return undefined;
    const name = callee.kind === 'member' ? callee.name : (lastName(callee) ?? '');
    const receiver = callee.kind === 'member' ? callee.of : undefined;
    if (receiver && (name === 'create' || name === 'drop') && (calledName(receiver) === 'Enum' || calledName(receiver) === 'ENUM')) {
      this.#enumeration(receiver, name === 'create', args, at);
      return { kind: 'none', at };
    }
    if (receiver && (name === 'create_all' || name === 'drop_all')) this.#refuse(at, `${name} creates or drops whatever the models say when it runs`, name.toUpperCase());
    if (['execute', 'exec_driver_sql', 'scalar', 'scalars'].includes(name) && args.positional[0] && (receiver ?? callee).kind !== 'unknown') this.#execute(args.positional[0], name !== 'exec_driver_sql', at, false);
    else if (receiver && ['add', 'add_all', 'bulk_save_objects', 'bulk_insert_mappings', 'bulk_update_mappings', 'merge'].includes(name) && /Session|sessionmaker/.test(path)) this.#note(at, 'rows are changed through a session; what is written is not read');
    return undefined;
  }

  enter(value: Value): void {
    // Alembic ends its transaction, and begins another afterwards.
    if (/autocommit_block\(\)$/.test(pathOf(value) ?? '')) this.#emit({ kind: 'transaction', verb: 'commit', at: value.at });
  }

  leave(value: Value): void {
    if (/autocommit_block\(\)$/.test(pathOf(value) ?? '')) this.#emit({ kind: 'transaction', verb: 'begin', at: value.at });
  }

  #emit(...events: readonly SchemaEvent[]): void {
    const { guards } = this.#of.run;
    if (events.some((e) => e.kind !== 'data' && e.kind !== 'run')) for (const guard of guards) this.#doubt(guard);
    for (const event of guards.length > 0 ? events.map(tolerant) : events) {
      this.events.push(event);
      this.#shapes.apply(event);
      if (event.kind === 'unread') this.#note(event.at, event.reason);
    }
  }

  #doubt(guard: Guard): void {
    if (asksExistence(guard)) return;
    this.#note(guard.at, guard.kind === 'loop' ? 'how often this runs is not constant; once is assumed' : 'whether this runs depends on a condition that is not constant; it is assumed to');
  }

  #note(at: Span, reason: string): void {
    if (!this.unread.some((u) => u.at.file === at.file && u.at.start === at.start && u.reason === reason)) this.unread.push({ at, reason });
  }

  #refuse(at: Span, reason: string, verb?: string): void {
    this.#emit(unreadSql(at, reason, verb));
  }

  #operation(name: string, args: Args, at: Span): Value | undefined {
    const [first, second] = args.positional;
    const named = (key: string, index?: number): Value | undefined => argument(args, key, index);
    switch (name) {
      case 'create_table': return this.#createTable(args, at);
      case 'drop_table': this.#dropTable(named('table_name', 0), args, at); break;
      case 'rename_table': this.#renameTable(named('old_table_name', 0), named('new_table_name', 1), args, at); break;
      case 'add_column': this.#addColumn(this.#target(named('table_name', 0), args), named('column', 1), args, at); break;
      case 'drop_column': this.#dropColumn(this.#target(named('table_name', 0), args), named('column_name', 1), args, at); break;
      case 'alter_column': this.#alterColumn(this.#target(named('table_name', 0), args), named('column_name', 1), args, at); break;
      case 'create_index': this.#createIndex(this.#target(named('table_name', 1), args), named('index_name', 0), named('columns', 2), args, at); break;
      case 'drop_index': this.#dropIndex(named('index_name', 0), this.#target(named('table_name', 1), args), args, at); break;
      case 'create_primary_key': this.#addConstraint(this.#target(named('table_name', 1), args), { kind: 'primary key', at, name: givenName(named('constraint_name', 0)), columns: this.#columns(named('columns', 2)) }, at); break;
      case 'create_unique_constraint': this.#addConstraint(this.#target(named('table_name', 1), args), { kind: 'unique', at, name: givenName(named('constraint_name', 0)), columns: this.#columns(named('columns', 2)), ...uniqueOptions(args) }, at); break;
      case 'create_check_constraint': this.#check(this.#target(named('table_name', 1), args), named('constraint_name', 0), named('condition', 2), args, at); break;
      case 'create_foreign_key': this.#foreignKey(this.#target(named('source_table', 1), args, 'source_schema'), named('constraint_name', 0), named('referent_table', 2), named('local_cols', 3), named('remote_cols', 4), args, at); break;
      case 'create_exclude_constraint': this.#exclude(this.#target(second, args), first, args, at); break;
      case 'drop_constraint': this.#dropConstraint(this.#target(named('table_name', 1), args), named('constraint_name', 0), named('type_', 2), args, at); break;
      case 'create_table_comment': this.#comment(this.#target(named('table_name', 0), args), textOf(named('comment', 1)) ?? null, at); break;
      case 'drop_table_comment': this.#comment(this.#target(named('table_name', 0), args), null, at); break;
      case 'execute': {
        const sql = named('sqltext', 0);
        if (sql) this.#execute(sql, true, at, true);
        break;
      }
      case 'bulk_insert': this.#bulkInsert(first, named('rows', 1), at); break;
      case 'inline_literal': return first;
      case 'create_entity': case 'replace_entity': case 'drop_entity': {
        const events = entityEvents(this.#of, name, first, at);
        if (events) this.#emit(...events);
        else this.#refuse(at, `what op.${name} of alembic_utils does with this is not known`, `op.${name}`);
        break;
      }
      // Nothing of the schema by themselves.
      case 'get_bind': case 'get_context': case 'f': case 'batch_alter_table': case 'get_impl': return undefined;
      default: this.#refuse(at, `op.${name} is no operation of alembic itself; what it does is not known`, `op.${name}`);
    }
    return { kind: 'none', at };
  }

  /** Operations of `with op.batch_alter_table(…) as batch_op`: the table is the batch's. */
  #batch(name: string, batch: ValueOf<'call'>, args: Args, at: Span): Value | undefined {
    const table = this.#target(argument(batch.args, 'table_name', 0), batch.args, 'schema', 1);
    const named = (key: string, index: number): Value | undefined => argument(args, key, index);
    switch (name) {
      case 'add_column': this.#addColumn(table, named('column', 0), args, at); break;
      case 'drop_column': this.#dropColumn(table, named('column_name', 0), args, at); break;
      case 'alter_column': this.#alterColumn(table, named('column_name', 0), args, at); break;
      case 'create_index': this.#createIndex(table, named('index_name', 0), named('columns', 1), args, at); break;
      case 'drop_index': this.#dropIndex(named('index_name', 0), table, args, at); break;
      case 'create_primary_key': this.#addConstraint(table, { kind: 'primary key', at, name: givenName(named('constraint_name', 0)), columns: this.#columns(named('columns', 1)) }, at); break;
      case 'create_unique_constraint': this.#addConstraint(table, { kind: 'unique', at, name: givenName(named('constraint_name', 0)), columns: this.#columns(named('columns', 1)), ...uniqueOptions(args) }, at); break;
      case 'create_check_constraint': this.#check(table, named('constraint_name', 0), named('condition', 1), args, at); break;
      case 'create_foreign_key': this.#foreignKey(table, named('constraint_name', 0), named('referent_table', 1), named('local_cols', 2), named('remote_cols', 3), args, at); break;
      case 'create_exclude_constraint': this.#exclude(table, args.positional[0], { ...args, positional: [args.positional[0] ?? { kind: 'none', at }, { kind: 'none', at }, ...args.positional.slice(1)] }, at); break;
      case 'drop_constraint': this.#dropConstraint(table, named('constraint_name', 0), named('type_', 1), args, at); break;
      case 'create_table_comment': this.#comment(table, textOf(named('comment', 0)) ?? null, at); break;
      case 'drop_table_comment': this.#comment(table, null, at); break;
      case 'execute': {
        const sql = named('sqltext', 0);
        if (sql) this.#execute(sql, true, at, true);
        break;
      }
      case 'f': case 'get_bind': case 'get_context': case 'inline_literal': return undefined;
      default: this.#refuse(at, `batch.${name} is no operation of alembic itself; what it does is not known`, `batch.${name}`);
    }
    return { kind: 'none', at };
  }

  /** The table that an operation names, as one without columns. */
  #target(name: Value | undefined, args: Args, schemaKey = 'schema', index?: number): TableSpec | undefined {
    const text = textOf(name);
    if (!name || text === undefined) return undefined;
    const at = inner(name);
    return { name: text, schema: textOf(argument(args, schemaKey, index)), at, nameAt: at, metadata: this.#metadata(at), columns: [], constraints: [], indexes: [], comment: undefined, partitionBy: undefined };
  }

  #metadata(at: Span): Metadata {
    return { key: 'alembic', schema: undefined, naming: this.#naming, at };
  }

  #of_(table: TableSpec): TableEvents {
    return new TableEvents(this.#of, table, () => undefined);
  }

  #alter(table: TableSpec, at: Span, ...actions: readonly TableAction[]): void {
    this.#emit({ kind: 'alter-table', object: 'table', table: qname(table.schema, table.name, table.nameAt), ifExists: false, only: false, actions, at });
  }

  #columns(value: Value | undefined): string[] {
    return value ? columnsOf(this.#of, listItems(value), own) : [];
  }

  #createTable(args: Args, at: Span): Value | undefined {
    const name = argument(args, 'table_name', 0);
    const text = textOf(name);
    if (!name || text === undefined) {
      this.#refuse(at, "the table's name is not constant", 'op.create_table');
      return undefined;
    }
    const nameAt = inner(name);
    const table = tableOfItems(this.#of, { name: text, schema: textOf(args.named.get('schema')), at, nameAt, metadata: this.#metadata(at) }, args.positional.slice(1), args.named, nowhere);
    if (args.open) this.#note(at, 'some of the columns are not constant');
    const events = this.#of_(table);
    for (const enumeration of events.enumerations()) this.#createType(enumeration);
    this.#emit(...events.sequences());
    const create = events.create(true);
    const ifNotExists = flag(args.named.get('if_not_exists'));
    const temporary = listItems(args.named.get('prefixes') ?? { kind: 'list', form: 'list', items: [], open: false, at }).some((p) => /^temp(orary)?$/i.test(textOf(p) ?? ''));
    this.#emit(create.kind === 'create-table' ? { ...create, ifNotExists, temporary } : create);
    this.#emit(...events.indexes().map((i) => (ifNotExists && i.kind === 'create-index' ? { ...i, ifNotExists } : i)), ...events.comments());
    return { kind: 'call', callee: { kind: 'symbol', path: 'sqlalchemy.Table', at }, args, at };
  }

  #createType(enumeration: Enumeration): void {
    if (!this.#shapes.types.has(`${enumeration.schema ?? 'public'}.${enumeration.name}`)) this.#emit(createEnum(enumeration));
  }

  #enumeration(value: Value, create: boolean, args: Args, at: Span): void {
    const type = columnType(this.#of, value)?.enumeration;
    if (!type) {
      this.#refuse(at, 'the name of the enumeration is not constant', create ? 'CREATE TYPE' : 'DROP TYPE');
      return;
    }
    if (create) return this.#createType(type);
    this.#emit({ kind: 'drop', object: 'type', names: [qname(type.schema, type.name, value.at)], ifExists: flag(argument(args, 'checkfirst', 1)), cascade: false, concurrently: false, at });
  }

  #dropTable(name: Value | undefined, args: Args, at: Span): void {
    const table = this.#target(name, args);
    if (!table) return this.#refuse(at, "the table's name is not constant", 'op.drop_table');
    this.#emit({ kind: 'drop', object: 'table', names: [qname(table.schema, table.name, table.nameAt)], ifExists: flag(args.named.get('if_exists')), cascade: false, concurrently: false, at });
  }

  #renameTable(from: Value | undefined, to: Value | undefined, args: Args, at: Span): void {
    const table = this.#target(from, args);
    const name = textOf(to);
    if (!table || name === undefined) return this.#refuse(at, "the table's name is not constant", 'op.rename_table');
    this.#emit({ kind: 'rename', object: 'table', name: qname(table.schema, table.name, table.nameAt), to: name, ifExists: false, at });
  }

  #addColumn(table: TableSpec | undefined, value: Value | undefined, args: Args, at: Span): void {
    const call = value?.kind === 'either' ? value.of.find((v): v is ValueOf<'call'> => v.kind === 'call') : value?.kind === 'call' ? value : undefined;
    const column = call && readColumn(this.#of, [call], { name: undefined, at: call.at }, nowhere);
    if (!table || !column) return this.#refuse(at, 'what is added is not constant', 'op.add_column');
    const single = { ...table, columns: [column] };
    const events = this.#of_(single);
    this.#emit(...events.sequences());
    this.#alter(table, at, { do: 'add-column', column: events.columnDef(column, column.primaryKey), ifNotExists: flag(args.named.get('if_not_exists')), at });
    const checks = tableOfItems(this.#of, { name: table.name, schema: table.schema, at, nameAt: table.nameAt, metadata: table.metadata }, call ? [call] : [], new Map(), nowhere).constraints;
    // A key that comes with its column is not made one by itself.
    for (const constraint of events.constraints()) if (constraint.kind !== 'primary key') this.#alter(table, at, { do: 'add-constraint', constraint, at });
    for (const spec of checks) this.#alter(table, at, { do: 'add-constraint', constraint: this.#of_(table).constraint(spec), at });
    this.#emit(...events.indexes(), ...events.comments());
  }

  #dropColumn(table: TableSpec | undefined, value: Value | undefined, args: Args, at: Span): void {
    const column = textOf(value);
    if (!table || !value || column === undefined) return this.#refuse(at, 'what is dropped is not constant', 'op.drop_column');
    this.#alter(table, at, { do: 'drop-column', column, columnAt: inner(value), ifExists: flag(args.named.get('if_exists')), cascade: false, at });
  }

  #alterColumn(table: TableSpec | undefined, value: Value | undefined, args: Args, at: Span): void {
    if (!table || textOf(value) === undefined || !value) return this.#refuse(at, 'what is altered is not constant', 'op.alter_column');
    this.#emit(...alterColumn(this.#of, table, value, args, at));
  }

  #createIndex(table: TableSpec | undefined, name: Value | undefined, columns: Value | undefined, args: Args, at: Span): void {
    if (!table || !columns) return this.#refuse(at, 'what is indexed is not constant', 'op.create_index');
    const index = indexOf(this.#of, name, listItems(columns), args, at, own);
    const event = this.#of_(table).index(index);
    this.#emit(event.kind === 'create-index' ? { ...event, nameAt: name ? inner(name) : at, unique: index.unique } : event);
  }

  #dropIndex(name: Value | undefined, table: TableSpec | undefined, args: Args, at: Span): void {
    const given = givenName(name);
    const schema = table?.schema ?? textOf(args.named.get('schema'));
    const text = conventionalName('ix', given, this.#naming, { table: table?.name ?? 'no_table', schema, columns: [] });
    if (!name || given === undefined || text === undefined) return this.#refuse(at, "the index' name is not constant", 'op.drop_index');
    this.#emit({ kind: 'drop', object: 'index', names: [qname(schema, text, inner(name))], ifExists: flag(args.named.get('if_exists')), cascade: false, concurrently: flag(args.named.get('postgresql_concurrently')), at });
  }

  #addConstraint(table: TableSpec | undefined, spec: ConstraintSpec | undefined, at: Span): void {
    if (!table || !spec) return this.#refuse(at, 'the constraint is not constant', 'ALTER TABLE');
    this.#alter(table, at, { do: 'add-constraint', constraint: this.#of_(table).constraint(spec), at });
  }

  #check(table: TableSpec | undefined, name: Value | undefined, condition: Value | undefined, args: Args, at: Span): void {
    this.#addConstraint(table, condition && { kind: 'check', at, name: givenName(name), expr: checkOf(this.#of, condition, own), ...checkOptions(args) }, at);
  }

  #exclude(table: TableSpec | undefined, name: Value | undefined, args: Args, at: Span): void {
    const call: ValueOf<'call'> = { kind: 'call', callee: { kind: 'symbol', path: 'sqlalchemy.dialects.postgresql.ExcludeConstraint', at }, args: { ...args, positional: args.positional.slice(2) }, at };
    const spec = readConstraint(this.#of, call, own, nowhere);
    this.#addConstraint(table, spec && { ...spec, name: givenName(name) }, at);
  }

  #foreignKey(table: TableSpec | undefined, name: Value | undefined, referent: Value | undefined, local: Value | undefined, remote: Value | undefined, args: Args, at: Span): void {
    const target = textOf(referent);
    const spec: ConstraintSpec | undefined = referent && target !== undefined && local ? {
      kind: 'foreign key', at, columns: this.#columns(local),
      target: { schema: textOf(args.named.get('referent_schema')), table: target, columns: this.#columns(remote), at: inner(referent) },
      ...foreignKeyOptions(args), name: givenName(name),
    } : undefined;
    this.#addConstraint(table, spec, at);
  }

  #dropConstraint(table: TableSpec | undefined, value: Value | undefined, type: Value | undefined, args: Args, at: Span): void {
    const given = givenName(value);
    const kind = KINDS[textOf(type) ?? ''];
    const name = given && kind ? conventionalName(kind, given, this.#naming, { table: table?.name ?? '', schema: table?.schema, columns: [] }) : given?.text;
    if (value?.kind === 'none') return this.#refuse(at, 'a constraint without a name cannot be dropped: alembic fails here', 'op.drop_constraint');
    if (!table || !value || name === undefined) return this.#refuse(at, "the constraint's name is not constant", 'op.drop_constraint');
    this.#alter(table, at, { do: 'drop-constraint', name, ifExists: flag(args.named.get('if_exists')), cascade: false, at });
  }

  #comment(table: TableSpec | undefined, text: string | null, at: Span): void {
    if (table) this.#emit({ kind: 'comment', object: 'table', name: qname(table.schema, table.name, table.nameAt), text, at });
  }

  /** @param whole the call can do nothing else: what cannot be read may change the schema */
  #execute(value: Value, binds: boolean, at: Span, whole: boolean): void {
    if (value.kind === 'list') {
      for (const item of value.items) this.#execute(item, binds, at, whole);
      return;
    }
    if (value.kind === 'either') {
      this.#note(value.at, 'which of several statements runs is not constant');
      for (const one of value.of) this.#execute(one, binds, at, whole);
      return;
    }
    const sql = sqlTextOf(value);
    if (sql) {
      const events = sqlEvents(this.#of, sql, binds).map((e) => (e.kind === 'unread' && sql.holes > 0 && DATA.has(e.verb ?? '') ? dataOf(e.verb ?? '', e.at) : e));
      if (events.some((e) => e.kind === 'data' && e.statement.kind === 'other')) this.#note(value.at, 'which rows are changed could not be read');
      this.#emit(...events);
      return;
    }
    const data = compileData(this.#of, value) ?? compileDdl(value);
    if (data) {
      const events = this.#of.sql.events(data, value.at, false);
      if (!events.some((e) => e.kind === 'unread')) {
        this.#emit(...events);
        return;
      }
    }
    const statement = statementOf(value);
    if (statement === 'select') return;
    if (statement !== undefined) {
      this.#emit(dataOf(statement, at));
      this.#note(value.at, 'which rows are changed could not be read');
    } else if (whole || value.kind === 'operation') this.#refuse(at, 'the SQL is not constant', verbOf(textOf(value) ?? ''));
  }

  #bulkInsert(table: Value | undefined, rows: Value | undefined, at: Span): void {
    const list = rows?.kind === 'list' && rows.items.length > 0 ? rows.items : [undefined];
    for (const row of list) {
      const data = table && insertInto(this.#of, table, row);
      if (data === undefined) return this.#note(at, 'into which table rows are inserted is not constant');
      this.#emit(...this.#of.sql.events(data, row?.at ?? at, false));
    }
  }
}

const DATA = new Set(['INSERT', 'UPDATE', 'DELETE']);

/** A change of rows of which only the kind is known. */
function dataOf(verb: string, at: Span): SchemaEvent {
  return { kind: 'data', statement: { kind: 'other', text: verb, at }, at };
}

const KINDS: Readonly<Record<string, 'fk' | 'pk' | 'uq' | 'ck'>> = { foreignkey: 'fk', primary: 'pk', unique: 'uq', check: 'ck' };

function flag(value: Value | undefined): boolean {
  return value !== undefined && truthOf(value) === true;
}

/** The call of `op.batch_alter_table(…)` that an object stands for. */
function batchOf(value: Value): ValueOf<'call'> | undefined {
  return value.kind === 'call' && pathOf(value.callee) === 'alembic.op.batch_alter_table' ? value : undefined;
}

/** The kind of statement that a construct of SQLAlchemy is. */
function statementOf(value: Value): string | undefined {
  const path = pathOf(value) ?? '';
  return /\b(?:select|exists|union|func)\b/.test(path) ? 'select' : /(?:^|\.)(update|delete|insert)\(\)/.exec(path)?.[1] ?? (value.kind === 'call' && value.callee.kind === 'member' ? statementOf(value.callee.of) : undefined) ?? (value.kind === 'call' ? /^(update|delete|insert)$/.exec(lastName(value.callee) ?? '')?.[1] : undefined);
}
