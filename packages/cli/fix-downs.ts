import { propose, type Proposal } from '@tenantlint/engine';
import { lacksWayBack, type History, type Step } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import type { Draft } from './fix-draft.ts';
import { detectPlatform } from './environment.ts';
import type { State } from './fix-state.ts';
import { isOnline, offline, targetOf, type Script, type Target } from './fix-targets.ts';

/** What becomes of the way back of one migration. */
export interface Plan {
  readonly step: Step;
  readonly target: Target;
  readonly script: Script;
  readonly proposal: Proposal;
  /** Why it cannot be derived. */
  readonly derived: string | undefined;
  /** Why nothing is written: the file is history, or says something already. */
  readonly refused: string | undefined;
}

/** Ways back of some steps, each tried after its migration. */
export function proposalsFor({ analysis: { facts }, draft }: State, steps: readonly number[]): readonly Proposal[] {
  const { workspace, config } = draft.project();
  const { timeline } = facts;
  const { base } = detectPlatform(workspace, config, timeline.steps.map((s) => s.file).filter((f) => f.endsWith('.sql')));
  const proposals = propose({ histories: timeline.histories, timeline, parser: createSqlParser(), replay: { base }, text: (at) => facts.text(at) }, steps);
  // What makes again what it dropped leaves nothing to undo.
  return proposals.filter(({ sql, inverse, differences }) => sql !== '' || inverse.impossible.length + inverse.lost.length + differences.length > 0);
}

/** Steps that get one: it is missing in a folder that expects it or in a file that was named, or it does not lead back. */
export function withoutWayBack(state: State, changed: ((file: string) => boolean) | undefined): readonly number[] {
  const { analysis: { facts }, draft } = state;
  const { workspace, config } = draft.project();
  if (config.migrations?.downs === 'forward-only') return [];
  return facts.timeline.steps.flatMap((step, n) => {
    if (workspace.only !== undefined && !workspace.only.has(step.file)) return [];
    if (facts.timeline.changes(n).length === 0 || step.tool === 'models' || step.tool === 'dump') return [];
    if (changed !== undefined && !facts.pending(step)) return [];
    if (lacksWayBack(step)) return isAsked(state, step) ? [n] : [];
    const undone = facts.migrations.undone(n);
    return undone !== undefined && !undone.doubtful && undone.differences.length + undone.failures.length > 0 ? [n] : [];
  });
}

/** Migrations without a way back that nobody asks for, because it is how many of them were made: a sentence for each folder. */
export function leftAlone({ analysis: { facts }, draft }: State): readonly string[] {
  const { workspace, config } = draft.project();
  if (config.migrations?.downs === 'forward-only') return [];
  return facts.timeline.histories.flatMap(({ root, steps, downs }) => {
    const left = steps.filter((step) => downs.scattered === true && lacksWayBack(step) && !facts.pending(step) && !workspace.named.has(step.file) && (workspace.only === undefined || workspace.only.has(step.file)));
    return left.length === 0 ? [] : [`${workspace.prefix}${root}: ${left.length} applied ${left.length === 1 ? 'migration has' : 'migrations have'} no way back, as is usual there; \`tenantlint fix FILE…\` writes those of the files it names`];
  });
}

/** Whether a missing way back is written: somebody named the file, or its folder expects one and not just of what comes next. */
export function isAsked({ analysis: { facts }, draft }: State, step: Step): boolean {
  const downs = historyOf(facts.timeline.histories, step)?.downs;
  return draft.project().workspace.named.has(step.file) || (downs?.expected === true && (downs.scattered !== true || facts.pending(step)));
}

function historyOf(histories: readonly History[], step: Step): History | undefined {
  return histories.find((h) => h.steps.includes(step));
}

/** @param anew the way back that there is is written over */
export function planOf(proposal: Proposal, { analysis: { facts } }: State, text: (file: string) => string, anew = false): Plan {
  const step = facts.timeline.steps[proposal.step];
  const history = step && historyOf(facts.timeline.histories, step);
  if (step === undefined || history === undefined) throw new Error('a step without its history');
  const target = targetOf(step, history, text(step.file), anew);
  const { inverse, differences, failures } = proposal;
  const missing = [...inverse.impossible.map(({ what, why }) => `${what} (${why})`), ...(inverse.impossible.length === 0 ? differences.map((d) => `${d.what}, which is ${d.is === 'extra' ? 'left over' : d.is}`) : [])];
  const notes = [
    `Undoes ${step.id}.`,
    ...(missing.length > 0 ? ['Not undone:', ...missing.map((line) => `  ${line}`)] : []),
    ...(inverse.lost.length > 0 ? ['No statement brings back:', ...[...new Set(inverse.lost.map(({ what, advice }) => `  ${what}: ${advice}`))]] : []),
  ];
  const derived = proposal.sql === '' ? 'nothing could be derived' : failures.length > 0 ? `what was derived fails: ${failures[0]?.reason.replace('statement fails: ', '') ?? ''}` : undefined;
  const online = inverse.statements.some(isOnline);
  const outside = online && (target.outside === true || (target.outside === 'alone' && inverse.statements.length === 1));
  const statements = outside ? inverse.statements : inverse.statements.map(offline);
  if (online && !outside) notes.push('In a transaction an index is not built or dropped CONCURRENTLY: whoever uses the table waits.');
  return { step, target, script: { statements, notes, outside }, proposal, derived, refused: derived ?? refusal(step, target, facts.pending(step)) };
}

function refusal(step: Step, target: Target, pending: boolean): string | undefined {
  if (!lacksWayBack(step)) return 'it has a way back that does not lead back; compare it with this one';
  if (target.kind === 'program') return 'its way back has a form of its own; put this into it';
  if (target.kind === 'section' && !pending) return `${target.file} may be applied already; name the file to have it edited`;
  return undefined;
}

/** @param anew what its way back says now goes */
export function place(draft: Draft, { step, target, script }: Pick<Plan, 'step' | 'target' | 'script'>, anew = false): void {
  const now = draft.text(target.file) ?? '';
  const text = target.text(script);
  if (target.kind === 'program') return;
  if (target.kind === 'section') draft.edit(target.file, [{ at: { file: target.file, start: target.start, end: anew && target.file.endsWith('.sql') ? Math.max(target.end, step.downAt?.end ?? 0) : target.end }, text }]);
  // What is there says nothing that runs: it is kept above.
  else draft.set(target.file, now === '' || anew ? text : `${now}${now.endsWith('\n') ? '' : '\n'}\n${text}`);
}
