import { expect, test } from 'vitest';
import { PathTests } from '../../../packages/engine/flow/path-tests.ts';

const asked = (ask: (of: PathTests) => void): PathTests => {
  const tests = new PathTests('/api/makers');
  ask(tests);
  return tests;
};

test('a run holds for paths that answer the same', () => {
  const prefix = asked((of) => { of.ask('startsWith', '/api/makers', '/api/'); of.ask('startsWith', '/api/makers', '/api/open'); });
  expect(['/api/makers', '/api/invoices', '/api/open/x', '/invoices'].map((path) => prefix.holdFor(path))).toEqual([true, true, false, false]);
  const equal = asked((of) => of.ask('=', '/api/open', '/api/makers'));
  expect(['/api/invoices', '/api/open'].map((path) => equal.holdFor(path))).toEqual([true, false]);
  const made = asked((of) => of.ask('startsWith', '/api/makers/', '/api/makers/'));
  expect(['/api/makers', '/api/invoices'].map((path) => made.holdFor(path))).toEqual([true, false]);
});

test('texts that have nothing of the path ask nothing of it', () => {
  const other = asked((of) => { of.ask('=', 'admin', 'owner'); of.ask('includes', 'x-tenant', 'tenant'); of.lookUp('role'); });
  expect(other.holdFor('/anything')).toBe(true);
  expect(asked((of) => of.lookUp('/api/makers')).holdFor('/api/invoices')).toBe(false);
});
