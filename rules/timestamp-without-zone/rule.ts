import { defineRule, generatesSql, listed, tableName, tableSubject, sqlName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sql'],
  sources: [{ tool: 'squawk', rule: 'prefer-timestamptz' }, { tool: 'squawk', rule: 'prefer-timestamp-tz' }, { tool: 'postgres-language-server', rule: 'preferTimestamptz' }, { tool: 'pgfence', rule: 'prefer-timestamptz' }],
  messages: {
    without: {
      what: '{columns} of `{table}` {verb} a time without a zone.',
      why: '`timestamp` keeps what the clock on the wall showed and forgets where the wall was. `now()` is written in the zone of the session; a client in another one reads another moment, and twice a year an hour is ambiguous.',
      fix: '`timestamptz` keeps the moment: `alter table … alter column {quoted} type timestamptz using {quoted} at time zone \'UTC\';`.',
    },
  },
  visit: {
    table(table, facts, report) {
      // What writes through models writes UTC, and makes its columns so by itself.
      if (table.inferred || table.partitionOf !== undefined || generatesSql(facts.timeline.steps[table.createdIn]?.tool)) return;
      const columns = [...table.columns.values()].filter((c) => /^timestamp(\(\d\))? without time zone/.test(c.typeText));
      const [first] = columns;
      if (first) report({ message: 'without', at: first.at, subject: tableSubject(table), data: { columns: listed(columns.map((c) => `\`${c.name}\``)), table: tableName(table.key), verb: columns.length === 1 ? 'holds' : 'hold', quoted: sqlName(first.name) } });
    },
  },
});
