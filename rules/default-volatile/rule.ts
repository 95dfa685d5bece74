import { defineRule, isCheckedDomain, isWritten, mayBeVolatile, namesOfTable, sqlName, sqlText, typeText, usedOperations, type Facts, type Fix, type Operation, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'adding-field-with-default' },
    { tool: 'postgres-language-server', rule: 'addingFieldWithDefault' }, { tool: 'postgres-language-server', rule: 'addSerialColumn' },
    { tool: 'pgfence', rule: 'add-column-non-constant-default' }, { tool: 'pgfence', rule: 'add-column-default-pre-pg11' }, { tool: 'pgfence', rule: 'add-column-stored-generated' }, { tool: 'pgfence', rule: 'add-column-serial' },
    { tool: 'eugene', rule: 'E11' },
    { tool: 'strong_migrations', rule: 'add_column_default' }, { tool: 'strong_migrations', rule: 'add_column_default_callable' }, { tool: 'strong_migrations', rule: 'add_column_generated_stored' }, { tool: 'strong_migrations', rule: 'add_column_auto_incrementing' },
  ],
  messages: {
    volatile: {
      what: 'The default of the new column `{table}.{column}` writes every row anew while nobody can use the table.',
      why: '`{value}` gives each row a value of its own, so Postgres cannot keep one for all of them; it holds an ACCESS EXCLUSIVE lock, which blocks all reads and writes, until the last row is written.',
      fix: 'Add the column without a default, then `alter table {sql} alter column {name} set default {value};` for new rows, and fill the old ones in batches.',
    },
    old: {
      what: 'The default of the new column `{table}.{column}` writes every row anew while nobody can use the table.',
      why: 'Before version 11 Postgres writes any default into each row, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Add the column without a default, then `alter table {sql} alter column {name} set default {value};` for new rows, and fill the old ones in batches.',
    },
    generated: {
      what: 'The stored generated column `{table}.{column}` writes every row anew while nobody can use the table.',
      why: 'Its value is computed for each row there is, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Add a plain column, keep it up to date with a trigger, and fill the old rows in batches; from version 18 on a VIRTUAL column costs nothing.',
    },
    domain: {
      what: 'The domain of the new column `{table}.{column}` makes Postgres write every row anew while nobody can use the table.',
      why: 'Domain `{type}` has something to check, which Postgres asks of every row, even where the value is NULL, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: "Add the column with the domain's base type, and its check as a constraint with NOT VALID that is validated in a later transaction.",
    },
    numbered: {
      what: 'Numbering `{table}.{column}` writes every row anew while nobody can use the table.',
      why: 'A {type} column gives each row that is there its own number, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Add a plain bigint column, give it a sequence as its default, and number the old rows in batches.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table } = op;
        if (table.kind === 'foreign' || op.action?.do !== 'add-column') continue;
        const { column } = op.action;
        const place = { at: column.at, subject: { kind: 'table', name: table.key } } as const;
        const { table: named, sql } = namesOfTable(table);
        const data = { table: named, column: column.name };
        if (column.generated) {
          if (column.generated.stored) report({ message: 'generated', ...place, data });
        } else if (column.identity !== undefined || /serial\d?$/.test(column.type.name)) {
          report({ message: 'numbered', ...place, data: { ...data, type: column.identity === undefined ? typeText(column.type) : 'identity' } });
        } else if (isCheckedDomain(column.type, facts.timeline.at(index).types)) {
          report({ message: 'domain', ...place, data: { ...data, type: typeText(column.type) } });
        } else if (column.default && !(column.default.kind === 'literal' && column.default.value === null)) {
          const values = { ...data, sql, name: sqlName(column.name), value: sqlText(column.default) };
          if (mayBeVolatile(column.default, facts.timeline.at(index)) === true) report({ message: 'volatile', ...place, fixes: filledLater(op, facts, table, values), data: values });
          else if (facts.postgres < 11) report({ message: 'old', ...place, fixes: filledLater(op, facts, table, values), data: values });
        }
      }
    },
  },
});

/** The column without its default, which new rows get from then on; old rows are filled in batches that commit, and only then it is required. */
function filledLater(op: Operation, facts: Facts, table: Table, { sql, name, value }: { readonly sql: string; readonly name: string; readonly value: string }): readonly Fix[] {
  if (op.action?.do !== 'add-column' || !isWritten(op)) return [];
  const { column, at } = op.action;
  // What else hangs on the column is left to whoever wrote it.
  if (column.constraints.length > 0) return [];
  const action = `add column ${op.action.ifNotExists ? 'if not exists ' : ''}${name} ${facts.text(column.typeAt)}, alter column ${name} set default ${value}`;
  const key = sqlName([...table.constraints.values()].flatMap((c) => (c.kind === 'primary key' && c.columns.length === 1 ? c.columns : []))[0] ?? 'ctid');
  const batch = `update ${sql} set ${name} = default where ${key} = any (array(select ${key} from ${sql} where ${name} is null limit 10000))`;
  const check = sqlName(`${table.name}_${column.name}_not_null`);
  const required = [
    `alter table ${sql} add constraint ${check} check (${name} is not null) not valid`, `alter table ${sql} validate constraint ${check}`,
    `alter table ${sql} alter column ${name} set not null`, `alter table ${sql} drop constraint ${check}`,
  ];
  const statements = [`do $$\nbegin\n  loop\n    ${batch};\n    exit when not found;\n    commit;\n  end loop;\nend $$`, ...(column.notNull ? required : [])];
  return [{ title: 'Filled in batches, in a migration without a transaction', safe: true, edits: [{ at, text: action }], migration: { slug: `fill_${table.name}_${column.name}`, statements, outside: true } }];
}
