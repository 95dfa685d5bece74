import { defineRule, isBookkeeping, isImpliedJoin, isOwned, listed, lookupsInto, openedByChange, partitionsOf, protectedOutside, sqlTable, tableName, tableSubject, untrustedReach, type Facts, type Related, type Table } from '@tenantlint/model';

const WRITES = ['insert', 'update', 'delete'] as const;

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [
    { tool: 'splinter', rule: '0013_rls_disabled_in_public' },
    { tool: 'pgrls', rule: 'SEC001' },
    { tool: 'pgrls', rule: 'SEC025' },
  ],
  messages: {
    neverEnabled: {
      what: '`{table}` has no row level security, and {roles} can reach it.',
      why: 'Its rows belong to tenants ({tenancy}), yet whoever arrives as {roles} reads and writes the rows of all of them.',
      fix: 'Add `alter table {sql} enable row level security;` and a policy that compares the row\'s tenant with the caller\'s.',
    },
    disabledAgain: {
      what: '`{table}` had row level security, and this statement turns it off; {roles} can reach the table.',
      why: 'Its policies stay in the catalog and are no longer applied: every tenant\'s rows are open.',
      fix: 'Remove this statement, or revoke the table from {roles}.',
    },
    decides: {
      what: '`{table}` has no row level security, {roles} can write it, and the policies of {readers} look there to decide who sees what.',
      why: 'Whoever adds or changes a row of `{table}` gives themselves the answer that those policies ask for.',
      fix: 'Enable row level security on `{table}` with a policy for reading only, or revoke insert, update and delete from {roles}.',
    },
    writableByAnyone: {
      severity: 'warning',
      what: '`{table}` has no row level security, and {roles} can change its rows.',
      why: 'The table belongs to no tenant, but nothing keeps a stranger from rewriting or deleting what all tenants read.',
      fix: 'Enable row level security with a policy for reading only, or revoke insert, update and delete from {roles}.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.kind === 'foreign' || table.inferred || table.rls?.value === true || table.rls?.value === 'unknown') return;
      // Partitions and children of protected tables, bookkeeping and implied join tables have rules of their own.
      if (isBookkeeping(table) || isImpliedJoin(table) || table.partitionOf !== undefined || table.parents.some((key) => facts.schema.tables.get(key)?.rls?.value === true)) return;
      if (openedByChange(facts, table)) return;
      // Somebody enabled it, in a file that nothing runs: that is what there is to say.
      if (protectedOutside(facts).some((one) => one.table === table && one.policy === undefined)) return;
      const { tenancy, why } = facts.tenancyOf(table);
      const at = table.rls?.at ?? table.at;
      const subject = tableSubject(table);
      const name = tableName(table.key);
      const writers = untrustedReach(facts, table, WRITES);
      const readers = writers.length > 0 && tenancy.kind !== 'root' ? readersOf(table, facts) : [];
      const published = [...facts.schema.publications.values()].flatMap((p) => p.tables.get(table.key) ?? []).filter((place) => place.file !== '').map((place) => ({ at: place, note: 'published here: every change is sent to subscribers' }));
      const more = [...openPartitions(table, facts), ...published];
      if (readers.length > 0) {
        report({ message: 'decides', at, subject, data: { table: name, roles: listed(writers), readers: listed(readers.map((key) => `\`${tableName(key)}\``)) }, related: published });
        return;
      }
      if (!isOwned(tenancy)) {
        if (writers.length > 0) report({ message: 'writableByAnyone', at, subject, certainty: 'likely', data: { table: name, roles: listed(writers) }, related: published });
        return;
      }
      const reached = [...new Set(['select', ...WRITES].flatMap((privilege) => facts.reachableBy(table, privilege)))].sort();
      if (reached.length === 0) return;
      // Behind a connection of its own the application may ask for the tenant's rows itself; not where policies guard the
      // rest. Even there it looks for users and tenants before it knows whose request it is.
      const before = table.rls === undefined && isAskedFirst(table, facts);
      const certainty = facts.environment.kind === 'own-connection' && (before || !guardsTheRest(facts)) ? 'likely' : 'proven';
      const roles = reached.join() === 'app' && !facts.schema.roles.has('app') ? "the application's own role" : listed(reached);
      if (table.rls) report({ message: 'disabledAgain', at, subject, certainty, data: { table: name, roles }, related: [{ at: table.at, note: 'created here' }, ...more] });
      else report({ message: 'neverEnabled', at, subject, certainty, data: { table: name, sql: sqlTable(table.key), roles, tenancy: why[0]?.text ?? tenancy.kind }, related: [...why.slice(0, 1).map((r) => ({ at: r.at, note: r.text })), ...more] });
    },
  },
});

/** Tenants, users and what is theirs: looked for to find out whose request it is. */
function isAskedFirst(table: Table, facts: Facts): boolean {
  const { kind } = facts.tenancyOf(table).tenancy;
  return kind === 'root' || kind === 'user-owned' || facts.tenancy.people.has(table.key);
}

/** Row level security is how the product keeps tenants apart: three in four tables of tenants have it. */
function guardsTheRest(facts: Facts): boolean {
  let answer = guarded.get(facts);
  if (answer === undefined) {
    const owned = [...facts.schema.tables.values()].filter((one) => !one.platform && isOwned(facts.tenancyOf(one).tenancy) && !isAskedFirst(one, facts));
    guarded.set(facts, (answer = owned.filter((one) => one.rls?.value === true).length * 4 >= owned.length * 3));
  }
  return answer;
}
const guarded = new WeakMap<Facts, boolean>();

/** Partitions by their names are as open as the table. */
function openPartitions(table: Table, facts: Facts): readonly Related[] {
  return partitionsOf(facts, table).filter((one) => one.rls?.value !== true).map((one) => ({ at: one.at, note: `its partition ${tableName(one.key)} as well` }));
}

/** Tables with policies that look for the caller in this one. */
function readersOf(table: Table, facts: Facts): readonly string[] {
  const users = facts.tenancy.userColumns.get(table.key) ?? [];
  return [...new Set(lookupsInto(facts, table).filter((one) => one.table.rls?.value === true && one.columns.some((column) => users.includes(column))).map((one) => one.table.key))].sort();
}
