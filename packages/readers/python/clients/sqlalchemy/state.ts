import type { AbstractValue, ClientHandle, ClientState, CompareOp, Dropped, Span, Truth, ValueEntry, ValueOf } from '@tenantlint/model';

export const ID = 'sqlalchemy';

/** Something that a statement reads rows of; two aliases of one table are two. */
export interface Entity {
  readonly key: string;
  readonly of:
    | { readonly kind: 'model'; readonly name: string }
    | { readonly kind: 'table'; readonly name: string; readonly schema: string | undefined }
    | { readonly kind: 'query'; readonly statement: Statement };
}

/** An expression of SQL that the program puts together. */
export type Expr = { readonly at: Span; /** What Python's own operators took away on the way here. */ readonly dropped?: readonly Dropped[] } & (
  | { readonly e: 'column'; readonly entity: Entity; readonly field: string }
  | { readonly e: 'relation'; readonly entity: Entity; readonly field: string }
  | { readonly e: 'entity'; readonly entity: Entity }
  | { readonly e: 'value'; readonly value: AbstractValue }
  | { readonly e: 'compare'; readonly op: CompareOp; readonly left: Expr; readonly right: Expr }
  | { readonly e: 'and' | 'or'; readonly of: readonly Expr[] }
  | { readonly e: 'not'; readonly of: Expr }
  | { readonly e: 'exists' | 'query'; readonly of: Statement }
  | { readonly e: 'related'; readonly entity: Entity; readonly field: string; readonly where: readonly Expr[] }
  | { readonly e: 'true' | 'false' }
  /** A function or operator that says nothing about identity; `of` is what it mentions. */
  | { readonly e: 'function'; readonly name: string; readonly of: readonly Expr[] }
  | { readonly e: 'ways'; readonly of: readonly { readonly exprs: readonly Expr[]; readonly truths: readonly Truth[] }[] }
  | { readonly e: 'unknown'; readonly value: AbstractValue; readonly why: string }
);

export interface Join {
  readonly entity: Entity;
  readonly on: Expr | undefined;
  readonly outer: boolean;
  /** The relation that was named in place of a condition. */
  readonly by: { readonly entity: Entity; readonly field: string } | undefined;
}

export interface Column {
  readonly expr: Expr;
  readonly label: string | undefined;
}

/** A loader option: relations that are read along, outermost first. */
export interface Loader {
  readonly path: readonly { readonly field: string; readonly at: Span; readonly where: readonly Expr[] }[];
}

/** `with_loader_criteria(Model, lambda cls: …)`. */
export interface Criterion {
  readonly on: AbstractValue;
  readonly make: AbstractValue;
}

export interface Statement {
  readonly is: 'statement';
  readonly verb: 'select' | 'update' | 'delete' | 'insert';
  /** The program's word: `select`, `query`, `update`, … */
  readonly operation: string;
  readonly at: Span;
  readonly columns: readonly Column[];
  readonly from: readonly Entity[];
  readonly joins: readonly Join[];
  readonly where: readonly Expr[];
  readonly loaders: readonly Loader[];
  /** What options, or hooks of the program, ask besides. */
  readonly criteria: readonly Criterion[];
  /** It was told something by which hooks may leave it alone. */
  readonly told: boolean;
  readonly values: readonly AbstractValue[];
  readonly conflict: 'nothing' | 'update' | undefined;
  readonly returning: boolean;
  readonly limited: boolean;
  readonly grouped: boolean;
  readonly orders: readonly string[];
  /** Statements that a set operation adds. */
  readonly others: readonly Statement[];
  /** Made by a session: it sends itself. */
  readonly bound: boolean;
}

export type State =
  | { readonly is: 'package'; readonly from: string }
  | { readonly is: 'fn'; readonly name: string; readonly from: string }
  | { readonly is: 'functions'; readonly path: readonly string[] }
  | { readonly is: 'entity'; readonly entity: Entity; readonly cls: ValueOf<'class'> | undefined }
  | { readonly is: 'columns'; readonly entity: Entity }
  | { readonly is: 'expr'; readonly expr: Expr; readonly label: string | undefined }
  | Statement
  | Text
  | { readonly is: 'session'; readonly flask: boolean }
  /** `sessionmaker(…)`, `scoped_session(…)`. */
  | { readonly is: 'maker' }
  | { readonly is: 'flask' }
  | { readonly is: 'engine' }
  | Method
  | Result
  | NewObject
  | { readonly is: 'loader'; readonly loader: Loader }
  | { readonly is: 'criterion'; readonly criterion: Criterion };

/** SQL that the program spells out. */
export type Text = { readonly is: 'text'; readonly text: AbstractValue; readonly params: readonly ValueEntry[]; readonly at: Span };

export type Method = { readonly is: 'method'; readonly of: State; readonly name: string; readonly at: Span };

/** What a statement gave. `fetch` tells, once it is known, that no more than one row was wanted. */
export type Result = {
  readonly is: 'result';
  /** The list of what each row holds; a number of rows for statements that change some. */
  readonly rows: AbstractValue;
  readonly count: AbstractValue | undefined;
  readonly scalars: boolean;
  readonly fetch: { one: boolean };
};

/** An object of a model that no session has seen yet. */
export type NewObject = { readonly is: 'object'; readonly entity: Entity; readonly cls: ValueOf<'class'> | undefined; readonly entries: readonly ValueEntry[]; readonly at: Span };

export const handle = (state: State, at: Span): ClientHandle => ({ kind: 'client', client: ID, state: state as ClientState, at });
export const stateOf = (of: ClientHandle): State => of.state as unknown as State;
export const isOwn = (value: AbstractValue | undefined): value is ClientHandle => value?.kind === 'client' && value.client === ID;
export const expression = (expr: Expr, at: Span, label?: string): ClientHandle => handle({ is: 'expr', expr, label }, at);

/** Named arguments of a call. */
export const namedOf = (args: readonly AbstractValue[]): readonly ValueEntry[] => {
  const last = args.at(-1);
  return last?.kind === 'object' && last.named ? last.entries : [];
};
export const positionalOf = (args: readonly AbstractValue[]): readonly AbstractValue[] => {
  const last = args.at(-1);
  return last?.kind === 'object' && last.named ? args.slice(0, -1) : args;
};
export function namedValue(args: readonly AbstractValue[], name: string): AbstractValue | undefined {
  const found = namedOf(args).findLast((e) => e.kind === 'property' && e.name === name);
  return found?.kind === 'property' ? found.value : undefined;
}
