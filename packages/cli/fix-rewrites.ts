import { schemaDifferences } from '@tenantlint/engine';
import type { Edit, Finding, Fix, History, NewMigration, SchemaEvent, Step } from '@tenantlint/model';
import type { Analysis } from './analyse.ts';
import { escaped, inProgram, OUTSIDE_NOTES, withBodies } from './fix-calls.ts';
import type { Draft } from './fix-draft.ts';
import { newMigration, statementsOf } from './fix-new.ts';

/** One finding and how it is mended. */
export interface Candidate {
  readonly finding: Finding;
  readonly fix: Fix;
}

/** One that is not written, and what somebody has to run instead: migration by migration. */
export interface Refused extends Candidate {
  readonly why: string;
  readonly statements?: readonly (readonly string[])[];
}

/** What came of trying to write some of them. */
export interface Written {
  readonly done: readonly Candidate[];
  /** Their places overlap with others: they come next. */
  readonly later: readonly Candidate[];
  readonly refused: readonly Refused[];
  readonly notes: readonly string[];
  /** Ways back that new migrations bring along, by file. */
  readonly undos: ReadonlyMap<string, readonly string[]>;
}

/**
 * The fixes that may be written, by finding: edits of code and of migrations that are not applied, or a new migration. Of
 * several the first that can be.
 */
export function candidates(findings: readonly Finding[], { facts }: Analysis, draft: Draft, unsafe: boolean): { readonly some: readonly Candidate[]; readonly refused: readonly (Candidate & { readonly why: string })[] } {
  const files = new Set(facts.timeline.steps.flatMap((s) => [s.file, ...(s.downAt === undefined ? [] : [s.downAt.file])]));
  const some: Candidate[] = [];
  const refused: (Candidate & { why: string })[] = [];
  for (const finding of findings) {
    if (finding.suppressed || finding.fixes.length === 0) continue;
    // What was just made is not moved on.
    const allowed = finding.fixes.find((fix) => (fix.safe || unsafe) && !(fix.migration !== undefined && draft.isNew(finding.at.file)) && fix.edits.every(({ at }) => !files.has(at.file) || facts.pending(at.file)));
    const [first] = finding.fixes;
    if (allowed !== undefined) some.push({ finding, fix: allowed });
    else if (first) refused.push({ finding, fix: first, why: draft.isNew(finding.at.file) ? 'it is new' : first.safe || unsafe ? `${finding.at.file} may be applied already; name the file to have it edited` : first.later === undefined ? 'it may change what the code means; --unsafe writes it' : 'it takes more than one deploy; --unsafe writes all but the last' });
  }
  return { some, refused };
}

/** Writes what does not overlap. New migrations that may share a transaction share a file. */
export function write(draft: Draft, wanted: readonly Candidate[], { facts }: Analysis): Written {
  const { timeline } = facts;
  const done: Candidate[] = [];
  const later: Candidate[] = [];
  const refused: Refused[] = [];
  const notes: string[] = [];
  const undos = new Map<string, readonly string[]>();
  const edits = new Map<string, Edit[]>();
  const shared = new Map<History, { slug: string; statements: string[]; by: Candidate[] }>();
  // What takes statements away goes before what writes beside them.
  const order = [...wanted].sort((a, b) => Number(b.fix.migration !== undefined) - Number(a.fix.migration !== undefined));
  let histories = timeline.histories;
  const replace = (from: History, to: History): void => {
    histories = histories.map((h) => (h === from ? to : h));
    const known = shared.get(from);
    if (known === undefined) return;
    shared.delete(from);
    shared.set(to, known);
  };
  for (const one of order) {
    const { fix, finding } = one;
    if (fix.edits.some((e) => (edits.get(e.at.file) ?? []).some((other) => overlap(e, other)))) {
      later.push(one);
      continue;
    }
    const history = fix.migration === undefined ? undefined : historyOf(histories, finding);
    if (fix.migration !== undefined && history === undefined) {
      refused.push({ ...one, why: 'there is no history of migrations that a new one belongs to' });
      continue;
    }
    const step = history?.steps.find((s) => s.file === finding.at.file);
    const own = step && (fix.more !== undefined ? expandedInPlace(draft, step, fix) : step.file.endsWith('.sql') ? inPlace(draft, step, fix) : inProgram(draft, step, fix));
    if (fix.migration !== undefined && fix.more !== undefined && history !== undefined) {
      const made = sequence(history, own === undefined ? [fix.migration, ...fix.more] : fix.more, draft);
      if ('refused' in made) {
        refused.push({ ...one, why: made.refused, statements: [fix.migration, ...fix.more].map((m) => m.statements) });
        continue;
      }
      for (const [file, text] of made.files) draft.set(file, text);
      for (const [file, undo] of made.undos) undos.set(file, undo);
      notes.push(...made.notes);
      replace(history, made.history);
    } else if (own === undefined && fix.migration !== undefined && history !== undefined) {
      if (!fix.migration.outside) {
        const known = shared.get(history) ?? { slug: fix.migration.slug, statements: [], by: [] };
        known.statements.push(...fix.migration.statements);
        known.by.push(one);
        shared.set(history, known);
      } else {
        const made = newMigration(history, fix.migration, (file) => draft.text(file));
        if ('refused' in made) {
          refused.push({ ...one, why: `${made.refused}: ${fix.migration.statements.join('; ')}` });
          continue;
        }
        for (const [file, text] of made.files) draft.set(file, text);
        if (made.note !== undefined) notes.push(made.note);
        replace(history, extended(history, made.files));
      }
    }
    if (fix.later !== undefined) notes.push(`later, when nothing that runs needs it: ${fix.later.join('; ')}`);
    const note = fix.migration?.outside === true ? OUTSIDE_NOTES[history?.tool ?? 'plain'] : undefined;
    if (note !== undefined) notes.push(note);
    for (const edit of own ?? fix.edits.map((e) => escaped(e, draft.text(e.at.file) ?? '', step))) edits.set(edit.at.file, [...(edits.get(edit.at.file) ?? []), edit]);
    done.push(one);
  }
  for (const [history, { slug, statements, by }] of shared) {
    const made = newMigration(history, { slug: by.length === 1 ? slug : `${slug}_and_more`, statements, outside: false }, (file) => draft.text(file));
    if ('refused' in made) {
      for (const one of by) {
        done.splice(done.indexOf(one), 1);
        for (const edit of one.fix.edits) edits.set(edit.at.file, (edits.get(edit.at.file) ?? []).filter(({ at }) => at !== edit.at));
        refused.push({ ...one, why: `${made.refused}: ${one.fix.migration?.statements.join('; ') ?? ''}` });
      }
      continue;
    }
    for (const [file, text] of made.files) draft.set(file, text);
    if (made.note !== undefined) notes.push(made.note);
  }
  for (const [file, list] of edits) {
    if (list.length === 0) continue;
    draft.edit(file, list);
    if (file.endsWith('.py')) draft.set(file, withBodies(draft.text(file) ?? ''));
  }
  return { done, later, refused, notes: [...new Set(notes)], undos };
}

function overlap({ at: a }: Edit, { at: b }: Edit): boolean {
  return a.file === b.file && a.start <= b.end && b.start <= a.end && !(a.end === b.start && a.start < b.start) && !(b.end === a.start && b.start < a.start);
}

function historyOf(histories: readonly History[], { at }: Finding): History | undefined {
  const real = histories.filter(({ tool }) => tool !== 'models' && tool !== 'dump');
  return real.find((h) => h.steps.some((s) => s.file === at.file)) ?? (real.length === 1 ? real[0] : undefined);
}

/** New migrations behind one another; all of them, or none. */
function sequence(history: History, migrations: readonly NewMigration[], draft: Draft): { readonly history: History; readonly files: ReadonlyMap<string, string>; readonly undos: ReadonlyMap<string, readonly string[]>; readonly notes: readonly string[] } | { readonly refused: string } {
  const files = new Map<string, string>();
  const undos = new Map<string, readonly string[]>();
  const notes: string[] = [];
  let last = history;
  for (const migration of migrations) {
    const made = newMigration(last, migration, (file) => files.get(file) ?? draft.text(file));
    if ('refused' in made) return made;
    const [first] = made.files.keys();
    if (first !== undefined && migration.undo !== undefined) undos.set(first, migration.undo);
    for (const [file, text] of made.files) files.set(file, text);
    if (made.note !== undefined) notes.push(made.note);
    last = extended(last, made.files);
  }
  return { history: last, files, undos, notes };
}

/** With steps that stand for files just written, so that the next ones get names of their own. */
function extended(history: History, files: ReadonlyMap<string, string>): History {
  const [last] = history.steps.slice(-1);
  if (last === undefined) return history;
  const added = [...files].filter(([file]) => /\.(?:sql|py|[cm]?[jt]s)$/.test(file)).map(([file, text]): Step => {
    const parts = file.split('/');
    const name = parts.at(-1) ?? '';
    const [, id = name, after = ''] = file.endsWith('.py') ? (/^revision = "(\w+)"\ndown_revision = "(\w+)"/m.exec(text) ?? []) : [];
    if (file.endsWith('.py')) return { ...last, file, id, after: [after], up: [], down: undefined };
    return { ...last, file, id: /^(?:migration|up)\.sql$/i.test(name) ? (parts.at(-2) ?? '') : name.replace(/(?:\.up)?\.sql$|\.[cm]?[jt]s$/, ''), up: [], down: undefined };
  });
  return { ...history, steps: [...history.steps, ...added] };
}

/** The migration holds nothing but what is exchanged: it begins the sequence itself. */
function expandedInPlace(draft: Draft, { file, up, tool }: Step, { edits, migration }: Fix): readonly Edit[] | undefined {
  const [edit, ...more] = edits;
  const own = up.filter((e) => e.kind !== 'set' && e.kind !== 'transaction');
  const [only] = own;
  const text = draft.text(file) ?? '';
  if (migration === undefined || edit?.text !== '' || more.length > 0 || own.length !== 1 || only === undefined || edit.at.start > only.at.start || edit.at.end < only.at.end || (tool === 'goose' && /StatementBegin/i.test(text))) return undefined;
  const begins = edit.at.start === 0 || text[edit.at.start - 1] === '\n';
  return [{ at: edit.at, text: `${begins ? '' : '\n'}${statementsOf(tool, text, migration.statements)}` }];
}

/** The migration holds nothing else: it becomes the new one itself, with the mark that takes it out of its transaction. */
function inPlace(draft: Draft, step: Step, { edits, migration }: Fix): readonly Edit[] | undefined {
  const [edit, ...more] = edits;
  const own = step.up.filter((e) => e.kind !== 'set');
  const [only] = own;
  if (migration?.outside !== true || edit?.text !== '' || more.length > 0 || own.length !== 1 || only === undefined || edit.at.start > only.at.start || edit.at.end < only.at.end) return undefined;
  const marks = markOutside(draft.text(step.file) ?? '', step, migration.statements.length);
  return marks && [...marks, { at: only.at, text: migration.statements.join(';\n') }];
}

/** Edits that take a migration out of its tool's transaction; undefined where that is not said in the file. */
function markOutside(text: string, { tool, file, up }: Step, statements: number): readonly Edit[] | undefined {
  const put = (start: number, by: string): Edit => ({ at: { file, start, end: start }, text: by });
  const behind = (marker: RegExp, by: string): readonly Edit[] | undefined => { const found = marker.exec(text); return found === null ? undefined : [put(found.index + found[0].length, by)]; };
  switch (tool) {
    case 'dbmate': return statements === 1 ? behind(/^--\s*migrate:up\b/m, ' transaction:false') : undefined;
    case 'goose': return behind(/^--\s*\+migrate\s+up\b/im, ' notransaction') ?? [put(0, '-- +goose NO TRANSACTION\n')];
    case 'supabase': case 'prisma': case 'golang-migrate': return statements === 1 && up.length === 1 ? [] : undefined;
    case 'plain': return file.endsWith('/up.sql') ? undefined : [];
    case 'flyway': return up.every((e) => e.kind !== 'set') ? [] : undefined;
    default: return undefined;
  }
}

/** Why a draft is not what was meant: the catalog is another one, something is not understood any more, or something new is found. */
export function problemOf(before: Judged, after: Judged, done: readonly Candidate[]): string | undefined {
  const count = (findings: readonly Finding[], key: (f: Finding) => string): Map<string, number> => findings.reduce((map, f) => map.set(key(f), (map.get(key(f)) ?? 0) + 1), new Map<string, number>());
  const kind = (f: Finding): string => `${f.rule}/${f.message} ${f.subject.kind} ${f.subject.name}`;
  const now = count(after.findings, (f) => f.fingerprint);
  const still = done.find(({ finding }) => (now.get(finding.fingerprint) ?? 0) > 0);
  if (still !== undefined) return `${still.finding.rule} would still be found`;
  if (done.every(({ fix }) => fix.safe)) {
    const [other] = schemaDifferences(before.analysis.facts.timeline.last, after.analysis.facts.timeline.last);
    if (other !== undefined) return `${other.what} would be ${other.is}`;
  }
  const known = count(before.found, kind);
  for (const f of after.findings) {
    const left = (known.get(kind(f)) ?? 0) - 1;
    known.set(kind(f), left);
    // Each step of a long way has its own moment of waiting.
    const onTheWay = f.severity !== 'error' && done.some(({ fix }) => fix.later !== undefined);
    if (left < 0 && !onTheWay && !f.fixes.some((fix) => fix.safe)) return `${f.rule} would be found: ${f.text}`;
  }
  const said = new Map<string, number>();
  for (const { reason } of before.analysis.unread) said.set(reason, (said.get(reason) ?? 0) + 1);
  for (const { reason } of after.analysis.unread) {
    const left = (said.get(reason) ?? 0) - 1;
    said.set(reason, left);
    if (left < 0) return reason;
  }
  return undefined;
}

export interface Judged {
  readonly analysis: Analysis;
  /** All that is found. */
  readonly found: readonly Finding[];
  /** Of these, what is asked about. */
  readonly findings: readonly Finding[];
}

/** Whether a way back says nothing but what a schema says: then it may be written anew. */
export function isSchemaOnly(events: readonly SchemaEvent[]): boolean {
  return events.every((e) => e.kind !== 'data' && e.kind !== 'run' && e.kind !== 'do' && e.kind !== 'unread' && e.kind !== 'other');
}
