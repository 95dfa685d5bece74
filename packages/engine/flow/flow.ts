import type { AbstractValue, Access, ClientAdapter, CodeFact, CodeFunction, CodeProgram, CodeStatement, Environment, Isolation, ModelMap, Routine, RoutineReach, Schema, Span, SqlParser, TenancyModel, Truth, Unread, ValueOf } from '@tenantlint/model';
import type { Entry } from './entries/entry.ts';
import type { Database, Prove } from '../isolation/index.ts';
import type { ModuleNames } from './interpret/modules.ts';
import { Rows } from './queries/rows.ts';
import type { Judgement } from './judge/verdict.ts';
import type { SiteRecord, Use } from './queries/record.ts';
import { State, type Exit, type Slot } from './state.ts';
import { joinAlternatives } from './values/join.ts';

/** What the analysis of call sites rests on. */
export interface FlowInput {
  readonly schema: Schema;
  readonly tenancy: TenancyModel;
  readonly models: ModelMap | undefined;
  readonly environment: Environment;
  readonly adapters: readonly ClientAdapter[];
  readonly prove: Prove;
  readonly sql: SqlParser;
  readonly adminRoles: ReadonlySet<string>;
  /** What row level security adds to a row that a role reads; undefined where it adds nothing. */
  readonly visible?: Database['visible'];
  /** What each judged role can do to a table. */
  readonly access?: (table: string) => readonly Access[];
  /** What callers reach through a function that has its owner's rights. */
  readonly reach?: (routine: Routine) => readonly RoutineReach[];
  /** Roles whose access policies decide: those of an API, or the application's own. */
  readonly roles?: readonly string[];
  /** Takes what is no query and yet decides who sees whose rows. The same may be told more than once. */
  readonly tell?: (fact: CodeFact) => void;
  /** Takes what was not followed to its end, and why. */
  readonly giveUp?: (of: Unread) => void;
}

/** A function that is being run. */
export interface Frame {
  readonly fn: CodeFunction | undefined;
  readonly name: string;
  /** Where it was called from; undefined for what the outside world calls. */
  readonly from: Span | undefined;
  /** The state that it started in. */
  readonly base: State;
  readonly returns: { readonly exit: Exit; readonly value: AbstractValue }[];
  /** Loops and switches around the current point. */
  readonly jumps: Jump[];
  readonly caller: Frame | undefined;
  readonly depth: number;
  /** Innermost loop or callback over a collection. */
  loop: Span | undefined;
  /** Run with arguments that nobody is known to pass. */
  readonly guessed: boolean;
  /** What a generator yields; `first`: whoever called goes on at the first one. */
  readonly yields?: AbstractValue[] | 'first';
}

/** A handler that runs before others, or a router that is mounted there. */
export interface Middleware {
  readonly handlers: readonly AbstractValue[];
}

/** A function that was made while something ran, with what its variables held then. */
export interface Closure {
  readonly value: ValueOf<'function'>;
  readonly state: State;
}

export interface Jump {
  readonly label: string | undefined;
  readonly loop: boolean;
  readonly base: State;
  readonly breaks: Exit[];
  readonly continues: Exit[];
}

export interface Compared {
  readonly left: AbstractValue;
  readonly right: AbstractValue;
  readonly at: Span;
}

export interface Run {
  readonly records: readonly SiteRecord[];
  readonly compared: readonly Compared[];
  readonly together: readonly Span[];
}

/** One run over a program: its state, and what it found so far. */
export class Flow {
  readonly program: CodeProgram;
  readonly input: FlowInput;
  /** The program is Python's: what is empty is false, and methods have Python's names. */
  readonly python: boolean;
  readonly rows = new Rows();
  readonly modules = new Map<string, ModuleNames>();
  readonly adapters: ReadonlyMap<string, ClientAdapter>;
  /** What files hold once they are loaded; everything that runs later begins here. */
  readonly loaded = new State(undefined);
  state = this.loaded;
  frame: Frame | undefined;
  /** Queries met so far. */
  records: SiteRecord[] = [];
  /** Where rows left the program's hands. */
  uses: Use[] = [];
  /** Comparisons of a row's column that some branch of the program asked for. */
  compared: Compared[] = [];
  /** How often the program has thrown on purpose. */
  thrown = 0;
  /** Settings of the connection that the run made. */
  settings: Extract<CodeFact, { readonly kind: 'setting' }>[] = [];
  /** Places whose queries are sent in one transaction. */
  together: Span[] = [];
  /** What the run met that is being judged. */
  run: Run = { records: [], compared: [], together: [] };
  /** One object for all questions: the prover remembers tables by it. */
  readonly database: Database;
  /** Answers of the prover, by the shape of the question. */
  readonly proofs = new Map<string, Isolation>();
  /** Where queries stand that some run of the product's own code sent. */
  readonly #met = new Set<string>();
  /** What is being run are tests, seeds or scripts. */
  offline = false;
  /** Functions that were made, and hold queries that nobody has sent yet. */
  readonly closures = new Map<string, Closure>();
  /** Ids of those that what is being run made. */
  made: string[] = [];
  /** Names by which clients send queries. */
  readonly methods: ReadonlySet<string>;
  /** How a Prisma client spells its models. */
  readonly delegates: ReadonlySet<string>;
  /** Functions that were registered because they say of themselves that browsers call them. */
  readonly actions = new Set<string>();
  /** Something that was made in the run goes on after it. */
  kept = false;
  /** Entry points that the code registered while it was loaded. */
  readonly registered: Entry[] = [];
  /** Queries by the rows that they gave. */
  readonly recordOf = new Map<number, SiteRecord>();
  /** Answers for the queries of the run that is being judged. */
  verdicts = new Map<SiteRecord, Judgement | undefined>();
  /** What stands before a router's handlers, by the router's key. */
  readonly middlewares = new Map<string, Middleware[]>();
  /** What runs when `next()` is called, by the number that the value carries. */
  readonly continuations = new Map<string, (args: readonly AbstractValue[]) => AbstractValue>();
  /** The request that middlewares and handlers share, as it was last changed. */
  readonly shared: Slot = { name: 'request' };
  /** What hooks of the program add to every query. */
  readonly ambient: AbstractValue[] = [];
  /** Steps of interpretation left for what is being run. */
  fuel = 0;

  constructor(program: CodeProgram, input: FlowInput) {
    this.program = program;
    this.input = input;
    this.database = { schema: input.schema, tenancy: input.tenancy, adminRoles: input.adminRoles };
    this.python = program.files.values().next().value?.language === 'python';
    this.adapters = new Map(input.adapters.map((a) => [a.id, a]));
    this.methods = new Set(input.adapters.flatMap((a) => [...a.methods]));
    this.delegates = new Set([...(input.models?.models.values() ?? [])].map((m) => m.delegate));
  }

  /** Keeps a function that was made here, with what its variables hold. */
  close(value: ValueOf<'function'>): void {
    this.closures.set(value.fn.id, { value, state: this.state });
    this.made.push(value.fn.id);
  }

  giveUp(at: Span, reason: string): void {
    this.input.giveUp?.({ at, reason });
  }

  met(at: Span): void {
    this.#met.add(`${at.file}:${at.start}`);
    this.#met.add(`${at.file}:-${at.end}`);
  }

  /** Whether a query was sent by the call whose name stands there: places of queries begin or end with it. */
  hasMet(name: Span): boolean {
    return this.#met.has(`${name.file}:${name.start}`) || this.#met.has(`${name.file}:-${name.end}`);
  }

  get truths(): readonly Truth[] {
    const found: Truth[] = [];
    for (let node = this.state.truths; node; node = node.before) found.push(node.truth);
    return found;
  }

  readonly joinValues = (values: Parameters<typeof joinAlternatives>[0]): AbstractValue =>
    joinAlternatives(values, (a, b) => {
      if (a.value.kind !== 'client' || b.value.kind !== 'client' || a.value.client !== b.value.client) return undefined;
      return this.adapters.get(a.value.client)?.merge?.({ handle: a.value, truths: a.truths }, { handle: b.value, truths: b.truths }, b.value.at);
    });

  /** Runs something in a branch of its own, and gives back where it ends. */
  branch(truths: readonly Truth[], run: () => void): State {
    const before = this.state;
    const state = before.fork();
    state.learn(truths);
    this.state = state;
    run();
    const after = this.state;
    this.state = before;
    return after;
  }
}

export type Statements = readonly CodeStatement[];
