import { defineRule, lookupsInto, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'strict',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0008_rls_enabled_no_policy' }],
  messages: {
    blinds: {
      severity: 'warning',
      what: '`{table}` has row level security and no policy, so the sub-selects of {policies} see none of its rows.',
      why: 'A policy reads other tables in the caller\'s name. Without a policy of its own `{table}` is empty to the caller, and the tests that rely on it never hold.',
      fix: 'Add a policy that lets callers read their own rows of `{table}`, or read it through a SECURITY DEFINER function.',
    },
    denied: {
      what: '`{table}` has row level security and no policy: nobody but its owner and roles with BYPASSRLS sees a row.',
      why: '{roles} hold privileges on the table that can never be used.',
      fix: 'Add the policies that were meant, or revoke the privileges to say that this is on purpose.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.rls?.value !== true || table.policies.size > 0 || table.partitionOf !== undefined) return;
      const name = tableName(table.key);
      const readers = lookupsInto(facts, table).filter((one) => !one.definer);
      if (readers.length > 0) {
        report({
          message: 'blinds',
          at: table.at,
          subject: tableSubject(table),
          data: { table: name, policies: readers.map(r => `"${r.policy.name}"`).slice(0, 3).join(', ') + (readers.length > 3 ? ` and ${readers.length - 3} more` : '') },
          related: readers.slice(0, 3).map(r => ({ at: r.policy.at, note: `policy of ${tableName(r.table.key)} that reads it` })),
        });
        return;
      }
      const roles = facts.reachableBy(table, 'select');
      if (roles.length > 0) report({ message: 'denied', at: table.at, subject: tableSubject(table), data: { table: name, roles: roles.join(' and ') } });
    },
  },
});
