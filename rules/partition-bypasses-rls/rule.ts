import { defineRule, listed, sqlTable, tableName, tableSubject, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [
    { tool: 'splinter', rule: '0013_rls_disabled_in_public' },
    { tool: 'pgrls', rule: 'SEC041' },
    { tool: 'pgrls', rule: 'SEC043' },
  ],
  messages: {
    partition: {
      what: '`{table}` is a partition of `{parent}` without row level security of its own, and {roles} can reach it by name.',
      why: 'The policies of `{parent}` apply to queries that name `{parent}`. A query of `{table}` itself is filtered by nothing: it returns the rows of every tenant.',
      fix: 'Revoke the partition from {roles} (`revoke all on {sql} from {from};`) or enable row level security on it; queries through `{parent}` need neither. Do the same wherever partitions are made.',
    },
    child: {
      what: '`{table}` inherits from `{parent}` without row level security of its own, and {roles} can reach it by name.',
      why: 'The policies of `{parent}` apply to queries that name `{parent}`. A query of `{table}` is filtered by nothing.',
      fix: 'Enable row level security on `{table}` with policies of its own, or revoke it from {roles}.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.rls?.value === true || table.rls?.value === 'unknown') return;
      const parent = protectedParent(table, facts);
      if (!parent) return;
      const reached = [...new Set(['select', 'insert', 'update', 'delete'].flatMap((privilege) => facts.reachableBy(table, privilege)))].sort();
      if (reached.length === 0) return;
      const place = { at: table.rls?.at ?? table.at, subject: tableSubject(table), related: [{ at: parent.rls?.at ?? parent.at, note: `row level security of ${tableName(parent.key)}` }] };
      const data = { table: tableName(table.key), parent: tableName(parent.key), roles: listed(reached) };
      if (table.partitionOf === undefined) report({ ...place, message: 'child', data });
      else report({ ...place, message: 'partition', data: { ...data, sql: sqlTable(table.key), from: reached.join(', ') } });
    },
  },
});

/** The nearest table above that has row level security; partitions may be partitioned themselves. */
function protectedParent(table: Table, facts: Facts): Table | undefined {
  const seen = new Set<string>();
  const queue = table.partitionOf === undefined ? [...table.parents] : [table.partitionOf];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const parent = facts.schema.tables.get(next);
    if (!parent || seen.has(next)) continue;
    seen.add(next);
    if (parent.rls?.value === true) return parent;
    queue.push(...(parent.partitionOf === undefined ? parent.parents : [parent.partitionOf]));
  }
  return undefined;
}
