import { sqlTable, sqlText, walkExpr, type Column, type Constraint, type Exchange, type ExchangeOf, type Index, type Policy, type Schema, type SqlExpr, type SqlFrom, type Table, type Timeline } from '@tenantlint/model';
import { mapExpr } from '../replay/expr/walk.ts';
import * as sql from './sql.ts';

/** Types that know no equality: whether the other column was written cannot be told. */
const INCOMPARABLE: ReadonlySet<string> = new Set(['json', 'xml', 'point', 'box', 'circle', 'polygon', 'line', 'lseg', 'path']);
const LONGEST = 63;

/** A key or condition, and the same of the column that takes the place of the old one. */
interface Twin<T> {
  readonly was: T;
  readonly is: T;
}

interface Parts {
  readonly table: Table;
  /** As statements name it. */
  readonly on: string;
  readonly was: Column;
  readonly is: Column;
  /** The new column's name for as long as both are there; it stays the name where the column is renamed. */
  readonly fresh: string;
  /** The old one's name afterwards; undefined where it keeps it. */
  readonly old: string | undefined;
  readonly using: SqlExpr | undefined;
  readonly constraints: readonly Twin<Constraint>[];
  readonly indexes: readonly Twin<Index>[];
  readonly policies: readonly (Twin<Policy> & { readonly on: string })[];
  readonly key: readonly string[];
}

/**
 * The statements that put another column in the place of one in use, of another type or under another name, while it is read and
 * written: a new column, a trigger that keeps both equal, its rows filled in batches, what is built on it, and the exchange.
 * A sentence says why there are none.
 */
export function exchange(timeline: Timeline, of: ExchangeOf): Exchange | string {
  const parts = partsOf(timeline, of);
  if (typeof parts === 'string') return parts;
  const { table, was, fresh, old } = parts;
  const built = parts.indexes.map(({ is }) => sql.indexSql({ ...is, name: temporary(is.name) }, parts.on, true));
  const keys = parts.constraints.flatMap(({ is }) => (is.kind === 'unique' ? [uniqueIndex(parts, is)] : []));
  const proven = [...(was.notNull ? [notNull(parts)] : []), ...parts.constraints.flatMap(({ is }) => (is.kind === 'unique' ? [] : [temporary(is.name)]))];
  const slug = `${table.name}_${old === undefined ? fresh : was.name}`;
  const validated = proven.map((name) => `alter table ${parts.on} validate constraint ${sql.ident(name)}`);
  const [switched, undo, contract] = old === undefined ? [settled(parts), undefined, renamedFor(parts)] : [swapped(parts, old), swappedBack(parts, old), [`alter table ${parts.on} drop column ${sql.ident(old)}`]];
  return {
    expand: { slug: `expand_${slug}`, outside: false, statements: expanded(parts) },
    more: [
      { slug: `fill_${slug}`, outside: true, statements: [filled(parts), ...keys, ...built] },
      ...(validated.length > 0 ? [{ slug: `validate_${slug}`, outside: false, statements: validated }] : []),
      ...(switched.length > 0 ? [{ slug: `switch_${slug}`, outside: false, statements: switched, ...(undo === undefined ? {} : { undo }) }] : []),
    ],
    contract,
  };
}

function partsOf(timeline: Timeline, { step, table: met, column, to, using }: ExchangeOf): Parts | string {
  // What the deploy builds on a column later on is built on the old one, and has to follow; of a column that is renamed it speaks by the new name.
  const [schema, after] = to === undefined ? [timeline.last, timeline.last] : [timeline.at(step - 1), timeline.at(step)];
  const target = after.tables.get(met.key);
  const table = to === undefined ? (target ?? met) : met;
  const [before, is, now] = [met.columns.get(column), target?.columns.get(to ?? column), table.columns.get(column)];
  if (timeline.at(step).tables.get(met.key)?.columns.get(to ?? column)?.typeText !== is?.typeText) return 'a later migration changes it again';
  const was = before && now && { ...now, type: before.type, typeText: before.typeText };
  if (target === undefined || was === undefined || is === undefined || was.type.name === 'unknown' || is.type.name === 'unknown' || table.inferred) return 'what the column is now, or will be, is not known';
  if (table.kind !== 'table' || table.partitionOf !== undefined || table.parents.length > 0 || [...schema.tables.values()].some((t) => t.parents.includes(table.key))) return 'the table has partitions or heirs';
  if (table.forced !== undefined && table.forced.value !== false) return 'FORCE ROW LEVEL SECURITY shows the migration only the rows that its policies let through, so that it would not fill all of them';
  if (was.identity !== undefined || was.generated !== undefined || /\bnextval\b/.test(was.default ? sqlText(was.default.value) : '')) return 'its values are made by the database';
  if (to !== undefined && INCOMPARABLE.has(was.type.name)) return `values of type ${was.typeText} cannot be compared`;
  const [fresh, old] = [to ?? `${column}_new`, to === undefined ? `${column}_old` : undefined];
  if ([fresh, old].some((name) => name !== undefined && (table.columns.has(name) || name.length > LONGEST))) return 'the name that it would have meanwhile is taken or too long';
  const uses = (expr: SqlExpr | undefined): boolean => expr !== undefined && mentions(expr, column);
  const blocker = blockerOf(schema, table, column, uses);
  if (blocker !== undefined) return blocker;
  const key = [...table.constraints.values()].flatMap((c) => (c.kind === 'primary key' ? c.columns : []));
  if (key.length === 0 || key.some((name) => table.columns.get(name)?.type.name === 'unknown')) return 'the table has no primary key by which its rows could be walked through';
  const named = (name: string): string => (name === column ? fresh : name);
  const moved = <T extends SqlExpr | undefined>(expr: T): T => (expr === undefined ? expr : (renamedIn(expr, column, fresh) as T));
  const constraints = [...table.constraints.values()].flatMap((c): Twin<Constraint>[] => {
    if (c.kind === 'check') return uses(c.expr) ? [{ was: c, is: { ...c, expr: moved(c.expr) } }] : [];
    return (c.kind === 'unique' || c.kind === 'foreign key') && c.columns.includes(column) ? [{ was: c, is: { ...c, columns: c.columns.map(named) } }] : [];
  });
  const indexes = [...table.indexes.values()].filter((i) => !i.constraint && (i.include.includes(column) || uses(i.where) || i.keys.some((k) => k.column === column || uses(k.expr)))).map((was): Twin<Index> => ({
    was, is: { ...was, keys: was.keys.map((k) => ({ ...k, ...(k.column === undefined ? {} : { column: named(k.column) }), ...(k.expr === undefined ? {} : { expr: moved(k.expr) }) })), include: was.include.map(named), where: moved(was.where) },
  }));
  if ([...constraints.map((c) => c.was.name), ...indexes.map((i) => i.was.name)].some((name) => `${name}_new`.length > LONGEST)) return 'the names of what is built on it are too long';
  return { table, on: sqlTable(table.key), was, is, fresh, old, using, constraints, indexes, policies: policiesOf(schema, after, table, column, to !== undefined), key };
}

/** What depends on the column and would stay with the old one. */
function blockerOf(schema: Schema, table: Table, column: string, uses: (expr: SqlExpr | undefined) => boolean): string | undefined {
  for (const c of table.constraints.values()) {
    if (c.kind === 'primary key' && c.columns.includes(column)) return `it is part of the primary key ${c.name}`;
    if (c.kind === 'exclude' && (c.def.kind !== 'exclude' || c.def.keys.some((k) => k.column === column || uses(k.expr)))) return `the constraint ${c.name} excludes by it`;
    if (c.kind === 'foreign key' && c.references === table.key && c.referenced.includes(column)) return `the foreign key ${c.name} refers to it`;
    if (c.kind === 'unique' && (c.deferrable !== undefined || c.nullsNotDistinct === true) && c.columns.includes(column)) return `the constraint ${c.name} is deferrable or takes NULLs for equal`;
    if (!c.validated && ((c.kind === 'check' && uses(c.expr)) || (c.kind === 'foreign key' && c.columns.includes(column)))) return `the constraint ${c.name} is not validated yet`;
  }
  for (const other of schema.tables.values()) for (const c of other.constraints.values()) if (other.key !== table.key && c.kind === 'foreign key' && c.references === table.key && c.referenced.includes(column)) return `the foreign key ${c.name} of ${other.name} refers to it`;
  for (const t of table.triggers.values()) if (t.columns.includes(column) || uses(t.when)) return `the trigger ${t.name} waits for it`;
  for (const other of table.columns.values()) if (other.name !== column && uses(other.generated?.value)) return `the column ${other.name} is generated from it`;
  for (const view of schema.views.values()) if (view.reads.includes(table.key)) return `the view ${view.name} reads the table`;
  return undefined;
}

/** Policies that ask for the column: they hold on to the one that they were made with, whatever it is called. */
function policiesOf(schema: Schema, after: Schema, table: Table, column: string, renamed: boolean): Parts['policies'] {
  const found: (Twin<Policy> & { on: string })[] = [];
  // Postgres changes no type that a policy asks for: it is made again behind the change.
  for (const of of (renamed ? schema : after).tables.values()) {
    for (const was of of.policies.values()) {
      const named = namedBy(was);
      if (!named.columns.has(column) || (of.key !== table.key && !named.tables.has(table.name))) continue;
      const is = after.tables.get(of.key)?.policies.get(was.name);
      if (is !== undefined) found.push({ was, is, on: sqlTable(of.key) });
    }
  }
  return found;
}

interface Named {
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

/** Policies are values: what one speaks of is found once. */
const known = new WeakMap<Policy, Named>();

function namedBy(policy: Policy): Named {
  const found = known.get(policy);
  if (found !== undefined) return found;
  const [columns, tables] = [new Set<string>(), new Set<string>()];
  const visitor = {
    expr: (e: SqlExpr): void => void (e.kind === 'column' && columns.add(e.path.at(-1) ?? '')),
    from: (f: SqlFrom): void => void (f.kind === 'table' && tables.add(f.name.name)),
  };
  for (const expr of [policy.using, policy.check]) if (expr !== undefined) walkExpr(expr, visitor);
  const made = { columns, tables };
  known.set(policy, made);
  return made;
}

function mentions(expr: SqlExpr, column: string): boolean {
  let found = false;
  walkExpr(expr, { expr: (e) => void (e.kind === 'column' && e.path.at(-1) === column && (found = true)) });
  return found;
}

function renamedIn(expr: SqlExpr, from: string, to: string): SqlExpr {
  return qualified(expr, (path) => (path.at(-1) === from ? [...path.slice(0, -1), to] : path));
}

function qualified(expr: SqlExpr, path: (path: readonly string[]) => readonly string[]): SqlExpr {
  const of = (e: SqlExpr): SqlExpr => (e.kind === 'column' ? { ...e, path: path(e.path) } : mapExpr(e, { expr: of, select: (s) => s }));
  return of(expr);
}

function temporary(name: string): string {
  return `${name}_new`;
}

function notNull({ table, fresh }: Parts): string {
  return `${table.name}_${fresh}_not_null`.slice(0, LONGEST);
}

/** The value of the new column, of a row that goes by that name. */
function value({ was, is, using }: Parts, row: string): string {
  return using === undefined ? `${row}.${sql.ident(was.name)}${was.typeText === is.typeText ? '' : `::${is.typeText}`}` : sqlText(qualified(using, (path) => [row, path.at(-1) ?? '']));
}

/** Trigger and function that keep both columns equal; the last of the triggers, for others may write the column as well. */
function kept(parts: Parts): readonly string[] {
  const { table, on, was, fresh, old, using, is } = parts;
  const [name, trigger] = keeper(parts);
  const [a, b] = [sql.ident(was.name), sql.ident(fresh)];
  const body = old !== undefined ? `  new.${b} := ${value(parts, 'new')};` : `  if tg_op = 'INSERT' then
    if new.${b} is null then new.${b} := new.${a}; else new.${a} := new.${b}; end if;
  elsif new.${b} is distinct from old.${b} then
    new.${a} := new.${b};
  else
    new.${b} := new.${a};
  end if;`;
  // Types and functions of the product are found where the table is.
  const path = using === undefined && is.type.schema === undefined ? "''" : [...new Set([sql.ident(table.schema), 'public'])].join(', ');
  return [
    `create function ${name}() returns trigger language plpgsql set search_path = ${path} as $$\nbegin\n${body}\n  return new;\nend\n$$`,
    `create trigger ${trigger} before insert or update on ${on} for each row execute function ${name}()`,
  ];
}

function keeper({ table, fresh }: Parts): readonly [fn: string, trigger: string] {
  return [sqlTable(`${table.schema}.${`${table.name}_${fresh}_equal`.slice(0, LONGEST)}`), sql.ident(`zz_${fresh}`.slice(0, LONGEST))];
}

function released(parts: Parts): readonly string[] {
  const [fn, trigger] = keeper(parts);
  return [`drop trigger ${trigger} on ${parts.on}`, `drop function ${fn}()`];
}

function expanded(parts: Parts): readonly string[] {
  const { table, on, was, is, fresh } = parts;
  const b = sql.ident(fresh);
  const grants = table.grants.filter((g) => g.columns?.includes(was.name) === true).map((g) => ({ ...g, columns: [fresh] }));
  return [
    `alter table ${on} add column ${b} ${is.typeText}`,
    ...(was.comment === undefined ? [] : [`comment on column ${on}.${b} is ${sql.literal(was.comment)}`]),
    ...sql.grantsSql(on, [], grants),
    ...kept(parts),
    ...(was.notNull ? [`alter table ${on} add constraint ${sql.ident(notNull(parts))} check (${b} is not null) not valid`] : []),
    ...parts.constraints.flatMap(({ is: c }) => (c.kind === 'unique' ? [] : [`alter table ${on} add ${sql.constraintSql({ ...c, name: temporary(c.name), validated: false })}`])),
  ];
}

/** Walks through the rows by their key, and commits after each thousand. */
function filled(parts: Parts): string {
  const { table, on, fresh, key } = parts;
  const last = key.map((_, i) => `last_${i + 1}`);
  const of = (row: string): string => key.map((name) => `${row}${sql.ident(name)}`).join(', ');
  const behind = key.length === 1 ? `t.${sql.ident(key[0] ?? '')} > last_1` : `(${of('t.')}) > (${last.join(', ')})`;
  return `do $$
declare
${key.map((name, i) => `  last_${i + 1} ${table.columns.get(name)?.typeText ?? 'text'};\n`).join('')}begin
  loop
    with batch as (
      select ${of('t.')} from ${on} t where last_1 is null or ${behind} order by ${of('t.')} limit 1000
    ), filled as (
      update ${on} t set ${sql.ident(fresh)} = ${value(parts, 't')} from batch where ${key.map((name) => `t.${sql.ident(name)} = batch.${sql.ident(name)}`).join(' and ')}
    )
    select ${of('batch.')} into ${last.join(', ')} from batch order by ${key.map((name) => `batch.${sql.ident(name)} desc`).join(', ')} limit 1;
    exit when not found;
    commit;
  end loop;
end $$`;
}

function uniqueIndex({ on }: Parts, { name, columns }: { readonly name: string; readonly columns: readonly string[] }, concurrently = true): string {
  return `create unique index ${concurrently ? 'concurrently ' : ''}${sql.ident(temporary(name))} on ${on} (${sql.list(columns)})`;
}

function required(parts: Parts): readonly string[] {
  const { on, was, fresh } = parts;
  return was.notNull ? [`alter table ${on} alter column ${sql.ident(fresh)} set not null`, `alter table ${on} drop constraint ${sql.ident(notNull(parts))}`] : [];
}

function askedAgain(policies: Parts['policies'], side: 'was' | 'is'): readonly string[] {
  return policies.map(({ on, [side]: { name, using, check } }) => `alter policy ${sql.ident(name)} on ${on}${using ? ` using (${sqlText(using)})` : ''}${check ? ` with check (${sqlText(check)})` : ''}`);
}

const renameOf = (parts: Parts, what: 'column' | 'constraint', from: string, to: string): string => `alter table ${parts.on} rename ${what} ${sql.ident(from)} to ${sql.ident(to)}`;
const indexNamed = ({ table }: Parts, from: string, to: string): string => `alter index ${sqlTable(`${table.schema}.${from}`)} rename to ${sql.ident(to)}`;
const column = (parts: Parts, name: string, what: string): string => `alter table ${parts.on} alter column ${sql.ident(name)} ${what}`;

/** The new column under the old name, and with it what is built on it. */
function swapped(parts: Parts, old: string): readonly string[] {
  const { on, was, fresh, constraints, indexes, policies } = parts;
  const value = was.default && sqlText(was.default.value);
  return [
    ...required(parts),
    ...released(parts),
    ...constraints.flatMap(({ was: c }) => (c.kind === 'unique' ? [] : [`alter table ${on} drop constraint ${sql.ident(c.name)}`])),
    ...(was.notNull ? [column(parts, was.name, 'drop not null')] : []),
    ...(value === undefined ? [] : [column(parts, was.name, 'drop default')]),
    renameOf(parts, 'column', was.name, old),
    renameOf(parts, 'column', fresh, was.name),
    ...(value === undefined ? [] : [column(parts, was.name, `set default ${value}`)]),
    ...constraints.flatMap(({ was: { name, kind } }) => (kind === 'unique' ? [renameOf(parts, 'constraint', name, `${name}_old`), `alter table ${on} add constraint ${sql.ident(name)} unique using index ${sql.ident(temporary(name))}`] : [renameOf(parts, 'constraint', temporary(name), name)])),
    ...indexes.flatMap(({ was: { name } }) => [indexNamed(parts, name, `${name}_old`), indexNamed(parts, temporary(name), name)]),
    ...askedAgain(policies, 'is'),
  ];
}

/** The old column under its name again, with what was written since. */
function swappedBack(parts: Parts, old: string): readonly string[] {
  const { on, was, is, fresh, constraints, indexes, policies } = parts;
  const [value, back] = [was.default && sqlText(was.default.value), `${sql.ident(was.name)}${was.typeText === is.typeText ? '' : `::${was.typeText}`}`];
  return [
    `update ${on} set ${sql.ident(old)} = ${back} where ${sql.ident(old)} is distinct from ${back}`,
    ...(value === undefined ? [] : [column(parts, was.name, 'drop default')]),
    ...constraints.flatMap(({ was: { name, kind }, is: c }) => (kind === 'unique' ? [] : [renameOf(parts, 'constraint', c.name, temporary(name))])),
    ...constraints.flatMap(({ was: { name, kind } }) => (kind === 'unique' ? [`alter table ${on} drop constraint ${sql.ident(name)}`, renameOf(parts, 'constraint', `${name}_old`, name)] : [])),
    ...indexes.flatMap(({ was: { name } }) => [indexNamed(parts, name, temporary(name)), indexNamed(parts, `${name}_old`, name)]),
    renameOf(parts, 'column', was.name, fresh),
    renameOf(parts, 'column', old, was.name),
    ...(value === undefined ? [] : [column(parts, was.name, `set default ${value}`)]),
    ...(was.notNull ? [column(parts, was.name, 'set not null')] : []),
    ...constraints.map(({ was: c, is: n }) => (n.kind === 'unique' ? uniqueIndex(parts, n, false) : `alter table ${on} add ${sql.constraintSql(c)}`)),
    ...kept(parts),
    ...(was.notNull ? [`alter table ${on} add constraint ${sql.ident(notNull(parts))} check (${sql.ident(fresh)} is not null)`, column(parts, fresh, 'drop not null')] : []),
    ...askedAgain(policies, 'was'),
  ];
}

/** Both columns stay until nobody asks for the old one; what is asked of rows is asked of the new one. */
function settled(parts: Parts): readonly string[] {
  const keys = parts.constraints.flatMap(({ was: { name, kind } }) => (kind === 'unique' ? [`alter table ${parts.on} add constraint ${sql.ident(temporary(name))} unique using index ${sql.ident(temporary(name))}`] : []));
  return [...required(parts), ...keys, ...askedAgain(parts.policies, 'is')];
}

function renamedFor(parts: Parts): readonly string[] {
  const { on, was, fresh, constraints, indexes } = parts;
  return [
    ...released(parts),
    `alter table ${on} drop column ${sql.ident(was.name)}`,
    ...(was.default ? [column(parts, fresh, `set default ${sqlText(was.default.value)}`)] : []),
    ...constraints.map(({ was: { name } }) => renameOf(parts, 'constraint', temporary(name), name)),
    ...indexes.map(({ was: { name } }) => indexNamed(parts, temporary(name), name)),
  ];
}
