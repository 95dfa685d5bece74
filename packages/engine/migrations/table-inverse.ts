import type { Column, Constraint, Grant, Index, Policy, Span, Table, Timeline, Trigger } from '@tenantlint/model';
import { columnText, constraintText, indexText, policyText } from './parts.ts';
import type { Script } from './script.ts';
import * as sql from './sql.ts';

export interface TableContext {
  readonly script: Script;
  readonly timeline: Timeline;
  /** Types that the step gave another name: the key that they have after it, and the one before. */
  readonly renamedTypes: ReadonlyMap<string, string>;
  /** Triggers of a table itself: not those that a partition has of its parent. */
  own(table: Table): ReadonlyMap<string, Trigger>;
  /** Whether the step built or dropped an index without keeping anybody waiting: then its way back does the same. */
  online(index: Index): boolean;
  /** What an object has been granted as soon as it is made. */
  owner(object: 'table' | 'function', schema: string, at: Span): readonly Grant[];
}

interface Placed {
  readonly at: Span;
}

/** Parts of a table under their names before and after; one that has another name and the same origin was renamed. */
function pairs<T extends Placed>(was: ReadonlyMap<string, T>, is: ReadonlyMap<string, T>, renames: boolean): { readonly gone: readonly T[]; readonly made: readonly (readonly [string, T])[]; readonly kept: readonly (readonly [T, T, string])[] } {
  const place = (value: T) => `${value.at.file}\n${value.at.start}`;
  const gone = [...was].filter(([name]) => !is.has(name));
  const made = [...is].filter(([name]) => !was.has(name));
  const kept: (readonly [T, T, string])[] = [...was].flatMap(([name, value]) => {
    const now = is.get(name);
    return now === undefined ? [] : [[value, now, name] as const];
  });
  for (const item of renames ? [...gone] : []) {
    const [, value] = item;
    const same = made.filter(([, other]) => place(other) === place(value));
    const [only] = same;
    if (only === undefined || same.length > 1 || gone.filter(([, other]) => place(other) === place(value)).length > 1) continue;
    gone.splice(gone.indexOf(item), 1);
    made.splice(made.indexOf(only), 1);
    kept.push([value, only[1], only[0]]);
  }
  return { gone: gone.map(([, value]) => value), made, kept };
}

/** Leads a table back to what it was. */
export function alterTable(context: TableContext, was: Table, is: Table): void {
  const { script } = context;
  const [now, on] = [sql.named(is), sql.named(was)];
  const alter = (what: string) => `alter table ${on} ${what}`;
  if (was.schema !== is.schema) script.add('rename', `alter table ${now} set schema ${sql.ident(was.schema)}`);
  if (was.name !== is.name) script.add('rename', `alter table ${sql.named({ schema: was.schema, name: is.name })} rename to ${sql.ident(was.name)}`);

  // What a partition has of its parent comes and goes with it.
  if (is.partitionOf !== undefined && is.partitionOf !== was.partitionOf) script.add('drop keys', `alter table ${sql.keyed(is.partitionOf)} detach partition ${now}`);
  if (is.partitionOf !== was.partitionOf) attach(context, was);

  const columns = pairs(was.columns, is.columns, true);
  const constraints = pairs(was.constraints, is.constraints, true);
  // A key goes before what it refers to.
  const drop = (name: string, { kind }: Constraint) => script.add(kind === 'foreign key' ? 'drop keys' : 'drop parts', `alter table ${kind === 'foreign key' ? now : on} drop constraint ${sql.ident(name)}`);
  for (const [name, constraint] of constraints.made) drop(name, constraint);
  for (const [before, after, name] of constraints.kept) {
    if (constraintText(before) === constraintText(after) || renamedOnly(constraintText(before), constraintText(after), columns.kept)) {
      if (before.name !== name) script.add('rename', alter(`rename constraint ${sql.ident(name)} to ${sql.ident(before.name)}`));
      continue;
    }
    drop(name, after);
    script.add('make keys', alter(`add ${sql.constraintSql(before)}`));
  }
  for (const constraint of constraints.gone) script.add('make keys', alter(`add ${sql.constraintSql(constraint)}`));

  const plain = (table: Table) => new Map([...table.indexes].filter(([, index]) => !index.constraint));
  const indexes = pairs(plain(was), plain(is), true);
  const droppedColumns = new Set(columns.made.map(([name]) => name));
  for (const [name, index] of indexes.made) {
    // An index goes with its column.
    if (!index.keys.some((k) => k.column !== undefined && droppedColumns.has(k.column))) script.add('drop parts', `drop index ${context.online(index) ? 'concurrently ' : ''}${sql.named({ schema: was.schema, name })}`);
  }
  for (const [before, after, name] of indexes.kept) {
    if (before.name !== name) script.add('rename', `alter index ${sql.named({ schema: was.schema, name })} rename to ${sql.ident(before.name)}`);
    if (indexText(before) === indexText(after) || renamedOnly(indexText(before), indexText(after), columns.kept)) continue;
    script.add('drop parts', `drop index ${sql.named({ schema: was.schema, name: before.name })}`);
    script.add('make keys', sql.indexSql(before, on));
  }
  for (const index of indexes.gone) script.add('make keys', sql.indexSql(index, on, context.online(index)));

  for (const [before, , name] of columns.kept) if (before.name !== name) script.add('rename', alter(`rename column ${sql.ident(name)} to ${sql.ident(before.name)}`));
  for (const [name] of columns.made) script.add('drop parts', alter(`drop column ${sql.ident(name)}`));
  for (const column of columns.gone) addColumn(context, was, column);
  for (const [before, after] of columns.kept) {
    const type = (c: Column) => `${c.type.schema ?? ''}.${c.type.name}`;
    const follows = type(before) !== type(after) && context.renamedTypes.get(type(after)) === type(before);
    // What is of a renamed type follows it back.
    const now = follows ? { ...after, type: before.type, typeText: before.typeText, default: before.default } : after;
    if (columnText(before) !== columnText(now)) alterColumn(context, was, before, now);
  }

  dressTable(context, was, is, columns.kept);
}

/** Makes a table the partition that it was; it has to have its columns, keys and indexes by then. */
export function attach({ script }: TableContext, { partitionOf, bound, ...table }: Table): void {
  if (partitionOf !== undefined && bound !== undefined) script.add('attach', `alter table ${sql.keyed(partitionOf)} attach partition ${sql.named(table)} ${bound}`);
}

/** Grants on columns that have their names back. */
function grantsBy({ grants }: Table, kept: readonly (readonly [Column, Column, string])[]): readonly Grant[] {
  const names = new Map(kept.map(([was, , name]) => [name, was.name]));
  return grants.map((grant) => (grant.columns === undefined ? grant : { ...grant, columns: grant.columns.map((name) => names.get(name) ?? name) }));
}

/** Equal once the renamed columns have their names back. */
function renamedOnly(before: string, after: string, kept: readonly (readonly [Column, Column, string])[]): boolean {
  let text = after;
  for (const [was, , name] of kept) if (was.name !== name) text = text.replaceAll(new RegExp(`\\b${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\b`, 'g'), was.name);
  return text === before;
}

function addColumn({ script }: TableContext, table: Table, column: Column): void {
  const on = sql.named(table);
  const filled = column.default !== undefined || column.identity !== undefined || column.generated !== undefined;
  script.add('alter', `alter table ${on} add column ${sql.columnSql(column, table, column.notNull && filled)}`);
  if (column.comment !== undefined) script.add('dress', `comment on column ${on}.${sql.ident(column.name)} is ${sql.literal(column.comment)}`);
  // Its values are gone: rows have to get some before the column can ask for them.
  if (column.notNull && !filled) script.add('alter', `alter table ${on} alter column ${sql.ident(column.name)} set not null`);
}

function alterColumn({ script }: TableContext, table: Table, was: Column, is: Column): void {
  const alter = (what: string) => `alter table ${sql.named(table)} alter column ${sql.ident(was.name)} ${what}`;
  const value = (c: Column) => (c.default ? columnText({ ...c, typeText: '', notNull: false, identity: undefined }) : '');
  const retyped = was.typeText !== is.typeText;
  if (is.identity !== undefined && was.identity === undefined) script.add('drop parts', alter('drop identity'));
  if (is.default && (retyped || value(was) !== value(is))) script.add('drop parts', alter('drop default'));
  if (is.generated && !was.generated) script.add('drop parts', alter('drop expression'));
  if (retyped) script.add('alter', alter(`type ${was.typeText} using ${sql.ident(was.name)}::${was.typeText}`));
  if (was.default && (retyped || value(was) !== value(is))) script.add('alter', alter(`set${value(was)}`));
  if (was.notNull !== is.notNull) script.add('alter', alter(was.notNull ? 'set not null' : 'drop not null'));
  if (was.identity !== undefined && is.identity === undefined) script.add('alter', alter(`add generated ${was.identity} as identity`));
  if (was.generated && !is.generated) script.impossible({ what: `the expression of ${sql.named(table)}.${sql.ident(was.name)}`, why: 'a column cannot become a generated one again', at: was.at });
}

/** Row level security, policies, triggers, privileges, owner and comment; `is` undefined: of a table made anew. */
export function dressTable(context: TableContext, was: Table, is: Table | undefined, columns: readonly (readonly [Column, Column, string])[] = []): void {
  const { script } = context;
  const on = sql.named(was);
  const now = is === undefined ? on : sql.named(is);
  const alter = (what: string) => script.add('dress', `alter table ${on} ${what}`);
  if (is === undefined) {
    for (const constraint of was.constraints.values()) if (constraint.kind === 'foreign key' || !constraint.validated) script.add('make keys', `alter table ${on} add ${sql.constraintSql(constraint)}`);
    for (const index of was.indexes.values()) if (!index.constraint) script.add('make keys', sql.indexSql(index, on));
  }
  if (was.owner !== (is?.owner ?? 'postgres')) alter(`owner to ${sql.roleSql(was.owner)}`);
  const switched = (word: 'rls' | 'forced') => (was[word]?.value === true) !== (is?.[word]?.value === true);
  if (switched('rls')) alter(`${was.rls?.value === true ? 'enable' : 'disable'} row level security`);
  if (switched('forced')) alter(`${was.forced?.value === true ? 'force' : 'no force'} row level security`);

  const policies = pairs<Policy>(was.policies, is?.policies ?? new Map(), is !== undefined);
  for (const [name] of policies.made) script.add('drop dependents', `drop policy ${sql.ident(name)} on ${now}`);
  for (const [before, after, name] of policies.kept) {
    if (before.name !== name) script.add('rename', `alter policy ${sql.ident(name)} on ${on} rename to ${sql.ident(before.name)}`);
    if (policyText(before) === policyText(after)) continue;
    script.add('drop dependents', `drop policy ${sql.ident(name)} on ${now}`);
    script.add('dress', sql.policySql(before, on));
  }
  for (const policy of policies.gone) script.add('dress', sql.policySql(policy, on));

  const triggers = pairs<Trigger>(context.own(was), is === undefined ? new Map() : context.own(is), is !== undefined);
  for (const [name] of triggers.made) script.add('drop dependents', `drop trigger ${sql.ident(name)} on ${now}`);
  const make = (trigger: Trigger) => script.add('dress', sql.triggerSql(trigger, on, argumentsOf(context.timeline, trigger)));
  for (const [before, after, name] of triggers.kept) {
    if (before.name !== name) script.add('rename', `alter trigger ${sql.ident(name)} on ${on} rename to ${sql.ident(before.name)}`);
    if (sql.triggerSql(before, on, []) !== sql.triggerSql({ ...after, name: before.name }, on, [])) {
      script.add('drop dependents', `drop trigger ${sql.ident(name)} on ${now}`);
      make(before);
    } else if (before.enabled !== after.enabled) alter(`${before.enabled ? 'enable' : 'disable'} trigger ${sql.ident(before.name)}`);
  }
  triggers.gone.forEach(make);

  if (is !== undefined) {
    const [gone, wanted] = [Object.keys(is.options).filter((name) => was.options[name] === undefined), Object.entries(was.options).filter(([name, value]) => is.options[name] !== value)];
    if (gone.length > 0) alter(`reset (${gone.join(', ')})`);
    if (wanted.length > 0) alter(`set (${wanted.map(([name, value]) => `${name} = ${value}`).join(', ')})`);
    for (const [before, after] of columns) if (before.comment !== after.comment) script.add('dress', `comment on column ${on}.${sql.ident(before.name)} is ${before.comment === undefined ? 'null' : sql.literal(before.comment)}`);
  }
  for (const line of sql.grantsSql(on, is === undefined ? context.owner('table', was.schema, was.at) : grantsBy(is, columns), was.grants)) script.add('dress', line);
  if (was.comment !== is?.comment && (was.comment !== undefined || is !== undefined)) script.add('dress', `comment on table ${on} is ${was.comment === undefined ? 'null' : sql.literal(was.comment)}`);
  if (is === undefined) for (const column of was.columns.values()) if (column.comment !== undefined) script.add('dress', `comment on column ${on}.${sql.ident(column.name)} is ${sql.literal(column.comment)}`);
}

/** The catalog that is replayed holds no arguments of triggers; the statement does. */
function argumentsOf(timeline: Timeline, trigger: Trigger): readonly string[] {
  for (const step of timeline.steps) {
    if (step.file !== trigger.at.file) continue;
    for (const event of step.up) if (event.kind === 'create-trigger' && event.nameAt.start === trigger.at.start) return event.args;
  }
  return [];
}
