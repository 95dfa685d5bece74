import { defineRule, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['tenancy'],
  messages: {
    unknown: {
      what: 'Whose rows `{table}` holds could not be told.',
      why: 'No foreign key and no name leads from it to a tenant or to a user, and nothing marks it as reference data. Until it is known, queries and policies of the table are judged neither right nor wrong.',
      fix: 'Say it in tenantlint.config.jsonc: {config}.',
    },
  },
  visit: {
    table(table, facts, report) {
      // Tables in an extension's own schema are the extension's.
      if ([...facts.schema.extensions.values()].some((e) => e.schema === table.schema && table.schema !== 'public')) return;
      if (table.partitionOf !== undefined || facts.tenancyOf(table).tenancy.kind !== 'unknown') return;
      report({ message: 'unknown', at: table.at, subject: tableSubject(table), data: { table: tableName(table.key), config: `\`"tenancy": { "tables": { "${tableName(table.key)}": "global" } }\` if it is everybody's, \`{ "keyed": "column" }\` or \`{ "through": "column" }\` if it belongs to tenants` } });
    },
  },
});
