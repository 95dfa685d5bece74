import { defineRule, listed, routineName, tableName, verbsOf, type Escape, type Schema, type Term } from '@tenantlint/model';

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
            // Where a copied value comes from is told less surely than which rows a condition finds; what a new user states is plain.
            certainty: leaks.some((leak) => leak.isolation.verdict === 'no' && (leak.command === 'insert' ? table.platform : !byIdentifier(leak.isolation.escape, facts.schema))) ? 'proven' : 'likely',
            subject: { kind: 'trigger', name: `${table.key}.${trigger.name}` },
            data: { table: tableName(table.key), trigger: trigger.name, verbs: verbsOf(leaks), targets: listed([...new Set(leaks.map((leak) => `\`${tableName(leak.table)}\``))]), row: first.isolation.escape.row, fn: routineName(routine), owner: routine.owner },
            related: [{ at: trigger.at, note: 'the trigger' }],
          });
        }
      }
    },
  },
});

/** Found by an id that the row that fired it names, though no foreign key says so: rows of two tenants do not share it by chance. */
function byIdentifier({ atoms, rows }: Escape, schema: Schema): boolean {
  const typeOf = (term: Term) => {
    const of = term.kind === 'column' ? rows.find((row) => row.id === term.row)?.table : undefined;
    return term.kind === 'column' && of !== undefined ? schema.tables.get(of)?.columns.get(term.column)?.typeText : undefined;
  };
  return atoms.some((atom) => atom.kind === 'compare' && atom.op === '=' && [atom.left, atom.right].every((side) => typeOf(side) === 'uuid'));
}
