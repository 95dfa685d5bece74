import path from 'node:path';
import type { Preset } from '@tenantlint/engine';
import type { Outcome, QuerySite, Rule, Severity, Source } from '@tenantlint/model';
import { analyse, type Analysis, type PendingFiles } from './analyse.ts';
import { caused, nothingChanged, tally } from './caused.ts';
import type { Change, Merged } from './change.ts';
import type { Config } from './config-file.ts';
import { settingsOf, type Settings } from './config.ts';
import { matcher } from './globs.ts';
import { fails, judge } from './lint.ts';
import { withTexts, type Answer, type Asked, type Memory } from './memory/memory.ts';
import { productFolders, together } from './products.ts';
import { Remembered } from './remembered.ts';
import { shownFrom } from './shown.ts';
import { diskWorkspace, memoryWorkspace, type Base } from './workspace.ts';
import type { Project } from './project.ts';
import { removedBy, type Removed } from './removed.ts';

export interface CheckOptions {
  readonly preset: Preset | undefined;
  readonly failOn?: Severity | undefined;
  readonly rules: readonly Rule[];
  readonly known: ReadonlySet<string>;
  /** See AnalyseOptions. */
  readonly pending?: PendingFiles | undefined;
  /** What a file was on the branch that others build on, if it is another one now; named as it is shown. */
  readonly merged?: ((file: string) => Merged | undefined) | undefined;
  /** See AnalyseOptions. */
  readonly removed?: Removed | undefined;
  /** See AnalyseOptions. */
  readonly deployed?: (() => Promise<readonly QuerySite[]>) | undefined;
  /** Report only what this change brought about. */
  readonly change?: Change | undefined;
  /** Answers of earlier runs. */
  readonly memory?: Memory | undefined;
}

export interface Checked {
  readonly outcome: Outcome;
  /** Something is reported at the failing level. */
  readonly failing: boolean;
  /** Why there was nothing to do; undefined when there was something. */
  readonly nothing: string | undefined;
  /** Everything that is found, whether or not the change brought it about. */
  readonly whole: Outcome;
  /** Everything that was found before the change; undefined where none is asked about. Judged when it is first asked for. */
  readonly before: (() => Promise<Outcome>) | undefined;
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
  const { change } = options;
  if (change) {
    base = { ...base, overlay: change.now };
    options = { ...options, pending: options.pending ?? ((file) => change.files.has(path.join(base.top, file))), merged: (file) => change.merged(path.join(base.top, file)) };
    if (!change.lintable) return unchanged(base);
  }
  const whole = await open(base, configFile, options.known);
  const folders = productFolders(whole.workspace);
  if (folders.length === 0) return checkChange(whole, base, configFile, options);
  const parts: (Checked & { folder: string })[] = [];
  for (const folder of folders) {
    const own = { ...base, dir: path.join(base.dir, folder), prefix: `${base.prefix}${folder}/`, paths: [] };
    parts.push({ folder: `${base.prefix}${folder}`, ...(await checkChange(await open(own, configFile, options.known), own, configFile, options)) });
  }
  const done = parts.some((p) => p.nothing === undefined);
  return {
    outcome: together(parts),
    failing: parts.some((p) => p.failing),
    nothing: done ? undefined : parts[0]?.nothing,
    whole: together(parts.map(({ folder, whole: outcome }) => ({ folder, outcome }))),
    before: change && once(async () => together(await Promise.all(parts.map(async ({ folder, before, whole: outcome }) => ({ folder, outcome: (await before?.()) ?? outcome }))))),
  };
}

export async function checkOne(project: Project, options: CheckOptions, base?: Base): Promise<Checked> {
  const { memory, pending, merged, removed, deployed } = options;
  const judged = async (of: Project, asked: Asked): Promise<Answer> => {
    const analysis = await analyse(of, asked);
    const { text: _, ...outcome } = outcomeOf(of, analysis, options);
    return { outcome, nothing: analysis.nothing };
  };
  const answer = memory && base ? await memory.of(base.dir).answer(project, base.overlay, { about: about(options), pending, merged, removed, deployed }, judged) : await judged(project, { pending, merged, removed, deployed });
  const outcome = withTexts(answer, project.workspace);
  const whole = shownFrom(project.workspace.prefix, outcome);
  return { outcome: whole, failing: fails(outcome, levelOf(project, options)), nothing: answer.nothing, whole, before: undefined };
}

/** What an answer depends on besides the project itself. */
function about({ preset, rules, known, pending, merged, removed }: CheckOptions): readonly unknown[] {
  return [preset, rules.map((r) => [r.id, r.preview]), [...known], typeof pending === 'function' ? 'some' : pending, merged !== undefined, ...(removed ? [removed.files] : [])];
}

/** The same, and what is left of it when only the change is asked about. */
async function checkChange(project: Project, base: Base, configFile: string | undefined, options: CheckOptions): Promise<Checked> {
  const { change } = options;
  if (!change) return checkOne(project, options, base);
  const then = { ...base, overlay: change.before };
  const now = await checkOne(project, { ...options, removed: removedBy(change, base, () => open(then, configFile, options.known)), deployed: once(async () => (await analyse(await open(then, configFile, options.known))).facts.sites) }, base);
  // What was merged then is what it was.
  const stateOf = async (at: Base) => (await checkOne(await open(at, configFile, options.known), { ...options, merged: undefined }, at)).outcome;
  const before = once(() => stateOf(then));
  const { states } = change;
  const kept = states && new Remembered(states.folder, [base.dir, base.prefix, base.paths.join('\0'), options.preset ?? '', JSON.stringify(project.config), configFile ?? '', [...project.workspace.named].join('\0')]);
  const outcome = await caused(now.whole, change, base.top, async () => {
    const known = states && kept?.get(states.before);
    if (known) return known;
    const found = tally(await before(), change, base.top);
    if (states) kept?.put(states.before, found);
    return found;
  }, async () => {
    const overlay = change.other();
    return overlay && tally(await stateOf({ ...base, overlay }));
  });
  // The next commit starts from here.
  if (states) kept?.put(states.now, tally(now.whole));
  // A change to a repository in which there is nothing to lint has brought about nothing.
  const empty = now.nothing !== undefined && outcome.unread.length === 0;
  return { ...now, outcome: empty ? { ...outcome, notes: [...outcome.notes, now.nothing] } : outcome, failing: fails(outcome, levelOf(project, options)), nothing: empty ? undefined : now.nothing, before };
}

function unchanged(base: Base): Checked {
  const outcome = nothingChanged(base.root);
  return { outcome, failing: false, nothing: undefined, whole: outcome, before: async () => outcome };
}

function levelOf({ config }: Project, { failOn }: CheckOptions): Severity {
  return failOn ?? config.failOn ?? 'warning';
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** What was found, with paths of the project's own. */
export function outcomeOf({ workspace, config }: Project, analysis: Analysis, { preset, rules, known }: CheckOptions): Outcome {
  return judge(workspace, analysis, { preset: preset ?? config.preset ?? 'recommended', config, rules, known });
}
