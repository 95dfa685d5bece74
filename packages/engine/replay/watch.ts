import type { Execution, NamedRelation, QName, SchemaEvent, SqlStatement, Table } from '@tenantlint/model';
import { walkStatement } from '@tenantlint/model';
import { findRelation, type World } from './world.ts';

/** Keeps what the statements of one step met: for questions about the statement itself, not about its outcome. */
export class Watch {
  readonly #log: Execution[] = [];

  see(world: World, event: SchemaEvent): void {
    const { settings } = world.session;
    this.#log.push({
      event,
      statement: world.statement ?? event,
      transaction: world.transaction,
      named: lookedUp(world, namesOf(event)),
      setting: (name) => settings.local.get(name) ?? settings.session.get(name),
    });
  }

  /** Those whose effect stands, in order. A statement that was undone and ran again counts as the last time. */
  standing(executed: readonly SchemaEvent[]): readonly Execution[] {
    const standing: Execution[] = [];
    let left = executed.length - 1;
    for (let i = this.#log.length - 1; i >= 0 && left >= 0; i--) {
      const seen = this.#log[i];
      if (seen === undefined || seen.event !== executed[left]) continue;
      standing.push(seen);
      left--;
    }
    return standing.reverse();
  }
}

function lookedUp(world: World, names: readonly QName[]): Execution['named'] {
  const [first] = names;
  if (first === undefined) return unnamed;
  if (names.length > 1) {
    const known = new Map(names.map((name) => [name, lookUp(world, name)]));
    return (name) => known.get(name);
  }
  // Nearly all name one.
  const found = lookUp(world, first);
  return (name) => (name === first ? found : undefined);
}

const unnamed = (): undefined => undefined;

function lookUp(world: World, name: QName): NamedRelation | undefined {
  const found = findRelation(world, name);
  if (found === undefined) return undefined;
  const { key, relation } = found;
  const table = (of: string): Table | undefined => world.catalog.get('table', of);
  if (relation.is !== 'index') return { key, is: relation.is, table: table(key), view: world.catalog.get('view', key), index: undefined };
  const owner = relation.ofView ? world.catalog.get('view', relation.of) : table(relation.of);
  return { key, is: 'index', table: relation.ofView ? undefined : table(relation.of), view: relation.ofView ? world.catalog.get('view', relation.of) : undefined, index: owner?.indexes.get(relation.name) };
}

/** Relations that a statement names. Those that it creates are not there yet. */
function namesOf(event: SchemaEvent): readonly QName[] {
  switch (event.kind) {
    case 'create-table': {
      const constraints = [...event.constraints, ...event.columns.flatMap((c) => c.constraints)];
      return [event.name, ...event.inherits, ...event.like.map((l) => l.source), ...(event.partitionOf ? [event.partitionOf.parent] : []), ...constraints.flatMap((c) => (c.kind === 'foreign key' ? [c.references] : []))];
    }
    case 'alter-table':
      return [event.table, ...event.actions.flatMap((a) => {
        if (a.do === 'attach-partition' || a.do === 'detach-partition') return [a.partition];
        if (a.do === 'inherit') return [a.parent];
        if (a.do === 'add-constraint') return a.constraint.kind === 'foreign key' ? [a.constraint.references] : [];
        return a.do === 'add-column' ? a.column.constraints.flatMap((c) => (c.kind === 'foreign key' ? [c.references] : [])) : [];
      })];
    case 'create-index': case 'create-policy': case 'alter-policy': case 'create-trigger': case 'create-rule':
      return [event.table];
    case 'create-view': case 'create-table-as': case 'alter-enum': case 'alter-domain': case 'create-sequence': case 'alter-sequence':
      return [event.name];
    case 'drop':
      return [...event.names, ...(event.table ? [event.table] : [])];
    case 'rename': case 'comment':
      return [event.name, ...(event.of ? [event.of] : [])];
    case 'set-schema': case 'set-owner':
      return [event.name];
    case 'create-publication': case 'alter-publication':
      return event.tables;
    case 'other':
      return event.names;
    case 'data':
      return tablesOf(event.statement);
    default:
      return [];
  }
}

/** What it changes first, then what it reads. */
function tablesOf(statement: SqlStatement): readonly QName[] {
  if (statement.kind === 'truncate') return statement.tables;
  if (statement.kind !== 'insert' && statement.kind !== 'update' && statement.kind !== 'delete') return [];
  const names = [statement.table];
  walkStatement(statement, { from: (from) => void (from.kind === 'table' && names.push(from.name)) });
  return names;
}
