import type { AbstractValue, Formula, Term, Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { connected } from '../queries/relevant.ts';

/**
 * Whether what the formula rests on was checked against something that could not be read: a store, a service, a
 * permission library. It may be the guard, so that nothing is proven.
 */
export function vouched(f: Flow, formula: Formula, truths: readonly Truth[]): boolean {
  return connected(f, formula, truths).some((t) => t.kind === 'holds' && t.formula.kind === 'compare' && t.formula.op === '=' && (isAnswer(t.formula.left) || isAnswer(t.formula.right)))
    || truths.some((t) => t.kind === 'defined' && decidesOn(t.of, formula));
}

/** What a call gave that was not opened; a computation over the request is the request's. */
function isAnswer(term: Term): boolean {
  if (term.kind === 'apply') return term.fn.includes('@');
  return term.kind === 'value' && term.value.kind === 'unknown' && term.value.why.includes('@');
}

/** `can(user, 'edit', id)`: a call that was given both the caller and what the formula asks for. */
function decidesOn(value: AbstractValue, formula: Formula): boolean {
  if (value.kind !== 'symbol' || value.origin.kind !== 'call') return false;
  const parts = value.origin.args;
  return parts.some((a) => mentions(a, (v) => v.kind === 'symbol' && v.origin.kind === 'identity', 0)) && parts.some((a) => mentions(a, (v) => v.kind === 'symbol' && v.origin.kind === 'input' && asksFor(formula, v.origin.channel, v.path), 0));
}

function mentions(value: AbstractValue, test: (value: AbstractValue) => boolean, depth: number): boolean {
  if (depth > 4) return false;
  if (test(value)) return true;
  switch (value.kind) {
    case 'object': return value.entries.some((e) => mentions(e.kind === 'spread' ? e.of : e.value, test, depth + 1));
    case 'array': return value.items.some((i) => mentions(i.value, test, depth + 1));
    case 'union': return value.of.some((c) => mentions(c.value, test, depth + 1));
    case 'text': return value.values.some((v) => mentions(v, test, depth + 1));
    case 'symbol': return value.origin.kind === 'computed' && value.origin.of.some((v) => mentions(v, test, depth + 1));
    default: return false;
  }
}

function asksFor(formula: Formula, channel: string, path: readonly string[]): boolean {
  const term = (t: Term): boolean => (t.kind === 'value' ? t.value.kind === 'input' && t.value.channel === channel && t.value.path.join('.') === path.join('.') : t.kind === 'apply' && t.of.some(term));
  switch (formula.kind) {
    case 'and': case 'or': return formula.of.some((part) => asksFor(part, channel, path));
    case 'not': return asksFor(formula.of, channel, path);
    case 'exists': return asksFor(formula.where, channel, path);
    case 'compare': return term(formula.left) || term(formula.right);
    case 'null': return term(formula.of);
    default: return false;
  }
}
