import { defineRule, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    shared: {
      what: 'Rows of `{table}` of one tenant are kept under `{key}`, which is the same for all.',
      why: 'The query asks for the caller\'s tenant; the key does not hold it. The next tenant that asks gets what the first one left there.',
      fix: 'Put the tenant into the key.',
    },
  },
  visit: {
    project(facts, report) {
      for (const fact of facts.code) {
        if (fact.kind !== 'kept') continue;
        report({ message: 'shared', at: fact.at, subject: { kind: 'file', name: fact.at.file }, certainty: 'proven', related: [{ at: fact.query, note: 'the query' }], data: { table: tableName(fact.table), key: fact.key } });
      }
    },
  },
});
