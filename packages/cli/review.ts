import path from 'node:path';
import { SUPPRESSION, type Preset } from '@tenantlint/engine';
import type { Finding, Outcome, Severity } from '@tenantlint/model';
import { rules } from '@tenantlint/rules';
import { UsageError } from './usage-error.ts';
import { gone, onWrittenLines } from './caused.ts';
import { mergedInto, readChange, type Change } from './change.ts';
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
 * @throws UsageError for a path or a configuration that cannot be used, and where nothing could be done
 */
export async function review({ folder, paths, preset, failOn, config, base: baseCommit, head }: ReviewOptions): Promise<Reviewed> {
  const base = locate(path.resolve(folder), paths);
  const remarks: string[] = [];
  let change: Change | undefined;
  try {
    change = baseCommit === undefined ? undefined : readChange(base.dir, { kind: 'since', ref: mergedInto(base.dir, head) ?? baseCommit });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    remarks.push('The base of the pull request is not in this clone, so everything is reported, old or new. Check out with `fetch-depth: 2`.');
  }
  const checked = await checkAll(base, config === undefined ? undefined : path.resolve(folder, config), { preset, failOn, rules, known: KNOWN, change });
  if (checked.nothing !== undefined) throw new UsageError(checked.nothing);
  if (change && [...change.files].some((f) => path.basename(f) === 'tenantlint.config.jsonc')) remarks.push('The configuration of tenantlint is part of this change.');
  const before = await checked.before?.();
  return { outcome: checked.outcome, whole: checked.whole, before, resolved: change && before ? gone(checked.whole, before, change, base.top) : 0, failing: checked.failing, remarks, onWrittenLines: change ? onWrittenLines(checked.outcome, change, base.top) : () => true };
}
