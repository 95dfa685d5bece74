import { tableName, typeText, type Inverse, type SchemaEvent, type Table, type Timeline } from '@tenantlint/model';

/**
 * What no statement brings back after a step: rows and values. The schema can be made anew, what was in it cannot.
 * @param renamed whether a table of that name only has another one now
 */
export function lossesOf(timeline: Timeline, n: number, renamed: (table: string) => boolean): Inverse['lost'] {
  const before = new Map(timeline.changes(n).flatMap((c) => (c.object === 'table' && c.before !== undefined ? [[(c.before as Table).name, c.before as Table] as const] : [])));
  const stood = (name: string): boolean => before.has(name) || [...timeline.at(n - 1).tables.values()].some((table) => table.name === name);
  const lost: Inverse['lost'][number][] = [];
  for (const event of timeline.executed(n)) {
    for (const [what, advice] of lossOf(event, before, stood, renamed)) lost.push({ what, advice, at: event.at });
  }
  return lost;
}

const COPY = 'copy them to another table first, and fill them in from there';

function lossOf(event: SchemaEvent, before: ReadonlyMap<string, Table>, stood: (name: string) => boolean, renamed: (table: string) => boolean): readonly (readonly [string, string])[] {
  if (event.kind === 'drop' && event.object === 'table') return event.names.filter(({ name }) => before.has(name) && !renamed(name)).map(({ name }) => [`the rows of ${name}`, COPY] as const);
  if (event.kind === 'alter-table') {
    const table = before.get(event.table.name);
    return event.actions.flatMap((action): (readonly [string, string])[] => {
      const column = 'column' in action && typeof action.column === 'string' ? table?.columns.get(action.column) : undefined;
      if (table === undefined || column === undefined) return [];
      if (action.do === 'drop-column') return [[`the values of ${tableName(table.key)}.${column.name}`, COPY]];
      return action.do === 'set-type' ? [[`values of ${tableName(table.key)}.${column.name} that became others as ${typeText(action.type)}`, 'keep the old column beside the new one until nobody goes back']] : [];
    });
  }
  if (event.kind !== 'data') return [];
  const s = event.statement;
  switch (s.kind) {
    case 'delete': return stood(s.table.name) ? [[`the rows that DELETE takes from ${s.table.name}`, COPY]] : [];
    case 'truncate': return s.tables.filter(({ name }) => stood(name)).map(({ name }) => [`the rows of ${name}`, COPY] as const);
    // What fills a column that is new writes over nothing.
    case 'update': return stood(s.table.name) && !fillsNew(s, before.get(s.table.name)) ? [[`the values that UPDATE writes over in ${s.table.name}`, COPY]] : [];
    case 'insert': return stood(s.table.name) && s.table.schema !== 'storage' ? [[`which rows of ${s.table.name} INSERT added`, 'delete them by what tells them apart']] : [];
    case 'select': case 'other': return [];
  }
}

function fillsNew({ set }: { readonly set: readonly { readonly column: string }[] }, table: Table | undefined): boolean {
  return table !== undefined && set.every(({ column }) => !table.columns.has(column));
}
