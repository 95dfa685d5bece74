import { defineRule, type SchemaEvent } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [{ tool: 'squawk', rule: 'ban-uncommitted-transaction' }, { tool: 'pgfence', rule: 'unclosed-transaction' }],
  messages: {
    open: {
      what: 'The transaction that begins here is never committed.',
      why: 'The connection ends with the file and everything since BEGIN is rolled back, while the tool writes down that the migration was applied; or the connection is used again, and holds its locks.',
      fix: 'End it with COMMIT.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      if (facts.deploy(index) === undefined || step.transactional) return;
      let open: SchemaEvent | undefined;
      for (const event of step.up) {
        if (event.kind !== 'transaction') continue;
        if (event.verb === 'begin') open ??= event;
        else if (event.verb === 'commit' || event.verb === 'rollback') open = undefined;
      }
      if (open) report({ message: 'open', at: { ...open.at, end: open.at.start + (/^\w+/.exec(facts.text(open.at))?.[0].length ?? 0) }, subject: { kind: 'step', name: step.id } });
    },
  },
});
