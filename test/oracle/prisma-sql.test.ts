import { describe, expect, test } from 'vitest';
import { parseSchema, resolve, schemaEvents, type ReadExpression } from '@tenantlint/readers/prisma';
import { createStatements } from './prisma-engine.ts';
import { validSchemas, type SchemaFiles } from './prisma-schemas.ts';
import { statementsOf } from './prisma-sql.ts';

/** Expressions are compared as the text that both sides carry. */
const asText: ReadExpression = (text, at) => ({ kind: 'opaque', text, at });

const ours = (files: SchemaFiles): string[] => {
  const { datamodel } = resolve(files.map(([path, text]) => parseSchema(path, text)));
  return statementsOf(schemaEvents(datamodel, asText));
};

const postgres = Object.entries(validSchemas).filter(([, files]) => files.some(([, text]) => text.includes('provider = "postgresql"')));

describe('the tables of a schema are those that Prisma Migrate would create', () => {
  test.each(postgres)('%s', async (_, files) => {
    expect(ours(files).toSorted()).toEqual((await createStatements(files)).toSorted());
  });
});
