import { defineRule, isServed, listed, sitePath, siteSubject, siteTable, tableName, type Column, type Facts } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sites'],
  messages: {
    whole: {
      what: '`{operation}` returns whole rows of `{table}`, {columns} among them.',
      why: 'Whoever adds a column adds it to every answer that is made of whole rows, whether or not it is meant for the caller.',
      fix: 'Name the columns that are needed.',
    },
    included: {
      what: '`{relation}` brings whole rows of `{table}` along, {columns} among them.',
      why: 'Whoever adds a column adds it to every answer that is made of whole rows, whether or not it is meant for the caller.',
      fix: 'Name the columns that are needed.',
    },
  },
  visit: {
    site(site, facts, report) {
      if (!isServed(site) || site.verdict === 'leak') return;
      const common = { subject: siteSubject(site), certainty: 'possible' } as const;
      const own = site.shape.wholeRecord && site.table !== undefined ? telling(facts, site.table) : [];
      if (own.length > 0) report({ message: 'whole', at: site.at, ...common, related: sitePath(site), data: { operation: site.operation, table: siteTable(site), columns: listed(own) } });
      for (const one of site.shape.included) {
        const columns = one.wholeRecord && !one.counted ? telling(facts, one.table) : [];
        if (columns.length > 0) report({ message: 'included', at: one.at, ...common, related: [{ at: site.at, note: 'the query' }, ...sitePath(site)], data: { relation: one.relation, table: tableName(one.table), columns: listed(columns) } });
      }
    },
  },
});

const SENSITIVE = /password|passwd|secret|token|(?:^|_)hash$|Hash$|api_?key|private_?key|(?:^|_)ssn|social_?security|tax_?(?:id|number)|iban|card_?number|salary|passport|date_?of_?birth|(?:^|_)dob$/i;

/** Columns that are not for everybody, or large. */
function telling(facts: Facts, key: string): string[] {
  const table = facts.schema.tables.get(key);
  return [...(table?.columns.values() ?? [])].filter(isTelling).map((c) => `\`${c.name}\``).slice(0, 4);
}

const isTelling = (column: Column): boolean => SENSITIVE.test(column.name) || /^bytea/.test(column.typeText);
