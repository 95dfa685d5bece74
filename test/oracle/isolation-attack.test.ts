import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE } from '../unit/isolation/base.ts';
import { CASES } from '../unit/isolation/cases.ts';
import { product } from '../unit/isolation/product.ts';
import { Attacker } from './attack.ts';

/** Every design is built in a real Postgres, two tenants move in, and one of them tries to get at the other's rows. */
describe('verdicts under attack', () => {
  let attacker: Attacker;
  beforeAll(async () => {
    attacker = await Attacker.start();
  });
  afterAll(() => attacker.stop());

  for (const one of CASES) {
    test(one.name, async () => {
      const { succeeded } = await attacker.attack(BASE + one.sql);
      const made = product(BASE + one.sql);
      const verdicts = [...made.schema.tables.values()].filter((table) => !table.platform).flatMap((table) => made.facts.access(table).map((access) => ({ key: `${access.role} ${table.name} ${access.command}`, verdict: access.verdict })));
      const contradicted = verdicts.filter(({ key, verdict }) => (verdict === 'isolated' || verdict === 'denied') && succeeded.has(key));
      const imagined = verdicts.filter(({ key, verdict }) => verdict === 'leak' && !succeeded.has(key));
      expect(contradicted).toEqual([]);
      expect(imagined).toEqual([]);
    });
  }
});
