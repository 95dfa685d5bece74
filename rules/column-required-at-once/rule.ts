import { defineRule, isNewColumn, isProvenNotNull, namesOfTable, replaced, sqlName, sqlTable, typeText, usedOperations, type Fix, type Operation, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'adding-not-nullable-field' }, { tool: 'squawk', rule: 'adding-required-field' }, { tool: 'squawk', rule: 'ban-drop-not-null' },
    { tool: 'postgres-language-server', rule: 'addingNotNullField' }, { tool: 'postgres-language-server', rule: 'addingRequiredField' }, { tool: 'postgres-language-server', rule: 'banDropNotNull' },
    { tool: 'pgfence', rule: 'alter-column-set-not-null' }, { tool: 'pgfence', rule: 'add-column-not-null-no-default' }, { tool: 'pgfence', rule: 'drop-not-null' },
    { tool: 'eugene', rule: 'E2' },
    { tool: 'strong_migrations', rule: 'change_column_null' }, { tool: 'strong_migrations', rule: 'change_column_null_postgresql' }, { tool: 'strong_migrations', rule: 'change_column_with_not_null' },
    { tool: 'django-migration-linter', rule: 'NOT_NULL' },
  ],
  messages: {
    scanned: {
      what: 'Making `{table}.{column}` NOT NULL reads every row while nobody can use the table.',
      why: 'It holds an ACCESS EXCLUSIVE lock, which blocks all reads and writes, until the last row was read.',
      fix: '{steps}',
    },
    added: {
      what: 'Column `{column}` is added to `{table}` as NOT NULL without a default.',
      why: 'Postgres refuses it as soon as the table has one row, and code that is still running inserts rows without the column.',
      fix: 'Add it as nullable (`alter table {sql} add column {name} {type};`), fill it in batches, then make it required.',
    },
    nullable: {
      severity: 'note',
      what: '`{table}.{column}` may be NULL from now on.',
      why: 'Code that is still running never met a NULL in this column.',
      fix: 'Deploy code that copes with NULL first.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, action } = op;
        if (table.kind === 'foreign' || !action) continue;
        const { table: named, sql } = namesOfTable(table);
        const subject = { kind: 'table', name: table.key } as const;
        if (action.do === 'set-not-null') {
          const column = table.columns.get(action.column);
          const at = action.columnAt;
          if (!action.notNull) {
            // Another column may have taken its name since.
            const still = facts.timeline.at(index).tables.get(table.key)?.columns.get(action.column)?.notNull === true;
            if (column?.notNull === true && !still && !isNewColumn(facts, op, action.column)) report({ message: 'nullable', at, subject, data: { table: named, column: action.column } });
          } else if (!isProvenNotNull(table, action.column, facts.postgres)) {
            // Whoever fills a new column in the same deploy counts on a table that is small.
            report({ message: 'scanned', at, subject, certainty: isNewColumn(facts, op, action.column) ? 'possible' : 'proven', fixes: proven(op, table, action.column, facts.postgres), data: { table: named, column: action.column, steps: steps(sqlTable(table.key), table.name, action.column, facts.postgres) } });
          }
        }
        if (action.do === 'add-constraint' && action.constraint.kind === 'not null' && action.constraint.notValid !== true) {
          for (const column of action.constraint.columns) {
            if (!isProvenNotNull(table, column, facts.postgres)) report({ message: 'scanned', at: action.constraint.at, subject, data: { table: named, column, steps: steps(sql, table.name, column, facts.postgres) } });
          }
        }
        if (action.do === 'add-column') {
          const { column } = action;
          const filled = column.default !== undefined || column.generated !== undefined || column.identity !== undefined || /serial\d?$/.test(column.type.name);
          const required = column.notNull || column.constraints.some((c) => c.kind === 'primary key');
          if (required && !filled) report({ message: 'added', at: column.at, subject, data: { column: column.name, table: named, sql, name: sqlName(column.name), type: typeText(column.type) } });
        }
      }
    },
  },
});

/** The sequence as edits: what the statement proves at once is promised for new rows first, and proven for old ones in a migration behind. */
function proven(op: Operation, { key, name }: Table, column: string, postgres: number): readonly Fix[] {
  const [sql, called, check] = [sqlTable(key), sqlName(column), sqlName(`${name}_${column}_not_null`)];
  const edit = postgres < 12 ? undefined : replaced(op, `add constraint ${check} ${postgres >= 18 ? `not null ${called}` : `check (${called} is not null)`} not valid`);
  if (edit === undefined) return [];
  const more = postgres >= 18 ? [] : [`alter table ${sql} alter column ${called} set not null`, `alter table ${sql} drop constraint ${check}`];
  return [{ title: 'NOT VALID, and proven in a later migration', safe: true, edits: [edit], migration: { slug: `require_${name}_${column}`, statements: [`alter table ${sql} validate constraint ${check}`, ...more], outside: false } }];
}

function steps(sql: string, table: string, column: string, postgres: number): string {
  const [check, name] = [sqlName(`${table}_${column}_not_null`), sqlName(column)];
  if (postgres >= 18) return `Say it for new rows first: \`alter table ${sql} add constraint ${check} not null ${name} not valid;\`, then in a later transaction \`alter table ${sql} validate constraint ${check};\`, which blocks nobody.`;
  if (postgres < 12) return `This version always reads the table: keep \`alter table ${sql} add constraint ${check} check (${name} is not null) not valid;\` and validate it in a later transaction instead of SET NOT NULL.`;
  return `Let a constraint prove it first: \`alter table ${sql} add constraint ${check} check (${name} is not null) not valid;\`, in a later transaction \`alter table ${sql} validate constraint ${check};\`, then SET NOT NULL reads nothing, and the constraint can be dropped.`;
}
