import type { Known, SchemaEvent, Source, Span, SqlParser, Step } from '@tenantlint/model';
import { nameOf } from './pool.ts';

/** Migrations of goose that are Go: what registers itself with `goose.AddMigration`. */
export function isGoMigration({ path, text }: Source): boolean {
  return /^\d+_\w*(?<!_test)\.go$/.test(nameOf(path)) && REGISTERED.test(text);
}

const REGISTERED = /\bgoose\.AddMigration(NoTx)?(?:Context)?\(\s*(\w+)\s*,\s*(\w+)\s*\)/;
/** Strings and comments, in which no brace counts. */
const TOKENS = /`[^`]*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}]/g;
/** A call that sends one text, and what is usually done with its error. */
const CALL = /^\s*(?:if\s+)?_\s*,\s*err\s*:?=\s*\w+\.Exec(?:Context)?\(\s*(?:\w+\s*,\s*)?(`[^`]*`|"[^"\\\n]*")\s*,?\s*\)\s*(?:;\s*err\s*!=\s*nil\s*\{\s*return\s+err\s*\})?/;
const REST = /^\s*(?:if\s+err\s*!=\s*nil\s*\{\s*return\s+err\s*\}|return\s+(?:nil|err)\b|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/;

/** Reads functions that do nothing but send constant SQL; of any other nothing is guessed. */
export function readGo({ path, text }: Source, sql: SqlParser): Step {
  const [, bare, up = '', down = ''] = REGISTERED.exec(text) ?? [];
  const id = nameOf(path).replace(/\.go$/, '');
  const [forth, back] = [directionOf(path, text, up, sql), down === 'nil' ? undefined : directionOf(path, text, down, sql)];
  const events: readonly SchemaEvent[] = forth.known ? forth.value : [{ kind: 'unread', ...forth.why }];
  const end: Span = { file: path, start: text.length, end: text.length };
  const nothing = back === undefined || (back.known && back.value.length === 0);
  return { file: path, id, tool: 'goose', up: events, down: nothing ? undefined : back, downAt: nothing ? end : spanOf(path, text, down), transactional: bare === undefined, unread: [...(forth.known ? [] : [forth.why]), ...(back?.known === false ? [back.why] : [])] };
}

function directionOf(file: string, text: string, name: string, sql: SqlParser): Known<readonly SchemaEvent[]> {
  const body = bodyOf(text, name);
  const why = { at: spanOf(file, text, name), reason: `a migration in Go that does more than send constant SQL (${name})` };
  if (body === undefined) return { known: false, why };
  const events: SchemaEvent[] = [];
  for (let at = body.start; text.slice(at, body.end).trim() !== '';) {
    const left = text.slice(at, body.end);
    const call = CALL.exec(left);
    const [found = '', literal = ''] = call ?? REST.exec(left) ?? [];
    if (found === '') return { known: false, why };
    if (literal !== '') {
      const start = at + found.indexOf(literal) + 1;
      events.push(...sql.events(literal.slice(1, -1), { file, start, end: start + literal.length - 2 }, true));
    }
    at += found.length;
  }
  const unread = events.find((e) => e.kind === 'unread');
  return unread === undefined ? { known: true, value: events } : { known: false, why: { at: unread.at, reason: unread.reason } };
}

/** Between the braces of a function. */
function bodyOf(text: string, name: string): { readonly start: number; readonly end: number } | undefined {
  const head = new RegExp(`\\bfunc\\s+${name}\\s*\\([^()]*\\)\\s*error\\s*\\{`).exec(text);
  if (head === null) return undefined;
  const start = head.index + head[0].length;
  let depth = 1;
  TOKENS.lastIndex = start;
  for (let found = TOKENS.exec(text); found !== null; found = TOKENS.exec(text)) {
    if (found[0] === '{') depth++;
    else if (found[0] === '}' && --depth === 0) return { start, end: found.index };
  }
  return undefined;
}

function spanOf(file: string, text: string, name: string): Span {
  const found = new RegExp(`\\bfunc\\s+(${name})\\b`).exec(text);
  const start = found === null ? 0 : found.index + found[0].length - name.length;
  return { file, start, end: found === null ? 0 : start + name.length };
}
