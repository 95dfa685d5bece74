import { defineRule, isOwned, listed, sqlTable, tableName, tableSubject, untrustedReach, viewSubject, type Facts, type View } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [
    { tool: 'splinter', rule: '0016_materialized_view_in_api' },
    { tool: 'splinter', rule: '0017_foreign_table_in_api' },
    { tool: 'pgrls', rule: 'SEC051' },
    { tool: 'pgrls', rule: 'SEC053' },
    { tool: 'pgrls', rule: 'SEC054' },
  ],
  messages: {
    materialized: {
      what: 'Materialized view `{view}` holds rows of {tables} of every tenant, and {roles} can read it.',
      why: 'A materialized view is filled with its owner\'s rights, and row level security cannot be enabled on it: whoever may read it reads all of it.',
      fix: '`revoke all on {sql} from {from};`, and read it through a function or a view that compares the tenant; or keep it in a schema that the API does not expose.',
    },
    materializedShared: {
      severity: 'note',
      what: 'Materialized view `{view}` can be read by {roles}.',
      why: 'Row level security cannot be enabled on a materialized view: whoever may read it reads all of it. What it holds today belongs to nobody; the day it joins a tenant\'s table, all tenants read it.',
      fix: 'If it is there for everybody, say so: `-- tenantlint-disable-next-line relation-exposed -- reason`. If not, revoke it or keep it in a schema that the API does not expose.',
    },
    foreign: {
      what: 'Foreign table `{table}` is open to {roles}.',
      why: 'Row level security does not exist for foreign tables: whoever may read it reads all that the other server gives to this one\'s account.',
      fix: '`revoke all on {sql} from {from};`, or keep it in a schema that the API does not expose.',
    },
    allTables: {
      severity: 'warning',
      what: 'Publication `{publication}` carries every table, those to come included.',
      why: 'Subscribers receive the changes of whatever table is made next, whether or not anybody thought of its policies by then.',
      fix: 'Name the tables that clients listen to: `alter publication {publication} add table …;` on a publication without FOR ALL TABLES.',
    },
  },
  visit: {
    view(view, facts, report) {
      if (!view.materialized) return;
      const roles = untrustedReach(facts, view, ['select']);
      if (roles.length === 0) return;
      const owned = ownedTables(view, facts);
      const place = { at: view.at, subject: viewSubject(view) };
      if (owned.length > 0) report({ ...place, message: 'materialized', data: { view: tableName(view.key), sql: sqlTable(view.key), from: roles.join(', '), tables: listed(owned.map((key) => `\`${tableName(key)}\``)), roles: listed(roles) }, related: owned.slice(0, 3).flatMap((key) => { const table = facts.schema.tables.get(key); return table ? [{ at: table.at, note: 'read by it' }] : []; }) });
      else report({ ...place, message: 'materializedShared', certainty: 'possible', data: { view: tableName(view.key), roles: listed(roles) } });
    },
    table(table, facts, report) {
      if (table.kind !== 'foreign') return;
      const roles = untrustedReach(facts, table, ['select', 'insert', 'update', 'delete']);
      if (roles.length > 0) report({ message: 'foreign', at: table.at, subject: tableSubject(table), certainty: isOwned(facts.tenancyOf(table).tenancy) ? 'proven' : 'likely', data: { table: tableName(table.key), sql: sqlTable(table.key), from: roles.join(', '), roles: listed(roles) } });
    },
    project(facts, report) {
      if (facts.environment.kind !== 'supabase') return;
      // Only what the platform's own publication carries reaches the browsers.
      const realtime = facts.schema.publications.get('supabase_realtime');
      if (realtime?.allTables && realtime.at.file !== '') report({ message: 'allTables', at: realtime.at, subject: { kind: 'publication', name: realtime.name }, certainty: 'likely', data: { publication: realtime.name } });
    },
  },
});

/** Tables with rows of tenants that the view reads, through other views too. */
function ownedTables(view: View, facts: Facts): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>([view.key]);
  const queue = [...view.reads];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const table = facts.schema.tables.get(next);
    if (table && isOwned(facts.tenancyOf(table).tenancy)) found.add(next);
    queue.push(...(facts.schema.views.get(next)?.reads ?? []));
  }
  return [...found].sort();
}
