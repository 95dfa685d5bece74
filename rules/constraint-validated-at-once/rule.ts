import { columnList, constraintName, defineRule, isNewColumn, isWritten, moved, operations, namesOfTable, sqlName, sqlTable, sqlText, unvalidated, usedTable, type ConstraintDef, type Facts, type Fix, type NewMigration, type Operation, type Table, type Transaction } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'constraint-missing-not-valid' }, { tool: 'squawk', rule: 'adding-foreign-key-constraint' }, { tool: 'squawk', rule: 'ban-alter-domain-with-add-constraint' },
    { tool: 'postgres-language-server', rule: 'constraintMissingNotValid' }, { tool: 'postgres-language-server', rule: 'addingForeignKeyConstraint' },
    { tool: 'postgres-language-server', rule: 'requireSeparateConstraintValidation' },
    { tool: 'pgfence', rule: 'add-constraint-check-no-not-valid' }, { tool: 'pgfence', rule: 'add-constraint-fk-no-not-valid' }, { tool: 'pgfence', rule: 'not-valid-validate-same-tx' },
    { tool: 'pgfence', rule: 'validate-constraint' }, { tool: 'pgfence', rule: 'ban-alter-domain-add-constraint' },
    { tool: 'eugene', rule: 'E1' },
    { tool: 'strong_migrations', rule: 'add_foreign_key' }, { tool: 'strong_migrations', rule: 'validate_foreign_key' }, { tool: 'strong_migrations', rule: 'add_check_constraint' }, { tool: 'strong_migrations', rule: 'validate_check_constraint' },
  ],
  messages: {
    check: {
      what: 'Every row of `{table}` is checked while nobody can use the table.',
      why: 'ADD CONSTRAINT … CHECK holds an ACCESS EXCLUSIVE lock, which blocks all reads and writes, until the last row was read.',
      fix: 'Add it unchecked and check it in a later transaction: `{add}` then `{validate}`.',
    },
    foreignKey: {
      what: 'Every row of `{table}` is looked up in `{other}` while nobody can write to either.',
      why: 'ADD FOREIGN KEY holds a SHARE ROW EXCLUSIVE lock on both tables, which blocks all writes, until the last row was looked up.',
      fix: 'Add it unchecked and check it in a later transaction: `{add}` then `{validate}`.',
    },
    inColumn: {
      what: '{constraint} of the new column makes Postgres read all of `{table}` while nobody can use it.',
      why: 'A constraint that comes with ADD COLUMN is checked at once, under an ACCESS EXCLUSIVE lock, which blocks all reads and writes.',
      fix: 'Add the column alone, then `{add}`, and in a later transaction `{validate}`.',
    },
    sameTransaction: {
      what: 'Constraint `{name}` is validated in the transaction that added it.',
      why: 'The lock of ADD CONSTRAINT is held to the end of the transaction, so that NOT VALID wins nothing: {blocks} wait until every row was checked.',
      fix: 'Move `{validate}` to a migration of its own, which takes a SHARE UPDATE EXCLUSIVE lock and blocks neither reads nor writes.',
    },
    domain: {
      severity: 'warning',
      what: 'Every column of domain `{name}` is checked while nobody can write to its tables.',
      why: 'ALTER DOMAIN holds a SHARE lock, which blocks all writes, on all tables that use the domain until their rows were read.',
      fix: 'Add it as a CHECK with NOT VALID, which holds for new values at once. Prove the old ones table by table, by a CHECK of the column: `alter domain {name} validate constraint …` holds the same lock.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      const added = new Map<string, { readonly transaction: Transaction | undefined; readonly op: Operation }>();
      for (const op of operations(facts, index)) {
        const { action, event } = op;
        if (event.kind === 'alter-domain' && (event.notNull === true || (event.addConstraint?.kind === 'check' && event.addConstraint.notValid !== true)) && op.locks().length > 0) {
          report({ message: 'domain', at: event.name.at, subject: { kind: 'step', name: op.step.id }, data: { name: event.name.name } });
        }
        const table = usedTable(op);
        if (!table || !action) continue;
        const common = { subject: { kind: 'table', name: table.key } } as const;
        if (action.do === 'add-constraint' && (action.constraint.kind === 'check' || action.constraint.kind === 'foreign key')) {
          const { constraint } = action;
          const name = constraintName(op, facts, constraint.at) ?? nameOf(constraint, table);
          const data = { table: namesOfTable(table).table, ...steps(constraint, table, name) };
          const edit = unvalidated(op, facts, constraint);
          const fixes = edit === undefined ? [] : [{ title: 'NOT VALID, and validated in a later migration', safe: true, edits: [edit], migration: validated(table, name) }];
          if (constraint.notValid === true) added.set(`${table.key}.${name}`, { transaction: op.transaction, op });
          else if (constraint.kind === 'check') report({ message: 'check', at: constraint.at, ...common, data, fixes });
          // Of a column that the deploy adds no row has a value to look up.
          else report({ message: 'foreignKey', at: constraint.at, ...common, certainty: constraint.columns.every((c) => isNewColumn(facts, op, c) && table.columns.get(c)?.default === undefined) ? 'possible' : 'proven', fixes, data: { ...data, other: constraint.references.name } });
        }
        if (action.do === 'add-column') {
          for (const constraint of action.column.constraints) {
            if (constraint.kind !== 'check' && (constraint.kind !== 'foreign key' || action.column.default === undefined)) continue;
            const name = constraintName(op, facts, constraint.at) ?? nameOf(constraint, table, action.column.name);
            report({ message: 'inColumn', at: constraint.at, ...common, fixes: apart(op, facts, constraint, name, action.column.name), data: { constraint: constraint.kind === 'check' ? 'CHECK' : 'foreign key', table: namesOfTable(table).table, ...steps(constraint, table, name, action.column.name) } });
          }
        }
        if (action.do === 'validate-constraint') {
          const before = added.get(`${table.key}.${action.name}`);
          if (before && before.transaction !== undefined && before.transaction === op.transaction) {
            const blocks = before.op.action?.do === 'add-constraint' && before.op.action.constraint.kind === 'check' ? 'all reads and writes' : 'all writes';
            report({ message: 'sameTransaction', at: action.at, ...common, related: [{ at: before.op.event.at, note: 'added here' }], fixes: moved(op, facts, 'VALIDATE in a migration of its own', validated(table, action.name)), data: { name: action.name, blocks, validate: `alter table ${sqlTable(table.key)} validate constraint ${sqlName(action.name)};` } });
          }
        }
      }
    },
  },
});

function nameOf(constraint: ConstraintDef, table: Table, column?: string): string {
  if (constraint.name !== undefined) return constraint.name;
  const columns = column === undefined ? ('columns' in constraint ? constraint.columns : []) : [column];
  return [table.name, ...columns, constraint.kind === 'foreign key' ? 'fkey' : 'check'].join('_');
}

function validated(table: Table, name: string): NewMigration {
  return { slug: `validate_${name}`, statements: [`alter table ${sqlTable(table.key)} validate constraint ${sqlName(name)}`], outside: false };
}

/** The constraint behind its column, as an action of its own. */
function apart(op: Operation, facts: Facts, { kind, at }: ConstraintDef, name: string, column: string): readonly Fix[] {
  if (!isWritten(op) || op.action === undefined || op.table === undefined) return [];
  const text = facts.text(at).replace(/^constraint\s+(?:"[^"]*"|\S+)\s+/i, '');
  const added = `add constraint ${sqlName(name)} ${kind === 'foreign key' ? `foreign key (${sqlName(column)}) ` : ''}${text} not valid`;
  const before = facts.text({ file: at.file, start: 0, end: at.start });
  const blank = before.length - before.trimEnd().length;
  const end = op.action.at.end;
  const edits = [{ at: { ...at, start: at.start - blank }, text: '' }, { at: { ...at, start: end, end }, text: `, ${added}` }];
  return [{ title: 'NOT VALID, and validated in a later migration', safe: true, edits, migration: validated(op.table, name) }];
}

/** The two statements that do the same without a long lock. */
function steps(constraint: ConstraintDef & { readonly kind: 'check' | 'foreign key' }, table: Table, called: string, column?: string): { readonly add: string; readonly validate: string } {
  const [sql, name] = [sqlTable(table.key), sqlName(called)];
  const referenced = (c: ConstraintDef & { readonly kind: 'foreign key' }): string => `${c.references.schema === undefined ? '' : `${sqlName(c.references.schema)}.`}${sqlName(c.references.name)}${c.referenced.length > 0 ? ` (${columnList(c.referenced)})` : ''}`;
  const body = constraint.kind === 'check' ? `check (${sqlText(constraint.expr)})` : `foreign key (${columnList(column === undefined ? constraint.columns : [column])}) references ${referenced(constraint)}${constraint.onDelete === 'no action' ? '' : ` on delete ${constraint.onDelete}`}`;
  return { add: `alter table ${sql} add constraint ${name} ${body} not valid;`, validate: `alter table ${sql} validate constraint ${name};` };
}
