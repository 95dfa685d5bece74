import { describe, expect, test } from 'vitest';
import { BASE } from './base.ts';
import { CASES, parseKey } from './cases.ts';
import { product } from './product.ts';

describe('what a user of one tenant can do to the rows of another', () => {
  for (const one of CASES) {
    test(one.name, () => {
      const made = product(BASE + one.sql);
      const found: Record<string, string> = {};
      for (const key of Object.keys(one.expect)) {
        const { role, table, command } = parseKey(key);
        found[key] = made.verdict(table, role, command);
      }
      expect(found).toEqual(one.expect);
    });
  }
});
