import type { Difference, Doubt, History, Inverse, Span, SqlParser, Step, Timeline } from '@tenantlint/model';
import { replay, type ReplayOptions } from '../replay/index.ts';
import { inverse, type InverseOptions } from './inverse.ts';
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
  const best = new Map<number, Proposal>();
  const left = (one: Proposal | undefined) => (one === undefined ? Infinity : one.differences.length + one.failures.length);
  for (const how of [{}, { printed: true }, { printed: true, careful: true }]) {
    const open = steps.filter((n) => left(best.get(n)) > 0);
    if (open.length === 0) break;
    for (const one of attempt(sources, open, how)) if (left(one) < left(best.get(one.step))) best.set(one.step, one);
  }
  return [...best.values()].sort((a, b) => a.step - b.step);
}

function attempt({ histories, timeline, parser, replay: options, text }: ProposalSources, steps: readonly number[], how: Pick<InverseOptions, 'printed' | 'careful'>): readonly Proposal[] {
  const made = steps.map((n) => {
    const found = inverse(timeline, n, { text, ...how });
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
