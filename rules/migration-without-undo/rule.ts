import { defineRule } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  messages: {
    missing: {
      what: 'Migration `{name}` has no way back.',
      why: '{expected}. Without one a bad deploy can only be mended forward, under pressure.',
      fix: 'Write the statements that undo it, in reverse order; what cannot be undone is said in a comment with the way to restore the data.',
    },
    empty: {
      what: 'The way back of migration `{name}` does nothing.',
      why: 'The tool runs it, reports success, and leaves everything as it was.',
      fix: 'Write the statements that undo it, in reverse order.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      const history = facts.timeline.histories.find(h => h.steps.includes(step));
      if (!history?.downs.expected || facts.timeline.changes(index).length === 0) return;
      const down = step.down;
      const subject = { kind: 'step', name: step.id } as const;
      // Where there is none, the migration's first statement stands for it.
      const first = step.up[0]?.at;
      if (down === undefined) {
        const at = step.downAt ?? first;
        if (at) report({ message: 'missing', at, subject, data: { name: step.id, expected: history.downs.why } });
      } else if (down.known && down.value.every(e => e.kind === 'transaction' || e.kind === 'set' || e.kind === 'comment')) {
        const at = step.downAt ?? first;
        if (at) report({ message: 'empty', at, subject, data: { name: step.id } });
      }
    },
  },
});
