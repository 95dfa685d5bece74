import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { visible } from '@tenantlint/engine';
import { LineIndex } from '@tenantlint/model';
import { unifiedDiff } from './fix-diff.ts';
import { leftAlone, place, planOf, proposalsFor, withoutWayBack, type Plan } from './fix-downs.ts';
import { Draft } from './fix-draft.ts';
import type { Candidate } from './fix-rewrites.ts';
import { rewritten } from './fix-rounds.ts';
import { stateOf, type Asked } from './fix-state.ts';
import type { Project } from './project.ts';
import { UsageError } from './usage-error.ts';

export interface FixOptions extends Asked {
  /** Folder that the project's paths start at. */
  readonly dir: string;
  readonly dryRun: boolean;
  /** Fixes that may change what the code means are written too. */
  readonly unsafe: boolean;
}

export interface Fixed {
  readonly text: string;
  /** Something that was asked for could not be written. */
  readonly left: boolean;
}

/**
 * Writes what the findings can be mended with, and the ways back that are missing, each where its tool looks for it. Files
 * that are named are asked for; without names, all of the project (or of a change). A migration that may be applied is never edited.
 */
export async function fix(project: Project, options: FixOptions): Promise<Fixed> {
  const { dir, dryRun, changed, unsafe } = options;
  const start = await stateOf(new Draft(project), options);
  const { state, done, refused, notes } = await rewritten(start, options, unsafe);
  const wanted = withoutWayBack(state, changed);
  const draft = state.draft.fork();
  const plans = wanted.length === 0 ? [] : proposalsFor(state, wanted).map((proposal) => planOf(proposal, state, (file) => state.draft.text(file) ?? ''));
  for (const plan of plans) if (plan.refused === undefined) place(draft, plan);
  const { prefix } = project.workspace;
  const out = [
    ...done.map((one) => `${placeOf(one, project)}: ${dryRun ? 'would write' : 'wrote'} ${one.fix.title} (${one.finding.rule})\n`),
    ...refused.map((one) => `${placeOf(one, project)}: not written (${one.finding.rule}), ${visible(one.why)}\n${(one.statements ?? []).map((some, i) => `  -- migration ${i + 1}\n${indented(some.map((s) => `${s};`).join('\n'))}`).join('')}`),
    ...notes.map((note) => `${visible(note)}\n`),
    ...plans.map((plan) => told(plan, prefix, dryRun)),
  ];
  const changes = draft.changes();
  if (dryRun) out.push(...changes.map(({ file, before, after }) => `\n${shownDiff(unifiedDiff(prefix + file, before, after))}`));
  else {
    for (const { file, before, after } of changes) store(path.join(dir, file), prefix + file, before, after);
    const told = new Set(plans.map((plan) => plan.target.file));
    out.push(...changes.filter(({ file, before }) => before === undefined && !told.has(file)).map(({ file }) => `${visible(prefix + file)}: new\n`));
  }
  const left = changed === undefined ? leftAlone(state) : [];
  if (out.length === 0) out.push('Nothing to write: every migration that needs a way back has one that leads back, and no finding has a fix.\n');
  out.push(...left.map((line) => `${visible(line)}\n`));
  return { text: out.join(''), left: refused.length > 0 || plans.some((p) => p.refused !== undefined) };
}

function placeOf({ finding: { at } }: Candidate, { workspace }: Project): string {
  const text = workspace.text(at.file);
  const line = text === undefined ? undefined : new LineIndex(text).position(Math.min(at.start, text.length)).line;
  return `${visible(workspace.prefix + at.file)}${line === undefined ? '' : `:${line}`}`;
}

/** @throws UsageError where the file on disk is another one than was read: another encoding, or somebody wrote meanwhile */
function store(absolute: string, shown: string, before: string | undefined, after: string): void {
  const there = existsSync(absolute) ? readFileSync(absolute) : undefined;
  if (before !== undefined && there?.equals(Buffer.from(before)) !== true) throw new UsageError(`${shown}: not written, the file is not UTF-8 or changed meanwhile`);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, before?.includes('\r\n') === true ? after.replace(/\r?\n/g, '\r\n') : after);
}

function told({ step, target, script, refused, proposal }: Plan, prefix: string, dryRun: boolean): string {
  const where = visible(prefix + target.file);
  const count = `${script.statements.length} ${script.statements.length === 1 ? 'statement' : 'statements'}`;
  const [lost, missing] = [proposal.inverse.lost.length, proposal.inverse.impossible.length];
  const but = lost + missing > 0 ? '; what it cannot bring back is said in it' : '';
  if (refused === undefined) return `${where}: ${dryRun ? 'would write' : 'wrote'} the way back of ${visible(step.id)}, ${count}${but}\n`;
  return `${visible(prefix + step.file)}: not written, ${visible(refused)}\n${indented(target.text(script))}`;
}

function indented(text: string): string {
  return text.trim().split('\n').map((line) => (line === '' ? '\n' : `  ${visible(line)}\n`)).join('');
}

function shownDiff(diff: string): string {
  return diff.split('\n').map((line) => visible(line)).join('\n');
}
