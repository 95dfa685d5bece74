import { defineRule, listed, ownTables, tableName, tableSubject, type Facts, type Table } from '@tenantlint/model';

type Style = 'snake_case' | 'camelCase' | 'PascalCase' | 'UPPER_CASE';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: [],
  messages: {
    table: {
      what: 'The name `{table}` is in {style}; the product\'s tables are in {usual}.',
      why: 'A name that is spelt otherwise has to be remembered, and quoted, each time; a query that forgets it means another table or none.',
      fix: 'Rename it, with a view of the old name until all readers have followed.',
    },
    columns: {
      what: '{columns} of `{table}` {verb} in {style}; the product\'s columns are in {usual}.',
      why: 'A name that is spelt otherwise has to be remembered, and quoted, each time.',
      fix: 'Rename them in step with the code that reads them.',
    },
  },
  visit: {
    project(facts, report) {
      const tables = ownTables(facts).filter((t) => !t.inferred && t.partitionOf === undefined && !/^_/.test(t.name));
      const ofTables = usual(tables.map((t) => t.name));
      const ofColumns = usual(tables.flatMap((t) => [...t.columns.keys()]));
      for (const table of tables) {
        const style = styleOf(table.name);
        if (style !== undefined && ofTables !== undefined && style !== ofTables && !foreignTool(table, facts)) report({ message: 'table', at: table.at, subject: tableSubject(table), certainty: 'possible', data: { table: tableName(table.key), style, usual: ofTables } });
        const odd = [...table.columns.values()].filter((c) => { const own = styleOf(c.name); return own !== undefined && ofColumns !== undefined && own !== ofColumns; });
        const [first] = odd;
        if (first && ofColumns !== undefined && !foreignTool(table, facts)) report({ message: 'columns', at: first.at, subject: tableSubject(table), certainty: 'possible', data: { columns: listed(odd.map((c) => `\`${c.name}\``)), table: tableName(table.key), verb: odd.length === 1 ? 'is' : 'are', style: styleOf(first.name) ?? '', usual: ofColumns } });
      }
    },
  },
});

/** Undefined for a single lower-case word, which is in every style. */
function styleOf(name: string): Style | undefined {
  if (/^[a-z0-9]+$/.test(name)) return undefined;
  if (/^[a-z0-9_]+$/.test(name)) return 'snake_case';
  if (/^[A-Z0-9_]+$/.test(name) && name.length > 1) return 'UPPER_CASE';
  if (/^[a-z][A-Za-z0-9]*$/.test(name)) return 'camelCase';
  return /^[A-Z][A-Za-z0-9]*$/.test(name) ? 'PascalCase' : undefined;
}

/** What at least nine in ten names, and no fewer than five, have in common. */
function usual(names: readonly string[]): Style | undefined {
  const count = new Map<Style, number>();
  for (const style of names.map(styleOf)) if (style !== undefined) count.set(style, (count.get(style) ?? 0) + 1);
  const all = [...count.values()].reduce((a, b) => a + b, 0);
  const [most] = [...count].sort((a, b) => b[1] - a[1]);
  return most && most[1] >= 5 && most[1] >= 0.9 * all ? most[0] : undefined;
}

/** Tables in a schema of their own are often another program's. */
function foreignTool(table: Table, facts: Facts): boolean {
  return table.schema !== 'public' && ownTables(facts).some((t) => t.schema !== table.schema);
}
