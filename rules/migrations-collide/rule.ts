import { defineRule, keepsChecksum, lateMigration, versionOf, type Facts, type History, type Span, type Step } from '@tenantlint/model';

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
    heads: {
      what: 'The revisions end in {count} heads: {names}.',
      why: 'Two branches were made from one revision. `alembic upgrade head` refuses to choose.',
      fix: 'Join them with `alembic merge heads`, or let one come after the other.',
    },
    late: {
      severity: 'warning',
      what: '`{name}` comes before `{other}`, which is applied already.',
      why: '{how} Databases that are up to date and new ones end up different.',
      fix: 'Give it a version behind the last one; what an applied migration did is changed by a new one.',
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
    gap: {
      severity: 'note',
      what: 'Number {number} is missing before this migration.',
      why: 'A migration was taken away, or lies on another branch, whose merge will put it before this one.',
      fix: 'Find it, or number the migrations in one go.',
    },
  },
  visit: {
    project(facts, report) {
      for (const history of facts.timeline.histories) {
        const edited = new Set<Step>();
        for (const step of history.steps) {
          const was = history.tool === 'models' || history.tool === 'dump' || isRepeatable(step) ? undefined : facts.merged(step.file);
          if (was === undefined) continue;
          edited.add(step);
          const [data, at] = [{ name: nameOf(step.file), ref: was.ref }, { at: firstWords(step, facts), subject: { kind: 'file', name: step.file } } as const];
          const same = meaning(was.text) === meaning(facts.text({ file: step.file, start: 0, end: Number.MAX_SAFE_INTEGER }));
          if (!was.name.endsWith(step.file) && nameOf(was.name) !== nameOf(step.file)) report({ message: 'renamed', ...at, data: { ...data, old: nameOf(was.name) } });
          // Comments are part of a checksum and of nothing else.
          if (!same || (keepsChecksum(history.tool) && was.text !== facts.text({ file: step.file, start: 0, end: Number.MAX_SAFE_INTEGER }))) report({ message: 'edited', ...at, certainty: same ? 'likely' : 'proven', data: { ...data, file: step.file, what: keepsChecksum(history.tool) ? 'refuse it: the tool keeps a checksum' : 'never run it again' } });
        }
        const place = (step: Step) => ({ at: firstWords(step, facts), subject: { kind: 'file', name: step.file } }) as const;
        if (history.tool === 'alembic') {
          const heads = headsOf(history);
          const last = heads.at(-1);
          if (heads.length > 1 && last) report({ message: 'heads', ...place(last), related: heads.slice(0, -1).map((h) => ({ at: firstWords(h, facts), note: 'another head' })), data: { count: String(heads.length), names: heads.map((h) => `\`${h.id}\``).join(', ') } });
          continue;
        }
        const seen = new Map<string, Step>();
        for (const step of history.steps) {
          const version = versionOf(step);
          if (version === undefined) continue;
          const other = seen.get(version);
          if (other) report({ message: 'same', ...place(step), related: [{ at: firstWords(other, facts), note: `version ${version} as well` }], certainty: history.tool === 'plain' ? 'likely' : 'proven', data: { version, other: nameOf(other.file), tool: history.tool === 'plain' ? 'Whatever runs them' : history.tool } });
          else seen.set(version, step);
        }
        const end = history.steps.findLastIndex((s) => !facts.pending(s) && versionOf(s) !== undefined);
        const applied = history.steps[end];
        for (const step of history.steps.slice(0, Math.max(0, end))) {
          if (applied && facts.pending(step) && !edited.has(step) && versionOf(step) !== undefined) report({ message: 'late', ...place(step), certainty: 'likely', data: { name: nameOf(step.file), other: nameOf(applied.file), how: lateMigration(history.tool) } });
        }
        for (const { step, number } of gaps(history)) if (facts.pending(step)) report({ message: 'gap', ...place(step), certainty: 'possible', data: { number } });
      }
    },
  },
});

function headsOf(history: History): readonly Step[] {
  const followed = new Set(history.steps.flatMap((s) => s.after ?? []));
  return history.steps.filter((s) => s.after !== undefined && !followed.has(s.id));
}

/** Holes in numbers that count 1, 2, 3; timestamps have none. */
function gaps(history: History): readonly { readonly step: Step; readonly number: string }[] {
  const numbered = history.steps.flatMap((step) => { const version = versionOf(step); return version !== undefined && version.length < 6 ? [{ step, n: Number(version) }] : []; });
  const steps = numbered.length === history.steps.length ? numbered : [];
  if (steps.length < 3 || steps.filter(({ n }, i) => i > 0 && n === (steps[i - 1]?.n ?? 0) + 1).length * 2 < steps.length) return [];
  return steps.flatMap(({ step, n }, i) => { const before = steps[i - 1]?.n; return before !== undefined && n > before + 1 ? [{ step, number: String(before + 1) }] : []; });
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function firstWords({ file, up }: Step, facts: Facts): Span {
  const at = up[0]?.at ?? { file, start: 0, end: 0 };
  return { ...at, end: at.start + (/^\S+/.exec(facts.text(at))?.[0].length ?? 0) };
}

/** Flyway runs it whenever it changes; what graphile-migrate works on is run until it is committed. */
function isRepeatable({ tool, file }: Step): boolean {
  return (tool === 'flyway' && nameOf(file).startsWith('R__')) || (tool === 'graphile-migrate' && /(?:^|\/)current(?:\.sql$|\/)/.test(file));
}

/** Without comments and blanks. */
function meaning(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|--[^\n]*|^\s*#[^\n]*|^\s*\/\/[^\n]*/gm, '').replace(/\s+/g, ' ').trim();
}
