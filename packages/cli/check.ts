import type { Preset } from '@tenantlint/engine';
import type { Outcome, Rule, Severity } from '@tenantlint/model';
import { analyse, type Analysis } from './analyse.ts';
import { configOf, type Config } from './config.ts';
import { matcher } from './globs.ts';
import { fails, judge } from './lint.ts';
import { below, productFolders, together } from './products.ts';
import { diskWorkspace, type Base, type Workspace } from './workspace.ts';

/** A product with the configuration that holds for it. */
export interface Project {
  readonly workspace: Workspace;
  readonly config: Config;
}

export interface CheckOptions {
  readonly preset: Preset | undefined;
  readonly failOn?: Severity | undefined;
  readonly rules: readonly Rule[];
  readonly known: ReadonlySet<string>;
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
  return withConfig(base, await configOf(base, configFile, known));
}

export async function withConfig(base: Base, config: Config): Promise<Project> {
  return { workspace: diskWorkspace(base, await matcher(config.ignore ?? [])), config };
}

/** Lints what was asked for: one product, or each of several that lie beside one another. */
export async function checkAll(base: Base, configFile: string | undefined, options: CheckOptions): Promise<Checked> {
  const whole = await open(base, configFile, options.known);
  const folders = productFolders(whole.workspace);
  if (folders.length === 0) return checkOne(whole, options);
  const parts = [];
  for (const folder of folders) {
    const config = await configOf({ ...base, paths: [folder] }, configFile, options.known);
    parts.push({ folder, ...(await checkOne({ workspace: below(whole.workspace, folder), config }, options)) });
  }
  const done = parts.some((p) => p.nothing === undefined);
  return { outcome: together(parts, whole.workspace), failing: parts.some((p) => p.failing), nothing: done ? undefined : parts[0]?.nothing };
}

export async function checkOne(project: Project, options: CheckOptions): Promise<Checked> {
  const analysis = await analyse(project.workspace, project.config);
  const outcome = outcomeOf(project, analysis, options);
  return { outcome, failing: fails(outcome, options.failOn ?? project.config.failOn ?? 'warning'), nothing: analysis.nothing };
}

export function outcomeOf({ workspace, config }: Project, analysis: Analysis, { preset, rules, known }: CheckOptions): Outcome {
  return judge(workspace, analysis, { preset: preset ?? config.preset ?? 'recommended', config, rules, known });
}
