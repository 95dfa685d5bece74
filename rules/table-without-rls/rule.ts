import { defineRule, tableName, tableSubject } from '@tenantlint/model';

const WRITES = ['insert', 'update', 'delete'] as const;

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0013_rls_disabled_in_public' }, { tool: 'pgrls', rule: 'SEC001' }],
  messages: {
    neverEnabled: {
      what: '`{table}` has no row level security, and {roles} can reach it.',
      why: 'Its rows belong to tenants ({tenancy}), yet whoever arrives as {roles} reads and writes the rows of all of them.',
      fix: 'Add `alter table {table} enable row level security;` and a policy that compares the row\'s tenant with the caller\'s.',
    },
    disabledAgain: {
      what: '`{table}` had row level security, and this statement turns it off; {roles} can reach the table.',
      why: 'Its policies stay in the catalog and are no longer applied: every tenant\'s rows are open.',
      fix: 'Remove this statement, or revoke the table from {roles}.',
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
      if (table.kind === 'foreign' || table.partitionOf !== undefined || table.rls?.value === true || table.rls?.value === 'unknown') return;
      const { tenancy, why } = facts.tenancyOf(table);
      const at = table.rls?.at ?? table.at;
      const subject = tableSubject(table);
      const name = tableName(table.key);
      if (tenancy.kind === 'global' || tenancy.kind === 'unknown') {
        const roles = [...new Set(WRITES.flatMap(privilege => facts.reachableBy(table, privilege)))].sort();
        if (roles.length > 0) report({ message: 'writableByAnyone', at, subject, certainty: 'likely', data: { table: name, roles: roles.join(' and ') } });
        return;
      }
      const reached = [...new Set(['select', ...WRITES].flatMap(privilege => facts.reachableBy(table, privilege)))].sort();
      if (reached.length === 0) return;
      const roles = reached.join(' and ');
      if (table.rls) report({ message: 'disabledAgain', at, subject, data: { table: name, roles }, related: [{ at: table.at, note: 'created here' }] });
      else report({ message: 'neverEnabled', at, subject, data: { table: name, roles, tenancy: why[0]?.text ?? tenancy.kind }, related: why.slice(0, 1).map(r => ({ at: r.at, note: r.text })) });
    },
  },
});
