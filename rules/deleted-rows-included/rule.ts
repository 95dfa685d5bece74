import { defineRule, reaches, sitePath, siteSubject, siteTable, type QuerySite, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'audit',
  needs: ['sites'],
  messages: {
    unasked: {
      what: '`{operation}` {reaches} rows of `{table}` that were deleted as well.',
      why: 'Rows of `{table}` are deleted by setting `{column}`, other queries ask for it, and this one does not say which rows it wants.',
      fix: 'Ask for rows whose `{column}` is not set. Where deleted rows are wanted, say so in the condition.',
    },
  },
  visit: {
    site(site, facts, report) {
      const table = site.table === undefined ? undefined : facts.schema.tables.get(site.table);
      const mark = table && markOf(table);
      if (!table || mark === undefined || !site.shape.several || site.shape.open || site.verdict === 'leak' || isOffline(site)) return;
      const asks = (s: QuerySite): boolean => s.table === table.key && s.shape.filters.includes(mark);
      if (asks(site) || !facts.sites.some((s) => s.verb !== 'insert' && asks(s))) return;
      report({ message: 'unasked', at: site.at, subject: siteSubject(site), certainty: 'likely', related: [...sitePath(site)], data: { operation: site.operation, table: siteTable(site), reaches: reaches(site), column: mark } });
    },
  },
});

/** The column by which rows are deleted without going away. */
function markOf(table: Table): string | undefined {
  for (const column of table.columns.values()) if (/^(?:deleted_?at|deleted_?on|is_?deleted|deleted)$/i.test(column.name)) return column.name;
  return undefined;
}

const isOffline = (site: QuerySite): boolean => site.entry !== undefined && ['script', 'seed', 'test', 'cron', 'queue'].includes(site.entry.kind);
