import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';

/** A pull request as its event tells it. Nothing else of the event is read. */
export interface PullRequest {
  readonly number: number;
  readonly base: string;
  readonly head: string;
}

/** What made the workflow run; undefined where it was no pull request. */
export function pullRequestOf({ env }: Host): PullRequest | undefined {
  const file = env['GITHUB_EVENT_PATH'];
  if (file === undefined || file === '') return undefined;
  const event = record(JSON.parse(readFileSync(file, 'utf8')));
  const request = record(event['pull_request']);
  const group = record(event['merge_group']);
  const [number, base, head] = [request['number'], record(request['base'])['sha'] ?? group['base_sha'], record(request['head'])['sha'] ?? group['head_sha']];
  if (!isCommit(base) || !isCommit(head)) return undefined;
  return { number: typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : 0, base, head };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCommit(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
}
