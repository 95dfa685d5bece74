import { defineRule, isInvoker, listed, sqlTable, tableName, viewSubject, type View } from '@tenantlint/model';

const VERBS = { insert: 'insert', update: 'change', delete: 'delete' } as const;

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  messages: {
    unchecked: {
      what: 'Through view `{view}` {roles} can {verbs} rows of `{table}` into another tenant.',
      why: 'A view over one table can be written to, and writes with the rights of its owner, `{owner}`: no policy of `{table}` is asked. The view\'s condition says which rows are seen, not which may be left behind; only WITH CHECK OPTION does.',
      fix: '`alter view {sql} set (security_invoker = true);`, so that the policies apply; or `revoke insert, update, delete on {sql} from {revoke};`; or end the view with `with check option`.',
    },
  },
  visit: {
    view(view, facts, report) {
      const [from, ...more] = view.select.from;
      if (view.materialized || isInvoker(view) || from?.kind !== 'table' || more.length > 0 || !isSimple(view) || view.options['check_option'] !== undefined || view.triggers.size > 0) return;
      const [key] = view.reads;
      const table = view.reads.length === 1 && key !== undefined ? facts.schema.tables.get(key) : [...facts.schema.tables.values()].find((t) => t.name === from.name.name && view.reads.includes(t.key));
      const { tenancy } = table === undefined ? { tenancy: undefined } : facts.tenancyOf(table);
      if (!table || (tenancy?.kind !== 'keyed' && tenancy?.kind !== 'membership')) return;
      // A view that shows other tenants' rows is view-bypasses-rls; here are those that bind what is read.
      const roles = facts.viewAccess(view).filter((a) => a.verdict === 'isolated').map((a) => a.role);
      const can = (['insert', 'update'] as const).map((command) => [command, facts.reachableBy(view, command).filter((role) => roles.includes(role) && !facts.access(table).some((a) => a.role === role && a.command === command && a.verdict === 'leak'))] as const).filter(([, by]) => by.length > 0);
      const who = [...new Set(can.flatMap(([, by]) => by))];
      // Without the tenant's column in it, a row keeps its tenant.
      const columns = tenancy.kind === 'keyed' ? tenancy.columns : [tenancy.tenant];
      if (who.length === 0 || !columns.some((name) => view.columns.some((c) => c.name === name))) return;
      report({ message: 'unchecked', at: view.at, subject: viewSubject(view), data: { view: tableName(view.key), sql: sqlTable(view.key), roles: listed(who), revoke: who.join(', '), verbs: listed(can.map(([command]) => VERBS[command])), table: tableName(table.key), owner: view.owner } });
    },
  },
});

/** What Postgres lets one write to without triggers or rules. */
function isSimple({ select }: View): boolean {
  return select.set === undefined && select.values === undefined && select.with.length === 0 && select.distinct !== true && select.groupBy.length === 0 && select.having === undefined && select.limit === undefined && select.offset === undefined && !select.targets.some((t) => t.expr.kind === 'call' && t.expr.window === true);
}
