import type { SchemaEvent } from '@tenantlint/model';
import { parseSchema, resolve, schemaEvents } from '@tenantlint/readers/prisma';
import { createSqlParser } from '@tenantlint/readers/sql';
import { createScript } from './prisma-engine.ts';
import type { SchemaFiles } from './prisma-schemas.ts';

const sql = createSqlParser();

export function eventsOfSchema(files: SchemaFiles): unknown[] {
  return comparable(schemaEvents(resolve(files.map(([path, text]) => parseSchema(path, text))).datamodel, sql.expression));
}

/** What the SQL reader makes of the migration that Prisma's schema engine writes. */
export async function eventsOfMigration(files: SchemaFiles): Promise<unknown[]> {
  return comparable(sql.file({ path: 'migration.sql', text: await createScript(files) }).events);
}

/**
 * Events without their places, in an order of their own. A migration states every ON DELETE where
 * a schema need not, prints dates in its own form, and takes the schema `public` for granted.
 */
function comparable(events: readonly SchemaEvent[]): unknown[] {
  const plain = (key: string, value: unknown): unknown => {
    if (/^at$|At$|^onDeleteStated$/.test(key) || (key === 'schema' && value === 'public')) return undefined;
    if (typeof value === 'string') return value.replace(/^(\d{4}-\d\d-\d\d)T(\S+)\.000Z$/, '$1 $2 +00:00');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return events
    .filter((event) => event.kind !== 'create-schema' || event.name !== 'public')
    .map((event) => JSON.stringify(event, plain))
    .sort()
    .map((text): unknown => JSON.parse(text));
}
