import { schemaDifferences } from '@tenantlint/engine';
import { lacksWayBack, wholeStatement, type Edit, type SchemaEvent } from '@tenantlint/model';
import { candidates, isSchemaOnly, problemOf, write, type Candidate, type Refused } from './fix-rewrites.ts';
import { stateOf, type Asked, type State } from './fix-state.ts';
import { newMigration } from './fix-new.ts';
import { callAt, withBodies } from './fix-calls.ts';
import { targetOf } from './fix-targets.ts';
import { isAsked, planOf, place, proposalsFor } from './fix-downs.ts';

/** How often a project is judged again before what is left is left. */
const MOST = 40;

export interface Rewritten {
  readonly state: State;
  readonly done: readonly Candidate[];
  readonly refused: readonly Refused[];
  readonly notes: readonly string[];
}

/**
 * Writes the fixes of the rules, all at once where that goes well. Each draft is judged before it is believed: the findings
 * are gone, there are no others, and the catalog at the end is the one that was meant. What goes wrong together is tried by halves.
 */
export async function rewritten(start: State, asked: Asked, unsafe: boolean): Promise<Rewritten> {
  let state = start;
  let left = MOST;
  const done: Candidate[] = [];
  const refused = new Map<string, Refused>();
  const notes = new Set<string>();
  const giveUp = (one: Candidate, why: string, statements?: Refused['statements']): void => void refused.set(one.finding.fingerprint, { ...one, why, ...(statements === undefined ? {} : { statements }) });
  const open = (): readonly Candidate[] => candidates(state.findings, state.analysis, state.draft, unsafe).some.filter((c) => !refused.has(c.finding.fingerprint));

  const attempt = async (wanted: readonly Candidate[]): Promise<void> => {
    const draft = state.draft.fork();
    const written = write(draft, wanted, state.analysis);
    for (const one of written.refused) giveUp(one, one.why, one.statements);
    if (written.done.length === 0) return;
    if (left <= 0) {
      for (const one of written.done) giveUp(one, 'too many were tried; run it again');
      return;
    }
    left -= 2;
    const next = await withDowns(state, await stateOf(draft, asked), asked, written.undos);
    const problem = problemOf(state, next, written.done) ?? (await leftover(state, next, written.done, asked));
    if (problem === undefined) {
      state = next;
      done.push(...written.done);
      for (const note of written.notes) notes.add(note);
      return;
    }
    const [only] = written.done;
    if (only !== undefined && written.done.length === 1) return giveUp(only, problem);
    const half = Math.ceil(written.done.length / 2);
    for (const part of [written.done.slice(0, half), written.done.slice(half)]) {
      const prints = new Set(part.map((c) => c.finding.fingerprint));
      await attempt(open().filter((c) => prints.has(c.finding.fingerprint)));
    }
  };

  // A long way goes last, and each by itself: it takes along what the others have made of the table.
  for (let some = open(); some.length > 0; some = open()) {
    const short = some.filter(({ fix }) => fix.later === undefined);
    await attempt(short.length > 0 ? short : some.slice(0, 1));
  }
  for (const one of candidates(state.findings, state.analysis, state.draft, unsafe).refused) if (!refused.has(one.finding.fingerprint)) refused.set(one.finding.fingerprint, one);
  return { state, done, refused: [...refused.values()], notes: [...notes] };
}

/** Why what a later release takes away would not leave the catalog that was meant. */
async function leftover(before: State, next: State, done: readonly Candidate[], asked: Asked): Promise<string | undefined> {
  const later = done.flatMap(({ fix }) => fix.later ?? []);
  const one = done.find(({ fix }) => fix.later !== undefined);
  const history = one && next.analysis.facts.timeline.histories.find((h) => h.steps.some((s) => s.file === one.finding.at.file));
  if (history === undefined || !done.every(({ fix }) => fix.safe || fix.later !== undefined)) return undefined;
  const made = newMigration(history, { slug: 'contract', statements: later, outside: false }, (file) => next.draft.text(file));
  if ('refused' in made) return made.refused;
  const draft = next.draft.fork();
  for (const [file, text] of made.files) draft.set(file, text);
  const [other] = schemaDifferences(before.analysis.facts.timeline.last, (await stateOf(draft, asked)).analysis.facts.timeline.last);
  return other === undefined ? undefined : `${other.what} would be ${other.is} in the end`;
}

/** Ways back follow what became of their migrations: statements whose object moved away go, and new migrations get theirs. */
async function withDowns(before: State, next: State, asked: Asked, undos: ReadonlyMap<string, readonly string[]>): Promise<State> {
  const unclean = (state: State, n: number): boolean => {
    const undone = state.analysis.facts.migrations.undone(n);
    return undone !== undefined && !undone.doubtful && undone.differences.length + undone.failures.length > 0;
  };
  const touched = (state: State): readonly number[] => state.analysis.facts.timeline.steps.flatMap((step, n) => {
    const was = before.analysis.facts.timeline.steps.findIndex((s) => s.file === step.file);
    return was >= 0 && before.draft.text(step.file) !== state.draft.text(step.file) && !unclean(before, was) && unclean(state, n) ? [n] : [];
  });
  let state = next;
  const edits = new Map<string, Edit[]>();
  const { steps } = state.analysis.facts.timeline;
  const built = new Set(steps.flatMap((s) => (state.draft.isNew(s.file) ? s.up.flatMap((e) => (e.kind === 'create-index' && e.name !== undefined ? [e.name] : [])) : [])));
  for (const [n, step] of steps.entries()) {
    if (state.draft.isNew(step.file) || before.draft.text(step.file) === state.draft.text(step.file)) continue;
    const failed = touched(state).includes(n) ? (state.analysis.facts.migrations.undone(n)?.failures ?? []).map(({ at }) => at) : [];
    // An index that no migration made yet may be one of the database's own: its DROP does not count as failed.
    const moved = (step.down?.known === true ? step.down.value : []).filter((e) => e.kind === 'drop' && e.object === 'index' && e.names.every(({ name }) => built.has(name))).map(({ at }) => at);
    for (const at of [...failed, ...moved]) {
      if (at.file !== step.downAt?.file) continue;
      const text = state.draft.text(at.file) ?? '';
      const whole = at.file.endsWith('.sql') ? wholeStatement(at, text) : callAt(at, text);
      if (whole !== undefined) edits.set(at.file, [...(edits.get(at.file) ?? []).filter((e) => e.at.start !== whole.start), { at: whole, text: '' }]);
    }
  }
  if (edits.size > 0) {
    const draft = state.draft.fork();
    for (const [file, list] of edits) {
      draft.edit(file, list);
      if (file.endsWith('.py')) draft.set(file, withBodies(draft.text(file) ?? ''));
    }
    state = await stateOf(draft, asked);
  }
  const { facts } = state.analysis;
  // What is left of a way back whose statements moved away may be nothing.
  const emptied = facts.timeline.steps.flatMap((step, n) => (edits.has(step.downAt?.file ?? '') && !state.draft.isNew(step.file) && lacksWayBack(step) && facts.timeline.changes(n).length > 0 ? [n] : []));
  const anew = [...new Set([...touched(state).filter((n) => { const down = facts.timeline.steps[n]?.down; return down?.known === true && isSchemaOnly(down.value); }), ...emptied])];
  const missing = facts.timeline.steps.flatMap((step, n) => (state.draft.isNew(step.file) && lacksWayBack(step) && isAsked(state, step) ? [n] : []));
  // An index that is built CONCURRENTLY from now on goes the same way.
  const online = facts.timeline.steps.flatMap((step, n) => (!anew.includes(n) && !state.draft.isNew(step.file) && before.draft.text(step.file) !== state.draft.text(step.file) && step.up.some(isConcurrent) && step.down?.known === true && step.down.value.length > 0 && isSchemaOnly(step.down.value) && !step.down.value.some(isConcurrent) ? [n] : []));
  if (anew.length + missing.length + online.length === 0) return state;
  const draft = state.draft.fork();
  const told = missing.filter((n) => undos.has(facts.timeline.steps[n]?.file ?? ''));
  for (const n of told) {
    const step = facts.timeline.steps[n];
    const history = step && facts.timeline.histories.find((h) => h.steps.includes(step));
    if (step !== undefined && history !== undefined) place(draft, { step, target: targetOf(step, history, draft.text(step.file) ?? ''), script: { statements: undos.get(step.file) ?? [], notes: [`Undoes ${step.id}.`], outside: false } });
  }
  for (const proposal of await proposalsFor(state, [...anew, ...missing.filter((n) => !told.includes(n)), ...online])) {
    const over = !missing.includes(proposal.step);
    const plan = planOf(proposal, state, (file) => draft.text(file) ?? '', over);
    if (plan.derived === undefined && (!online.includes(proposal.step) || plan.script.outside)) place(draft, plan, over);
  }
  return stateOf(draft, asked);
}

function isConcurrent(event: SchemaEvent): boolean {
  return (event.kind === 'create-index' || event.kind === 'drop') && event.concurrently;
}
