import type { SchemaEvent } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { findRelation, findTable, findView, putTable, type World } from '../world.ts';
import { existingRoutines } from './routine-names.ts';

/** Comments on the objects that carry one in the model; all others are of no consequence. */
export function comment(world: World, event: SchemaEvent & { readonly kind: 'comment' }): void {
  const text = event.text === null || event.text === '' ? undefined : event.text;
  const { catalog } = world;
  switch (event.object) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view': {
      const found = findRelation(world, event.name);
      if (found === undefined && !world.infers) fail('undefined_table', `relation "${event.name.name}" does not exist`);
      const table = found === undefined ? undefined : catalog.get('table', found.key);
      const view = found === undefined ? undefined : catalog.get('view', found.key);
      if (table !== undefined && table.comment !== text) putTable(world, { ...table, comment: text });
      else if (view !== undefined && view.comment !== text) catalog.put('view', view.key, { ...view, comment: text });
      return;
    }
    case 'column': {
      const table = event.of === undefined ? undefined : findTable(world, event.of);
      const column = table?.columns.get(event.name.name);
      if (!world.infers && column === undefined && (event.of === undefined || findView(world, event.of) === undefined)) fail('undefined_column', `column "${event.name.name}" does not exist`);
      if (table === undefined || column === undefined || column.comment === text) return;
      putTable(world, { ...table, columns: new Map(table.columns).set(column.name, { ...column, comment: text }) });
      return;
    }
    case 'function':
    case 'procedure':
    case 'routine':
      for (const key of existingRoutines(world, event.name, event.object)) {
        const routine = catalog.get('function', key);
        if (routine !== undefined) catalog.put('function', key, { ...routine, comment: text });
      }
      return;
    default:
      return;
  }
}
