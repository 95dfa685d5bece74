import type { Access, Environment, FilteredColumn, PolicyCall, RoutineReach } from './access.ts';
import type { Formula, Isolation, Row } from './formula.ts';
import type { Finding, Fix, Related, Severity, Subject } from './finding.ts';
import type { SqlFile, Step, Timeline } from './history.ts';
import type { MigrationFacts } from './migrations.ts';
import type { ModelMap } from './models.ts';
import type { Certainty, CodeFact, QuerySite } from './query.ts';
import type { Column, Index, Policy, Routine, Schema, Table, View, Trigger } from './schema.ts';
import type { Span } from './span.ts';
import type { FunctionBody } from './plpgsql.ts';
import type { TenancyModel, TenancyOf } from './tenancy.ts';

/** What some source has to know before a rule can run; a rule whose needs are not met is listed as not run. */
export type Need = 'sql' | 'rls' | 'sites' | 'models' | 'history' | 'tenancy';

/** Who can reach which rows. Every answer is memoised. */
export interface AccessFacts {
  tenancyOf(table: Table): TenancyOf;
  /** Effective access of every untrusted role (and of the application's own, where known) to a table. */
  access(table: Table): readonly Access[];
  /** Does this policy alone isolate? `side` is the USING or the WITH CHECK expression (USING where CHECK is absent). */
  isolates(table: Table, policy: Policy, side: 'using' | 'check'): Isolation;
  /** One side of a policy, bound and simplified; undefined where the policy has none for it. Row 0 is the table's row. */
  formula(table: Table, policy: Policy, side: 'using' | 'check'): Formula | undefined;
  /** Columns that the policy filters by, its sub-selects and opened helpers included. */
  filters(table: Table, policy: Policy): readonly FilteredColumn[];
  /** Unqualified columns of a policy's sub-selects that bind to the inner table and make a test compare a row with itself. */
  captures(table: Table, policy: Policy): readonly Capture[];
  /** The parsed body of a routine. */
  body(routine: Routine): FunctionBody;
  /** Untrusted roles that hold the privilege on the object, directly or through PUBLIC or membership. */
  reachableBy(object: Table | View | Routine, privilege: string): readonly string[];
  /** Calls in the policy's conditions, and how often each runs. */
  calls(table: Table, policy: Policy): readonly PolicyCall[];
  /** Tables of the circle that reading under this policy runs into; such a statement fails at run time. */
  circle(table: Table, policy: Policy): readonly string[] | undefined;
  /** Rows that the policy's conditions read besides its own, in sub-selects and opened helpers. */
  reads(table: Table, policy: Policy): readonly Row[];
  /** What every judged role sees through the view, whose own condition and whoever's policies apply. */
  viewAccess(view: View): readonly Access[];
  /** What a trigger writes with its owner's rights when callers write rows of their own. */
  triggerReach(table: Table, trigger: Trigger): readonly RoutineReach[];
  /** What callers reach through a function with its owner's rights; empty where it cannot be called or reaches no rows of tenants. */
  routineReach(routine: Routine): readonly RoutineReach[];
}

/** All that is known, decided once and shared by the rules. */
export interface Facts extends AccessFacts {
  readonly schema: Schema;
  /** The tables as models alone describe them, where migrations make them too; undefined where only one of both is there. */
  modelled(): Schema | undefined;
  /** What ORMs say of the tables, as the code sees them. */
  readonly models: readonly ModelMap[];
  readonly timeline: Timeline;
  readonly environment: Environment;
  readonly tenancy: TenancyModel;
  readonly sites: readonly QuerySite[];
  /** Queries of the code that the change is held against: it runs until the deploy is done. Empty where no migration takes anything away. */
  readonly deployed: readonly QuerySite[];
  /** What the code does besides its queries; by place. */
  readonly code: readonly CodeFact[];
  /** SQL files that no migration tool runs and that speak of who may see what: scripts, tests, copies of the schema. */
  readonly loose: readonly SqlFile[];
  /**
   * Whether a migration (a step, or its file) belongs to the change that is judged: not applied yet. What is applied is
   * history, and whatever it locked is over.
   */
  pending(of: Step | string): boolean;
  /** What a file that was edited or renamed was on the branch that the change is held against: what others have, and run. */
  merged(file: string): { readonly ref: string; readonly name: string; readonly text: string } | undefined;
  /** Migrations that were there before the change and that it takes away. */
  readonly removed: readonly RemovedStep[];
  /**
   * The deploy that applies a step, by the step's index; undefined where it is applied already. Steps with equal numbers
   * go out together: what one of them creates has no rows and no readers when the next one runs.
   */
  deploy(step: number): number | undefined;
  readonly migrations: MigrationFacts;
  /** Major version of the server that the migrations run on. */
  readonly postgres: number;
  /** Text of a file as it was read, for what a message quotes. */
  text(at: Span): string;
}

/** A migration that is no longer there. */
export interface RemovedStep {
  readonly step: Step;
  /** The branch that has it; undefined where the last commit does, which nobody else may know. */
  readonly ref: string | undefined;
  /** The file of the first one behind it that is left. */
  readonly next: string | undefined;
}

export interface Capture {
  /** The captured column as written. */
  readonly at: Span;
  readonly column: string;
  /** Where it was meant to bind: the policy's own table. */
  readonly outer: string;
  readonly inner: string;
}

export interface Message {
  readonly severity?: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}


type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type Texts<M extends Message> = M['what'] | M['why'] | M['fix'];

/** Data must name exactly the placeholders of the message's texts. */
export type Report<M extends Record<string, Message>> = {
  [K in keyof M & string]: {
    readonly message: K;
    readonly at: Span;
    readonly subject: Subject;
    readonly certainty?: Certainty;
    readonly related?: readonly Related[];
    readonly fixes?: readonly Fix[];
  } & ([Placeholders<Texts<M[K]>>] extends [never] ? { readonly data?: undefined } : { readonly data: Readonly<Record<Placeholders<Texts<M[K]>>, string>> });
}[keyof M & string];

/** Nouns that a rule can ask to be shown, one by one. */
export interface Nouns {
  table: [table: Table];
  column: [column: Column, table: Table];
  index: [index: Index, table: Table];
  policy: [policy: Policy, table: Table];
  view: [view: View];
  fn: [routine: Routine];
  site: [site: QuerySite];
  step: [step: Step, index: number];
  /** Once per run, for what is no single noun. */
  project: [];
}

export type Visit<R> = { readonly [N in keyof Nouns]?: (...args: [...Nouns[N], facts: Facts, report: (report: R) => void]) => void };

export interface RuleOptions<M extends Record<string, Message>> {
  /** Version that brought it. */
  readonly since: string;
  readonly severity: Severity;
  /** Not part of any preset until it has earned its marks in fixtures/. */
  readonly preview?: boolean;
  /** Preset that first contains it. */
  readonly preset: 'recommended' | 'strict' | 'audit';
  readonly needs: readonly Need[];
  /** Checks of peers that it answers. */
  readonly sources?: readonly { readonly tool: string; readonly rule: string }[];
  readonly messages: M;
  readonly visit: Visit<Report<M>>;
}

/** A rule without its name: the folder it stands in names it. */
export interface RuleDefinition {
  readonly since: string;
  readonly severity: Severity;
  readonly preview: boolean;
  readonly preset: 'recommended' | 'strict' | 'audit';
  readonly needs: readonly Need[];
  readonly sources: readonly { readonly tool: string; readonly rule: string }[];
  readonly messages: Readonly<Record<string, Message>>;
  readonly visit: Visit<AnyReport>;
}

export interface Rule extends RuleDefinition {
  readonly id: string;
}

export interface AnyReport {
  readonly message: string;
  readonly at: Span;
  readonly subject: Subject;
  readonly certainty?: Certainty;
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
  readonly data?: Readonly<Record<string, string>> | undefined;
}

/** Keeps the literal types of the messages, so that message names and placeholders are checked where they are used. */
export function defineRule<const M extends Record<string, Message>>(rule: RuleOptions<M>): RuleDefinition {
  // A visitor that reports only M's messages is one that reports some message: the engine fills any of them.
  return { preview: false, sources: [], ...rule, visit: rule.visit as Visit<never> as Visit<AnyReport> };
}

export interface LintResult {
  readonly findings: readonly Finding[];
  readonly notRun: readonly { readonly rule: string; readonly reason: string }[];
}
