import type { History, QName, Schema, SchemaEvent } from '@tenantlint/model';

/**
 * What models make beside the migrations: tables that are there once the program called `metadata.create_all`, and that
 * no migration made. They come after all migrations, which never heard of them.
 */
export function madeBeside(described: readonly History[], schema: Schema): History[] {
  return described.flatMap((history): History[] => {
    const steps = history.steps.flatMap((step) => {
      const missing = new Set(step.up.flatMap((event) => (event.kind === 'create-table' && !isThere(schema, keyOf(event.name)) ? [keyOf(event.name)] : [])));
      if (missing.size === 0) return [];
      const named = typesOf(step.up, missing);
      return [{ ...step, id: LAST, up: step.up.filter((event) => belongs(event, missing, named, schema)) }];
    });
    return steps.length > 0 ? [{ ...history, steps }] : [];
  });
}

/** Folders of timestamps interleave: this one is the latest of all. */
const LAST = '20991231235959_models';

const keyOf = ({ schema = 'public', name }: QName): string => `${schema}.${name}`;
const isThere = (schema: Schema, key: string): boolean => schema.tables.has(key) || schema.views.has(key);

function typesOf(events: readonly SchemaEvent[], tables: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(events.flatMap((event) => (event.kind === 'create-table' && tables.has(keyOf(event.name)) ? event.columns.map((c) => c.type.name) : [])));
}

function belongs(event: SchemaEvent, tables: ReadonlySet<string>, types: ReadonlySet<string>, schema: Schema): boolean {
  switch (event.kind) {
    case 'create-schema': return true;
    case 'create-type': return types.has(event.name.name) && !schema.types.has(keyOf(event.name));
    case 'create-sequence': return !schema.sequences.has(keyOf(event.name));
    case 'create-table': return tables.has(keyOf(event.name));
    case 'create-index': case 'alter-table': return tables.has(keyOf(event.table));
    default: return false;
  }
}
