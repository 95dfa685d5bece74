import { defineRule, routineName, routineSubject, sqlRoutine } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'pgrls', rule: 'SEC017' }],
  messages: {
    leakproof: {
      what: '`{fn}` is declared LEAKPROOF.',
      why: 'Postgres evaluates policies before the conditions of a query, so that a function in WHERE never sees a row that the policy hides. LEAKPROOF lifts that: the function is run on hidden rows as well, and anything it lets out (an error that quotes its argument, a notice, a log line, its run time) tells of other tenants\' data.',
      fix: '`alter function {sql} not leakproof;`',
    },
  },
  visit: {
    fn(routine, _facts, report) {
      if (routine.leakproof) report({ message: 'leakproof', at: routine.at, subject: routineSubject(routine), data: { fn: routineName(routine), sql: sqlRoutine(routine) } });
    },
  },
});
