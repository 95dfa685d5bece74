import { describe, expect, test } from 'vitest';
import { distinctNames, freeName, joinedNames, objectName } from './names.ts';

describe('default names', () => {
  test('keep what fits', () => {
    expect(objectName('projects', 'tenant_id', 'fkey')).toBe('projects_tenant_id_fkey');
    expect(objectName('projects', undefined, 'pkey')).toBe('projects_pkey');
  });

  test('shorten the longer of the two names, never the label', () => {
    expect(objectName('a'.repeat(50), 'b'.repeat(20), 'key')).toBe(`${'a'.repeat(38)}_${'b'.repeat(20)}_key`);
    expect(objectName('a'.repeat(40), 'b'.repeat(40), 'key')).toBe(`${'a'.repeat(29)}_${'b'.repeat(29)}_key`);
    expect(objectName('a'.repeat(80), undefined, 'pkey')).toBe(`${'a'.repeat(58)}_pkey`);
  });

  test('count bytes and cut at the border of a character', () => {
    const name = objectName('ж'.repeat(40), 'x', 'key');
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name.endsWith('_x_key')).toBe(true);
    expect(name).not.toContain('\ufffd');
  });

  test('take the next number when a name is taken', () => {
    const taken = new Set(['t_a_key', 't_a_key1']);
    expect(freeName('t', 'a', 'key', (name) => taken.has(name))).toBe('t_a_key2');
  });

  test('join columns until the name is full', () => {
    expect(joinedNames(['a', 'b', 'c'])).toBe('a_b_c');
    expect(joinedNames([]).length).toBe(0);
  });

  test('tell equal index columns apart', () => {
    expect(distinctNames(['lower', 'lower', 'expr', 'lower'])).toEqual(['lower', 'lower1', 'expr', 'lower2']);
  });
});
