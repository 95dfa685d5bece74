import { defineRule, editedMigration, gapsOf, headsOf, identityOf, isRepeatable, keepsChecksum, lateMigration, lateSteps, mendLate, numberOf, siblingsTell, titleOf, versionOf, type Facts, type Span, type Step } from '@tenantlint/model';
import { deletions } from './deletions.ts';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  messages: {
    same: {
      what: 'Two migrations have version {version}: this one and `{other}`.',
      why: '{tool} keeps one entry a version: one of the two is never run, or the deploy stops.',
      fix: 'Give the one that is not applied yet a later version.',
    },
    siblings: {
      severity: 'warning',
      what: 'Two migrations have number {version}: this one and `{other}`.',
      why: '{why}',
      fix: 'Drop the later one with its snapshot and its entry in the journal, and generate it again.',
    },
    broken: {
      what: '{tool} stops before it runs anything: {reason}.',
      why: 'The migrations do not fit together, so that no database gets any of them.',
      fix: 'Mend it before anything is deployed.',
    },
    heads: {
      what: 'The revisions end in {count} heads: {names}.',
      why: 'Two branches were made from one revision. `alembic upgrade head` refuses to choose.',
      fix: 'Join them with `alembic merge heads`, or let one come after the other.',
    },
    late: {
      severity: 'warning',
      what: '`{name}` comes before `{other}`, which is applied already.',
      why: '{how} Databases that are up to date and new ones end up different.',
      fix: '{mend}; what an applied migration did is changed by a new one.',
    },
    edited: {
      what: '`{name}` is edited here, and it is on {ref} already.',
      why: 'Databases that have run it as it was there {what}. New ones get another schema than those.',
      fix: 'Put it back as it is on {ref} (`git checkout {ref} -- {file}`), and write what has to change into a new migration.',
    },
    renamed: {
      what: '`{name}` was `{old}` on {ref}.',
      why: 'Tools know a migration by its name: databases that have run it run it again under the new one, or stop because the old one is missing.',
      fix: 'Keep the name that it has on {ref}.',
    },
    deleted: {
      what: '{names} {are} deleted here, and {where} already.',
      why: 'Databases that have run {it} keep what {did}{how}. New ones never get it.',
      fix: 'Put {it} back, and write a new migration that undoes what is not wanted any more.',
    },
    gap: {
      severity: 'note',
      what: 'Number {number} is missing before this migration.',
      why: 'A migration was taken away, or lies on another branch, whose merge will put it before this one.',
      fix: 'Find it, or number the migrations in one go.',
    },
  },
  visit: {
    project(facts, report) {
      for (const { step, steps, ref, how, certainty } of deletions(facts)) {
        const one = steps.length === 1;
        const names = steps.map((s) => `\`${titleOf(s.file)}\``).join(', ');
        report({ message: 'deleted', at: firstWords(step, facts), subject: { kind: 'file', name: step.file }, certainty, data: { names, are: one ? 'is' : 'are', where: `${one ? 'it is' : 'they are'} ${ref === undefined ? 'committed' : `on ${ref}`}`, it: one ? 'it' : 'them', did: one ? 'it did' : 'they did', how: how === undefined ? '' : `, and ${how}` } });
      }
      for (const history of facts.timeline.histories) {
        for (const { at, reason } of history.broken ?? []) report({ message: 'broken', at, subject: { kind: 'file', name: at.file }, data: { tool: history.tool, reason } });
        const edited = new Set<Step>();
        for (const step of history.steps) {
          const was = history.tool === 'models' || history.tool === 'dump' || isRepeatable(step) ? undefined : facts.merged(step.file);
          if (was === undefined) continue;
          edited.add(step);
          const [data, at] = [{ name: titleOf(step.file), ref: was.ref }, { at: firstWords(step, facts), subject: { kind: 'file', name: step.file } } as const];
          const same = meaning(was.text) === meaning(facts.text({ file: step.file, start: 0, end: Number.MAX_SAFE_INTEGER }));
          if (!was.name.endsWith(step.file) && identityOf(history.tool, was.name) !== identityOf(history.tool, step.file)) report({ message: 'renamed', ...at, data: { ...data, old: titleOf(was.name) } });
          // Comments are part of a checksum and of nothing else.
          if (!same || (keepsChecksum(history.tool) && was.text !== facts.text({ file: step.file, start: 0, end: Number.MAX_SAFE_INTEGER }))) report({ message: 'edited', ...at, certainty: same ? 'likely' : 'proven', data: { ...data, file: step.file, what: editedMigration(history.tool) } });
        }
        const place = (step: Step) => ({ at: firstWords(step, facts), subject: { kind: 'file', name: step.file } }) as const;
        if (history.tool === 'alembic') {
          for (const { file, reason } of history.skipped) {
            const version = /^another file is revision (\S+)/.exec(reason)?.[1];
            const other = version === undefined ? undefined : history.steps.find((s) => s.id === version);
            if (version !== undefined && other) report({ message: 'same', at: { file, start: 0, end: 1 }, subject: { kind: 'file', name: file }, related: [{ at: firstWords(other, facts), note: `revision ${version} as well` }], data: { version, other: titleOf(other.file), tool: 'alembic' } });
          }
          const heads = headsOf(history);
          const last = heads.at(-1);
          if (heads.length > 1 && last) report({ message: 'heads', ...place(last), related: heads.slice(0, -1).map((h) => ({ at: firstWords(h, facts), note: 'another head' })), data: { count: String(heads.length), names: heads.map((h) => `\`${h.id}\``).join(', ') } });
          continue;
        }
        const siblings = siblingsTell(history.tool);
        const seen = new Map<string, Step>();
        for (const step of history.steps) {
          const version = siblings === undefined ? versionOf(step) : numberOf(step);
          if (version === undefined) continue;
          const other = seen.get(version);
          if (other && siblings !== undefined) report({ message: 'siblings', ...place(step), related: [{ at: firstWords(other, facts), note: `number ${version} as well` }], certainty: facts.pending(step) ? 'likely' : 'possible', data: { version, other: titleOf(other.file), why: siblings } });
          else if (other) report({ message: 'same', ...place(step), related: [{ at: firstWords(other, facts), note: `version ${version} as well` }], certainty: history.tool === 'plain' ? 'likely' : 'proven', data: { version, other: titleOf(other.file), tool: history.tool === 'plain' ? 'Whatever runs them' : history.tool } });
          else seen.set(version, step);
        }
        for (const { step, last } of lateSteps(history, (s) => !facts.pending(s))) {
          if (!edited.has(step)) report({ message: 'late', ...place(step), certainty: 'likely', data: { name: titleOf(step.file), other: titleOf(last.file), how: lateMigration(history.tool), mend: mendLate(history.tool) } });
        }
        for (const { step, number } of gapsOf(history)) if (facts.pending(step)) report({ message: 'gap', ...place(step), certainty: 'possible', data: { number } });
      }
    },
  },
});

function firstWords({ file, up }: Step, facts: Facts): Span {
  const at = up[0]?.at ?? { file, start: 0, end: 0 };
  return { ...at, end: at.start + (/^\S+/.exec(facts.text(at))?.[0].length ?? 0) };
}

/** Without comments and blanks. */
function meaning(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|--[^\n]*|^\s*#[^\n]*|^\s*\/\/[^\n]*/gm, '').replace(/\s+/g, ' ').trim();
}
