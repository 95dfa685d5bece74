import type { Difference, Doubt, History, Inverse, Span, SqlParser, Step, Timeline } from '@tenantlint/model';
import { replay, type ReplayOptions } from '../replay/index.ts';
import { inverse } from './inverse.ts';
import { undone } from './undone.ts';

/** A way back that was written for a step, and what became of it when it was run. */
export interface Proposal {
  readonly step: number;
  /** Ends each statement with a semicolon; empty where there is nothing to undo. */
  readonly sql: string;
  readonly inverse: Inverse;
  /** What it does not bring back; empty: the state before is back. */
  readonly differences: readonly Difference[];
  readonly failures: readonly Doubt[];
}

export interface ProposalSources {
  readonly histories: readonly History[];
  readonly timeline: Timeline;
  readonly parser: SqlParser;
  readonly replay: ReplayOptions;
  text(at: Span): string;
}

/** Writes ways back for some steps and runs each after its migration: only what was tried is offered. */
export function propose(sources: ProposalSources, steps: readonly number[]): readonly Proposal[] {
  const first = attempt(sources, steps, false);
  const again = first.filter((one) => one.differences.length + one.failures.length > 0).map((one) => one.step);
  if (again.length === 0) return first;
  const better = new Map(attempt(sources, again, true).map((one) => [one.step, one]));
  const left = (one: Proposal) => one.differences.length + one.failures.length;
  return first.map((one) => {
    const other = better.get(one.step);
    return other !== undefined && left(other) < left(one) ? other : one;
  });
}

function attempt({ histories, timeline, parser, replay: options, text }: ProposalSources, steps: readonly number[], printed: boolean): readonly Proposal[] {
  const made = steps.map((n) => {
    const found = inverse(timeline, n, { text, printed });
    return { n, inverse: found, sql: found.statements.map((statement) => `${statement};\n`).join('') };
  });
  const backs = new Map(made.map(({ n, sql }): [Step | undefined, Step['down']] => {
    const of = timeline.steps[n];
    return [of, { known: true, value: parser.events(sql, { file: of?.file ?? '', start: 0, end: 0 }, false) }];
  }));
  const tried = replay(histories.map((history) => ({ ...history, steps: history.steps.map((step) => ({ ...step, down: backs.get(step) })) })), parser, options);
  return made.map(({ n, inverse: found, sql }) => {
    const outcome = undone(tried, n);
    return { step: n, sql, inverse: found, differences: outcome?.differences ?? [], failures: outcome?.failures ?? [] };
  });
}
