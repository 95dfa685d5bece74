import type { CodeType } from './code.ts';
import type { ModelMap } from './models.ts';
import type { ClientKind, Dropped, SiteVerb } from './query.ts';
import type { Schema } from './schema.ts';
import type { Span } from './span.ts';
import type { AbstractValue, Truth, ValueOf } from './value.ts';

export type ClientHandle = ValueOf<'client'>;

/**
 * One database client: a small interpreter over handles. It says how the client's own objects come into being, what
 * reading a property and calling does to them, and which query is sent at the end. It knows neither schema nor tenancy.
 * State of a handle is plain data; builders accumulate conditions in it and send the query when they are awaited.
 */
export interface ClientAdapter {
  readonly id: string;
  /** Packages that, installed or imported, make the client worth loading. */
  readonly packages: readonly string[];
  /** Names of methods that send a query, or begin one: functions without any of them need not be opened. */
  readonly methods: ReadonlySet<string>;
  /** A name imported from one of `packages` (or from a package it generates code into): usually a constructor or factory. */
  imported(from: string, name: string, context: ClientContext): AbstractValue | undefined;
  /** A parameter or field declared with a type of the client and given by nobody that was read. */
  typed?(type: CodeType, at: Span, context: ClientContext): AbstractValue | undefined;
  /** A method called on something that could not be told: `anything.invoice.findMany`. `names` is what was read from `receiver`, the method last. */
  guessed?(receiver: AbstractValue, names: readonly Named[], context: ClientContext, args?: readonly AbstractValue[]): AbstractValue | undefined;
  /** A class of the program that is the client's: a model by which queries ask for rows. */
  declared?(of: ValueOf<'class'>, context: ClientContext): AbstractValue | undefined;
  /** An operator that the client's objects give a meaning of their own; `right` is undefined for those with one operand. */
  operator?(op: string, left: AbstractValue, right: AbstractValue | undefined, context: ClientContext): AbstractValue | undefined;
  /** `left and right`, `left or right` of the language, which ask for the truth of the handle: what they give, if that can be told. */
  logical?(op: 'and' | 'or', left: ClientHandle, right: AbstractValue, context: ClientContext): AbstractValue | undefined;
  /** A property of the handle is assigned: the handle afterwards. */
  set?(handle: ClientHandle, name: string, value: AbstractValue, context: ClientContext): AbstractValue | undefined;
  /** What a loop over the handle goes through, as a list. */
  elements?(handle: ClientHandle, context: ClientContext): AbstractValue | undefined;
  /** Reads a property. Undefined: not the client's, the engine goes on with an unknown. */
  get(handle: ClientHandle, name: string, context: ClientContext): AbstractValue | undefined;
  /** Reads a property whose name is not constant: `prisma[model]`. */
  index?(handle: ClientHandle, key: AbstractValue, context: ClientContext): AbstractValue | undefined;
  /** Calls the handle (or constructs from it: `context.construct`). */
  call(handle: ClientHandle, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined;
  /** The handle is awaited or handed to someone who will: builders send their query here. Otherwise the handle itself. */
  awaited?(handle: ClientHandle, context: ClientContext): AbstractValue | undefined;
  /** Two branches of the program left different states of what was one builder: one handle for both, where that can be said. */
  merge?(left: { readonly handle: ClientHandle; readonly truths: readonly Truth[] }, right: { readonly handle: ClientHandle; readonly truths: readonly Truth[] }, at: Span): ClientHandle | undefined;
  /** `new Proxy(handle, traps)`: what is read from it goes through the program's own functions first. */
  proxied?(handle: ClientHandle, traps: AbstractValue, context: ClientContext): AbstractValue | undefined;
  /** The call that gave it changed nothing else: a statement that drops it has no effect. */
  isOnlyResult?(handle: ClientHandle): boolean;
  /** Whether the handle is a function: proxies around clients wrap those, and hand on the rest. */
  isCallable?(handle: ClientHandle): boolean;
  /** Tagged template: `` handle`select …` ``. */
  tagged?(handle: ClientHandle, text: ValueOf<'text'>, context: ClientContext): AbstractValue | undefined;
}

export interface Named {
  readonly name: string;
  readonly at: Span;
}

/** The engine, as an adapter sees it. */
export interface ClientContext {
  readonly models: ModelMap | undefined;
  readonly schema: Schema;
  /** The whole expression that is being evaluated. */
  readonly at: Span;
  /** The property's name (get), the callee (call). */
  readonly nameAt: Span;
  readonly construct: boolean;
  /** Installed version of a package, e.g. `6.2.1`. */
  version(pkg: string): string | undefined;
  /** A query is sent here and now. The value is its bare result: row, row or null, list of rows, number. */
  run(query: Query): AbstractValue;
  /** Calls a function of the program. */
  apply(fn: AbstractValue, args: readonly AbstractValue[]): AbstractValue;
  /** Reads a property the way the program would, through unions, spreads and symbols. */
  property(of: AbstractValue, name: string): AbstractValue;
  /** What an array or list holds; undefined where that cannot be told. */
  items(of: AbstractValue): readonly AbstractValue[] | undefined;
  /** Queries that were made there are sent in one transaction. */
  together?(places: readonly Span[]): void;
  /** What comes next is sent beside the program's sessions: what hooks make ready at the beginning of their transactions is not there. */
  apart?(): void;
  /** The handle that was called is from now on this one: for builders that change in place. */
  become(handle: AbstractValue): void;
  /** What the program adds to every query of its sessions, as the client's own objects. */
  readonly ambient?: readonly AbstractValue[];
  /** Of these, what is added to changes as well. */
  readonly ambientWrites?: readonly AbstractValue[];
  /** The variable that was given as this argument holds this value from now on: objects that the client fills in. */
  becomeArgument(index: number, value: AbstractValue): void;
}

export interface Query {
  readonly client: string;
  readonly clientKind: ClientKind;
  readonly table: TableName;
  readonly verb: SiteVerb;
  /** The client's own word. */
  readonly operation: string;
  /** What to underline: `invoice.findMany`. */
  readonly at: Span;
  /** Which rows are read, changed or deleted. For inserts: nothing to say (`all`, empty). */
  readonly condition: Condition;
  /** What the call itself states, where something between it and the database asks more (an extension, a proxy). */
  readonly stated?: Condition;
  /** Rows that are inserted. */
  readonly inserts: readonly Written[];
  /** What is changed in the rows that match. */
  readonly changes: readonly Written[];
  readonly includes: readonly Included[];
  /** `row`: throws unless there is one. `groups`: rows of aggregates. */
  readonly result: 'row' | 'row-or-null' | 'rows' | 'count' | 'groups' | 'void' | 'unknown';
  /** Named columns that are returned; undefined: all of them. */
  readonly selects: readonly string[] | undefined;
  readonly orders: readonly string[];
  /** A list read that says how many at most, or that can only be one. */
  readonly limited: boolean;
  readonly transaction: boolean;
  /** SQL that the code spells out; replaces `table` and `condition`. */
  readonly sql?: SqlText;
  /** A database function is called: name and named arguments. */
  readonly routine?: { readonly name: string; readonly args: AbstractValue };
  /** What an extension around this client asks for in other operations, and not in this one. */
  readonly beside?: { readonly condition: Condition; readonly at: Span };
  /** The extension that sent it, where one stands between the call and the database. */
  readonly extension?: Span;
  /** What the adapter already knows to be wrong with it, e.g. a second `.where()` that replaced the first. */
  readonly replaced?: { readonly by: string; readonly at: Span };
  /** Conditions that the code spells out and that are not sent. */
  readonly dropped?: readonly Dropped[];
}

export type TableName =
  /** Name of an ORM's model. */
  | { readonly kind: 'model'; readonly name: string }
  /** Name of a table, with its schema where the code states one. */
  | { readonly kind: 'table'; readonly name: string; readonly schema: string | undefined }
  /** Not constant, or not the client's to tell. */
  | { readonly kind: 'unknown'; readonly why: string };

/** `texts.length === holes.length + 1`. A hole is a bound parameter, or text that is spliced in as it stands. */
export interface SqlText {
  readonly texts: readonly { readonly text: string; readonly at: Span; readonly verbatim: boolean }[];
  readonly holes: readonly { readonly value: AbstractValue; readonly bound: boolean }[];
  /** Sent through an API that takes any string. */
  readonly unsafe: boolean;
}

/** Field names are the client's: fields of the model, or columns. */
export type Condition =
  /** `all` of nothing is true, `any` of nothing is false: what the client sends decides which one an adapter says. */
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition; readonly at: Span }
  | { readonly kind: 'compare'; readonly field: string; readonly op: CompareOp; readonly value: AbstractValue; readonly whenUndefined: WhenUndefined; readonly at: Span }
  /** `is`: the related row satisfies; `some`/`every`/`none` of the related rows. */
  | { readonly kind: 'relation'; readonly field: string; readonly quantifier: 'some' | 'every' | 'none' | 'is' | 'is-not'; readonly where: Condition; readonly to?: Relationship; readonly at: Span }
  /** One of these, decided at run time by what the code did before: not by the database, and not a disjunction of its own. */
  | { readonly kind: 'alternatives'; readonly of: readonly { readonly condition: Condition; readonly truths: readonly Truth[] }[]; readonly at: Span }
  /** Conjuncts of unknown content: they can only narrow. `value` is where they come from. */
  | { readonly kind: 'narrowing'; readonly value: AbstractValue; readonly why: string; readonly at: Span }
  /** The whole condition at this place comes from a value that could not be told. */
  | { readonly kind: 'opaque'; readonly value: AbstractValue; readonly why: string; readonly at: Span }
  /** `field`'s condition is lost when `by` brings the same name. */
  | { readonly kind: 'overwritten'; readonly condition: Condition; readonly field: string; readonly by: AbstractValue; readonly at: Span };

/** `in`: equal to one element of the value. `other`: a comparison that says nothing about identity (like, >, json path, …). */
export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in' | 'not-in' | 'null' | 'not-null' | 'other';

/** What this client, at the installed version, does with an undefined value at this place. */
export type WhenUndefined = 'dropped' | 'null' | 'throws' | 'sent';

/** The values of one row, in source order. */
export interface Written {
  readonly entries: readonly WrittenEntry[];
  readonly at: Span;
}

export type WrittenEntry =
  | { readonly kind: 'field'; readonly field: string; readonly value: AbstractValue; readonly at: Span }
  /** A value whose fields could not be told. Later entries win over it, it wins over earlier ones. */
  | { readonly kind: 'spread'; readonly of: AbstractValue; readonly at: Span }
  /** A related row is linked, made or changed along. */
  | { readonly kind: 'link'; readonly field: string; readonly condition: Condition; readonly at: Span }
  | { readonly kind: 'insert'; readonly field: string; readonly row: Written; readonly at: Span }
  | { readonly kind: 'update' | 'delete'; readonly field: string; readonly condition: Condition; readonly change: Written | undefined; readonly at: Span };

/** Related rows that are returned along with the row. */
export interface Included {
  readonly field: string;
  readonly condition: Condition;
  readonly includes: readonly Included[];
  /** Aggregated only (`_count`). */
  readonly counted: boolean;
  /** The whole row is returned, rather than named columns. */
  readonly whole?: boolean;
  /** Rows without a match fall away (an inner join), so that the related row exists. */
  readonly required: boolean;
  readonly to?: Relationship;
  readonly at: Span;
}

/** Where a relation leads, for clients that ask for tables: a model would say it. */
export interface Relationship {
  readonly table: TableName;
  /** Pairs of columns [here, there] that tie the two rows; those of a join table stand in `through`. */
  readonly on: readonly (readonly [string, string])[];
  readonly through?: { readonly table: TableName; readonly here: readonly (readonly [string, string])[]; readonly there: readonly (readonly [string, string])[] };
  readonly list: boolean;
  /** Keys that are never null lead there: whenever the row exists, so does the related one. */
  readonly always: boolean;
}
