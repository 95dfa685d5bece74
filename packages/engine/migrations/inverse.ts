import { selectText, sqlName, sqlText, type Change, type Inverse, type Routine, type SchemaEvent, type Span, type Table, type Timeline, type UserType, type View } from '@tenantlint/model';
import { grantsOfNew } from '../replay/ddl/grants.ts';
import { keptCopies } from './copies.ts';
import { lossesOf } from './losses.ts';
import { partsOf, type ObjectOf } from './parts.ts';
import { Script, type Phase } from './script.ts';
import * as sql from './sql.ts';
import { alterTable, attach, dressTable, type TableContext } from './table-inverse.ts';

export interface InverseOptions {
  text(at: Span): string;
  /** Queries of views as the catalog holds them rather than as somebody wrote them: names may have changed since. */
  readonly printed?: boolean;
  /** Everything that hangs on a new table goes before it: for dumps, whose functions, tables and policies lead in circles. */
  readonly careful?: boolean;
}

/** An object of the state before and what became of it; neither is missing in a pair. */
interface Sides<T> {
  readonly gone: readonly T[];
  readonly made: readonly T[];
  /** Before and after; other keys where it was renamed. */
  readonly kept: readonly (readonly [T, T])[];
}

/**
 * Statements that lead from the state after a step to the one before it, in the order in which Postgres takes them:
 * what the step made goes, what it renamed gets its name back, what it dropped is made anew, and what it changed is
 * changed back.
 */
export function inverse(timeline: Timeline, n: number, options: InverseOptions): Inverse {
  const script = new Script();
  const changes = timeline.changes(n);
  const executed = timeline.executed(n);
  const after = timeline.at(n);
  const order = creationOrder(executed);
  const newest = <T extends { readonly at: Span }>(objects: readonly T[]): readonly T[] => [...objects].sort((a, b) => order(b.at) - order(a.at));
  const sides = <K extends Change['object']>(object: K) => sidesOf<ObjectOf[K] & { readonly at: Span }>(changes.filter((c) => c.object === object));
  const types = sides('type');
  const renamed = new Map(types.kept.filter(([was, is]) => was.key !== is.key).map(([was, is]) => [is.key, was.key]));
  const context: TableContext = { script, timeline, renamedTypes: renamed, own: ownTriggers(timeline, n), online: onlineIndexes(executed), owner: (object, schema, at) => grantsOfNew(after.defaultPrivileges, object, schema, at, 'postgres') };

  const views = sides('view');
  for (const view of newest(views.made)) script.add('drop dependents', `drop ${view.materialized ? 'materialized ' : ''}view ${sql.named(view)}`);
  const body = (view: View) => bodyOf(view, options);
  for (const view of byReads(views.gone)) restoreView(context, view, body(view), view.grants.length === 0 ? undefined : context.owner('table', view.schema, view.at));
  const tables = sides('table');
  const fresh = new Set(tables.made.map((table) => table.key));
  for (const [was, is] of views.kept) alterView(context, was, is, body(was), is.reads.some((key) => fresh.has(key)));

  const real = (table: Table) => !table.temporary && !table.inferred;
  // What the migration took away lies there now, and nowhere else.
  const copies = keptCopies(executed, []);
  const goes = tables.made.filter((table) => real(table) && !copies.has(table.key));
  for (const table of newest(goes)) script.add('drop tables', `drop table ${sql.named(table)}`);
  dropCircles(script, [...newest(goes)].reverse(), options.careful ?? false);
  for (const [was, is] of tables.kept) if (real(is)) alterTable(context, was, is);
  for (const table of inOrder(tables.gone.filter(real))) {
    if (table.kind === 'foreign') {
      const tail = foreignTail(timeline, table, options);
      if (tail === undefined) {
        script.impossible({ what: `the foreign table ${sql.named(table)}`, why: 'its server and options are more than the catalog that was replayed holds', at: table.at });
        continue;
      }
      script.add('make tables', sql.foreignTableSql(table, tail));
    } else script.add('make tables', sql.tableSql(table));
    dressTable(context, table, undefined);
    attach(context, table);
  }

  const rows = new Set(options.careful === true ? tables.made.map((table) => table.name) : []);
  routines(context, sides('function'), newest, (r) => ([...r.args.map((arg) => arg.type), ...(r.returns ? [r.returns] : [])].some((type) => rows.has(type.name)) ? 'drop early' : 'drop routines'));
  restoreTypes(script, types, newest);
  others(script, changes, executed, after.defaultPrivileges);
  const left = tables.made.filter((table) => copies.has(table.key)).map((table) => ({ what: `what lies in ${sql.named(table)}`, advice: `it stays: put it back from there, then \`drop table ${sql.named(table)};\``, at: table.at }));
  return { statements: script.statements(), impossible: script.missing, lost: [...left, ...lossesOf(timeline, n, (name) => tables.kept.some(([was, is]) => was.key !== is.key && was.name === name))] };
}

/** Pairs what is gone with what is there under another name: the statement that made it is the same. */
export function sidesOf<T extends { readonly at: Span }>(changes: readonly Pick<Change, 'before' | 'after'>[]): Sides<T> {
  const place = (value: T) => `${value.at.file}\n${value.at.start}`;
  const gone: T[] = [];
  const made: T[] = [];
  const kept: (readonly [T, T])[] = [];
  for (const { before, after } of changes) {
    if (before !== undefined && after !== undefined) {
      if (place(before as T) === place(after as T) || !('rls' in (before as object))) kept.push([before as T, after as T]);
      // Dropped and made again under its name: another object.
      else {
        gone.push(before as T);
        made.push(after as T);
      }
    } else if (before !== undefined) gone.push(before as T);
    else if (after !== undefined) made.push(after as T);
  }
  const count = (of: readonly T[]) => of.reduce((map, value) => map.set(place(value), (map.get(place(value)) ?? 0) + 1), new Map<string, number>());
  const [lost, found] = [count(gone), count(made)];
  for (const was of [...gone]) {
    if (lost.get(place(was)) !== 1 || found.get(place(was)) !== 1) continue;
    const is = made.find((value) => place(value) === place(was));
    if (is === undefined) continue;
    gone.splice(gone.indexOf(was), 1);
    made.splice(made.indexOf(is), 1);
    kept.push([was, is]);
  }
  return { gone, made, kept };
}

/** Position of the statement that holds a place, in the order of execution. */
function creationOrder(executed: readonly SchemaEvent[]): (at: Span) => number {
  const starts = executed.map((event, i) => ({ at: event.at, i }));
  return (at) => starts.findLast((s) => s.at.file === at.file && s.at.start <= at.start && at.start <= s.at.end)?.i ?? -1;
}

/** Tables in the order in which they were made first, so that keys find what they refer to. */
function inOrder(tables: readonly Table[]): readonly Table[] {
  return [...tables].sort((a, b) => a.createdIn - b.createdIn || (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
}

/** A trigger that a partition has of its parent was made by the same statement. */
function ownTriggers(timeline: Timeline, n: number): TableContext['own'] {
  return (table) => {
    if (table.partitionOf === undefined) return table.triggers;
    const parents = [timeline.at(n - 1), timeline.at(n)].flatMap((schema) => schema.tables.get(table.partitionOf ?? '') ?? []);
    return new Map([...table.triggers].filter(([name, { at }]) => !parents.some((p) => { const other = p.triggers.get(name)?.at; return other?.file === at.file && other.start === at.start; })));
  };
}

/** Indexes that were built or dropped CONCURRENTLY. */
function onlineIndexes(executed: readonly SchemaEvent[]): TableContext['online'] {
  const built = executed.filter((e) => e.kind === 'create-index' && e.concurrently);
  const dropped = new Set(executed.flatMap((e) => (e.kind === 'drop' && e.object === 'index' && e.concurrently ? e.names.map(({ name }) => name) : [])));
  return ({ name, at }) => dropped.has(name) || built.some((e) => e.at.file === at.file && e.at.start <= at.start && at.start <= e.at.end);
}

/** `SERVER … OPTIONS (…)` of the statement that made a foreign table. */
function foreignTail(timeline: Timeline, table: Table, { text }: InverseOptions): string | undefined {
  const made = timeline.executed(table.createdIn).find((e) => e.kind === 'create-table' && e.name.at.file === table.at.file && e.name.at.start === table.at.start);
  const found = made && /\bserver\b[^;]*$/i.exec(text(made.at));
  return found?.[0].trim();
}

/** A view after those that it reads. */
function byReads(views: readonly View[]): readonly View[] {
  const left = new Map(views.map((view) => [view.key, view]));
  const out: View[] = [];
  while (left.size > 0) {
    const next = [...left.values()].find((view) => view.reads.every((key) => key === view.key || !left.has(key))) ?? left.values().next().value;
    if (next === undefined) break;
    left.delete(next.key);
    out.push(next);
  }
  return out;
}

/**
 * Foreign keys and policies of new tables that speak of one made later have to go before the tables.
 * @param made in the order in which they were made
 */
function dropCircles(script: Script, made: readonly Table[], all: boolean): void {
  const keys = new Map(made.map((table, i) => [table.key, i]));
  for (const [i, table] of made.entries()) {
    for (const policy of table.policies.values()) {
      const asks = [policy.using, policy.check].map((expr) => (expr === undefined ? '' : sqlText(expr))).join(' ');
      if (all || made.some((other, j) => j > i && asks.includes(`${sqlName(other.schema)}.${sqlName(other.name)}`))) script.add('drop dependents', `drop policy ${sql.ident(policy.name)} on ${sql.named(table)}`);
    }
    for (const trigger of all ? table.triggers.values() : []) script.add('drop dependents', `drop trigger ${sql.ident(trigger.name)} on ${sql.named(table)}`);
    for (const constraint of table.constraints.values()) {
      if (constraint.kind !== 'foreign key' || constraint.references === table.key || (keys.get(constraint.references) ?? -1) < i) continue;
      script.add('drop keys', `alter table ${sql.named(table)} drop constraint ${sql.ident(constraint.name)}`);
    }
  }
}

function bodyOf(view: View, { text, printed = false }: InverseOptions): string {
  const written = text(view.select.at).trim().replace(/;$/, '');
  return !printed && /^(?:select|with|values|table|\()/i.test(written) ? written : selectText(view.select);
}

function restoreView(context: TableContext, view: View, body: string, given: ReturnType<TableContext['owner']> | undefined): void {
  context.script.add('make views', sql.viewSql(view, body, false));
  for (const index of view.indexes.values()) context.script.add('make views', sql.indexSql(index, sql.named(view)));
  for (const line of sql.grantsSql(sql.named(view), given ?? context.owner('table', view.schema, view.at), view.grants)) context.script.add('dress', line);
  if (view.comment !== undefined) context.script.add('dress', `comment on ${view.materialized ? 'materialized ' : ''}view ${sql.named(view)} is ${sql.literal(view.comment)}`);
}

function alterView(context: TableContext, was: View, is: View, body: string, goes: boolean): void {
  const { script } = context;
  if (was.key !== is.key) script.add('rename', `alter ${is.materialized ? 'materialized ' : ''}view ${sql.named(is)} rename to ${sql.ident(was.name)}`);
  const same = (a: View, b: View) => selectText(a.select) === selectText(b.select) && JSON.stringify(a.columns) === JSON.stringify(b.columns) && a.materialized === b.materialized;
  const options = JSON.stringify(was.options) !== JSON.stringify(is.options);
  const replaced = !same(was, is);
  if (replaced && (goes || was.materialized || is.materialized || is.columns.length > was.columns.length || was.columns.slice(0, is.columns.length).some((c, i) => c.name !== is.columns[i]?.name || c.typeText !== is.columns[i]?.typeText))) {
    script.add('drop dependents', `drop ${is.materialized ? 'materialized ' : ''}view ${sql.named(is)}`);
    restoreView(context, was, body, undefined);
    return;
  }
  if (replaced) script.add('make views', sql.viewSql(was, body, true));
  else if (options) {
    const [gone, wanted] = [Object.keys(is.options).filter((name) => was.options[name] === undefined), Object.entries(was.options)];
    if (gone.length > 0) script.add('make views', `alter view ${sql.named(was)} reset (${gone.join(', ')})`);
    if (wanted.length > 0) script.add('make views', `alter view ${sql.named(was)} set (${wanted.map(([name, value]) => `${name} = ${value}`).join(', ')})`);
  }
  if (was.comment !== is.comment) script.add('dress', `comment on ${was.materialized ? 'materialized ' : ''}view ${sql.named(was)} is ${was.comment === undefined ? 'null' : sql.literal(was.comment)}`);
  if (was.owner !== is.owner) script.add('dress', `alter view ${sql.named(was)} owner to ${sql.roleSql(was.owner)}`);
  for (const line of sql.grantsSql(sql.named(was), is.grants, was.grants)) script.add('dress', line);
}

function routines(context: TableContext, { gone, made, kept }: Sides<Routine>, newest: <T extends { readonly at: Span }>(of: readonly T[]) => readonly T[], drops: (routine: Routine) => Phase): void {
  const { script } = context;
  const restore = (routine: Routine): void => {
    const made = sql.routineSql(routine);
    if (made === undefined) script.impossible({ what: `the ${routine.kind} ${sql.routineName(routine)}`, why: 'its body could not be read', at: routine.at });
    else script.add('make routines', made);
  };
  for (const routine of newest(made.filter((r) => !r.platform))) script.add(drops(routine), `drop ${routine.kind} ${sql.routineName(routine)}`);
  for (const routine of gone.filter((r) => !r.platform)) {
    restore(routine);
    if (routine.owner !== 'postgres') script.add('dress', `alter ${routine.kind} ${sql.routineName(routine)} owner to ${sql.roleSql(routine.owner)}`);
    for (const line of sql.grantsSql(`${routine.kind} ${sql.routineName(routine)}`, context.owner('function', routine.schema, routine.at), routine.grants)) script.add('dress', line);
    if (routine.comment !== undefined) script.add('dress', `comment on ${routine.kind} ${sql.routineName(routine)} is ${sql.literal(routine.comment)}`);
  }
  for (const [was, is] of kept) {
    if (was.name !== is.name) script.add('rename', `alter ${is.kind} ${sql.routineName(is)} rename to ${sql.ident(was.name)}`);
    const said = (r: Routine) => sql.routineSql({ ...r, schema: was.schema, name: was.name });
    // What it takes and gives cannot be replaced.
    const anew = signature(was) !== signature(is);
    if (anew) script.add('make routines', `drop ${is.kind} ${sql.routineName({ ...is, name: was.name })}`);
    if (said(was) !== said(is)) restore(was);
    if (was.comment !== (anew ? undefined : is.comment)) script.add('dress', `comment on ${was.kind} ${sql.routineName(was)} is ${was.comment === undefined ? 'null' : sql.literal(was.comment)}`);
    if (was.owner !== (anew ? 'postgres' : is.owner)) script.add('dress', `alter ${was.kind} ${sql.routineName(was)} owner to ${sql.roleSql(was.owner)}`);
    for (const line of sql.grantsSql(`${was.kind} ${sql.routineName(was)}`, anew ? context.owner('function', was.schema, was.at) : is.grants, was.grants)) script.add('dress', line);
  }
}

function signature(routine: Routine): string | undefined {
  return partsOf('function', routine).get('')?.text;
}

function restoreTypes(script: Script, { gone, made, kept }: Sides<UserType>, newest: <T extends { readonly at: Span }>(of: readonly T[]) => readonly T[]): void {
  const word = (type: UserType) => (type.form.is === 'domain' ? 'domain' : 'type');
  for (const type of newest(made.filter((t) => !t.platform))) script.add('drop types', `drop ${word(type)} ${sql.named(type)}`);
  for (const type of gone.filter((t) => !t.platform)) {
    const made = sql.typeSql(type);
    if (made === undefined) script.impossible({ what: `the type ${sql.named(type)}`, why: 'only its name is known', at: type.at });
    else script.add('make types', made);
  }
  for (const [was, is] of kept) {
    if (was.name !== is.name) script.add('rename', `alter ${word(is)} ${sql.named(is)} rename to ${sql.ident(was.name)}`);
    if (was.form.is !== 'enum' || is.form.is !== 'enum') {
      if (JSON.stringify(sql.typeSql({ ...is, name: was.name })) !== JSON.stringify(sql.typeSql(was))) script.impossible({ what: `the definition of ${word(was)} ${sql.named(was)}`, why: 'columns may hold values of the new one', at: is.at });
      continue;
    }
    const [before, now] = [was.form.labels, is.form.labels];
    const added = now.filter((label) => !before.includes(label));
    const removed = before.filter((label) => !now.includes(label));
    if (added.length === removed.length) added.forEach((label, i) => script.add('rename', `alter type ${sql.named(was)} rename value ${sql.literal(label)} to ${sql.literal(removed[i] ?? '')}`));
    else if (added.length === 0) {
      for (const label of removed) script.add('make types', `alter type ${sql.named(was)} add value ${sql.literal(label)}${placeOf(label, before, now)}`);
      script.impossible({ what: `using ${removed.map(sql.literal).join(', ')} of ${sql.named(was)} in the same transaction`, why: 'Postgres takes a new value of an enum only when it is committed: run ALTER TYPE by itself first', at: is.at });
    }
    else for (const label of added) script.impossible({ what: `removing the value ${sql.literal(label)} of ${sql.named(was)}`, why: 'Postgres cannot take a value from an enum', at: is.at });
  }
}

/** Before the first of the values behind it that is there. */
function placeOf(label: string, wanted: readonly string[], now: readonly string[]): string {
  const next = wanted.slice(wanted.indexOf(label) + 1).find((other) => now.includes(other));
  return next === undefined ? '' : ` before ${sql.literal(next)}`;
}

function others(script: Script, changes: readonly Change[], executed: readonly SchemaEvent[], given: Defaults): void {
  const shared = new Set(executed.flatMap((e) => ((e.kind === 'create-schema' || e.kind === 'create-extension') && e.ifNotExists ? [`${e.kind} ${e.name}`] : [])));
  for (const change of changes) {
    const of = <K extends Change['object']>(object: K): readonly [ObjectOf[K] | undefined, ObjectOf[K] | undefined] | undefined =>
      change.object === object ? [change.before as ObjectOf[K] | undefined, change.after as ObjectOf[K] | undefined] : undefined;
    const [schema, extension, sequence, publication, bucket, role] = [of('schema'), of('extension'), of('sequence'), of('publication'), of('bucket'), of('role')];
    if (schema) {
      const [was, is] = schema;
      const own = (is ?? was)?.platform === false;
      if (own && is && !was && !shared.has(`create-schema ${is.name}`)) script.add('drop schemas', `drop schema ${sql.ident(is.name)}`);
      if (own && was && !is) script.add('make types', `create schema ${sql.ident(was.name)}`);
      if (was) for (const line of sql.grantsSql(`schema ${sql.ident(was.name)}`, is?.grants ?? [], was.grants)) script.add('dress', line);
    } else if (extension) {
      const [was, is] = extension;
      if (is && !was && !shared.has(`create-extension ${is.name}`)) script.add('drop schemas', `drop extension ${sql.ident(is.name)}`);
      if (was && !is) script.add('make types', `create extension ${sql.ident(was.name)} schema ${sql.ident(was.schema)}`);
    } else if (sequence) {
      const [was, is] = sequence;
      if (is && !was && is.ownedBy === undefined) script.add('drop types', `drop sequence ${sql.named(is)}`);
      if (was && !is && was.ownedBy === undefined) script.add('make types', `create sequence ${sql.named(was)}`);
      // An owner that has another name now gets its own back, and the sequence follows.
      if (was && is && (was.ownedBy === undefined) !== (is.ownedBy === undefined)) script.add('alter', `alter sequence ${sql.named(was)} owned by ${sql.ownedBySql(was)}`);
      if (was && (is || was.ownedBy === undefined)) for (const line of sql.grantsSql(`sequence ${sql.named(was)}`, is?.grants ?? grantsOfNew(given, 'sequence', was.schema, was.at, 'postgres'), was.grants)) script.add('dress', line);
    } else if (publication) {
      const [was, is] = publication;
      const name = sql.ident(change.key);
      if (is && !was) script.add('drop dependents', `drop publication ${name}`);
      else if (was && !is) script.add('dress', `create publication ${name}${was.allTables ? ' for all tables' : was.tables.size > 0 ? ` for table ${[...was.tables.keys()].map(sql.keyed).join(', ')}` : ''}`);
      else if (was && is) {
        for (const key of is.tables.keys()) if (!was.tables.has(key)) script.add('drop dependents', `alter publication ${name} drop table ${sql.keyed(key)}`);
        for (const key of was.tables.keys()) if (!is.tables.has(key)) script.add('dress', `alter publication ${name} add table ${sql.keyed(key)}`);
      }
    } else if (bucket) {
      const [was, is] = bucket;
      const id = sql.literal(change.key);
      if (is && !was) script.add('dress', `delete from storage.buckets where id = ${id}`);
      else if (was) script.add('dress', is ? `update storage.buckets set public = ${was.public === true} where id = ${id}` : `insert into storage.buckets (id, name, public) values (${id}, ${id}, ${was.public === true})`);
    } else if (role) {
      const [was, is] = role;
      if (was && is) {
        for (const of of is.memberOf) if (!was.memberOf.includes(of)) script.add('dress', `revoke ${sql.ident(of)} from ${sql.ident(was.name)}`);
        for (const of of was.memberOf) if (!is.memberOf.includes(of)) script.add('dress', `grant ${sql.ident(of)} to ${sql.ident(was.name)}`);
        const flag = (on: boolean | undefined, now: boolean | undefined, word: string) => void ((on ?? false) !== (now ?? false) && script.add('dress', `alter role ${sql.ident(was.name)} ${on === true ? word : `no${word}`}`));
        flag(was.options.bypassRls, is.options.bypassRls, 'bypassrls');
        flag(was.options.superuser, is.options.superuser, 'superuser');
        flag(was.options.login, is.options.login, 'login');
        flag(was.options.inherit ?? true, is.options.inherit ?? true, 'inherit');
        for (const name of Object.keys(is.settings)) if (was.settings[name] === undefined) script.add('dress', `alter role ${sql.ident(was.name)} reset ${name}`);
        for (const [name, value] of Object.entries(was.settings)) if (is.settings[name] !== value) script.add('dress', `alter role ${sql.ident(was.name)} set ${name} = ${sql.literal(value)}`);
      } else if (is) script.add('last', `drop role ${sql.ident(is.name)}`);
    }
    const defaults = of('default-privileges');
    if (defaults) for (const line of defaultsSql(defaults[1] ?? [], defaults[0] ?? [])) script.add('dress', line);
  }
}

type Defaults = ObjectOf['default-privileges'];

function defaultsSql(now: Defaults, wanted: Defaults): string[] {
  const id = (e: Defaults[number]) => `${e.forRole} ${e.inSchema ?? '*'} ${e.object} ${e.role} ${e.privilege} ${e.grant}`;
  const line = (e: Defaults[number], grant: boolean) => `alter default privileges for role ${sql.roleSql(e.forRole)}${e.inSchema === undefined ? '' : ` in schema ${sql.ident(e.inSchema)}`} ${grant ? 'grant' : 'revoke'} ${e.privilege} on ${e.object}s ${grant ? 'to' : 'from'} ${sql.roleSql(e.role)}`;
  const [had, has] = [new Set(wanted.map(id)), new Set(now.map(id))];
  return [...now.filter((e) => !had.has(id(e))).map((e) => line(e, !e.grant)), ...wanted.filter((e) => !has.has(id(e))).map((e) => line(e, e.grant))];
}
