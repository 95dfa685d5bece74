import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { visible, SUPPRESSION } from '@tenantlint/engine';
import { plainJson, reporters } from '@tenantlint/reporters';
import { rules } from '@tenantlint/rules';
import { analyse } from './analyse.ts';
import { HELP, readArgs, type Args } from './args.ts';
import { UsageError } from './usage-error.ts';
import { checkAll, open, outcomeOf } from './check.ts';
import { Memory } from './memory/memory.ts';
import type { Project } from './project.ts';
import { productFolders } from './products.ts';
import { shownFile } from './shown.ts';
import { VERSION } from './version.ts';
import { locate, type Base } from './workspace.ts';

/** The part of a process that the command line touches. */
export type Host = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env' | 'cwd'>;

/**
 * Runs one command. The number is the exit code: 0 nothing to report at the failing level, 1 findings, 2 the work could
 * not be done. Never throws: a mistake of the user's and a mistake of ours are each one line on standard error.
 */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  // Whoever reads us may stop reading (`| head`): that is no error of ours.
  for (const stream of [host.stdout, host.stderr]) stream.on('error', (error: NodeJS.ErrnoException) => { if (error.code !== 'EPIPE') throw error; });
  try {
    const args = readArgs(argv);
    if (args === 'help') return print(host, HELP);
    if (args === 'version') return print(host, `${VERSION}\n`);
    return await run(args, host);
  } catch (error) {
    if (host.env['TENANTLINT_DEBUG'] && error instanceof Error) host.stderr.write(`${error.stack ?? ''}\n`);
    return refuse(error instanceof UsageError ? error.message : `internal error: ${error instanceof Error ? error.message : String(error)}`, host);
  }
}

async function run(args: Args, host: Host): Promise<number> {
  switch (args.command) {
    case 'check': return check(args, host);
    case 'inspect': return inspect(args, host);
    case 'explain': return explain(args, host);
    case 'fix': return fix(args, host);
  }
}

const KNOWN: ReadonlySet<string> = new Set([...rules.map((r) => r.id), SUPPRESSION]);

function configFile({ config }: Args, host: Host): string | undefined {
  return config === undefined ? undefined : path.resolve(host.cwd(), config);
}

/** The one product that a question is about. */
async function openOne(base: Base, args: Args, host: Host): Promise<Project> {
  const project = await open(base, configFile(args, host), KNOWN);
  const folders = productFolders(project.workspace);
  if (folders.length > 0) throw new UsageError(`several products are here; name one of ${folders.map((f) => base.prefix + f).join(', ')}`);
  return project;
}

async function check(args: Args, host: Host): Promise<number> {
  const base = locate(host.cwd(), args.rest);
  const change = args.change && (await import('./change.ts')).readChange(base.dir, args.change);
  const { outcome, failing, nothing } = await checkAll(base, configFile(args, host), { preset: args.preset, failOn: args.failOn, rules, known: KNOWN, pending: args.allMigrations ? 'all' : undefined, change, memory: args.anew ? undefined : new Memory({ persistent: true, resident: false }) });
  write(reporters[args.format ?? 'pretty'](outcome, { color: colours(args, host), width: host.stdout.columns || 100, suppressed: args.suppressed }), args, host);
  return nothing === undefined ? (failing ? 1 : 0) : refuse(nothing, host);
}

function refuse(reason: string, host: Host): number {
  host.stderr.write(`tenantlint: ${visible(reason)}\n`);
  return 2;
}

async function inspect(args: Args, host: Host): Promise<number> {
  if (args.format !== undefined && args.format !== 'pretty' && args.format !== 'json') throw new UsageError(`--format ${args.format}: inspect writes pretty or json`);
  const project = await openOne(locate(host.cwd(), args.rest), args, host);
  const { workspace } = project;
  const analysis = await analyse(project, args.at === undefined ? {} : { at: slashed(args.at) });
  const { model } = await import('./inspect.ts');
  const data = model(analysis.facts, workspace, analysis.notes);
  const text = args.format === 'json' ? `${plainJson({ ...data, unread: analysis.unread.map((u) => ({ file: shownFile(workspace.prefix, u.at.file), reason: u.reason })) })}\n` : (await import('./inspect-pretty.ts')).prettyModel(data, colours(args, host));
  write(text, args, host);
  return analysis.nothing === undefined ? 0 : refuse(analysis.nothing, host);
}

async function fix(args: Args, host: Host): Promise<number> {
  if (args.format !== undefined && args.format !== 'pretty') throw new UsageError(`--format ${args.format}: fix tells what it did in words`);
  const base = locate(host.cwd(), args.rest);
  const change = args.change && (await import('./change.ts')).readChange(base.dir, args.change);
  const changed = change && ((file: string) => change.files.has(path.join(base.top, file)));
  const { text, left } = await (await import('./fix.ts')).fix(await openOne(base, args, host), { dir: base.dir, dryRun: args.dryRun, unsafe: args.unsafe, changed, preset: args.preset, rules, known: KNOWN });
  return print(host, text, args) || (left ? 1 : 0);
}

async function explain(args: Args, host: Host): Promise<number> {
  const { explainLine, explainRule, explainTable, near } = await import('./explain.ts');
  const [what, ...others] = args.rest;
  if (what === undefined) throw new UsageError('explain what? a rule, `table NAME`, or FILE:LINE');
  const rule = rules.find((r) => r.id === what);
  if (rule) return print(host, await explainRule(rule), args);
  const name = what === 'table' ? others[0] : undefined;
  const paths = what === 'table' ? others.slice(1) : others;
  if (what === 'table' && name === undefined) throw new UsageError('explain which table? `tenantlint explain table NAME`');
  const place = what === 'table' ? undefined : /^(.+?):(\d+)(?::\d+)?$/.exec(what);
  if (name === undefined && !place) throw new UsageError(`there is no rule ${what}${near(what, rules.map((r) => r.id))}`);
  const base = locate(host.cwd(), place && paths.length === 0 ? [place[1] ?? ''] : paths);
  const project = await openOne(base, args, host);
  const analysis = await analyse(project);
  if (name !== undefined) return print(host, explainTable(name, analysis, project.workspace), args);
  const file = slashed(path.relative(base.dir, path.resolve(host.cwd(), place?.[1] ?? '')));
  return print(host, explainLine(file, Number(place?.[2]), analysis, outcomeOf(project, analysis, { preset: 'audit', rules, known: KNOWN }), project.workspace), args);
}

function print(host: Host, text: string, args?: Args): number {
  if (args) write(text, args, host);
  else host.stdout.write(text);
  return 0;
}

function write(text: string, args: Args, host: Host): void {
  if (args.output === undefined) {
    host.stdout.write(text);
    return;
  }
  try {
    writeFileSync(path.resolve(host.cwd(), args.output), text);
  } catch (error) {
    throw new UsageError(`--output ${args.output}: cannot be written (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'})`);
  }
}

/** Colour on a terminal only, unless somebody says otherwise; the flag wins over the environment. */
function colours(args: Args, host: Host): boolean {
  if (args.color !== undefined) return args.color;
  const { NO_COLOR, FORCE_COLOR, TERM } = host.env;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return args.output === undefined && host.stdout.isTTY && TERM !== 'dumb';
}

function slashed(file: string): string {
  return path.sep === '/' ? file : file.split(path.sep).join('/');
}
