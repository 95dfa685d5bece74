import path from 'node:path';
import { SUPPRESSION, type Preset } from '@tenantlint/engine';
import type { Finding, Outcome, Severity } from '@tenantlint/model';
import { rules } from '@tenantlint/rules';
import { UsageError } from './usage-error.ts';
import { gone, onWrittenLines } from './caused.ts';
import { isCheckedOut, mergedInto, readChange, type Change } from './change.ts';
import { checkAll } from './check.ts';
import { locate } from './workspace.ts';

export { holdBackWasmTierUp } from '@tenantlint/readers/sql';
export { UsageError } from './usage-error.ts';
export type { Preset } from '@tenantlint/engine';

export interface ReviewOptions {
  readonly folder: string;
  readonly paths: readonly string[];
  readonly preset: Preset | undefined;
  readonly failOn: Severity | undefined;
  readonly config: string | undefined;
  /** The commits of a pull request; without them everything that is there is reported. */
  readonly base?: string;
  readonly head?: string;
}

/** A pull request as a reviewer sees it. */
export interface Reviewed {
  readonly outcome: Outcome;
  readonly whole: Outcome;
  readonly before: Outcome | undefined;
  /** Findings of the base that are no more. */
  readonly resolved: number;
  readonly failing: boolean;
  /** What has to be known about the run, in sentences of ours. */
  readonly remarks: readonly string[];
  /** Whether a finding stands on lines of the pull request: GitHub shows annotations on no others beside the code. */
  onWrittenLines(finding: Finding): boolean;
}

const KNOWN: ReadonlySet<string> = new Set([...rules.map((r) => r.id), SUPPRESSION]);

/**
 * Judges a checkout against the base of its pull request. Where the clone does not hold the base, everything is reported
 * and a remark says so.
 * @throws UsageError for a path or a configuration that cannot be used, where the base itself is checked out, and where nothing could be done
 */
export async function review({ folder, paths, preset, failOn, config, base: baseCommit, head }: ReviewOptions): Promise<Reviewed> {
  const base = locate(path.resolve(folder), paths);
  const judge = (change: Change | undefined) => checkAll(base, config === undefined ? undefined : path.resolve(folder, config), { preset, failOn, rules, known: KNOWN, change });
  if (baseCommit !== undefined && head !== baseCommit && isCheckedOut(base.dir, baseCommit)) throw new UsageError('the base of the pull request is checked out, and not the pull request: let the workflow run `on: pull_request`, and actions/checkout without a `ref`');
  const remarks: string[] = [];
  const change = baseCommit === undefined ? undefined : changeSince(base.dir, baseCommit, head);
  if (change === undefined && baseCommit !== undefined) remarks.push('The base of the pull request is not in this clone, so everything is reported, old or new. Check out with `fetch-depth: 2`.');
  const checked = await judge(change);
  if (checked.nothing !== undefined) throw new UsageError(checked.nothing);
  if (!change) return { ...checked, before: undefined, resolved: 0, remarks, onWrittenLines: () => true };
  if (!change.lintable) {
    // What was there is there still; to leave it out of what is uploaded would say that it is mended.
    const { whole, nothing } = await judge(undefined);
    return nothing === undefined ? { ...checked, whole, before: whole, resolved: 0, remarks, onWrittenLines: () => true } : { ...checked, before: undefined, resolved: 0, remarks, onWrittenLines: () => true };
  }
  if ([...change.files].some((f) => path.basename(f) === 'tenantlint.config.jsonc')) remarks.push('The configuration of tenantlint is part of this change.');
  const before = await checked.before?.();
  return { ...checked, before, resolved: before ? gone(checked.whole, before, change, base.top) : 0, remarks, onWrittenLines: onWrittenLines(checked.outcome, change, base.top) };
}

/** Undefined where the clone does not hold the base. */
function changeSince(folder: string, base: string, head: string | undefined): Change | undefined {
  try {
    return readChange(folder, { kind: 'since', ref: mergedInto(folder, head) ?? base });
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
