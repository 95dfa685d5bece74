import { defineRule, listed, routineName, tableName, verbsOf } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC013' }],
  messages: {
    crosses: {
      what: 'Writing a row of `{table}` makes trigger `{trigger}` {verbs} rows of {targets} of other tenants: {row}.',
      why: '`{fn}` is SECURITY DEFINER: it runs with the rights of `{owner}`, past every policy, whoever writes the row. What it writes has to follow from that row by a key; here nothing ties the two tenants together.',
      fix: 'Tie the statement to the row that fired it (`… where company_id = new.company_id and …`), or take the tenant from it (`values (new.company_id, …)`).',
    },
  },
  visit: {
    project(facts, report) {
      const seen = new Set<string>();
      for (const table of facts.schema.tables.values()) {
        for (const trigger of table.triggers.values()) {
          const routine = facts.schema.functions.get(trigger.function) ?? facts.schema.functions.get(`${trigger.function}()`);
          if (!routine || routine.platform || seen.has(routine.key)) continue;
          const leaks = facts.triggerReach(table, trigger).filter((reach) => reach.isolation.verdict === 'no' && facts.schema.tables.get(reach.table)?.platform === false);
          const [first] = leaks;
          if (first?.isolation.verdict !== 'no') continue;
          seen.add(routine.key);
          report({
            message: 'crosses',
            at: first.at,
            subject: { kind: 'trigger', name: `${table.key}.${trigger.name}` },
            data: { table: tableName(table.key), trigger: trigger.name, verbs: verbsOf(leaks), targets: listed([...new Set(leaks.map((leak) => `\`${tableName(leak.table)}\``))]), row: first.isolation.escape.row, fn: routineName(routine), owner: routine.owner },
            related: [{ at: trigger.at, note: 'the trigger' }],
          });
        }
      }
    },
  },
});
