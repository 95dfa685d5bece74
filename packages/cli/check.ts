import path from 'node:path';
import type { Preset } from '@tenantlint/engine';
import type { Outcome, Rule, Severity, Source } from '@tenantlint/model';
import { analyse, type Analysis, type PendingFiles } from './analyse.ts';
import { settingsOf, type Config, type Settings } from './config.ts';
import { matcher } from './globs.ts';
import { fails, judge } from './lint.ts';
import { productFolders, together } from './products.ts';
import { shownFrom } from './shown.ts';
import { diskWorkspace, memoryWorkspace, type Base, type Workspace } from './workspace.ts';

/** A product with the configuration that holds for it. */
export interface Project {
  readonly workspace: Workspace;
  readonly config: Config;
  /** Files that the configuration declares to work for all tenants. */
  system(file: string): boolean;
}

export interface CheckOptions {
  readonly preset: Preset | undefined;
  readonly failOn?: Severity | undefined;
  readonly rules: readonly Rule[];
  readonly known: ReadonlySet<string>;
  /** See AnalyseOptions. */
  readonly pending?: PendingFiles | undefined;
}

export interface Checked {
  readonly outcome: Outcome;
  /** Something is reported at the failing level. */
  readonly failing: boolean;
  /** Why there was nothing to do; undefined when there was something. */
  readonly nothing: string | undefined;
}

/** What was asked for, with the configuration file that was named or found. */
export async function open(base: Base, configFile: string | undefined, known: ReadonlySet<string>): Promise<Project> {
  return withSettings(base, await settingsOf(base, configFile, known));
}

export async function withSettings(base: Base, { config, folder }: Settings): Promise<Project> {
  const seen = (file: string) => path.relative(folder, path.join(base.dir, file)).split(path.sep).join('/');
  return { workspace: diskWorkspace(base, await matcher(config.ignore ?? [], seen)), config, system: await matcher(config.code?.system ?? [], seen) };
}

/** Texts instead of files. */
export async function inMemory(sources: readonly Source[], config: Config): Promise<Project> {
  return { workspace: memoryWorkspace(sources), config, system: await matcher(config.code?.system ?? [], (file) => file) };
}

/** Lints what was asked for: one product, or each of several that lie beside one another. */
export async function checkAll(base: Base, configFile: string | undefined, options: CheckOptions): Promise<Checked> {
  const whole = await open(base, configFile, options.known);
  const folders = productFolders(whole.workspace);
  if (folders.length === 0) return checkOne(whole, options);
  const parts = [];
  for (const folder of folders) {
    const product = await open({ ...base, dir: path.join(base.dir, folder), prefix: `${base.prefix}${folder}/`, paths: [] }, configFile, options.known);
    parts.push({ folder: `${base.prefix}${folder}`, ...(await checkOne(product, options)) });
  }
  const done = parts.some((p) => p.nothing === undefined);
  return { outcome: together(parts), failing: parts.some((p) => p.failing), nothing: done ? undefined : parts[0]?.nothing };
}

export async function checkOne(project: Project, options: CheckOptions): Promise<Checked> {
  const analysis = await analyse(project, { pending: options.pending });
  const outcome = outcomeOf(project, analysis, options);
  return { outcome: shownFrom(project.workspace.prefix, outcome), failing: fails(outcome, options.failOn ?? project.config.failOn ?? 'warning'), nothing: analysis.nothing };
}

/** What was found, with paths of the project's own. */
export function outcomeOf({ workspace, config }: Project, analysis: Analysis, { preset, rules, known }: CheckOptions): Outcome {
  return judge(workspace, analysis, { preset: preset ?? config.preset ?? 'recommended', config, rules, known });
}
