import { statSync } from 'node:fs';
import path from 'node:path';
import { SUPPRESSION, type Preset } from '@tenantlint/engine';
import type { Outcome, Source } from '@tenantlint/model';
import { rules as allRules } from '@tenantlint/rules';
import type { PendingFiles } from './analyse.ts';
import { UsageError } from './usage-error.ts';
import type { Asked } from './change.ts';
import { checkAll, checkOne, inMemory, withSettings, type Checked, type CheckOptions } from './check.ts';
import type { Config } from './config-file.ts';
import { CONFIG_FILE } from './config.ts';
import { locate } from './workspace.ts';

export { UsageError } from './usage-error.ts';
export type { PendingFiles } from './analyse.ts';
export type { Config } from './config-file.ts';
export type { Preset } from '@tenantlint/engine';
export type { Certainty, Edit, Finding, Fix, Outcome, Related, Severity, Source, Span, Subject, Summary, Unread } from '@tenantlint/model';

const PRESETS: readonly string[] = ['recommended', 'strict', 'audit'] satisfies Preset[];

export interface LintOptions {
  /** Folder that all paths are relative to; the current one unless `sources` are given. */
  readonly cwd?: string;
  /** Folders and files below `cwd`; everything by default. */
  readonly paths?: readonly string[];
  /** Lint these texts instead of files; a `tenantlint.config.jsonc` among them is honoured. */
  readonly sources?: readonly Source[];
  readonly preset?: Preset;
  /** Instead of the configuration file that would be found. */
  readonly config?: Config;
  /** Only these rules, whatever their preset. */
  readonly rules?: readonly string[];
  /** Migrations that are judged as not applied yet, together in one deploy; `all` judges every one as a deploy of its own. */
  readonly pending?: PendingFiles;
  /** Only what was brought about since the branch left this commit. */
  readonly since?: string;
  /** Only what the content that git has staged brings about. */
  readonly staged?: boolean;
}

/**
 * What `tenantlint check` does, as data: findings, what could not be read, and how much is proven.
 *
 * ```ts
 * const { findings } = await lint({ cwd: 'apps/shop', preset: 'strict' });
 * for (const f of findings) console.log(f.rule, f.at.file, f.text);
 * ```
 * @throws UsageError for a path, a rule, a commit or a configuration that cannot be used
 */
export async function lint(options: LintOptions = {}): Promise<Outcome> {
  const known = new Set([...allRules.map((r) => r.id), SUPPRESSION]);
  if (options.preset !== undefined && !PRESETS.includes(options.preset)) throw new UsageError(`preset: ${String(options.preset)} is none of ${PRESETS.join(', ')}`);
  for (const id of options.rules ?? []) if (!known.has(id)) throw new UsageError(`there is no rule ${id}`);
  const named = options.rules && new Set(options.rules);
  // A rule that is asked for by name is no preview to whoever asks.
  const rules = named ? allRules.filter((r) => named.has(r.id)).map((r) => ({ ...r, preview: false })) : allRules;
  const check: CheckOptions = { preset: options.preset, rules, known, pending: options.pending };
  const { cwd = process.cwd(), paths = [], sources, since, staged = false } = options;
  const config = options.config && (await import('./config-file.ts')).readConfig(JSON.stringify(options.config), 'config', known);
  if ((since !== undefined || staged) && (sources || config)) throw new UsageError('since and staged compare files, and read their configuration');
  if (since !== undefined && staged) throw new UsageError('since and staged: name one of them');
  if (sources) {
    const own = sources.find((s) => s.path === CONFIG_FILE);
    const read = own && !config ? (await import('./config-file.ts')).readConfig(own.text, own.path, known) : {};
    return said(await checkOne(await inMemory(sources, config ?? read), check));
  }
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`cwd: there is no folder ${cwd}`);
  const base = locate(path.resolve(cwd), paths);
  if (config) return said(await checkOne(await withSettings(base, { config, folder: base.dir }), check));
  const asked: Asked | undefined = staged ? { kind: 'staged' } : since === undefined ? undefined : { kind: 'since', ref: since };
  const change = asked && (await import('./change.ts')).readChange(base.dir, asked);
  return said(await checkAll(base, undefined, { ...check, change }));
}

/** Where there was nothing to lint, an outcome without findings says so. */
function said({ outcome, nothing }: Checked): Outcome {
  return nothing === undefined ? outcome : { ...outcome, notes: [...outcome.notes, nothing] };
}
