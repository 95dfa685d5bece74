import type { SchemaEvent } from './events.ts';
import type { History, SqlFile } from './history.ts';
import type { FunctionBody } from './plpgsql.ts';
import type { BodyText } from './events.ts';
import type { Source, Span } from './span.ts';
import type { SqlExpr, SqlStatement } from './sql.ts';

/** The SQL grammar, as replay and the other readers need it. Implemented by the sql reader, handed to the engine. */
export interface SqlParser {
  /** All statements of a file. Never throws: what cannot be read becomes an `unread` event. */
  file(source: Source): SqlFile;
  /** Statements of a text that stands (or was computed) at `at`. With `verbatim` spans point into the file, else all are `at`. */
  events(text: string, at: Span, verbatim: boolean): readonly SchemaEvent[];
  /** Queries of a text, as algebra; `:name`/`$n`/`?` holes become parameters. */
  statements(text: string, at: Span, verbatim: boolean): readonly SqlStatement[];
  expression(text: string, at: Span, verbatim: boolean): SqlExpr;
  functionBody(body: BodyText, language: string): FunctionBody;
}

/** Finds the migration histories among a project's files and reads them. */
export interface HistoryReader {
  readonly id: string;
  /** Whether the path can matter to this reader; cheap, called for every file. */
  wants(path: string): boolean;
  read(sources: readonly Source[], sql: SqlParser): readonly History[];
}
