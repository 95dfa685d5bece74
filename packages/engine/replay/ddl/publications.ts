import type { Publication, SchemaEvent, Span } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { creationSchema, type World } from '../world.ts';
import { ownerTable } from './policies.ts';

export function publish(world: World, event: SchemaEvent & { readonly kind: 'create-publication' | 'alter-publication' }): void {
  const { catalog } = world;
  const existing = catalog.get('publication', event.name);
  if (event.kind === 'create-publication' && existing !== undefined) fail('duplicate_object', `publication "${event.name}" already exists`);
  if (event.kind === 'alter-publication' && existing === undefined && !world.infers) fail('undefined_object', `publication "${event.name}" does not exist`);
  const before: Publication = existing ?? { name: event.name, at: event.at, allTables: event.allTables, tables: new Map(), schemas: [] };
  const named = event.schemas.map((schema) => (schema === 'current_schema' ? creationSchema(world) : schema));
  const tables = new Map<string, Span>(event.kind === 'alter-publication' && event.change === 'set' ? [] : before.tables);
  for (const name of event.tables) {
    const { key } = ownerTable(world, name);
    if (event.change === 'drop') {
      if (!tables.delete(key) && existing !== undefined) fail('undefined_object', `relation "${name.name}" is not part of the publication`);
    } else if (event.change === 'add' && tables.has(key)) fail('duplicate_object', `relation "${name.name}" is already member of publication "${event.name}"`);
    else tables.set(key, name.at);
  }
  const kept = event.kind === 'alter-publication' && event.change === 'set' ? [] : before.schemas;
  const schemas = event.change === 'drop' ? kept.filter((schema) => !named.includes(schema)) : [...new Set([...kept, ...named])];
  catalog.put('publication', event.name, { ...before, tables, schemas });
}
