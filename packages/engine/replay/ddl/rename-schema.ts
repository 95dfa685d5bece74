import { fail } from '../failure.ts';
import type { World } from '../world.ts';
import { moveSequence, moveTable, moveView } from './rename-relation.ts';
import { moveRoutine, moveType } from './rename-definition.ts';

/** Renames a schema: everything in it moves, and everything that names it follows. */
export function renameSchema(world: World, from: string, to: string): void {
  const { catalog } = world;
  const schema = catalog.get('schema', from);
  if (schema === undefined) return world.infers ? undefined : fail('invalid_schema_name', `schema "${from}" does not exist`);
  if (catalog.get('schema', to) !== undefined) fail('duplicate_schema', `schema "${to}" already exists`);
  catalog.put('schema', to, { ...schema, name: to });
  for (const type of [...catalog.map('type').values()]) if (type.schema === from) moveType(world, type, { schema: to, name: type.name });
  for (const table of [...catalog.map('table').values()]) if (table.schema === from) moveTable(world, table.key, { schema: to, name: table.name });
  for (const view of [...catalog.map('view').values()]) if (view.schema === from) moveView(world, catalog.get('view', view.key) ?? view, { schema: to, name: view.name });
  for (const sequence of [...catalog.map('sequence').values()]) if (sequence.schema === from) moveSequence(world, sequence, { schema: to, name: sequence.name });
  for (const routine of [...catalog.map('function').values()]) if (routine.schema === from) moveRoutine(world, routine, { schema: to, name: routine.name });
  catalog.put('schema', from, undefined);
  const defaults = catalog.defaultPrivileges;
  if (defaults.some((entry) => entry.inSchema === from)) {
    catalog.put('default-privileges', '', defaults.map((entry) => (entry.inSchema === from ? { ...entry, inSchema: to } : entry)));
  }
  for (const publication of [...catalog.map('publication').values()]) {
    if (publication.schemas.includes(from)) catalog.put('publication', publication.name, { ...publication, schemas: publication.schemas.map((name) => (name === from ? to : name)) });
  }
  for (const extension of [...catalog.map('extension').values()]) {
    if (extension.schema === from) catalog.put('extension', extension.name, { ...extension, schema: to });
  }
}
