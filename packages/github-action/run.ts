import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Outcome, Severity } from '@tenantlint/model';
import { Places, reporters } from '@tenantlint/reporters';
import { review, UsageError, type Preset, type Reviewed } from 'tenantlint/review';
import { comment } from './comment.ts';
import { pullRequestOf, type PullRequest } from './event.ts';
import { annotate, append, input, say, type Host } from './host.ts';
import { headline, page, worstFirst, type Told } from './page.ts';

const PRESETS: readonly string[] = ['recommended', 'strict', 'audit'] satisfies Preset[];
const LEVELS: readonly string[] = ['note', 'warning', 'error'] satisfies Severity[];
const IN_SUMMARY = 100;
const IN_COMMENT = 20;

interface Settings {
  readonly path: string;
  readonly preset: Preset | undefined;
  readonly config: string | undefined;
  readonly failOn: Severity | 'never' | undefined;
  readonly comment: boolean;
}

/**
 * One run of the action. The number is the exit code: 0 nothing at the failing level, 1 findings, 2 could not do its
 * work. What cannot be shown in one place is said in one line and shown in the others.
 */
export async function run(host: Host): Promise<number> {
  try {
    const settings = settingsOf(host);
    const request = pullRequestOf(host);
    const folder = host.env['GITHUB_WORKSPACE'] ?? '.';
    const reviewed = await review({ folder, paths: [settings.path], preset: settings.preset, failOn: settings.failOn === 'never' ? undefined : settings.failOn, config: settings.config, ...(request ? { base: request.base, head: request.head } : {}) });
    return await show(host, settings, request, reviewed);
  } catch (error) {
    const reason = error instanceof UsageError ? error.message : `internal error: ${error instanceof Error ? error.message : String(error)}`;
    annotate(host, 'error', reason);
    append(host, 'GITHUB_STEP_SUMMARY', `## tenantlint could not do its work\n\nThe log says why.\n`);
    return 2;
  }
}

async function show(host: Host, settings: Settings, request: PullRequest | undefined, { outcome, whole, before, resolved, failing, remarks, onWrittenLines }: Reviewed): Promise<number> {
  const told: Told = { outcome, whole, before, resolved, remarks, blob: blobOf(host, request) };
  const sorted: Outcome = { ...outcome, findings: worstFirst(outcome) };
  // A step has ten annotations of each level, and those on other lines are shown far from any code.
  host.write(reporters.github({ ...sorted, findings: sorted.findings.filter(onWrittenLines) }));
  const places = new Places(outcome);
  for (const f of sorted.findings) if (!onWrittenLines(f)) say(host, `tenantlint: ${f.severity} ${f.rule} at ${places.shown(f.at.file)}:${places.start(f.at).line}, which this change did not write: ${f.text} ${f.fix}`);
  for (const remark of remarks) say(host, `tenantlint: ${remark}`);
  const sarif = attempt(host, 'the SARIF file', () => writeSarif(host, whole));
  attempt(host, 'the job summary', () => append(host, 'GITHUB_STEP_SUMMARY', page(told, IN_SUMMARY)));
  attempt(host, 'the outputs', () => append(host, 'GITHUB_OUTPUT', `findings=${sorted.findings.length}\n${sarif === undefined ? '' : `sarif=${sarif}\n`}`));
  if (request && request.number > 0 && settings.comment) {
    const refused = await comment(host, request.number, page(told, IN_COMMENT), sorted.findings.length > 0);
    if (refused !== undefined) say(host, `tenantlint: no comment was written: ${refused}; the job summary says the same`);
  }
  say(host, `tenantlint: ${headline(told)}`);
  return failing && settings.failOn !== 'never' ? 1 : 0;
}

/** One way of showing must not cost the others. */
function attempt<T>(host: Host, what: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    say(host, `tenantlint: ${what} could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** In the runner's own folder: what a pull request put into the workspace may be a link that leads out of it. */
function writeSarif(host: Host, whole: Outcome): string | undefined {
  const folder = host.env['RUNNER_TEMP'];
  if (folder === undefined || folder === '') return undefined;
  const file = path.join(folder, 'tenantlint.sarif');
  writeFileSync(file, reporters.sarif(whole));
  return file;
}

function blobOf({ env }: Host, request: PullRequest | undefined): string | undefined {
  const [server, repository, commit] = [env['GITHUB_SERVER_URL'], env['GITHUB_REPOSITORY'], request?.head ?? env['GITHUB_SHA']];
  return server && repository && commit ? `${server}/${repository}/blob/${commit}` : undefined;
}

function settingsOf(host: Host): Settings {
  const config = input(host, 'config');
  return {
    path: input(host, 'path') || '.',
    preset: oneOf('preset', input(host, 'preset'), PRESETS) as Preset | undefined,
    config: config === '' ? undefined : config,
    failOn: oneOf('fail-on', input(host, 'fail-on'), [...LEVELS, 'never']) as Settings['failOn'],
    comment: oneOf('comment', input(host, 'comment'), ['true', 'false']) !== 'false',
  };
}

function oneOf(name: string, value: string, allowed: readonly string[]): string | undefined {
  if (value === '') return undefined;
  if (!allowed.includes(value)) throw new UsageError(`${name}: ${value} is none of ${allowed.join(', ')}`);
  return value;
}
