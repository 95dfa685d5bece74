import type { QName, SchemaEvent } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { findRelation, findTable, findView, keyOf, putTable, requireKind, tableAt, type World } from '../world.ts';
import { childrenOf } from './partitions.ts';
import { ownerTable } from './policies.ts';
import { renameColumn, renameViewColumn } from './rename-column.ts';
import { renameRole } from './rename-role.ts';
import { renameSchema } from './rename-schema.ts';
import { moveSequence, moveTable, moveView } from './rename-relation.ts';
import { resolveRoutines } from './routine-names.ts';
import { findType } from './user-types.ts';
import { moveRoutine, moveType } from './rename-definition.ts';

type Rename = SchemaEvent & { readonly kind: 'rename' };

export function rename(world: World, event: Rename): void {
  const { to } = event;
  switch (event.object) {
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence':
    case 'index':
      return renameRelation(world, event);
    case 'column':
    case 'attribute':
      return renameColumnOf(world, event);
    case 'constraint':
      return renameConstraint(world, event);
    case 'policy':
    case 'trigger':
    case 'rule':
      return renamePart(world, event);
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate': {
      const key = resolveRoutines(world, event.name, event.object, true)[0];
      const routine = key === undefined ? undefined : world.catalog.get('function', key);
      if (routine === undefined) return missing(world, event, 'undefined_function');
      return moveRoutine(world, routine, { schema: routine.schema, name: to });
    }
    case 'type':
    case 'domain': {
      const type = findType(world, event.name);
      if (type === undefined) return missing(world, event, 'undefined_object');
      return moveType(world, type, { schema: type.schema, name: to });
    }
    case 'schema':
      return renameSchema(world, event.name.name, to);
    case 'role':
      return renameRole(world, event.name.name, to);
    case 'publication': {
      const publication = world.catalog.get('publication', event.name.name);
      if (publication === undefined) return missing(world, event, 'undefined_object');
      world.catalog.put('publication', event.name.name, undefined);
      world.catalog.put('publication', to, { ...publication, name: to });
      return;
    }
    case 'domain constraint': {
      const type = event.of === undefined ? undefined : findType(world, event.of);
      if (type?.form.is !== 'domain') return missing(world, event, 'undefined_object');
      const checks = new Map([...type.form.checks].map(([name, expr]) => [name === event.name.name ? to : name, expr]));
      world.catalog.put('type', type.key, { ...type, form: { ...type.form, checks } });
      return;
    }
    default:
      return;
  }
}

/** A rename of what the history never made says that it is there now, under its new name; nothing more is known. */
function missing(world: World, event: Rename, condition: string): void {
  if (event.ifExists || world.infers) return;
  fail(condition, `${event.object} "${event.name.name}" does not exist`);
}

function renameRelation(world: World, event: Rename): void {
  const found = findRelation(world, event.name);
  if (found === undefined) {
    if (event.ifExists) return;
    // Taken for granted under its new name, so that what follows finds it.
    if (event.object === 'table') moveTable(world, ownerTable(world, event.name).key, { schema: ownerTable(world, event.name).schema, name: event.to });
    else if (!world.infers || world.catalog.everHad(keyOf(event.name.schema ?? 'public', event.name.name))) fail('undefined_table', `relation "${event.name.name}" does not exist`);
    return;
  }
  const { key, relation } = found;
  requireKind(world, event.object, key, relation);
  switch (relation.is) {
    case 'table': {
      const table = tableAt(world, key);
      return moveTable(world, key, { schema: table.schema, name: event.to });
    }
    case 'view': {
      const view = world.catalog.get('view', key);
      return view === undefined ? undefined : moveView(world, view, { schema: view.schema, name: event.to });
    }
    case 'sequence': {
      const sequence = world.catalog.get('sequence', key);
      return sequence === undefined ? undefined : moveSequence(world, sequence, { schema: sequence.schema, name: event.to });
    }
    case 'index':
      return renameIndex(world, relation.of, relation.name, event.to);
    case 'composite': {
      const type = world.catalog.get('type', key);
      return type === undefined ? undefined : moveType(world, type, { schema: type.schema, name: event.to });
    }
  }
}

/** An index and the constraint that it backs have one name between them. */
function renameIndex(world: World, of: string, from: string, to: string): void {
  const holder = world.catalog.get('table', of) ?? world.catalog.get('view', of);
  const index = holder?.indexes.get(from);
  if (holder === undefined || index === undefined) return;
  if (world.catalog.relation(keyOf(holder.schema, to)) !== undefined) fail('duplicate_table', `relation "${to}" already exists`);
  const indexes = new Map([...holder.indexes].map(([name, value]) => (name === from ? [to, { ...index, name: to }] : [name, value])));
  if ('constraints' in holder) {
    const constraints = new Map([...holder.constraints].map(([name, value]) => (name === from && 'index' in value ? [to, { ...value, name: to, index: to }] : [name, value])));
    putTable(world, { ...holder, indexes, constraints });
  } else world.catalog.put('view', of, { ...holder, indexes });
}

function renameConstraint(world: World, event: Rename): void {
  if (event.of === undefined) return;
  if (event.ifExists && findRelation(world, event.of) === undefined) return;
  const table = ownerTable(world, event.of);
  const from = event.name.name;
  const constraint = table.constraints.get(from);
  if (constraint === undefined) return table.inferred ? undefined : fail('undefined_object', `constraint "${from}" for table "${table.name}" does not exist`);
  if (table.constraints.has(event.to)) fail('duplicate_object', `constraint "${event.to}" for relation "${table.name}" already exists`);
  if ('index' in constraint) return renameIndex(world, table.key, from, event.to);
  const pass = (key: string): void => {
    const now = tableAt(world, key);
    if (!now.constraints.has(from)) return;
    putTable(world, { ...now, constraints: new Map([...now.constraints].map(([name, value]) => (name === from ? [event.to, { ...value, name: event.to }] : [name, value]))) });
    if (constraint.kind === 'check') for (const child of childrenOf(world, key)) pass(child);
  };
  pass(table.key);
}

function renamePart(world: World, event: Rename): void {
  if (event.of === undefined || event.object === 'rule') return;
  const view = findView(world, event.of);
  const from = event.name.name;
  const moved = <T extends { readonly name: string }>(map: ReadonlyMap<string, T>, change: (part: T) => T, on: string): ReadonlyMap<string, T> => {
    if (map.has(event.to)) fail('duplicate_object', `${event.object} "${event.to}" for table "${on}" already exists`);
    return new Map([...map].map(([name, part]) => (name === from ? [event.to, change(part)] : [name, part])));
  };
  if (view !== undefined) {
    if (!view.triggers.has(from)) fail('undefined_object', `trigger "${from}" for table "${view.name}" does not exist`);
    world.catalog.put('view', view.key, { ...view, triggers: moved(view.triggers, (trigger) => ({ ...trigger, name: event.to }), view.name) });
    return;
  }
  if (event.ifExists && findTable(world, event.of) === undefined) return;
  const table = ownerTable(world, event.of);
  const parts = event.object === 'policy' ? table.policies : table.triggers;
  if (!parts.has(from)) return table.inferred ? undefined : fail('undefined_object', `${event.object} "${from}" for table "${table.name}" does not exist`);
  if (event.object === 'policy') putTable(world, { ...table, policies: moved(table.policies, (policy) => ({ ...policy, name: event.to, changedAt: event.name.at }), table.name) });
  else putTable(world, { ...table, triggers: moved(table.triggers, (trigger) => ({ ...trigger, name: event.to }), table.name) });
}

function renameColumnOf(world: World, event: Rename): void {
  const of: QName | undefined = event.of;
  if (of === undefined) return;
  const from = event.name.name;
  const view = findView(world, of);
  if (view !== undefined) return renameViewColumn(world, view, from, event.to);
  const type = event.object === 'attribute' ? findType(world, of) : undefined;
  if (type?.form.is === 'composite') {
    const columns = new Map([...type.form.columns].map(([name, value]) => [name === from ? event.to : name, value]));
    world.catalog.put('type', type.key, { ...type, form: { is: 'composite', columns } });
    return;
  }
  if (event.ifExists && findRelation(world, of) === undefined) return;
  const table = ownerTable(world, of);
  for (const parent of table.parents) {
    if (world.catalog.get('table', parent)?.columns.has(from) === true) fail('invalid_table_definition', `cannot rename inherited column "${from}"`);
  }
  renameColumn(world, table.key, from, event.to, event.name.at);
}
