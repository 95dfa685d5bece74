import { defineRule, lacksWayBack, type Facts, type Step } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  messages: {
    missing: {
      what: 'Migration `{name}` has no way back.',
      why: '{expected}. Without one a bad deploy can only be mended forward, under pressure.',
      fix: 'Write the statements that undo it, in reverse order; what cannot be undone is said in a comment with the way to restore the data. `tenantlint fix` drafts it where the tool looks for it, and for a tool that only goes forward in a rollback folder.',
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
      if (!lacksWayBack(step)) return;
      // The first two words of the migration stand for it: `create table`, `alter type`.
      const words = /^\S+\s+\S+/.exec(facts.text(first))?.[0].length ?? 0;
      const place = {
        at: { ...first, end: words > 0 ? first.start + words : first.end },
        subject: { kind: 'step', name: step.id },
        // Somebody decided, and says why; or it is how it was done, and nobody goes back that far.
        ...(isExplained(step, facts) || (history.downs.scattered === true && !facts.pending(step)) ? { certainty: 'possible' as const } : {}),
        // The end of a file that says nothing of a way back shows nothing.
        related: step.downAt && facts.text(step.downAt).trim() !== '' ? [{ at: step.downAt, note: down === undefined ? 'not a way back' : 'does nothing' }] : [],
      } as const;
      if (down === undefined) report({ message: 'missing', ...place, data: { name: step.id, expected: history.downs.why } });
      else report({ message: 'empty', ...place, data: { name: step.id } });
    },
  },
});

const MARK = /^[ \t]*(?:--|#|\/\/|"""|\*)[ \t]*/;

/** A sentence where the way back would stand, and not the statements of one that were commented out. */
function isExplained({ downAt }: Step, facts: Facts): boolean {
  if (downAt === undefined) return false;
  const text = facts.text({ file: downAt.file, start: 0, end: Number.MAX_SAFE_INTEGER });
  // In a program the place is what it does; its reasons stand in the lines above.
  const above = text.slice(0, downAt.start).split('\n').reverse().slice(1);
  const own = above.findIndex((line) => !MARK.test(line));
  const below = downAt.file.endsWith('.sql') ? text.slice(downAt.start) : text.slice(downAt.start, downAt.end);
  const lines = [...above.slice(0, own < 0 ? above.length : own), ...below.split('\n')].filter((line) => MARK.test(line)).map((line) => line.replace(MARK, ''));
  return lines.some((line) => !/[;(]\s*$/.test(line) && !/^\W*(?:migrate|\+?goose|down migration|undo|rollback|drop|alter|create|delete|update|revoke|grant|begin|commit)\b/i.test(line) && (line.match(/[a-z]{2,}/gi)?.length ?? 0) >= 3);
}
