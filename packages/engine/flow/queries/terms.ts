import { never, type AbstractValue, type Span, type Term, type Value } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { keyOf } from '../values/key.ts';
import { classify } from './identity.ts';

/** The value as the logic speaks of it; undefined for what cannot stand in a comparison (objects, functions). */
export function termOf(f: Flow, of: AbstractValue, at: Span): Term | undefined {
  switch (of.kind) {
    case 'literal': return value({ kind: 'literal', value: of.value }, at);
    case 'undefined': return value({ kind: 'literal', value: null }, at);
    case 'column': return { kind: 'column', row: of.row, column: of.column, at };
    case 'symbol': return symbolTerm(f, of, at);
    case 'text': {
      const parts: Term[] = [];
      for (const [i, text] of of.texts.entries()) {
        if (text !== '') parts.push(value({ kind: 'literal', value: text }, at));
        const hole = of.values[i];
        if (hole) parts.push(termOf(f, hole, at) ?? vague(hole, at));
      }
      return { kind: 'apply', fn: 'concat', of: parts, at };
    }
    case 'test': case 'union': case 'list': case 'array': return vague(of, at);
    case 'object': case 'row': case 'function': case 'class': case 'instance': case 'module': case 'client': return undefined;
    default: return never(of);
  }
}

const value = (of: Value, at: Span): Term => ({ kind: 'value', value: of, at });
const vague = (of: AbstractValue, at: Span): Term => value({ kind: 'unknown', why: keyOf(of) }, at);

function symbolTerm(f: Flow, of: Extract<AbstractValue, { kind: 'symbol' }>, at: Span): Term {
  const { origin, path } = of;
  switch (origin.kind) {
    case 'param': return value({ kind: 'param', fn: origin.fn, index: origin.index, path }, at);
    case 'input': return value({ kind: 'input', channel: origin.channel, path }, at);
    case 'identity': return value(classify(f, path, origin.library), at);
    case 'package': case 'global': case 'unknown': return vague(of, at);
    case 'call': case 'computed': {
      const parts = (origin.kind === 'call' ? origin.args : origin.of).map((a) => termOf(f, a, at));
      const terms = parts.filter((t) => t !== undefined);
      if (terms.length === 0 || terms.length < parts.length) return vague(of, at);
      const fn = origin.kind === 'call' ? `${keyOf(origin.callee)}${origin.call}` : origin.op;
      return { kind: 'apply', fn: path.length > 0 ? `${fn}.${path.join('.')}` : fn, of: terms, at };
    }
    default: return never(origin);
  }
}
