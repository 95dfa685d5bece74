import { addedConstraints, columnList, constraintName, defineRule, indexFirst, namesOfTable, outsideTransaction, sqlName, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'disallowed-unique-constraint' },
    { tool: 'postgres-language-server', rule: 'disallowUniqueConstraint' }, { tool: 'postgres-language-server', rule: 'avoidAddingExclusionConstraint' },
    { tool: 'pgfence', rule: 'add-constraint-unique' }, { tool: 'pgfence', rule: 'add-constraint-exclude' },
    { tool: 'eugene', rule: 'E7' }, { tool: 'eugene', rule: 'E8' },
    { tool: 'strong_migrations', rule: 'add_unique_constraint' }, { tool: 'strong_migrations', rule: 'add_exclusion_constraint' },
    { tool: 'django-migration-linter', rule: 'ADD_UNIQUE' },
  ],
  messages: {
    built: {
      what: 'A unique constraint of `{table}` is built while nobody can use the table.',
      why: 'Its index is made under an ACCESS EXCLUSIVE lock, which blocks all reads and writes until the last row is in it.',
      fix: 'Build the index first, {outside}: `create unique index concurrently {index} on {sql} ({columns});`, then `alter table {sql} add constraint {index} unique using index {index};`.',
    },
    exclusion: {
      what: 'An exclusion constraint of `{table}` is built while nobody can use the table.',
      why: 'Its index is made under an ACCESS EXCLUSIVE lock, which blocks all reads and writes; neither NOT VALID nor CONCURRENTLY exists for it.',
      fix: 'Make a new table with the constraint, copy in batches while a trigger keeps both alike, and swap their names; or add it in a maintenance window.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, action } = op;
        if (!action) continue;
        const { table: named, sql } = namesOfTable(table);
        const place = { subject: { kind: 'table', name: table.key } } as const;
        for (const { constraint, own } of addedConstraints(action)) {
          if (constraint.kind === 'exclude') report({ message: 'exclusion', at: constraint.at, ...place, data: { table: named } });
          if (constraint.kind !== 'unique' || constraint.usingIndex !== undefined) continue;
          const columns = own.length > 0 ? own : constraint.columns;
          const name = constraint.name ?? constraintName(op, facts, constraint.at) ?? [table.name, ...columns, 'key'].join('_');
          report({ message: 'built', at: constraint.at, ...place, fixes: indexFirst(op, facts, constraint, name, columns), data: { table: named, sql, outside: outsideTransaction(op.step), index: sqlName(name), columns: columnList(columns) } });
        }
      }
    },
  },
});
