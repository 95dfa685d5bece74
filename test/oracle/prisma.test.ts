import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { parseSchema, resolve } from '@tenantlint/readers/prisma';
import { dmmfOf, normalized } from './prisma-dmmf.ts';
import { eventsOfMigration, eventsOfSchema } from './prisma-events.ts';
import { validSchemas, type SchemaFiles } from './prisma-schemas.ts';

// By its CommonJS entry: the package's types need DOM types that are not wanted here.
const { getDMMF } = createRequire(import.meta.url)('@prisma/internals') as typeof import('@prisma/internals');

const read = (files: SchemaFiles) => {
  const parsed = files.map(([path, text]) => parseSchema(path, text));
  const { datamodel, problems } = resolve(parsed);
  return { datamodel, problems: [...parsed.flatMap((file) => file.problems), ...problems] };
};

describe('a valid schema means what Prisma says it means', () => {
  test.each(Object.entries(validSchemas))('%s', async (_, files) => {
    const theirs = await getDMMF({ datamodel: files.map(([path, text]) => [path, text]) });
    const ours = read(files);
    expect(ours.problems).toEqual([]);
    expect(dmmfOf(ours.datamodel)).toEqual(normalized(theirs.datamodel));
  });
});

describe('a schema gives the events that its migration would give', () => {
  const postgres = Object.entries(validSchemas).filter(([, files]) => files.some(([, text]) => text.includes('provider = "postgresql"')));
  test.each(postgres)('%s', async (_, files) => {
    expect(eventsOfSchema(files)).toEqual(await eventsOfMigration(files));
  });
});
