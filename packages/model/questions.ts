import type { FilteredColumn, RoutineReach } from './access.ts';
import type { Subject } from './finding.ts';
import type { MigrationTool } from './history.ts';
import { listed } from './leaks.ts';
import type { Facts } from './rule.ts';
import type { Column, Index, Policy, Routine, Schema, Table, View } from './schema.ts';
import type { Span } from './span.ts';
import type { SqlExpr } from './sql.ts';
import { sqlName } from './sql-text.ts';
import type { Tenancy } from './tenancy.ts';

/** Small questions about the catalog that several rules ask. */

/** A complete index whose first key is the column: one that serves `where column = …` for every row. */
export function indexLedBy(table: Table, column: string): Index | undefined {
  for (const index of table.indexes.values()) if (index.where === undefined && index.keys[0]?.column === column) return index;
  return undefined;
}

/** `public.projects` is `projects` to people; other schemas are named. */
export function tableName(key: string): string {
  return key.startsWith('public.') ? key.slice('public.'.length) : key;
}

export function tableSubject(table: Table): Subject {
  return { kind: 'table', name: table.key };
}

export function policySubject(table: Table, policy: Policy): Subject {
  return { kind: 'policy', name: `${table.key}.${policy.name}` };
}

export function columnSubject(table: Table, column: string): Subject {
  return { kind: 'column', name: `${table.key}.${column}` };
}

/** `organization_id, client_id` */
export function columnList(columns: readonly string[]): string {
  return columns.map(sqlName).join(', ');
}

/** An index whose first keys are these columns, in whatever order: it finds the rows that have given values in all of them. */
export function indexOver(table: Table, columns: readonly string[]): Index | undefined {
  for (const index of table.indexes.values()) {
    if (index.where !== undefined && !onlyNotNull(index.where, columns)) continue;
    const first = index.keys.slice(0, columns.length).map((key) => key.column);
    if (index.method !== 'gin' && index.method !== 'brin' && first.length === columns.length && columns.every((column) => first.includes(column))) return index;
  }
  return undefined;
}

/** `where parent_id is not null` leaves out no row that refers to anything. */
function onlyNotNull(where: SqlExpr, columns: readonly string[]): boolean {
  return where.kind === 'is-null' && where.negated && where.of.kind === 'column' && columns.includes(where.of.path.at(-1) ?? '');
}

/** A column that a policy filters by and that no index serves. */
export interface UnindexedFilter {
  readonly table: Table;
  readonly policy: Policy;
  readonly filter: FilteredColumn;
  readonly column: Column;
}

/** One for each column, at the first policy that needs it: one index mends all of them. */
export function unindexedFilters(facts: Facts): ReadonlyMap<string, UnindexedFilter> {
  const known = unindexed.get(facts);
  if (known) return known;
  const found = new Map<string, UnindexedFilter>();
  for (const table of facts.schema.tables.values()) {
    for (const policy of table.policies.values()) {
      if (policy.createdIn < 0) continue;
      const filters = facts.filters(table, policy);
      for (const filter of filters) {
        const target = facts.schema.tables.get(filter.table);
        const key = `${filter.table}.${filter.column}`;
        if (!filter.sargable || !target || target.platform || found.has(key)) continue;
        const column = target.columns.get(filter.column);
        // A boolean or an enum of few values is no way into a table.
        if (!column || column.typeText === 'boolean' || indexLedBy(target, filter.column)) continue;
        // Other columns of the same sub-select lead to few rows already.
        if (filter.inner && filters.some((f) => f.inner && f.table === filter.table && f.scope === filter.scope && f.column !== filter.column && indexLedBy(target, f.column))) continue;
        found.set(key, { table, policy, filter, column });
      }
    }
  }
  unindexed.set(facts, found);
  return found;
}
const unindexed = new WeakMap<Facts, ReadonlyMap<string, UnindexedFilter>>();

/** The rows belong to tenants or to users, in whatever way. */
export function isOwned(tenancy: Tenancy): boolean {
  return tenancy.kind !== 'global' && tenancy.kind !== 'unknown';
}

/** Some rows may belong to no tenant: the column that says whose they are, or a step of the way to it, may be NULL. */
export function mayBeNobodys(tenancy: Tenancy): boolean {
  return tenancy.kind === 'keyed' ? tenancy.nullable : tenancy.kind === 'through' && tenancy.path.some((hop) => !hop.required);
}

/** A policy of another table that looks into this one, with the columns that it looks up. */
export interface Lookup {
  readonly table: Table;
  readonly policy: Policy;
  readonly columns: readonly string[];
  /** Only through functions with their owner's rights, so that the caller's row level security does not count. */
  readonly definer: boolean;
}

/** Who looks into the table, by table and policy. */
export function lookupsInto(facts: Facts, table: Table): readonly Lookup[] {
  let all = lookups.get(facts);
  if (all === undefined) {
    const made = new Map<string, Lookup[]>();
    for (const other of facts.schema.tables.values()) {
      for (const policy of other.policies.values()) {
        const columns = new Map<string, { names: string[]; definer: boolean }>();
        for (const filter of facts.filters(other, policy)) {
          if (!filter.inner || filter.table === other.key) continue;
          const known = columns.get(filter.table);
          columns.set(filter.table, { names: [...(known?.names ?? []), filter.column], definer: filter.definer && known?.definer !== false });
        }
        for (const [key, { names, definer }] of columns) {
          const list = made.get(key) ?? [];
          list.push({ table: other, policy, columns: names, definer });
          made.set(key, list);
        }
      }
    }
    for (const list of made.values()) list.sort((a, b) => (policySubject(a.table, a.policy).name < policySubject(b.table, b.policy).name ? -1 : 1));
    lookups.set(facts, (all = made));
  }
  return all.get(table.key) ?? [];
}
const lookups = new WeakMap<Facts, ReadonlyMap<string, readonly Lookup[]>>();

/** Tables of the product itself. */
export function ownTables({ schema }: Pick<Facts, 'schema'>): readonly Table[] {
  let tables = own.get(schema);
  if (tables === undefined) own.set(schema, (tables = [...schema.tables.values()].filter((table) => !table.platform && !table.temporary)));
  return tables;
}
const own = new WeakMap<Schema, readonly Table[]>();

/** Tables of the product of that name in any schema. */
export function tablesNamed(facts: Pick<Facts, 'schema'>, name: string): readonly Table[] {
  let all = tables.get(facts.schema);
  if (all === undefined) tables.set(facts.schema, (all = grouped(ownTables(facts), (table) => table.name)));
  return all.get(name) ?? [];
}
const tables = new WeakMap<Schema, ReadonlyMap<string, readonly Table[]>>();

/** Tables that are directly a partition of this one. */
export function partitionsOf({ schema }: Pick<Facts, 'schema'>, table: Table): readonly Table[] {
  if (table.partitionBy === undefined) return [];
  let all = partitions.get(schema);
  if (all === undefined) partitions.set(schema, (all = grouped([...schema.tables.values()].filter((one) => one.partitionOf !== undefined), (one) => one.partitionOf ?? '')));
  return all.get(table.key) ?? [];
}
const partitions = new WeakMap<Schema, ReadonlyMap<string, readonly Table[]>>();

/** Things by their key, each group in the order given. */
export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The table's name as SQL would have to spell it; `public` is left out. */
export function sqlTable(key: string): string {
  const dot = key.indexOf('.');
  const [schema, name] = [key.slice(0, dot), key.slice(dot + 1)];
  return schema === 'public' ? sqlName(name) : `${sqlName(schema)}.${sqlName(name)}`;
}

/** The view reads with the rights of whoever asks. */
export function isInvoker(view: View): boolean {
  const option = view.options['security_invoker'];
  return !view.materialized && option !== undefined && /^(true|on|1|yes|)$/i.test(option);
}

export function viewSubject(view: View): Subject {
  return { kind: 'view', name: view.key };
}

/** `create_order(uuid)`: the schema is left out where it is public. */
export function routineName(routine: Routine): string {
  return tableName(routine.key);
}

export function routineSubject(routine: Routine): Subject {
  return { kind: 'function', name: routine.key };
}

/** Roles that strangers and users arrive as and that hold one of the privileges on the object. */
export function untrustedReach(facts: Facts, object: Table | View, privileges: readonly string[]): readonly string[] {
  return facts.environment.untrusted.filter((role) => privileges.some((privilege) => facts.reachableBy(object, privilege).includes(role)));
}

/** The role holds the privilege on the column, by a grant to it or to everybody. */
export function grantedOn(table: Table, role: string, privilege: string, column: string): boolean {
  return table.grants.some((grant) => (grant.role === role || grant.role === 'public') && (grant.privilege === privilege || grant.privilege === 'all') && (grant.columns === undefined || grant.columns.includes(column)));
}

/** Two columns `A` and `B`, each a foreign key: the table that a model's many-to-many relation implies. */
export function isImpliedJoin(table: Table): boolean {
  if (!table.name.startsWith('_') || [...table.columns.keys()].sort().join() !== 'A,B') return false;
  return ['A', 'B'].every((column) => [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.columns.join() === column));
}

const BOOKKEEPING = /^(_prisma_migrations|schema_migrations|(.*_)?schema_version|flyway_schema_history|goose_db_version|alembic_version|knex_migrations(_lock)?|typeorm_metadata|pgmigrations|_?_?drizzle_migrations|databasechangelog(lock)?)$/;

/** The list in which a migration tool writes down what it has run. */
export function isBookkeeping(table: Table): boolean {
  return BOOKKEEPING.test(table.name.toLowerCase());
}

/** What a function lets untrusted callers do to rows of other tenants, where the tables themselves do not let them. */
export function reachesOf(facts: Facts, routine: Routine): readonly (RoutineReach & { readonly isolation: { readonly verdict: 'no' } })[] {
  return facts.routineReach(routine).flatMap((reach) => {
    const table = facts.schema.tables.get(reach.table);
    if (table === undefined || table.platform || reach.isolation.verdict !== 'no') return [];
    if (facts.access(table).some((a) => a.role === reach.role && a.command === reach.command && a.verdict === 'leak')) return [];
    return [{ ...reach, isolation: reach.isolation }];
  });
}

/** Nothing tells a function for whom it runs: a job over all rows. */
export function isJob(routine: Routine, reaches: readonly RoutineReach[]): boolean {
  return routine.args.every((arg) => arg.mode === 'out' || arg.mode === 'table') && reaches.length > 0 && reaches.every((reach) => reach.command !== 'select');
}

/** Functions that policies call, by name: callers must be able to execute them. */
export function policyHelpers(facts: Facts): ReadonlySet<string> {
  const known = helpers.get(facts);
  if (known) return known;
  const found = new Set<string>();
  for (const table of facts.schema.tables.values()) for (const policy of table.policies.values()) for (const call of facts.calls(table, policy)) found.add(call.name.slice(call.name.lastIndexOf('.') + 1));
  helpers.set(facts, found);
  return found;
}
const helpers = new WeakMap<Facts, ReadonlySet<string>>();

/** `public.create_order(uuid)` as SQL would have to spell it. */
export function sqlRoutine(routine: Routine): string {
  return `${sqlTable(`${routine.schema}.${routine.name}`)}${routine.key.slice(routine.key.indexOf('('))}`;
}

const MADE: Partial<Readonly<Record<MigrationTool, string>>> = {
  prisma: '_prisma_migrations', goose: 'goose_db_version', 'golang-migrate': 'schema_migrations', dbmate: 'schema_migrations', knex: 'knex_migrations',
  'node-pg-migrate': 'pgmigrations', typeorm: 'migrations', flyway: 'flyway_schema_history', alembic: 'alembic_version',
};

/** The list that a tool makes by itself, in the first schema of the search path, before it runs anything. */
export function bookkeepingOf(tool: MigrationTool): string | undefined {
  return MADE[tool];
}

/** The role of requests that nobody signed: it has no user id and no claims of its own. */
export function isAnonymous(role: string): boolean {
  return /^(anon|anonymous|web_anon|api_anon|guest)$|_anon(ymous)?$/.test(role);
}

/** Functions of that name in any schema. */
export function routinesNamed(facts: Facts, name: string): readonly Routine[] {
  let all = routines.get(facts.schema);
  if (all === undefined) routines.set(facts.schema, (all = grouped(facts.schema.functions.values(), (routine) => routine.name)));
  return all.get(name) ?? [];
}
const routines = new WeakMap<Schema, ReadonlyMap<string, readonly Routine[]>>();

/** A file with tests: by the folder that it stands in, or by its name. */
export function isTest(file: string): boolean {
  return /(^|\/)(tests?|__tests__|specs?|pgtap)\/|[._-](test|tests|spec)\.\w+$|(^|\/)test_[^/]*$/i.test(file);
}

export interface ProtectedOutside {
  readonly table: Table;
  readonly at: Span;
  /** The policy that is created there; undefined where row level security is enabled. */
  readonly policy: string | undefined;
  /** Who can reach the table where the file was not run. */
  readonly roles: string;
}

/** Row level security that a file sets up which nothing runs, and that the migrations lack. */
export function protectedOutside(facts: Facts): readonly ProtectedOutside[] {
  const known = outside.get(facts);
  if (known) return known;
  const found: ProtectedOutside[] = [];
  const seen = new Set<string>();
  for (const file of facts.loose) {
    if (isTest(file.source.path)) continue;
    for (const event of file.events) {
      const name = event.kind === 'alter-table' && event.actions.some((action) => action.do === 'rls' && action.enabled) ? event.table : event.kind === 'create-policy' ? event.table : undefined;
      const table = name === undefined ? undefined : facts.schema.tables.get(`${name.schema ?? 'public'}.${name.name}`);
      if (!name || !table || table.inferred || table.platform) continue;
      const roles = [...new Set(['select', 'insert', 'update', 'delete'].flatMap((privilege) => facts.reachableBy(table, privilege)))].sort();
      const policy = event.kind === 'create-policy' ? event.name : undefined;
      const missing = policy === undefined ? table.rls?.value !== true && table.rls?.value !== 'unknown' && roles.length > 0 : table.rls?.value === true && !table.policies.has(policy);
      const key = `${table.key}|${policy ?? ''}`;
      if (!missing || seen.has(key)) continue;
      seen.add(key);
      found.push({ table, at: event.kind === 'create-policy' ? event.nameAt : name.at, policy, roles: listed(roles) });
    }
  }
  outside.set(facts, found);
  return found;
}
const outside = new WeakMap<Facts, readonly ProtectedOutside[]>();

/** A migration that is not applied yet turned row level security off and thereby opened the table: of that, isolation-weakened speaks. */
export function openedByChange(facts: Facts, table: Table): boolean {
  const off = table.rls;
  if (off?.value !== false) return false;
  return facts.timeline.steps.some((step, index) => step.file === off.at.file && facts.pending(step) && facts.migrations.weakened(index).some((one) => one.opening.kind === 'rls-off' && one.object.name === table.key && one.closed === undefined));
}
