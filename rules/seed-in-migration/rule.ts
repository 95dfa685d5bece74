import { defineRule, operations, tableName, type SqlStatement } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history', 'tenancy'],
  messages: {
    rows: {
      what: 'The migration puts rows of its own into `{table}`, which belongs to tenants.',
      why: 'It runs in every database, production as well: a tenant or a user that nobody signed up is there, with whatever password or role the rows say.',
      fix: 'Move them to a seed file, which only development and tests run; reference data that all tenants share may stay.',
    },
    users: {
      severity: 'error',
      what: 'The migration creates users to sign in with.',
      why: 'It runs in every database, production as well, and its passwords stand in the repository.',
      fix: 'Move them to a seed file, which only development and tests run.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of operations(facts, index)) {
        if (op.event.kind !== 'data' || op.event.statement.kind !== 'insert' || !isMadeUp(op.event.statement)) continue;
        const { table: name } = op.event.statement;
        const key = op.named(name)?.table?.key;
        const table = key === undefined ? undefined : facts.schema.tables.get(key);
        if (!table) continue;
        const place = { at: name.at, subject: { kind: 'table', name: table.key } } as const;
        if (table.key === 'auth.users') report({ message: 'users', ...place });
        const { tenancy } = facts.tenancyOf(table);
        const { kind } = tenancy;
        const { columns } = op.event.statement;
        // Rows that name no tenant are everybody's.
        const own = tenancy.kind === 'keyed' ? tenancy.columns : tenancy.kind === 'through' && tenancy.path[0]?.required === false ? tenancy.path[0].columns : tenancy.kind === 'user-owned' ? [tenancy.column] : [];
        if (own.length > 0 && columns.length > 0 && !columns.some((c) => own.includes(c.name))) continue;
        if (table.platform || kind === 'global' || kind === 'unknown' || kind === 'shared') continue;
        report({ message: 'rows', ...place, certainty: 'likely', data: { table: tableName(table.key) } });
      }
    },
  },
});

/** The values stand in the migration: they are not taken from rows that are there. */
function isMadeUp(statement: SqlStatement & { readonly kind: 'insert' }): boolean {
  const { source } = statement;
  if (source === undefined) return true;
  return source.values !== undefined || (source.from.length === 0 && source.set === undefined && statement.with.length === 0);
}
