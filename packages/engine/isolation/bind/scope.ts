import type { Formula, Row, Span, SqlExpr, SqlStatement, Term } from '@tenantlint/model';

/** What a name or an expression stands for, taken apart only when somebody compares it. */
export type Meaning =
  | { readonly kind: 'term'; readonly term: Term }
  /** The expression as it reads in the scope in which it was written. */
  | { readonly kind: 'expr'; readonly expr: SqlExpr; readonly scope: Scope }
  | { readonly kind: 'branches'; readonly of: readonly Branch[] }
  /** A whole row of a source. */
  | { readonly kind: 'row'; readonly source: Source };

/** One of several values: this one, if such `rows` exist and `when` holds. Where no branch applies the value is NULL. */
export interface Branch {
  readonly rows: readonly Row[];
  readonly when: Formula;
  readonly of: Meaning;
}

export type Source =
  /** A row of a relation; `columns` undefined where its shape is not known. */
  | { readonly kind: 'row'; readonly alias: string; readonly name: string; readonly schema: string | undefined; readonly row: Row; readonly columns: ReadonlySet<string> | undefined; readonly renamed: ReadonlyMap<string, string> | undefined }
  /** Columns computed by a sub-select, a CTE, a view or a function. */
  | { readonly kind: 'derived'; readonly alias: string; readonly columns: ReadonlyMap<string, Meaning>; /** There may be more columns than these. */ readonly open: boolean }
  /** The missing side of an outer join: every column is NULL. */
  | { readonly kind: 'nulls'; readonly alias: string; readonly columns: ReadonlySet<string> | undefined };

export interface Cte {
  readonly name: string;
  readonly columns: readonly string[] | undefined;
  readonly statement: SqlStatement;
  readonly scope: Scope;
  readonly recursive: boolean;
}

/** Whose rights and whose search path the expression is evaluated with. */
export interface Routine {
  readonly definer: boolean;
  readonly owner: string | undefined;
  readonly searchPath: readonly string[];
  /** Functions that are being opened, outermost first. */
  readonly stack: readonly string[];
}

export interface Scope {
  readonly sources: readonly Source[];
  readonly ctes: ReadonlyMap<string, Cte>;
  /** Parameters and variables; columns win over them. */
  readonly names: ReadonlyMap<string, Meaning>;
  /** By which qualified references may name the parameters. */
  readonly label: string | undefined;
  /** Positional parameters `$1`, …. */
  readonly params: readonly Meaning[];
  readonly outer: Scope | undefined;
  readonly routine: Routine;
  /** The scope of the policy's own row: what a name was probably meant to bind to when an inner row takes it. */
  readonly policy: boolean;
}

export function child(outer: Scope, sources: readonly Source[], ctes: ReadonlyMap<string, Cte> = NO_CTES): Scope {
  return { sources, ctes, names: NO_NAMES, label: undefined, params: [], outer, routine: outer.routine, policy: false };
}
export const NO_CTES: ReadonlyMap<string, Cte> = new Map();
export const NO_NAMES: ReadonlyMap<string, Meaning> = new Map();

export interface Bound {
  readonly meaning: Meaning;
  /** The source that the name bound to; undefined for parameters. */
  readonly source: Source | undefined;
  readonly scope: Scope;
}

/** Binds a column reference as Postgres does: innermost scope first, columns before parameters, unknown shapes last. */
export function resolve(path: readonly string[], scope: Scope, at: Span): Bound | undefined {
  let guess: Bound | undefined;
  for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
    const found = path.length === 1 ? byName(path[0] ?? '', here, at) : byPath(path, here, at);
    if (found !== undefined) return found;
    guess ??= path.length === 1 ? openSource(path[0] ?? '', here, at) : undefined;
  }
  return guess;
}

function byName(name: string, scope: Scope, at: Span): Bound | undefined {
  for (const source of scope.sources) {
    const meaning = columnOf(source, name, at);
    if (meaning !== undefined) return { meaning, source, scope };
  }
  const known = scope.names.get(name);
  if (known !== undefined) return { meaning: known, source: undefined, scope };
  const whole = scope.sources.find((source) => source.alias === name);
  return whole === undefined ? undefined : { meaning: { kind: 'row', source: whole }, source: whole, scope };
}

function byPath(path: readonly string[], scope: Scope, at: Span): Bound | undefined {
  const column = path[path.length - 1] ?? '';
  const table = path[path.length - 2] ?? '';
  const schema = path.length > 2 ? path[path.length - 3] : undefined;
  for (const source of scope.sources) {
    if (schema !== undefined ? source.kind === 'row' && source.name === table && source.schema === schema : source.alias === table) {
      if (column === '*') return { meaning: { kind: 'row', source }, source, scope };
      const meaning = columnOf(source, column, at) ?? (isOpen(source) ? openColumn(source, column, at) : undefined);
      return meaning === undefined ? undefined : { meaning, source, scope };
    }
  }
  if (path.length === 2) {
    const field = scope.names.get(path.join('.')) ?? (scope.label === table ? scope.names.get(column) : undefined);
    if (field !== undefined) return { meaning: field, source: undefined, scope };
    const record = scope.names.get(table);
    if (record?.kind === 'row') {
      const meaning = columnOf(record.source, column, at) ?? openColumn(record.source, column, at);
      if (meaning !== undefined) return { meaning, source: undefined, scope };
    }
  }
  return undefined;
}

export function columnOf(source: Source, name: string, at: Span): Meaning | undefined {
  switch (source.kind) {
    case 'row': {
      const real = source.renamed === undefined ? name : (source.renamed.get(name) ?? (source.columns?.has(name) === true && ![...source.renamed.values()].includes(name) ? name : undefined));
      if (real === undefined || source.columns === undefined || !(source.columns.has(real) || SYSTEM.has(real))) return undefined;
      return { kind: 'term', term: { kind: 'column', row: source.row.id, column: real, at } };
    }
    case 'derived': return source.columns.get(name);
    case 'nulls': return source.columns?.has(name) === true ? { kind: 'term', term: { kind: 'value', value: { kind: 'literal', value: null }, at } } : undefined;
  }
}
const SYSTEM = new Set(['tableoid', 'ctid', 'xmin', 'xmax']);

function isOpen(source: Source): boolean {
  return source.kind === 'derived' ? source.open : source.columns === undefined;
}

function openColumn(source: Source, column: string, at: Span): Meaning | undefined {
  if (source.kind === 'row' && source.columns === undefined) return { kind: 'term', term: { kind: 'column', row: source.row.id, column, at } };
  if (source.kind === 'nulls') return { kind: 'term', term: { kind: 'value', value: { kind: 'literal', value: null }, at } };
  return source.kind === 'derived' && source.open ? { kind: 'term', term: { kind: 'value', value: { kind: 'unknown', why: `column ${column} of ${source.alias}` }, at } } : undefined;
}

function openSource(name: string, scope: Scope, at: Span): Bound | undefined {
  const source = scope.sources.find(isOpen);
  const meaning = source === undefined ? undefined : openColumn(source, name, at);
  return source === undefined || meaning === undefined ? undefined : { meaning, source, scope };
}

/** Does the policy's own row have a column of this name, further out than `scope`? */
export function policySource(name: string, scope: Scope): Extract<Source, { kind: 'row' }> | undefined {
  for (let here: Scope | undefined = scope; here !== undefined; here = here.outer) {
    const source = here.sources[0];
    if (here.policy && source?.kind === 'row') return source.columns?.has(name) === true ? source : undefined;
  }
  return undefined;
}
