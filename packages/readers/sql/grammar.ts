import v8 from 'node:v8';
import type { Node } from 'libpg-query';
import { startParser, type Parser, type RawResult } from './grammar-instance.ts';
import { positionsOf } from './positions.ts';

export type { Node } from 'libpg-query';

/** Why a text has no tree. `offset` is a UTF-16 place in the text that was given; 0 when the parser names none. */
export interface Refusal {
  readonly ok: false;
  readonly message: string;
  readonly offset: number;
}

export type Parsed = { readonly ok: true; readonly stmt: Node } | Refusal;

/** JSON as the PL/pgSQL parser writes it: every node is an object with its kind as the only key. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type ParsedPlpgsql = { readonly ok: true; readonly functions: readonly Json[] } | Refusal;

/**
 * Longest statement that is handed to the parser, in UTF-16 units. A tree takes up to 200 times the memory
 * of its text (`insert … values (1), (1), …`), and a statement of this size is data, not a definition.
 */
export const LONGEST_STATEMENT = 1024 * 1024;

/** WASM memory never shrinks; above this size an instance is given back rather than kept. */
const LARGEST_KEPT_MEMORY = 192 * 1024 * 1024;

let parser: Parser | undefined;

/** Parses exactly one SQL statement, without its semicolon or with it. Never throws on bad SQL. */
export function parseStatement(sql: string): Parsed {
  const tree = run(sql, (live) => live.parse(sql));
  if (!tree.ok) return tree;
  const { stmts = [] } = JSON.parse(tree.json) as { stmts?: { stmt?: Node; stmt_location?: number }[] };
  const stmt = stmts[0]?.stmt;
  if (stmt === undefined) return refuse('no statement');
  const second = stmts[1];
  if (second !== undefined) {
    return refuse('more than one statement', positionsOf(sql).fromByte(second.stmt_location ?? 0));
  }
  return { ok: true, stmt };
}

/** Parses the PL/pgSQL bodies of one CREATE FUNCTION, CREATE PROCEDURE or DO statement (the whole statement). */
export function parsePlpgsql(sql: string): ParsedPlpgsql {
  const tree = run(sql, (live) => live.parsePlpgsql(sql));
  if (!tree.ok) return tree;
  const { plpgsql_funcs: functions } = JSON.parse(tree.json) as { plpgsql_funcs: Json[] };
  return { ok: true, functions };
}

/**
 * Keeps V8 from optimising the parser in the background. Node waits for that work at exit, and the one
 * function that is the grammar takes up to 600 MB to optimise; a repository's worth of parsing is over
 * before it pays. The flag limits optimisation to function 0, which is an import and has no code. It holds
 * for the process and counts from the first parse, so a host that shares its process (an editor, ESLint)
 * leaves it alone. The command line's bin sets the same flags by itself, before it loads anything.
 */
export function holdBackWasmTierUp(): void {
  v8.setFlagsFromString('--wasm-tier-up-filter=0');
  // Nor is what is never called checked beforehand: the module is the vendor's own.
  v8.setFlagsFromString('--wasm-lazy-validation');
}

function run(sql: string, work: (live: Parser) => RawResult): { ok: true; json: string } | Refusal {
  if (sql.length > LONGEST_STATEMENT) {
    return refuse(`statement too large to parse: ${sql.length} characters, at most ${LONGEST_STATEMENT}`);
  }
  const nul = sql.indexOf('\0');
  if (nul >= 0) return refuse('NUL byte in the statement', nul);
  const live = (parser ??= startParser());
  let result: RawResult;
  try {
    result = work(live);
  } catch (cause) {
    // Out of memory, stack overflow, or a trap: its C memory was not unwound, so nothing it says later counts.
    parser = undefined;
    return refuse(cause instanceof RangeError ? 'statement too deeply nested to parse' : `statement too large or too deeply nested to parse (${messageOf(cause)})`);
  }
  if (live.memoryBytes() > LARGEST_KEPT_MEMORY) parser = undefined;
  if (result.ok) return result;
  return refuse(result.message, result.codePoint > 0 ? positionsOf(sql).fromCodePoint(result.codePoint) : 0);
}

function refuse(message: string, offset = 0): Refusal {
  return { ok: false, message, offset };
}

// What is thrown can come from another realm, where `instanceof Error` does not hold.
function messageOf(cause: unknown): string {
  if (typeof cause === 'object' && cause !== null && 'message' in cause) return String(cause.message);
  return String(cause);
}
