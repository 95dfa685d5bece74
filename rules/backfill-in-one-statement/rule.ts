import { defineRule, namesOfTable, picksRows, sqlName, usedOperations, walkExpr, type SqlExpr, type SqlStatement } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'postgres-language-server', rule: 'banUpdateWithoutWhere' }, { tool: 'postgres-language-server', rule: 'banDeleteWithoutWhere' },
    { tool: 'pgfence', rule: 'update-in-migration' }, { tool: 'pgfence', rule: 'delete-without-where' },
    { tool: 'strong_migrations', rule: 'backfilling-data' },
  ],
  messages: {
    updated: {
      what: 'All rows of `{table}` are updated in one statement.',
      why: 'Every row stays locked for writers until the last one is done and the transaction ends; each leaves a dead copy, and replicas fall behind.',
      fix: 'Do it in batches outside of the migration: `update {sql} set … where {key} in (select {key} from {sql} where … limit 1000);` until nothing is left, with a commit after each.',
    },
    deleted: {
      what: 'All rows of `{table}` are deleted in one statement.',
      why: 'Every row stays locked until the last one is done and the transaction ends, and vacuum has all of them to clear away.',
      fix: 'Delete in batches outside of the migration: `delete from {sql} where {key} in (select {key} from {sql} where … limit 1000);` until nothing is left, with a commit after each.',
    },
    some: {
      severity: 'note',
      what: '{verb} changes as many rows of `{table}` as match, in one statement.',
      why: 'Rows stay locked until the last one is done and the transaction ends.',
      fix: 'Where it can be many, do it in batches outside of the migration.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table } = op;
        if (op.event.kind !== 'data') continue;
        const { statement } = op.event;
        if (statement.kind !== 'update' && statement.kind !== 'delete') continue;
        if (isBatch(statement) || picksRows(statement.where, table)) continue;
        const { sql, table: named } = namesOfTable(table);
        const place = { at: statement.table.at, subject: { kind: 'table', name: table.key } } as const;
        const whole = statement.where === undefined || onlyNulls(statement.where);
        const reference = facts.tenancyOf(table).tenancy.kind === 'global';
        const key = sqlName([...table.constraints.values()].flatMap((c) => (c.kind === 'primary key' ? c.columns : []))[0] ?? 'ctid');
        if (!whole || reference) report({ message: 'some', ...place, certainty: 'possible', data: { verb: statement.kind.toUpperCase(), table: named } });
        else report({ message: statement.kind === 'update' ? 'updated' : 'deleted', ...place, certainty: 'likely', data: { table: named, sql, key } });
      }
    },
  },
});

/** A sub-select with LIMIT bounds what is changed. */
function isBatch(statement: SqlStatement & { readonly kind: 'update' | 'delete' }): boolean {
  let limited = statement.with.some((cte) => cte.statement.kind === 'select' && cte.statement.limit !== undefined);
  if (statement.where) {
    walkExpr(statement.where, {
      statement(s) {
        if (s.kind === 'select' && s.limit !== undefined) limited = true;
      },
    });
  }
  return limited;
}

/** `x is null` and its kin: what a backfill says of the rows that it still has to fill. */
function onlyNulls(where: SqlExpr): boolean {
  if (where.kind === 'and' || where.kind === 'or') return where.of.every(onlyNulls);
  return (where.kind === 'is-null' && !where.negated) || (where.kind === 'literal' && where.value === true);
}
