import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchema, resolve } from '@tenantlint/readers/prisma';
import { dmmfOf, normalized } from './prisma-dmmf.ts';
import { eventsOfMigration, eventsOfSchema } from './prisma-events.ts';
import { randomDamage, randomSchema, type Damage } from './prisma-generate.ts';

const { getDMMF, wasm, lintSchema } = createRequire(import.meta.url)('@prisma/internals') as typeof import('@prisma/internals');

/** On a busy machine fewer runs, rather than none in time. */
const bounded = (numRuns: number) => ({ numRuns, interruptAfterTimeLimit: 40_000 });

describe('any valid schema', () => {
  test('means what Prisma says it means, and makes the tables that Prisma Migrate would make', async () => {
    await fc.assert(fc.asyncProperty(fc.gen(), async (draw) => {
      const text = randomSchema(draw);
      const files = [['schema.prisma', text]] as const;
      const theirs = await getDMMF({ datamodel: text }).catch((error: unknown) => {
        // Long names are cut, and may be the same then; the schema is not valid.
        fc.pre(!String(error).includes('has to be unique in the following namespace'));
        throw error;
      });
      const parsed = parseSchema('schema.prisma', text);
      const { datamodel, problems } = resolve([parsed]);
      expect([...parsed.problems, ...problems], text).toEqual([]);
      expect(dmmfOf(datamodel), text).toEqual(normalized(theirs.datamodel));
      expect(eventsOfSchema(files), text).toEqual(await eventsOfMigration(files));
    }), bounded(200));
  });
});

/** Prisma's datamodel, by the faster of its two ways; undefined when it refuses the schema. */
function accepted(text: string): unknown {
  try {
    return JSON.parse(wasm.prismaSchemaWasm.get_datamodel(JSON.stringify({ prismaSchema: [['schema.prisma', text]] })));
  } catch {
    return undefined;
  }
}

/** Whether Prisma's own parser, rather than its validation, stumbles. */
function isMalformed(text: string): boolean {
  const lint = lintSchema({ schemas: [['schema.prisma', text]] });
  return lint.some((each) => !each.is_warning && /This line is|not a valid definition|declaration is invalid|not an enum value/.test(each.text));
}

const withoutPlaces = (node: unknown): string => JSON.stringify(node, (key, value: unknown) => (/^at$|At$/.test(key) ? undefined : value));

describe('any damaged schema', () => {
  const damaged = (check: (text: string, original: string, damage: Damage) => void, numRuns: number): void => {
    fc.assert(fc.property(fc.gen(), (draw) => {
      const original = randomSchema(draw);
      // A comment that has lost its end rightly swallows what follows.
      fc.pre(!original.includes('/*'));
      const damage = randomDamage(draw, original);
      check(original.slice(0, damage.start) + damage.text + original.slice(damage.end), original, damage);
    }), bounded(numRuns));
  };

  test('keeps every block that the damage does not touch', () => {
    damaged((text, original, damage) => {
      const before = parseSchema('schema.prisma', original).blocks.filter(({ at }) => {
        const start = original.lastIndexOf('\n', at.start) + 1;
        const end = (original.indexOf('\n', at.end) + 1) || original.length;
        return damage.end < start || damage.start > end;
      });
      const after = new Set(parseSchema('schema.prisma', text).blocks.map(withoutPlaces));
      for (const block of before) expect(after, text).toContain(withoutPlaces(block));
    }, 1000);
  });

  test('has places inside the file, blocks one after the other', () => {
    damaged((text) => {
      const file = parseSchema('schema.prisma', text);
      for (const { at } of [...file.problems, ...file.blocks, ...file.comments]) {
        expect(at.start).toBeLessThanOrEqual(at.end);
        expect(at.end).toBeLessThanOrEqual(text.length);
      }
      for (const [index, block] of file.blocks.entries()) {
        expect(block.at.start).toBeGreaterThanOrEqual(file.blocks[index - 1]?.at.end ?? 0);
      }
    }, 500);
  });

  test('still means what Prisma says, where Prisma accepts it; is a problem, where Prisma cannot parse it', () => {
    damaged((text) => {
      const theirs = accepted(text);
      const parsed = parseSchema('schema.prisma', text);
      const { datamodel, problems } = resolve([parsed]);
      if (theirs !== undefined) {
        expect([...parsed.problems, ...problems], text).toEqual([]);
        expect(dmmfOf(datamodel), text).toEqual(normalized(theirs));
      } else if (isMalformed(text)) {
        expect(parsed.problems, text).not.toEqual([]);
      }
    }, 1000);
  });
});
