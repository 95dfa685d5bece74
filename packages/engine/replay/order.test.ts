import { expect, test } from 'vitest';
import type { History, Step } from '@tenantlint/model';
import { inOrder } from './order.ts';

function history(...ids: readonly string[]): History {
  const steps = ids.map((id): Step => ({ file: `${id}.sql`, id, tool: 'plain', up: [], down: undefined, downAt: undefined, transactional: true, unread: [] }));
  return { tool: 'plain', root: '.', steps, downs: { expected: false, why: '' }, skipped: [], seeds: [] };
}

const ids = (...histories: readonly History[]): readonly string[] => inOrder(histories).map(({ id }) => id);

test('one folder keeps its own order', () => {
  expect(ids(history('20240101000000_a', '20230101000000_b'))).toEqual(['20240101000000_a', '20230101000000_b']);
});

test('two folders of timestamps interleave', () => {
  expect(ids(history('20240101000000_a', '20240301000000_c'), history('20240201000000_b'))).toEqual(['20240101000000_a', '20240201000000_b', '20240301000000_c']);
});

test('a folder without timestamps stands where it was given', () => {
  expect(ids(history('0001_a', '0002_b'), history('20240101000000_c'))).toEqual(['0001_a', '0002_b', '20240101000000_c']);
});

test('a folder whose timestamps fall back keeps its order between the other steps', () => {
  expect(ids(history('20240301000000_a', '20240101000000_b'), history('20240201000000_c'))).toEqual(['20240201000000_c', '20240301000000_a', '20240101000000_b']);
});
