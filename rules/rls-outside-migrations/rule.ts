import { defineRule, protectedOutside, sqlTable, tableName, tableSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  messages: {
    enabled: {
      what: 'Row level security of `{table}` is enabled in `{file}`, which no migration tool runs.',
      why: 'Where somebody ran the file by hand, the table is protected; in every database made from the migrations (the next stage, a branch, a restored copy) {roles} can reach the rows of all tenants.',
      fix: 'Move the statements into a migration. They may be repeated: `alter table {sql} enable row level security;` does no harm where it is enabled already.',
    },
    seed: {
      what: '{what} of `{table}` stands in `{file}`, a seed: it is run where a database is filled for development, and nowhere else.',
      why: 'The developer\'s database is protected, so nobody notices; the one that users work with is made by the migrations alone.',
      fix: 'Move the statements into a migration.',
    },
    policy: {
      severity: 'warning',
      what: 'Policy "{policy}" of `{table}` is created in `{file}`, which no migration tool runs.',
      why: 'In a database made from the migrations the policy is missing: what it allows is denied there, and what the tests saw is not what runs.',
      fix: 'Move it into a migration: `drop policy if exists …` before `create policy …` lets it run where it is there already.',
    },
  },
  visit: {
    project(facts, report) {
      for (const found of protectedOutside(facts)) {
        const { table, at, policy } = found;
        const place = { at, subject: tableSubject(table), related: [{ at: table.at, note: 'created by a migration' }] };
        const data = { table: tableName(table.key), file: at.file };
        const seed = facts.timeline.histories.some((history) => history.seeds.includes(at.file));
        if (seed) report({ ...place, message: 'seed', certainty: policy === undefined ? 'proven' : 'likely', data: { ...data, what: policy === undefined ? 'Row level security' : `Policy "${policy}"` } });
        else if (policy !== undefined) report({ ...place, message: 'policy', certainty: 'likely', data: { ...data, policy } });
        else report({ ...place, message: 'enabled', data: { ...data, sql: sqlTable(table.key), roles: found.roles } });
      }
    },
  },
});
