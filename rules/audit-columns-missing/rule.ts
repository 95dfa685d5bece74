import { defineRule, ownTables, tableName, tableSubject, type Facts, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: [],
  messages: {
    created: {
      what: '`{table}` does not keep when its rows were made; {share} of the product\'s tables do.',
      why: 'When something has gone wrong, the first question is since when. A row without a time cannot be put in order with the others, nor found by a rule for keeping and erasing data.',
      fix: 'Add the column that the other tables have: `{column}`, with `default now()`.',
    },
  },
  visit: {
    project(facts, report) {
      const tables = ownTables(facts).filter((t) => !t.inferred && t.partitionOf === undefined && !isLink(t));
      const found = tables.map((table) => ({ table, column: [...table.columns.keys()].find((name) => CREATED.test(name)) }));
      const usual = found.find((f) => f.column !== undefined)?.column;
      const without = found.filter((f) => f.column === undefined && !hasMoment(f.table));
      const having = found.filter((f) => f.column !== undefined).length;
      if (usual === undefined || having < 4 || having < 0.7 * tables.length) return;
      for (const { table } of without) {
        if (isReference(table, facts)) continue;
        report({ message: 'created', at: table.at, subject: tableSubject(table), certainty: 'possible', data: { table: tableName(table.key), share: `${Math.round((100 * having) / tables.length)} %`, column: usual } });
      }
    },
  },
});

const CREATED = /^(created|inserted|added|recorded|logged)(_?(at|on|date|time))?$|^(creation|insert)_?(date|time)$|^date_?created$|^ts$/i;

/** It keeps some other moment of its own: when it was measured, sent or run. */
function hasMoment(table: Table): boolean {
  return [...table.columns.values()].some((c) => c.typeText.startsWith('timestamp') && (c.default !== undefined || c.notNull));
}

/** Nothing but keys. */
function isLink(table: Table): boolean {
  const keys = new Set([...table.constraints.values()].flatMap((c) => (c.kind === 'foreign key' || c.kind === 'primary key' ? c.columns : [])));
  return [...table.columns.keys()].every((name) => keys.has(name));
}

function isReference(table: Table, facts: Facts): boolean {
  return facts.tenancyOf(table).tenancy.kind === 'global';
}
