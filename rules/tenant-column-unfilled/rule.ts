import { defineRule, isFresh, isNewColumn, operations, sqlName, sqlTable, tableName, usedOperations, walkExpr, type Facts, type Operation, type Policy, type SqlExpr, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history', 'tenancy'],
  messages: {
    oneTenant: {
      severity: 'error',
      what: 'All rows of `{table}` are given to one tenant: `{column}` is filled with a constant.',
      why: 'Rows that were another tenant\'s are shown to this one from now on, and are gone for their own.',
      fix: 'Add the column as nullable, fill it from what the rows hang off (`update {sql} set {name} = parent.{name} from …`), and make it required then.',
    },
    policyFirst: {
      what: 'Policy "{policy}" asks for `{table}.{column}` before anything has filled it.',
      why: 'The rows that are there hold NULL, which equals no tenant: from here on nobody sees them.',
      fix: 'In this order: add the column as nullable, fill it, make it NOT NULL, then make the policy.',
    },
    requiredFirst: {
      what: '`{table}.{column}` becomes NOT NULL before anything has filled it.',
      why: 'Postgres refuses it as soon as the table has one row.',
      fix: 'In this order: add the column as nullable, fill it, make it NOT NULL, then make the policy.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, event, action } = op;
        // Where tenants come with this very deploy, all that was there before was one tenant's.
        const root = facts.schema.tables.get(facts.tenancy.root ?? '');
        const single = root !== undefined && isFresh(facts, index, root);
        const words = (column: string) => ({ table: tableName(table.key), column, sql: sqlTable(table.key), name: sqlName(column) });
        const place = (column: string) => ({ subject: { kind: 'column', name: `${table.key}.${column}` } }) as const;
        if (!single && action?.do === 'add-column' && isTenantColumn(facts, table, action.column.name) && isConstant(action.column.default)) {
          report({ message: 'oneTenant', at: action.column.default.at, ...place(action.column.name), data: words(action.column.name) });
        }
        if (!single && event.kind === 'data' && event.statement.kind === 'update' && event.statement.where === undefined && event.statement.from.length === 0) {
          for (const { column, value, at } of event.statement.set) if (isTenantColumn(facts, table, column) && isConstant(value)) report({ message: 'oneTenant', at, ...place(column), data: words(column) });
        }
        if (action?.do === 'set-not-null' && action.notNull && isEmpty(facts, op, table, action.column)) {
          report({ message: 'requiredFirst', at: action.columnAt, ...place(action.column), data: { table: tableName(table.key), column: action.column } });
        }
        if (event.kind === 'create-policy') {
          const column = columnsOf(event).find((name) => isEmpty(facts, op, table, name));
          if (column !== undefined) report({ message: 'policyFirst', at: event.nameAt, certainty: 'likely', ...place(column), data: { policy: event.name, table: tableName(table.key), column } });
        }
      }
    },
  },
});

function isTenantColumn(facts: Facts, table: Table, column: string): boolean {
  const now = facts.schema.tables.get(table.key);
  const { tenancy } = now ? facts.tenancyOf(now) : { tenancy: { kind: 'unknown' } as const };
  return (tenancy.kind === 'keyed' || tenancy.kind === 'shared' || tenancy.kind === 'pre-tenant') && tenancy.columns.includes(column);
}

function isConstant(value: SqlExpr | undefined): value is SqlExpr {
  const bare = value?.kind === 'cast' ? value.of : value;
  return bare?.kind === 'literal' && bare.value !== null;
}

/** The tenant column of a table that has rows, added by this deploy and filled by nothing up to here. */
function isEmpty(facts: Facts, op: Operation, table: Table, column: string): boolean {
  const added = table.columns.get(column);
  if (added === undefined || added.default !== undefined || !isTenantColumn(facts, table, column) || !isNewColumn(facts, op, column)) return false;
  for (let index = op.index; index >= 0; index--) {
    if (facts.deploy(index) !== facts.deploy(op.index)) break;
    for (const other of operations(facts, index)) {
      if (other.event === op.event && index === op.index) break;
      if (fills(other, table, column)) return false;
    }
  }
  return true;
}

function fills({ event, table: of }: Operation, table: Table, column: string): boolean {
  // What a block or a call runs may fill it without naming it.
  if (event.kind === 'run' || event.kind === 'do' || event.kind === 'unread') return true;
  if (event.kind !== 'data' || of?.key !== table.key) return false;
  const { statement } = event;
  return statement.kind === 'truncate' || statement.kind === 'delete' || (statement.kind === 'update' && statement.set.some((s) => s.column === column));
}

function columnsOf({ using, check }: { readonly using?: Policy['using']; readonly check?: Policy['check'] }): readonly string[] {
  const found = new Set<string>();
  const nulls = new Set<string>();
  const visit = (e: SqlExpr): void => {
    if (e.kind === 'column') found.add(e.path.at(-1) ?? '');
    // Rows that nobody has filled yet are let through.
    if (e.kind === 'is-null' && !e.negated && e.of.kind === 'column') nulls.add(e.of.path.at(-1) ?? '');
  };
  for (const expr of [using, check]) if (expr) walkExpr(expr, { expr: visit });
  return [...found].filter((name) => !nulls.has(name));
}
