import { defineRule, listed, tableName, type Step } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history', 'tenancy'],
  messages: {
    files: {
      what: '`{table}` is created here and protected only by `{later}`: until then {roles} can reach every row.',
      why: 'Migrations are applied one by one, and the second may fail, wait for a release, or never come to a database that is restored in between.',
      fix: 'Enable row level security in the migration that creates the table.',
    },
    transactions: {
      what: '`{table}` is created in one transaction and protected in another: in between {roles} can reach every row.',
      why: 'Outside of a transaction each statement takes effect by itself, and where a later one fails the table stays open.',
      fix: 'Put `begin;` and `commit;` around the statements, or let the tool run the file in a transaction.',
    },
    reopened: {
      what: 'Row level security of `{table}` is off between two transactions: meanwhile {roles} can reach every row.',
      why: 'Other sessions see the table as it is after each commit; if a statement in between fails, it stays open.',
      fix: 'Do the work in one transaction, or as a role with BYPASSRLS that leaves row level security on.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      for (const { table, roles, at, closedAt, closedIn, reopened } of facts.migrations.windows(index)) {
        const place = {
          at, subject: { kind: 'table', name: table }, certainty: certainty(step, facts.pending(step), closedIn === index),
          related: [{ at: closedAt, note: 'protected here' }],
        } as const;
        const data = { table: tableName(table), roles: listed(roles) };
        if (closedIn !== index) report({ message: 'files', ...place, data: { ...data, later: facts.timeline.steps[closedIn]?.id ?? '' } });
        else report({ message: reopened ? 'reopened' : 'transactions', ...place, data });
      }
    },
  },
});

/** Who runs the files of a folder may put each into a transaction, or all of them. */
function certainty({ tool, up }: Step, pending: boolean, sameFile: boolean): 'proven' | 'likely' | 'possible' {
  if (!pending) return 'possible';
  return sameFile && tool === 'plain' && !up.some((event) => event.kind === 'transaction') ? 'likely' : 'proven';
}
