import { walkStatement, type QName, type SchemaEvent } from '@tenantlint/model';

/** Keys of the tables that CREATE TABLE … AS and SELECT … INTO made: somebody did make them, even where `*` leaves their columns open. */
export function madeByQuery(executed: readonly SchemaEvent[]): ReadonlySet<string> {
  return new Set(executed.flatMap((event) => (event.kind === 'create-table-as' ? [keyOf(event.name)] : [])));
}

/**
 * Keys of the copies that a way back leaves on purpose: a copy of what the migration takes away holds the only rows there are,
 * until the way back has put them where they were.
 */
export function keptCopies(executed: readonly SchemaEvent[], back: readonly SchemaEvent[]): ReadonlySet<string> {
  const taken = new Set(executed.flatMap((event) => takenBy(event)));
  const restored = restoredFrom(back);
  const kept = new Set<string>();
  const made = new Set(executed.flatMap((event) => (event.kind === 'create-table' && !event.temporary ? [keyOf(event.name)] : [])));
  for (const event of executed) {
    const [copy, rows] = event.kind === 'create-table-as' ? [event.name, event.select] : event.kind === 'data' && event.statement.kind === 'insert' && made.has(keyOf(event.statement.table)) ? [event.statement.table, event.statement.source] : [];
    if (copy === undefined || rows === undefined || restored.has(keyOf(copy))) continue;
    // By bare name: where the path decides which table is meant, the copy is believed.
    walkStatement(rows, { from: (from) => void (from.kind === 'table' && taken.has(from.name.name) && kept.add(keyOf(copy))) });
  }
  return kept;
}

/** Bare names of what loses rows or values. */
function takenBy(event: SchemaEvent): readonly string[] {
  if (event.kind === 'drop') return event.names.map(({ name }) => name);
  if (event.kind === 'alter-table') return event.actions.some(({ do: what }) => what === 'drop-column' || what === 'set-type') ? [event.table.name] : [];
  if (event.kind !== 'data') return [];
  const s = event.statement;
  if (s.kind === 'truncate') return s.tables.map(({ name }) => name);
  return s.kind === 'delete' || s.kind === 'update' ? [s.table.name] : [];
}

/** Keys of tables that others are filled from. */
function restoredFrom(back: readonly SchemaEvent[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const event of back) {
    const filled = event.kind === 'create-table-as' ? event.select : event.kind === 'data' && (event.statement.kind === 'insert' || event.statement.kind === 'update') ? event.statement : undefined;
    if (filled) walkStatement(filled, { from: (from) => void (from.kind === 'table' && found.add(keyOf(from.name))) });
  }
  return found;
}

function keyOf({ schema = 'public', name }: QName): string {
  return `${schema}.${name}`;
}
