import { defineRule, isInvoker, listed, sqlTable, tableName, viewSubject, type Schema, type SqlExpr, type View } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0002_auth_users_exposed' }, { tool: 'pgrls', rule: 'SEC052' }],
  messages: {
    exposes: {
      what: '{kind} `{view}` shows {roles} rows of `auth.users`.',
      why: 'That table holds every account of the project: addresses, phone numbers, metadata, when they last signed in. Nobody may read it through the API; the view reads it with the rights of `{owner}`, and hands it on.',
      fix: 'Copy what others may know into a table of profiles with policies of its own (kept up to date by a trigger on `auth.users`), or take the view away: `revoke all on {sql} from {revoke};`.',
    },
  },
  visit: {
    view(view, facts, report) {
      if (!readsUsers(view, facts.schema) || isInvoker(view)) return;
      const roles = facts.reachableBy(view, 'select');
      if (roles.length === 0 || (!view.materialized && ownRow(view))) return;
      report({ message: 'exposes', at: view.at, subject: viewSubject(view), data: { kind: view.materialized ? 'Materialized view' : 'View', view: tableName(view.key), sql: sqlTable(view.key), roles: listed(roles), revoke: roles.join(', '), owner: view.owner } });
    },
  },
});

/** Directly or through other views. */
function readsUsers(view: View, schema: Schema): boolean {
  const queue = [...view.reads];
  const seen = new Set(queue);
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (key === 'auth.users') return true;
    for (const next of schema.views.get(key)?.reads ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return false;
}

/** `where id = auth.uid()`: everybody sees themself. */
function ownRow({ select: { where } }: View): boolean {
  const parts = where?.kind === 'and' ? where.of : where === undefined ? [] : [where];
  return parts.some((part) => part.kind === 'operator' && part.op === '=' && [[part.left, part.right], [part.right, part.left]].some(([a, b]) => a?.kind === 'column' && a.path.at(-1) === 'id' && isCaller(b)));
}

function isCaller(expr: SqlExpr | undefined): boolean {
  const inner = expr?.kind === 'scalar' ? expr.select.targets[0]?.expr : expr;
  return inner?.kind === 'call' && inner.name.schema === 'auth' && inner.name.name === 'uid';
}
