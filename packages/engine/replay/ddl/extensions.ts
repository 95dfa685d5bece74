import type { SchemaEvent } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { creationSchema, requireSchema, type World } from '../world.ts';

export function createExtension(world: World, event: SchemaEvent & { readonly kind: 'create-extension' }): void {
  if (world.catalog.get('extension', event.name) !== undefined) {
    if (event.ifNotExists) return;
    fail('duplicate_object', `extension "${event.name}" already exists`);
  }
  const schema = event.schema ?? creationSchema(world);
  requireSchema(world, schema, event.at);
  world.catalog.put('extension', event.name, { name: event.name, schema, at: event.at });
}

/** False where there is no such extension. */
export function dropExtension(world: World, name: string, _cascade: boolean): boolean {
  if (world.catalog.get('extension', name) === undefined) return false;
  world.catalog.put('extension', name, undefined);
  return true;
}

export function moveExtension(world: World, name: string, schema: string): void {
  const extension = world.catalog.get('extension', name);
  if (extension !== undefined) world.catalog.put('extension', name, { ...extension, schema });
}
