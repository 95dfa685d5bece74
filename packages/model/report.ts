import type { Finding } from './finding.ts';
import type { Unread } from './span.ts';

/** What a run has to say, before any format is chosen. */
export interface Outcome {
  /** Version of the tool. */
  readonly tool: string;
  /** The folder that all paths are relative to, as the user would type it. */
  readonly root: string;
  readonly findings: readonly Finding[];
  readonly notRun: readonly { readonly rule: string; readonly reason: string }[];
  readonly unread: readonly Unread[];
  /** What was decided about the project as a whole (tenancy, environment), in sentences. */
  readonly notes: readonly string[];
  readonly summary: Summary;
  /** Every rule that ran, for formats that list them. */
  readonly rules: readonly { readonly id: string; readonly what: string; readonly why: string }[];
  /** Text of a file, for excerpts; undefined where it is not at hand. */
  text(path: string): string | undefined;
}

export interface Summary {
  readonly files: number;
  readonly steps: number;
  readonly tables: number;
  readonly sites: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly suppressed: number;
  /** Sites by verdict and tables by verdict: how much is proven, and how much is not known. */
  readonly ledger: { readonly sites: Readonly<Record<string, number>>; readonly tables: Readonly<Record<string, number>> };
}

/** Renders an outcome. Pure: the same outcome gives the same text, byte for byte. */
export type Reporter = (outcome: Outcome, options: ReporterOptions) => string;

export interface ReporterOptions {
  readonly color: boolean;
  /** Columns of the terminal; excerpts are cut to it. */
  readonly width: number;
  /** People see suppressed findings only when they ask; machines always get them, marked as such. */
  readonly suppressed: boolean;
}
