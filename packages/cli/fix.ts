import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { propose, visible, type Proposal } from '@tenantlint/engine';
import type { History, Step } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { analyse, type Analysis } from './analyse.ts';
import type { Project } from './project.ts';
import { detectPlatform } from './environment.ts';
import { targetOf, type Script, type Target } from './fix-targets.ts';

export interface FixOptions {
  /** Folder that the project's paths start at. */
  readonly dir: string;
  readonly dryRun: boolean;
  /** Files of the change that alone is asked about; named as they are shown. */
  readonly changed?: ((file: string) => boolean) | undefined;
}

export interface Fixed {
  readonly text: string;
  /** Something that was asked for could not be written. */
  readonly left: boolean;
}

/** What becomes of the way back of one migration. */
interface Plan {
  readonly step: Step;
  readonly target: Target;
  readonly script: Script;
  readonly proposal: Proposal;
  /** Why nothing is written: the file is history, or says something already. */
  readonly refused: string | undefined;
}

/**
 * Writes the ways back that are missing, each where its tool looks for it. Files that are named are asked for; without
 * names, all migrations (or those of a change) of folders that expect a way back. One that may be applied is never edited.
 */
export async function fix(project: Project, { dir, dryRun, changed }: FixOptions): Promise<Fixed> {
  const { workspace, config } = project;
  const analysis = await analyse(project, { pending: changed });
  const { facts } = analysis;
  const { timeline } = facts;
  const sqlFiles = timeline.steps.map((s) => s.file).filter((f) => f.endsWith('.sql'));
  const base = detectPlatform(workspace, config, sqlFiles).base;
  const wanted = timeline.steps.flatMap((step, n) => (asks(project, analysis, step, n) && (changed === undefined || facts.pending(step)) ? [n] : []));
  if (wanted.length === 0) return { text: 'Every migration that needs a way back has one that leads back.\n', left: false };
  const proposals = propose({ histories: timeline.histories, timeline, parser: createSqlParser(), replay: { base }, text: (at) => facts.text(at) }, wanted);
  const plans = proposals.map((proposal) => planOf(proposal, analysis, (file) => workspace.text(file) ?? ''));
  const out: string[] = [];
  let left = false;
  for (const plan of plans) {
    if (plan.refused !== undefined) left = true;
    else if (!dryRun) write(dir, plan.target, plan.script);
    out.push(told(plan, workspace.prefix, dryRun));
  }
  return { text: out.join('\n'), left };
}

/** A missing way back of a folder that expects it, or of a file that was named; or one that does not lead back. */
function asks({ workspace, config }: Project, { facts }: Analysis, step: Step, n: number): boolean {
  const history = historyOf(facts.timeline.histories, step);
  if (workspace.only !== undefined && !workspace.only.has(step.file)) return false;
  if (facts.timeline.changes(n).length === 0 || step.tool === 'models' || step.tool === 'dump') return false;
  if (config.migrations?.downs === 'forward-only') return false;
  const named = workspace.named.has(step.file);
  if (isMissing(step)) return named || history?.downs.expected === true;
  const undone = facts.migrations.undone(n);
  return undone !== undefined && !undone.doubtful && undone.differences.length + undone.failures.length > 0;
}

function isMissing({ down }: Step): boolean {
  return down === undefined || (down.known && down.value.every((e) => e.kind === 'transaction' || e.kind === 'set' || e.kind === 'run'));
}

function historyOf(histories: readonly History[], step: Step): History | undefined {
  return histories.find((h) => h.steps.includes(step));
}

function planOf(proposal: Proposal, { facts }: Analysis, text: (file: string) => string): Plan {
  const step = facts.timeline.steps[proposal.step];
  const history = step && historyOf(facts.timeline.histories, step);
  if (step === undefined || history === undefined) throw new Error('a step without its history');
  const target = targetOf(step, history, text(step.file));
  const { inverse, differences, failures } = proposal;
  const missing = [...inverse.impossible.map(({ what, why }) => `${what} (${why})`), ...(inverse.impossible.length === 0 ? differences.map((d) => `${d.what}, which is ${d.is === 'extra' ? 'left over' : d.is}`) : [])];
  const notes = [
    `Undoes ${step.id}.`,
    ...(missing.length > 0 ? ['Not undone:', ...missing.map((line) => `  ${line}`)] : []),
    ...(inverse.lost.length > 0 ? ['No statement brings back:', ...[...new Set(inverse.lost.map(({ what, advice }) => `  ${what}: ${advice}`))]] : []),
  ];
  const refused = proposal.sql === '' ? 'nothing could be derived' : failures.length > 0 ? `what was derived fails: ${failures[0]?.reason.replace('statement fails: ', '') ?? ''}` : refusal(step, target, facts.pending(step));
  return { step, target, script: { statements: inverse.statements, notes }, proposal, refused };
}

function refusal(step: Step, target: Target, pending: boolean): string | undefined {
  if (!isMissing(step)) return 'it has a way back that does not lead back; compare it with this one';
  if (target.kind === 'program') return 'it is a program; put this into its way back';
  if (target.kind === 'section' && !pending) return `${target.file} may be applied already; name the file to have it edited`;
  return undefined;
}

function write(dir: string, target: Target, script: Script): void {
  const file = path.join(dir, target.file);
  const now = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const text = target.text(script);
  if (target.kind === 'program') return;
  if (target.kind === 'section') {
    writeFileSync(file, now.slice(0, target.start) + text + now.slice(target.end));
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  // What is there says nothing that runs: it is kept above.
  writeFileSync(file, now === '' ? text : `${now}${now.endsWith('\n') ? '' : '\n'}\n${text}`);
}

function told({ step, target, script, refused, proposal }: Plan, prefix: string, dryRun: boolean): string {
  const where = visible(prefix + target.file);
  const count = `${script.statements.length} ${script.statements.length === 1 ? 'statement' : 'statements'}`;
  const [lost, missing] = [proposal.inverse.lost.length, proposal.inverse.impossible.length];
  const but = lost + missing > 0 ? '; what it cannot bring back is said in it' : '';
  const head = refused === undefined ? `${where}: ${dryRun ? 'would write' : 'wrote'} the way back of ${visible(step.id)}, ${count}${but}` : `${visible(prefix + step.file)}: not written, ${visible(refused)}`;
  const shown = dryRun || refused !== undefined ? `\n${indented(target.text(script))}` : '';
  return `${head}\n${shown}`;
}

function indented(text: string): string {
  return text.trim().split('\n').map((line) => (line === '' ? '\n' : `  ${visible(line)}\n`)).join('');
}
