import type { SchemaEvent, TableAction, UserType, View } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { findRelation, keyOf, requireKind, typeTextOf, type World } from '../world.ts';
import { setOwner } from './owners.ts';

/** ALTER TABLE-style statements on views, indexes, sequences and composite types. */
export function alterOther(world: World, event: SchemaEvent & { readonly kind: 'alter-table' }): void {
  const found = findRelation(world, event.table);
  if (found === undefined) {
    if (event.ifExists || world.infers) return;
    fail('undefined_table', `relation "${event.table.name}" does not exist`);
  }
  const { key, relation } = found;
  requireKind(world, event.object, key, relation);
  for (const action of event.actions) {
    switch (relation.is) {
      case 'view': {
        const view = world.catalog.get('view', key);
        if (view !== undefined) alterView(world, view, action);
        break;
      }
      case 'sequence':
        if (action.do === 'owner') setOwner(world, { is: 'sequence', key }, action.owner);
        break;
      case 'composite': {
        const type = world.catalog.get('type', key);
        if (type !== undefined) alterComposite(world, type, action);
        break;
      }
      case 'table':
        if (action.do === 'owner') setOwner(world, { is: 'table', key }, action.owner);
        break;
      case 'index':
        break;
    }
  }
}

function alterView(world: World, view: View, action: TableAction): void {
  switch (action.do) {
    case 'owner':
      setOwner(world, { is: 'view', key: view.key }, action.owner);
      return;
    case 'set-options':
      world.catalog.put('view', view.key, { ...view, options: { ...view.options, ...action.options }, optionsAt: action.at });
      return;
    case 'reset-options':
      world.catalog.put('view', view.key, {
        ...view, optionsAt: action.at, options: Object.fromEntries(Object.entries(view.options).filter(([name]) => !action.options.includes(name))),
      });
      return;
    case 'rls':
    case 'force-rls':
    case 'add-column':
    case 'drop-column':
    case 'add-constraint':
      return fail('wrong_object_type', `ALTER action ${action.do} cannot be performed on relation "${view.name}"`);
    default:
      return;
  }
}

function alterComposite(world: World, type: UserType, action: TableAction): void {
  if (action.do === 'owner') return setOwner(world, { is: 'type', key: type.key }, action.owner);
  if (type.form.is !== 'composite') return;
  const columns = new Map(type.form.columns);
  switch (action.do) {
    case 'add-column':
      if (columns.has(action.column.name)) fail('duplicate_column', `column "${action.column.name}" of relation "${type.name}" already exists`);
      columns.set(action.column.name, { typeText: typeTextOf(world, action.column.type) });
      break;
    case 'drop-column':
      if (!columns.delete(action.column) && !action.ifExists) fail('undefined_column', `column "${action.column}" of relation "${type.name}" does not exist`);
      break;
    case 'set-type':
      if (!columns.has(action.column)) fail('undefined_column', `column "${action.column}" of relation "${type.name}" does not exist`);
      columns.set(action.column, { typeText: typeTextOf(world, action.type) });
      break;
    default:
      return;
  }
  world.catalog.put('type', keyOf(type.schema, type.name), { ...type, form: { is: 'composite', columns } });
}
