import type { AbstractValue, Access, ClientAdapter, Code, CodeFact, CodeFunction, CodeProgram, CodeType, EntryPoint, Environment, Isolation, ModelMap, Routine, RoutineReach, Schema, Span, SqlParser, TenancyModel, Truth, Unread, ValueOf } from '@tenantlint/model';
import type { Database, Prove } from '../isolation/index.ts';
import type { QueryCode } from './query-code.ts';
import { State, type Names, type Slot } from './state.ts';
import { joinAlternatives } from './values/join.ts';
import type { ModuleNames } from './module-names.ts';
import { Rows } from './queries/row-store.ts';
import type { Judgement } from './judge/judgement.ts';
import type { SiteRecord, Use } from './queries/site-record.ts';
import type { Closure, Compared, Frame, Middleware } from './frame.ts';
import type { PathTests } from './path-tests.ts';
import type { Becoming, CallSite } from './call-site.ts';

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
  /** What it asks of a row that a role makes, changes or takes away. */
  readonly admitted?: Database['admitted'];
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

export interface Run {
  readonly records: readonly SiteRecord[];
  readonly compared: readonly Compared[];
  readonly together: readonly Span[];
}

/** Something that the outside world calls, and what it brings along. */
export interface Entry {
  readonly point: EntryPoint;
  /** Tells two entries apart, and functions that are entries from those that are only called. */
  readonly fn: ValueOf<'function'> | undefined;
  run(f: Flow): AbstractValue;
}

/**
 * The parts of the interpreter that its other parts run. They are handed to the flow, so that they can call one
 * another and no file imports in a circle.
 */
export interface Interpreter {
  /** What an expression gives, and what evaluating it does to the state. */
  evaluate(f: Flow, code: Code, names: Names): AbstractValue;
  /** What calling any value gives. */
  apply(f: Flow, fn: AbstractValue, args: readonly AbstractValue[], site: CallSite, self?: AbstractValue, becoming?: Becoming): AbstractValue;
  /** Runs a function of the program. `guessed`: with arguments that nobody is known to pass; `first`: up to its first `yield`. */
  invoke(f: Flow, value: ValueOf<'function'>, args: readonly AbstractValue[], at: Span, self?: AbstractValue, guessed?: boolean, first?: boolean): AbstractValue;
  memberOf(f: Flow, of: ValueOf<'instance'>, name: string, at: Span): AbstractValue;
  staticMember(f: Flow, of: ValueOf<'class'>, name: string, at: Span): AbstractValue | undefined;
  /** What a file exports under a name. */
  exported(f: Flow, path: string, name: string, at: Span): AbstractValue;
  /** What a declared type says of a value; undefined where it says nothing. */
  ofType(f: Flow, type: CodeType, file: string, at: Span): AbstractValue | undefined;
  readClient(f: Flow, handle: ValueOf<'client'>, name: string | AbstractValue, at: Span, nameAt: Span): AbstractValue;
  /** What Python's decorators make of a function. */
  decorated(f: Flow, fn: ValueOf<'function'>): AbstractValue;
  /** Whether a call registers entry points with a framework; it is followed if so. */
  register(f: Flow, symbol: ValueOf<'symbol'>, site: CallSite): boolean;
  /** Registers a function that says of itself that browsers call it. */
  inlineAction(f: Flow, value: ValueOf<'function'>): void;
  /** Whether the rows of a query are the caller's own. */
  judge(f: Flow, record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement;
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
  /** Calls in a function's text that look like queries of some client. */
  readonly sending = new WeakMap<CodeFunction, readonly QueryCode[]>();
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
  readonly shared: Slot = { name: 'request', scope: undefined };
  /** What hooks of the program add to every query. */
  readonly ambient: AbstractValue[] = [];
  /** Of these, what they add to changes as well. */
  readonly ambientWrites: AbstractValue[] = [];
  /** Fields that hooks of sessions fill in whatever is inserted. */
  readonly filled = new Set<string>();
  /** Where a property is read that a proxy's function is just looking up. */
  readAt: Span | undefined;
  /** What is asked of the path that a request is for, where that is noted. */
  paths: PathTests | undefined;
  /** What a variable of a file is being made from. */
  declaring: Code | undefined;
  /** The call whose promise nobody waits for. */
  floating: Code | undefined;
  /** Steps of interpretation left for what is being run. */
  fuel = 0;

  readonly #interpreter: Interpreter;

  constructor(program: CodeProgram, input: FlowInput, interpreter: Interpreter) {
    this.#interpreter = interpreter;
    this.program = program;
    this.input = input;
    this.database = { schema: input.schema, tenancy: input.tenancy, adminRoles: input.adminRoles, ...(input.visible ? { visible: input.visible } : {}) };
    this.python = program.files.values().next().value?.language === 'python';
    this.adapters = new Map(input.adapters.map((a) => [a.id, a]));
    this.methods = new Set(input.adapters.flatMap((a) => [...a.methods]));
    this.delegates = new Set([...(input.models?.models.values() ?? [])].map((m) => m.delegate));
  }

  evaluate(code: Code, names: Names): AbstractValue {
    return this.#interpreter.evaluate(this, code, names);
  }
  apply(fn: AbstractValue, args: readonly AbstractValue[], site: CallSite, self?: AbstractValue, becoming?: Becoming): AbstractValue {
    return this.#interpreter.apply(this, fn, args, site, self, becoming);
  }
  applyFunction(fn: AbstractValue, args: readonly AbstractValue[], at: Span): AbstractValue {
    return this.#interpreter.apply(this, fn, args, { at, nameAt: at, construct: false });
  }
  invoke(value: ValueOf<'function'>, args: readonly AbstractValue[], at: Span, self?: AbstractValue, guessed?: boolean, first?: boolean): AbstractValue {
    return this.#interpreter.invoke(this, value, args, at, self, guessed, first);
  }
  memberOf(of: ValueOf<'instance'>, name: string, at: Span): AbstractValue {
    return this.#interpreter.memberOf(this, of, name, at);
  }
  staticMember(of: ValueOf<'class'>, name: string, at: Span): AbstractValue | undefined {
    return this.#interpreter.staticMember(this, of, name, at);
  }
  exported(path: string, name: string, at: Span): AbstractValue {
    return this.#interpreter.exported(this, path, name, at);
  }
  ofType(type: CodeType, file: string, at: Span): AbstractValue | undefined {
    return this.#interpreter.ofType(this, type, file, at);
  }
  readClient(handle: ValueOf<'client'>, name: string | AbstractValue, at: Span, nameAt: Span): AbstractValue {
    return this.#interpreter.readClient(this, handle, name, at, nameAt);
  }
  decorated(fn: ValueOf<'function'>): AbstractValue {
    return this.#interpreter.decorated(this, fn);
  }
  register(symbol: ValueOf<'symbol'>, site: CallSite): boolean {
    return this.#interpreter.register(this, symbol, site);
  }
  inlineAction(value: ValueOf<'function'>): void {
    this.#interpreter.inlineAction(this, value);
  }
  judge(record: SiteRecord, entry: EntryPoint | undefined, uses: readonly Use[]): Judgement {
    return this.#interpreter.judge(this, record, entry, uses);
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
