import { defineRule, isInvoker, rolesOf, sqlTable, tableName, viewSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'splinter', rule: '0010_security_definer_view' }, { tool: 'pgrls', rule: 'VIEW001' }, { tool: 'pgrls', rule: 'VIEW002' }, { tool: 'pgrls', rule: 'VIEW004' }],
  messages: {
    escapes: {
      what: 'View `{view}` shows {roles} other tenants\' rows of `{table}`: {row}.',
      why: 'A view reads with the rights of its owner, `{owner}`, whose queries no policy filters. The policies of `{table}` hold back whoever asks the table itself, and nobody who asks the view.',
      fix: '`alter view {sql} set (security_invoker = true);` makes it read with the rights of whoever asks (Postgres 15 and later). Otherwise put the tenant\'s condition into the view, or take the view away from {roles}.',
    },
  },
  visit: {
    view(view, facts, report) {
      if (view.materialized || isInvoker(view)) return;
      const leaks = facts.viewAccess(view).flatMap((access) => {
        const key = access.escape?.rows[0]?.table;
        const table = key === undefined ? undefined : facts.schema.tables.get(key);
        if (access.verdict !== 'leak' || !access.escape || !table || table.platform) return [];
        // Where the table itself is open to the role, the table is what has to be mended.
        return facts.access(table).some((a) => a.role === access.role && a.command === 'select' && a.verdict === 'leak') ? [] : [{ role: access.role, command: 'select' as const, escape: access.escape, table }];
      });
      const [first] = leaks;
      if (!first) return;
      report({
        message: 'escapes',
        at: view.at,
        subject: viewSubject(view),
        data: { view: tableName(view.key), sql: sqlTable(view.key), roles: rolesOf(leaks), table: tableName(first.table.key), row: first.escape.row, owner: view.owner },
        related: [{ at: first.table.rls?.at ?? first.table.at, note: first.table.rls?.value === true ? `row level security of ${first.table.name}, which the view goes past` : first.table.name }],
      });
    },
  },
});
