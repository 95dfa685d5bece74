import type { SchemaEvent, TableAction } from './events.ts';

/** The event as it happens where it may have happened before, or may have nothing to work on. */
export function tolerant(event: SchemaEvent): SchemaEvent {
  switch (event.kind) {
    case 'create-table': case 'create-index': case 'create-schema': case 'create-sequence': case 'create-extension': case 'create-table-as':
      return { ...event, ifNotExists: true };
    case 'create-view': return event.replace ? event : { ...event, ifNotExists: true };
    case 'drop': case 'rename': case 'set-schema': return { ...event, ifExists: true };
    case 'alter-table': return { ...event, ifExists: true, actions: event.actions.map(tolerantAction) };
    default: return event;
  }
}

function tolerantAction(action: TableAction): TableAction {
  switch (action.do) {
    case 'add-column': return { ...action, ifNotExists: true };
    case 'drop-column': case 'drop-constraint': return { ...action, ifExists: true };
    default: return action;
  }
}
