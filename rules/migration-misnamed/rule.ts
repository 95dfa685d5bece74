import { defineRule, type Facts, type Span } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  messages: {
    skipped: {
      what: '{tool} does not run this file: {reason}.',
      why: 'What it says is in no database, although it lies among the migrations.',
      fix: 'Name it as the others are named, or move it out of the folder.',
    },
    impossible: {
      what: '`{version}` is no moment: {part}.',
      why: 'Names made by the tool sort by time; one that no clock shows sorts before or behind all others.',
      fix: 'Let the tool make the name, or correct it before the file is applied anywhere.',
    },
  },
  visit: {
    project(facts, report) {
      for (const history of facts.timeline.histories) {
        for (const { file, reason } of history.skipped) {
          const at = NAMED.test(reason) ? firstWord(file, facts) : undefined;
          if (at) report({ message: 'skipped', at, subject: { kind: 'file', name: file }, certainty: 'likely', data: { tool: history.tool === 'plain' ? 'Whoever runs the others' : history.tool, reason } });
        }
        for (const step of history.steps) {
          const version = /^\d{14}(?!\d)/.exec(step.id)?.[0];
          const part = version === undefined || !facts.pending(step) ? undefined : wrongPart(version);
          const at = firstWord(step.file, facts);
          if (version !== undefined && part !== undefined && at) report({ message: 'impossible', at, subject: { kind: 'file', name: step.file }, data: { version, part } });
        }
      }
    },
  },
});

/** Reasons that a better name would mend. */
const NAMED = /^(?:the name |no number |not listed in the journal|no change of this name|a rollback by its name|the tool skips )/;

function wrongPart(version: string): string | undefined {
  const [month, day, hour, minute, second] = [4, 6, 8, 10, 12].map((i) => Number(version.slice(i, i + 2)));
  const [m = 0, d = 0] = [month, day];
  if (m < 1 || m > 12) return `there is no month ${version.slice(4, 6)}`;
  if (d < 1 || d > new Date(Date.UTC(Number(version.slice(0, 4)), m, 0)).getUTCDate()) return `month ${version.slice(4, 6)} has no day ${version.slice(6, 8)}`;
  return (hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59 ? `there is no time ${version.slice(8)}` : undefined;
}

/** The first word that is no comment stands for the file. */
function firstWord(file: string, facts: Facts): Span | undefined {
  const text = facts.text({ file, start: 0, end: Number.MAX_SAFE_INTEGER });
  const before = /^(?:\s+|--[^\n]*)*/.exec(text)?.[0].length ?? 0;
  const word = /^\S+/.exec(text.slice(before))?.[0].length ?? 0;
  return word === 0 ? undefined : { file, start: before, end: before + word };
}
