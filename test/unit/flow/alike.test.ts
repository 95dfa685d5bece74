import { describe, expect, test } from 'vitest';
import type { Formula, Span, Term, Value } from '@tenantlint/model';
import { alike } from '../../../packages/engine/flow/judge/alike.ts';
import { supposing, untrusted } from '../../../packages/engine/flow/judge/values.ts';

const at = (start: number): Span => ({ file: 'app.ts', start, end: start + 1 });
const column = (row: number, name: string): Term => ({ kind: 'column', row, column: name, at: at(0) });
const value = (of: Value, start = 0): Term => ({ kind: 'value', value: of, at: at(start) });
const input = (...path: string[]): Term => value({ kind: 'input', channel: 'body', path });
const unknown = (start: number): Term => value({ kind: 'unknown', why: 'a call' }, start);
const equal = (left: Term, right: Term): Formula => ({ kind: 'compare', op: '=', left, right, at: at(0) });
const and = (...of: Formula[]): Formula => ({ kind: 'and', of });

describe('questions that the prover answers alike', () => {
  test('rows and values of a request are told apart, and not named', () => {
    expect(alike(and(equal(column(7, 'id'), input('id')), equal(column(9, 'id'), input('id'))), 7)).toBe(alike(and(equal(column(31, 'id'), input('other')), equal(column(8, 'id'), input('other'))), 31));
    expect(alike(and(equal(column(7, 'id'), input('id')), equal(column(9, 'id'), input('id'))), 7)).not.toBe(alike(and(equal(column(7, 'id'), input('id')), equal(column(9, 'id'), input('other'))), 7));
    expect(alike(equal(column(7, 'id'), input('id')), 7)).not.toBe(alike(equal(column(7, 'id'), input('id')), 9));
  });

  test('what is unknown at two places need not be the same value', () => {
    const once = and(equal(column(1, 'id'), unknown(3)), equal(column(2, 'id'), unknown(3)));
    const twice = and(equal(column(1, 'id'), unknown(3)), equal(column(2, 'id'), unknown(5)));
    expect(alike(once, 1)).not.toBe(alike(twice, 1));
  });

  test('columns, constants and who asks are named', () => {
    const keys = [equal(column(1, 'id'), input('id')), equal(column(1, 'org_id'), input('id')), equal(column(1, 'id'), value({ kind: 'caller' })), equal(column(1, 'id'), value({ kind: 'literal', value: 1 })), equal(column(1, 'id'), value({ kind: 'literal', value: 2 })), equal(column(1, 'id'), { kind: 'apply', fn: 'concat', of: [input('id')], at: at(0) }), equal(column(1, 'id'), { kind: 'apply', fn: 'lower', of: [input('id')], at: at(0) })].map((formula) => alike(formula, 1));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('of the values that nobody vouches for the last comes first, each once; supposing one leaves the others', () => {
  const formula = and(equal(column(1, 'id'), input('a')), equal(column(2, 'id'), input('b')), equal(column(3, 'id'), input('a')));
  expect(untrusted(formula).map((v) => (v.kind === 'input' ? v.path.join() : v.kind))).toEqual(['a', 'b']);
  expect(untrusted(supposing(formula, { kind: 'input', channel: 'body', path: ['a'] }, { kind: 'caller' }))).toEqual([{ kind: 'input', channel: 'body', path: ['b'] }]);
});
