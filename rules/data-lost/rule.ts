import { defineRule, tableName, typeText, walkExpr, type SchemaEvent, type SqlExpr, type SqlFrom, type SqlSelect, type Table, type Timeline } from '@tenantlint/model';
import { narrows } from './narrows.ts';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['history'],
  messages: {
    column: {
      what: 'Dropping `{table}.{column}` loses its values for good.',
      why: 'A down migration can bring the column back, never what was in it.',
      fix: 'Copy the values first (`create table {table}_{column}_backup as select …`), or stop using the column now and drop it in a later release.',
    },
    table: {
      what: 'Dropping `{table}` loses its rows for good.',
      why: 'A down migration can bring the table back, never its rows.',
      fix: 'Copy or rename the table first, or stop using it now and drop it in a later release.',
    },
    rows: {
      what: '{verb} removes rows of `{table}` for good.',
      why: 'No down migration can tell which rows they were.',
      fix: 'Copy them to another table in the same migration first.',
    },
    narrowed: {
      what: '`{table}.{column}` is narrowed from {from} to {to}.',
      why: 'Values that do not fit are cut, rounded or refused; going back to {from} does not restore them.',
      fix: 'Add a column of the new type beside it, copy, compare, and drop the old one in a later release.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      if (!facts.timeline.executed(index).some(mayLose)) return;
      const before = tablesBefore(facts.timeline, index);
      const copied = new Set<string>();
      for (const event of facts.timeline.executed(index)) {
        for (const name of copiedTables(event)) copied.add(name);
        const gone = (name: string) => (copied.has(name) ? undefined : before.get(name));
        // UPDATE … SET new = old keeps the values of `old`.
        if (event.kind === 'data' && event.statement.kind === 'update')
          for (const { value } of event.statement.set) for (const column of columnsIn(value)) copied.add(`${event.statement.table.name}.${column}`);
        if (event.kind === 'drop' && (event.object === 'table' || event.object === 'materialized view')) {
          for (const name of event.names) {
            const table = event.object === 'table' ? gone(name.name) : undefined;
            if (table) report({ message: 'table', at: name.at, subject: { kind: 'table', name: table.key }, data: { table: tableName(table.key) } });
          }
        } else if (event.kind === 'alter-table') {
          const table = gone(event.table.name);
          if (!table) continue;
          for (const action of event.actions) {
            const column = 'column' in action && typeof action.column === 'string' ? table.columns.get(action.column) : undefined;
            if (!column) continue;
            const subject = { kind: 'column', name: `${table.key}.${column.name}` } as const;
            const data = { table: tableName(table.key), column: column.name };
            if (action.do === 'drop-column' && column.generated === undefined && !copied.has(`${event.table.name}.${column.name}`)) report({ message: 'column', at: action.columnAt, subject, data, related: [{ at: column.at, note: 'added here' }] });
            if (action.do === 'set-type' && narrows(column.type, action.type)) report({ message: 'narrowed', at: action.columnAt, subject, data: { ...data, from: typeText(column.type), to: typeText(action.type) }, related: [{ at: column.at, note: `${typeText(column.type)} here` }] });
          }
        } else if (event.kind === 'data') {
          const s = event.statement;
          const names = s.kind === 'delete' ? [s.table] : s.kind === 'truncate' ? s.tables : [];
          for (const name of names) {
            const table = gone(name.name);
            if (table) report({ message: 'rows', at: name.at, subject: { kind: 'table', name: table.key }, data: { verb: s.kind === 'delete' ? 'DELETE' : 'TRUNCATE', table: tableName(table.key) } });
          }
        }
      }
    },
  },
});

function mayLose(event: SchemaEvent): boolean {
  return event.kind === 'drop' || event.kind === 'data' || (event.kind === 'alter-table' && event.actions.some(({ do: what }) => what === 'drop-column' || what === 'set-type'));
}

/** Tables as they were before the step, by bare name; what the step itself created holds nothing to lose. */
function tablesBefore(timeline: Timeline, index: number): Map<string, Table> {
  const found = new Map<string, Table>();
  const changed = new Map(timeline.changes(index).filter(c => c.object === 'table').map(c => [c.key, c.before as Table | undefined]));
  for (const table of changed.values()) if (table && !table.temporary) found.set(table.name, table);
  // DELETE and TRUNCATE change no definition; their tables stand unchanged in the state after the step.
  for (const event of timeline.executed(index)) {
    if (event.kind !== 'data') continue;
    const names = event.statement.kind === 'delete' ? [event.statement.table] : event.statement.kind === 'truncate' ? event.statement.tables : [];
    for (const { schema = 'public', name } of names) {
      const key = `${schema}.${name}`;
      const table = changed.has(key) ? changed.get(key) : timeline.last.tables.get(key);
      if (table && table.createdIn < index && !table.temporary) found.set(name, table);
    }
  }
  return found;
}

/** Tables whose rows the statement copies elsewhere: CREATE TABLE AS and INSERT … SELECT; a rename keeps them too. */
function copiedTables(event: SchemaEvent): string[] {
  if (event.kind === 'create-table-as') return tablesOf(event.select);
  if (event.kind === 'rename' && event.object === 'table') return [event.name.name];
  if (event.kind === 'data' && event.statement.kind === 'insert' && event.statement.source) return tablesOf(event.statement.source);
  return [];
}

function columnsIn(expr: SqlExpr): string[] {
  const found: string[] = [];
  walkExpr(expr, { expr: e => void (e.kind === 'column' && found.push(e.path.at(-1) ?? '')) });
  return found;
}

function tablesOf(select: SqlSelect): string[] {
  const inFrom = (from: SqlFrom): string[] => {
    if (from.kind === 'table') return [from.name.name];
    if (from.kind === 'join') return [...inFrom(from.left), ...inFrom(from.right)];
    return from.kind === 'subselect' ? tablesOf(from.select) : [];
  };
  return [...select.from.flatMap(inFrom), ...(select.set ? [...tablesOf(select.set.left), ...tablesOf(select.set.right)] : [])];
}
