import { tolerant, type Comment, type SchemaEvent, type Span, type SqlParser, type Unread } from '@tenantlint/model';
import type { Value } from './values.ts';

/** Under which condition the program does what it does. */
export type Doubt =
  /** If something is there, or is not: then it is done where it has not been done before. */
  | 'asks'
  /** Nobody can tell. */
  | 'unknown';

/** What one direction of a migration sends to the database. */
export class Recorder {
  readonly events: SchemaEvent[] = [];
  readonly unread: Unread[] = [];
  readonly doubts: Doubt[] = [];
  /** Comments inside of SQL texts; only where one may be a directive. */
  readonly comments: Comment[] = [];
  readonly #sql: SqlParser;
  readonly #pending: (() => void)[] = [];

  constructor(sql: SqlParser) {
    this.#sql = sql;
  }

  /** A text of SQL. `exact` is where its characters stand, if they stand in one place. */
  sql(text: string, at: Span, exact?: Span): void {
    if (exact !== undefined && text.includes('tenantlint-')) {
      const moved = (at: Span): Span => ({ file: exact.file, start: at.start + exact.start, end: at.end + exact.start });
      this.comments.push(...this.#sql.file({ path: exact.file, text }).comments.map((comment) => ({ ...comment, at: moved(comment.at) })));
    }
    this.#emit(exact === undefined ? this.#sql.events(text, at, false) : this.#sql.events(text, exact, true));
  }

  /** Something that is done and cannot be read. */
  refuse(at: Span, reason: string, verb?: string): void {
    this.#emit([{ kind: 'unread', at, reason, ...(verb === undefined ? {} : { verb }) }]);
  }

  /** SQL whose text is only known when the migration runs. */
  unknown(given: Value | undefined, at: Span): void {
    const verb = given?.kind === 'unknown' ? /^\s*((?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?[A-Z]+|[A-Z]+)\b/i.exec(given.starts ?? '')?.[1] : undefined;
    this.refuse(at, 'the SQL is not constant', verb?.toUpperCase().replace(/\s+/g, ' '));
  }

  /** A statement that a chain of calls has not finished yet. */
  later(finish: () => void): void {
    this.#pending.push(finish);
  }

  /** The chain has ended. */
  flush(): void {
    for (const finish of this.#pending.splice(0)) finish();
  }

  #emit(events: readonly SchemaEvent[]): void {
    const doubtful = this.doubts.includes('unknown');
    const asking = this.doubts.includes('asks');
    for (const event of events) {
      const known = doubtful && event.kind !== 'unread' && event.kind !== 'data' ? undecided(event) : asking ? tolerant(event) : event;
      this.events.push(known);
      if (known.kind === 'unread') this.unread.push({ at: known.at, reason: known.reason });
    }
  }
}

function undecided(event: SchemaEvent): SchemaEvent {
  return { kind: 'unread', at: event.at, reason: 'whether this is run is decided when the migration runs', verb: verbOf(event) };
}

function verbOf(event: SchemaEvent): string {
  return event.kind === 'drop' ? `DROP ${event.object.toUpperCase()}` : event.kind.replace('-', ' ').toUpperCase();
}
