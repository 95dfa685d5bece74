import type { Span, SqlExpr, SqlParser, TypeRef, Unread } from '@tenantlint/model';
import { pathOf, textOf, TextPlaces, type Interpreter, type Value, type ValueOf } from '../python/constant/index.ts';

/** What the parts of one reading share. */
export class Reading {
  readonly run: Interpreter;
  readonly sql: SqlParser;
  /** Installed versions by package name; what a model means can depend on them. */
  readonly packages: ReadonlyMap<string, string>;
  readonly unread: Unread[] = [];
  readonly #types = new Map<string, TypeRef>();

  constructor(run: Interpreter, sql: SqlParser, packages: ReadonlyMap<string, string>) {
    this.run = run;
    this.sql = sql;
    this.packages = packages;
  }

  /** Says what could not be read, once. */
  note(at: Span, reason: string): void {
    if (!this.unread.some((u) => u.at.start === at.start && u.at.file === at.file && u.reason === reason)) this.unread.push({ at, reason });
  }

  /** A type as DDL spells it, in Postgres' own words. */
  type(text: string): TypeRef {
    const known = this.#types.get(text);
    if (known) return known;
    const nowhere = { file: '', start: 0, end: 0 };
    const expr = this.sql.expression(`NULL::${text}`, nowhere, false);
    const type: TypeRef = expr.kind === 'cast' ? expr.type : { name: text, mods: [], dims: 0 };
    this.#types.set(text, type);
    return type;
  }

  /** An expression that a text of the program spells, in its exact places. */
  expression(text: ValueOf<'text'>): SqlExpr {
    const places = new TextPlaces(text);
    const words = textOf(text) ?? '';
    return relocated(this.sql.expression(words, { file: text.at.file, start: 0, end: words.length }, true), places);
  }

  /** An expression that was put together here, at the place of what it was made of. */
  computed(words: string, at: Span): SqlExpr {
    return this.sql.expression(words, at, false);
  }
}

/** A reading of a text whose offsets count from its start, moved to where the characters stand. */
export function relocated<T>(value: T, places: TextPlaces): T {
  return moved(value, places) as T;
}

function moved(value: unknown, places: TextPlaces): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => moved(item, places));
  if (isSpan(value)) return places.at(value.start, value.end);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) copy[key] = moved(item, places);
  // A body inside the text is verbatim only where it stands in the file in one piece.
  const { at, verbatim } = value as { at?: unknown; verbatim?: unknown };
  if (verbatim === true && typeof at === 'object' && at !== null && isSpan(at)) copy['verbatim'] = places.verbatim(at.start, at.end);
  return copy;
}

function isSpan(value: object): value is Span {
  const { file, start, end } = value as { file?: unknown; start?: unknown; end?: unknown };
  return typeof file === 'string' && typeof start === 'number' && typeof end === 'number';
}

/** The last name of where a value comes from: `Column` of `sqlalchemy.schema.Column`, `db.Column`, `sa.Column`. */
export function lastName(value: Value | undefined): string | undefined {
  const path = value && pathOf(value);
  if (path !== undefined) return path.slice(path.lastIndexOf('.') + 1);
  // `db.Column`, whatever `db` is.
  return value?.kind === 'member' ? value.name : undefined;
}

/** What is called, by its last name: `Column` for `sa.Column(…)`. */
export function calledName(value: Value | undefined): string | undefined {
  return value?.kind === 'call' ? lastName(value.callee) : undefined;
}

/** An identifier for the grammar; quoted, since it may be a word of SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function stringLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
