import type { Span, Term, Value } from '@tenantlint/model';
import { never } from '@tenantlint/model';

const keys = new WeakMap<Term, string>();

/** Equal keys: the same value whenever both are evaluated for the same rows and the same caller. */
export function termKey(term: Term): string {
  // Terms are shared by the many cases of a question.
  let key = keys.get(term);
  if (key === undefined) keys.set(term, (key = makeKey(term)));
  return key;
}

/** The same value whenever both are evaluated for the same rows and the same caller. */
export function sameTerm(a: Term, b: Term): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'column') return b.kind === 'column' && a.row === b.row && a.column === b.column;
  if (a.kind === 'value') return b.kind === 'value' && a.value.kind === b.value.kind && termKey(a) === termKey(b);
  return b.kind === 'apply' && a.fn === b.fn && a.of.length === b.of.length && a.of.every((part, index) => { const other = b.of[index]; return other !== undefined && sameTerm(part, other); });
}

function makeKey(term: Term): string {
  switch (term.kind) {
    case 'column': return `c${term.row}.${term.column}`;
    case 'value': return valueKey(term.value, term.at);
    case 'apply': return `f${term.fn}(${term.of.map(termKey).join(',')})`;
    default: return never(term);
  }
}

function valueKey(value: Value, at: Span): string {
  switch (value.kind) {
    // Casts are transparent, so '1' and 1 are one literal.
    case 'literal': return value.value === null ? 'null' : `l${String(value.value)}`;
    case 'caller': return 'caller';
    case 'tenant': return `tenant:${value.from}`;
    case 'claim': return `claim:${value.path}`;
    case 'setting': return `setting:${value.name}`;
    case 'role': return `role:${value.which}`;
    case 'param': return `param:${value.fn}:${value.index}:${value.path.join('.')}`;
    case 'input': return `input:${value.channel}:${value.path.join('.')}`;
    case 'unknown': return `unknown:${value.why}:${at.file}:${at.start}`;
    default: return never(value);
  }
}

/** Function name of "some element of the array"; a suffix tells occurrences apart, since two elements need not be equal. */
export const ELEMENT = 'element#';

/** Functions that put texts one after the other. */
export const JOINS: ReadonlySet<string> = new Set(['concat', '||']);

export type Trust = 'trusted' | 'untrusted' | 'unknown' | 'none';

/** Can the caller choose the value? `none` for columns and literals, which say nothing about the caller by themselves. */
export function trustOf(value: Value): Trust {
  switch (value.kind) {
    case 'caller': case 'tenant': case 'role': return 'trusted';
    case 'claim': return value.trusted ? 'trusted' : 'untrusted';
    case 'setting': return value.callerCanSet ? 'untrusted' : 'trusted';
    case 'param': case 'input': return 'untrusted';
    case 'unknown': return 'unknown';
    case 'literal': return 'none';
    default: return never(value);
  }
}

/** Trust of a term built from values alone; a column inside makes it the row's, not the caller's. */
export function termTrust(term: Term): Trust {
  switch (term.kind) {
    case 'column': return 'none';
    case 'value': return trustOf(term.value);
    case 'apply': {
      let out: Trust = 'none';
      for (const part of term.of) {
        if (part.kind === 'column') return mentions(term, 'unknown') ? 'unknown' : 'none';
        const trust = termTrust(part);
        if (trust === 'unknown' || trust === 'untrusted') return trust;
        if (trust === 'trusted') out = 'trusted';
        else if (part.kind === 'apply') return 'none';
      }
      return out;
    }
    default: return never(term);
  }
}

function mentions(term: Term, kind: Value['kind']): boolean {
  return term.kind === 'value' ? term.value.kind === kind : term.kind === 'apply' && term.of.some((part) => mentions(part, kind));
}

export function hasUnknown(term: Term): boolean {
  return mentions(term, 'unknown');
}

export function columnsOf(term: Term, into: (row: number, column: string) => void): void {
  if (term.kind === 'column') into(term.row, term.column);
  else if (term.kind === 'apply') for (const part of term.of) columnsOf(part, into);
}

/** Does the term rest on something that tells who asks? */
export function mentionsTrusted(term: Term): boolean {
  return term.kind === 'value' ? trustOf(term.value) === 'trusted' : term.kind === 'apply' && term.of.some(mentionsTrusted);
}

/** Keys of the arguments that the term mentions; a field of an argument is that argument. */
export function paramsOf(term: Term): readonly string[] {
  if (term.kind === 'apply') return term.of.flatMap(paramsOf);
  return term.kind === 'value' && term.value.kind === 'param' ? [`${term.value.fn}:${term.value.index}`] : [];
}
