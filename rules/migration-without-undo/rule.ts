import { defineRule, type SchemaEvent } from '@tenantlint/model';

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
      const first = step.up[0]?.at;
      if (!first || !history?.downs.expected || facts.timeline.changes(index).length === 0) return;
      const { down } = step;
      if (down !== undefined && !(down.known && down.value.every(isIdle))) return;
      // The first two words of the migration stand for it: `create table`, `alter type`.
      const words = /^\S+\s+\S+/.exec(facts.text(first))?.[0].length ?? 0;
      const place = {
        at: { ...first, end: words > 0 ? first.start + words : first.end },
        subject: { kind: 'step', name: step.id },
        // The end of a file that says nothing of a way back shows nothing.
        related: step.downAt && facts.text(step.downAt).trim() !== '' ? [{ at: step.downAt, note: down === undefined ? 'not a way back' : 'does nothing' }] : [],
      } as const;
      if (down === undefined) report({ message: 'missing', ...place, data: { name: step.id, expected: history.downs.why } });
      else report({ message: 'empty', ...place, data: { name: step.id } });
    },
  },
});

function isIdle(event: SchemaEvent): boolean {
  return event.kind === 'transaction' || event.kind === 'set' || event.kind === 'comment' || event.kind === 'run';
}
