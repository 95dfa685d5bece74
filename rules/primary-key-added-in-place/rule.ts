import { addedConstraints, columnList, defineRule, indexFirst, isProvenNotNull, namesOfTable, outsideTransaction, sqlName, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'adding-serial-primary-key-field' },
    { tool: 'postgres-language-server', rule: 'addingPrimaryKeyConstraint' },
    { tool: 'pgfence', rule: 'add-pk-without-using-index' }, { tool: 'pgfence', rule: 'add-pk-using-index' },
    { tool: 'eugene', rule: 'W14' },
  ],
  messages: {
    built: {
      what: 'The primary key of `{table}` is built while nobody can use the table.',
      why: 'Its index is made, and the columns are checked for NULL, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Build the index first, {outside}: `create unique index concurrently {index} on {sql} ({columns});`, make the columns NOT NULL with a validated check, then `alter table {sql} add constraint {index} primary key using index {index};`.',
    },
    nullable: {
      what: 'The primary key of `{table}` takes a ready index, yet its columns may be NULL: every row is read while nobody can use the table.',
      why: 'PRIMARY KEY sets {columns} NOT NULL, which reads the table under an ACCESS EXCLUSIVE lock.',
      fix: 'Prove it first: add `check ({test}) not valid`, validate it in a later transaction, then add the key.',
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
          if (constraint.kind !== 'primary key') continue;
          if (constraint.usingIndex === undefined) {
            const columns = own.length > 0 ? own : constraint.columns;
            const name = constraint.name ?? `${table.name}_pkey`;
            // Columns that may be NULL have to be proven first, which is more than one deploy can do.
            const fixes = columns.every((column) => table.columns.get(column)?.notNull === true) ? indexFirst(op, facts, constraint, name, columns) : [];
            report({ message: 'built', at: constraint.at, ...place, fixes, data: { table: named, sql, outside: outsideTransaction(op.step), index: sqlName(name), columns: columnList(columns) } });
            continue;
          }
          const ready = table.indexes.get(constraint.usingIndex);
          const open = (ready?.keys ?? []).flatMap((key) => (key.column !== undefined && !isProvenNotNull(table, key.column, facts.postgres) ? [key.column] : []));
          if (open.length > 0) report({ message: 'nullable', at: constraint.at, ...place, data: { table: named, columns: columnList(open), test: open.map((c) => `${sqlName(c)} is not null`).join(' and ') } });
        }
      }
    },
  },
});
