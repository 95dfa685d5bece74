import type { Comment, Span, Unread } from './span.ts';

/**
 * Program code without its syntax: one small language for TypeScript, JavaScript and Python. Readers lower their
 * trees to it (optional chaining, destructuring, comprehensions, keyword arguments and decorators included); the data
 * flow, the client adapters and the framework recognisers know only this. Plain data: it can be cached as JSON.
 */
export interface CodeFile {
  readonly path: string;
  readonly language: 'typescript' | 'python';
  readonly imports: readonly CodeImport[];
  readonly exports: readonly CodeExport[];
  /** The module's own statements, function and class declarations included. */
  readonly body: readonly CodeStatement[];
  /** `use server`, `use client`. */
  readonly directives: readonly string[];
  readonly comments: readonly Comment[];
  readonly unread: readonly Unread[];
}

export interface CodeImport {
  /** The specifier as written. */
  readonly from: string;
  /** Where it leads: a file of the project, or nothing for a package. Filled in by the reader's import graph. */
  readonly file?: string;
  /** `default`, `*` for a namespace, or the exported name. */
  readonly name: string;
  readonly local: string;
  readonly typeOnly: boolean;
  readonly at: Span;
}

export type CodeExport =
  | { readonly kind: 'local'; readonly name: string; readonly local: string; readonly at: Span }
  /** `export { a as b } from './x'`, `export * from './x'` (name `*`), `export * as ns` (imported `*`). */
  | { readonly kind: 'from'; readonly name: string; readonly imported: string; readonly from: string; readonly file?: string; readonly at: Span };

interface At {
  readonly at: Span;
}

export type Code = At &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'undefined' | 'this' | 'super' }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Code; readonly name: string; readonly nameAt: Span; readonly optional: boolean }
    | { readonly kind: 'index'; readonly of: Code; readonly key: Code; readonly optional: boolean }
    | { readonly kind: 'call'; readonly callee: Code; readonly args: readonly CodeArgument[]; readonly construct: boolean; readonly optional: boolean; /** Type arguments, as types. */ readonly types?: readonly CodeType[] }
    | { readonly kind: 'object'; readonly entries: readonly CodeEntry[] }
    | { readonly kind: 'array'; readonly items: readonly CodeArgument[] }
    | { readonly kind: 'function'; readonly fn: CodeFunction }
    | { readonly kind: 'class'; readonly class: CodeClass }
    /** `texts.length === values.length + 1`. Python f-strings as well. */
    | { readonly kind: 'template'; readonly texts: readonly { readonly text: string; readonly at: Span }[]; readonly values: readonly Code[]; readonly tag?: Code }
    | { readonly kind: 'conditional'; readonly test: Code; readonly then: Code; readonly otherwise: Code }
    | { readonly kind: 'logical'; readonly op: 'and' | 'or' | 'coalesce'; readonly left: Code; readonly right: Code }
    /** `===` and `==` are both `=`; `!==`, `is not` are `<>`; `in`, `not in`, `instanceof`, `+`, `-`, `<`, `&`, `|`, … as written. */
    | { readonly kind: 'binary'; readonly op: string; readonly left: Code; readonly right: Code }
    | { readonly kind: 'unary'; readonly op: 'not' | 'minus' | 'plus' | 'typeof' | 'void' | 'delete' | 'invert'; readonly of: Code }
    /** `op` is `=` or the operator of a compound assignment (`+`, `??`, …). */
    | { readonly kind: 'assign'; readonly target: CodeTarget; readonly op: string; readonly value: Code }
    | { readonly kind: 'await' | 'yield' | 'non-null'; readonly of: Code }
    /** `x as T`, `x satisfies T`, `<T>x`, typing.cast. */
    | { readonly kind: 'typed'; readonly of: Code; readonly type: CodeType; readonly satisfies: boolean }
    | { readonly kind: 'sequence'; readonly of: readonly Code[] }
    | { readonly kind: 'import'; readonly from: string; readonly file?: string }
    /** JSX: component and attributes; children that are expressions. */
    | { readonly kind: 'element'; readonly component: Code; readonly attributes: readonly CodeEntry[]; readonly children: readonly Code[] }
    /** A comprehension or generator expression: `element` for each `target` of `over` that passes `tests`. */
    | { readonly kind: 'each'; readonly element: Code; readonly clauses: readonly { readonly target: CodeTarget; readonly over: Code; readonly tests: readonly Code[] }[] }
    | { readonly kind: 'opaque'; readonly reason: string }
  );

export interface CodeArgument {
  readonly value: Code;
  readonly spread: boolean;
  /** Python's keyword argument; `**` spreads have `spread` and name `**`. */
  readonly name?: string;
}

export type CodeEntry =
  | { readonly kind: 'property'; readonly name: string; readonly nameAt: Span; readonly value: Code; readonly shorthand: boolean }
  | { readonly kind: 'computed'; readonly key: Code; readonly value: Code }
  | { readonly kind: 'spread'; readonly of: Code }
  | { readonly kind: 'accessor'; readonly name: string; readonly fn: CodeFunction };

/** What can stand on the left of an assignment, or be a parameter. */
export type CodeTarget =
  | { readonly kind: 'name'; readonly name: string; readonly at: Span }
  | { readonly kind: 'object'; readonly properties: readonly { readonly name: string; readonly target: CodeTarget; readonly default?: Code }[]; readonly rest?: CodeTarget; readonly at: Span }
  | { readonly kind: 'array'; readonly items: readonly ({ readonly target: CodeTarget; readonly default?: Code } | undefined)[]; readonly rest?: CodeTarget; readonly at: Span }
  /** A member or index expression. */
  | { readonly kind: 'place'; readonly of: Code; readonly at: Span };

export type CodeStatement = At &
  (
    | { readonly kind: 'let'; readonly target: CodeTarget; readonly value?: Code; readonly constant: boolean; readonly type?: CodeType }
    | { readonly kind: 'expression'; readonly of: Code }
    | { readonly kind: 'if'; readonly test: Code; readonly then: readonly CodeStatement[]; readonly otherwise: readonly CodeStatement[] }
    | { readonly kind: 'loop'; readonly label?: string; readonly test?: Code; readonly testFirst: boolean; readonly init: readonly CodeStatement[]; readonly update?: Code; readonly body: readonly CodeStatement[] }
    /** `of` iterates values, `in` keys. */
    | { readonly kind: 'for-each'; readonly label?: string; readonly form: 'of' | 'in'; readonly target: CodeTarget; readonly over: Code; readonly body: readonly CodeStatement[] }
    | { readonly kind: 'return' | 'throw'; readonly value?: Code }
    | { readonly kind: 'try'; readonly body: readonly CodeStatement[]; readonly handlers: readonly { readonly target?: CodeTarget; readonly types: readonly Code[]; readonly body: readonly CodeStatement[] }[]; readonly finally: readonly CodeStatement[] }
    | { readonly kind: 'switch'; readonly on: Code; readonly cases: readonly { readonly test?: Code; readonly body: readonly CodeStatement[] }[] }
    | { readonly kind: 'break' | 'continue'; readonly label?: string }
    | { readonly kind: 'block'; readonly label?: string; readonly body: readonly CodeStatement[] }
    /** Python's `with a as b:` and JavaScript's `using`. */
    | { readonly kind: 'with'; readonly items: readonly { readonly value: Code; readonly target?: CodeTarget }[]; readonly body: readonly CodeStatement[] }
    | { readonly kind: 'function'; readonly fn: CodeFunction }
    | { readonly kind: 'class'; readonly class: CodeClass }
    /** interface, type alias: only where a shape is needed (optional properties of parameters). */
    | { readonly kind: 'type'; readonly name: string; readonly type: CodeType }
  );

export interface CodeFunction {
  /** Unique in the program: `path#name` or `path#start`. */
  readonly id: string;
  readonly name: string | undefined;
  readonly at: Span;
  readonly nameAt: Span;
  readonly params: readonly CodeParam[];
  readonly body: readonly CodeStatement[];
  readonly async: boolean;
  readonly generator: boolean;
  readonly arrow: boolean;
  readonly decorators: readonly Code[];
  readonly returns?: CodeType;
  readonly directives: readonly string[];
}

export interface CodeParam {
  readonly target: CodeTarget;
  readonly default?: Code;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly type?: CodeType;
  readonly decorators: readonly Code[];
  /** TypeScript's parameter property: the name of the field it fills. */
  readonly field?: string;
}

export interface CodeClass {
  readonly id: string;
  readonly name: string | undefined;
  readonly at: Span;
  readonly nameAt: Span;
  readonly bases: readonly Code[];
  /** Python's named arguments of a class statement: `class Hero(SQLModel, table=True)`. */
  readonly keywords?: readonly CodeArgument[];
  readonly decorators: readonly Code[];
  readonly fields: readonly { readonly name: string; readonly at: Span; readonly value?: Code; readonly type?: CodeType; readonly static: boolean; readonly decorators: readonly Code[] }[];
  readonly methods: readonly { readonly name: string; readonly kind: 'method' | 'get' | 'set' | 'constructor'; readonly static: boolean; readonly fn: CodeFunction }[];
}

export type CodeType =
  | { readonly kind: 'ref'; readonly name: string; readonly args: readonly CodeType[] }
  | { readonly kind: 'object'; readonly members: readonly { readonly name: string; readonly optional: boolean; readonly type: CodeType }[] }
  | { readonly kind: 'union' | 'intersection'; readonly of: readonly CodeType[] }
  | { readonly kind: 'array'; readonly of: CodeType }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'undefined' | 'null' }
  | { readonly kind: 'function'; readonly params: readonly CodeType[]; readonly returns: CodeType }
  | { readonly kind: 'opaque'; readonly text: string };

/** The program as far as it was read. */
export interface CodeProgram {
  /** Files that mention a client, and files that import such files, directly or not. */
  readonly files: ReadonlyMap<string, CodeFile>;
  /** Any other file of the project, lowered when a summary asks for it; undefined for packages and what is not code. */
  load(path: string): CodeFile | undefined;
  /** Whether a file names a database client or leads to one that does, by its imports: running its functions can send a query. */
  concerns(path: string): boolean;
  /** Where a specifier leads when written in `from`: a path for `load`, or undefined for packages. For dynamic imports. */
  resolve(from: string, specifier: string): string | undefined;
  /** Installed versions by package name, from lock files or package.json; what the clients' semantics depend on. */
  readonly packages: ReadonlyMap<string, string>;
}
