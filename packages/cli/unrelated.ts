import { compare } from '@tenantlint/engine';
import type { ConstraintDef, History, QName, SchemaEvent } from '@tenantlint/model';

interface Tables {
  readonly made: Set<string>;
  /** Tables that something is done to, or points to. */
  readonly used: Set<string>;
  /** Whether anything but models makes them. */
  migrated: boolean;
}

/**
 * Folders whose histories make tables without using one another's, in order. None where any two of them share: then they
 * tell of one database. Models that repeat what another folder makes are a copy of it.
 */
export function unrelated(histories: readonly History[], folderOf: (file: string) => string): readonly string[] {
  const byFolder = new Map<string, Tables>();
  for (const { tool, steps } of histories) {
    for (const { file, up } of steps) {
      const folder = folderOf(file);
      const known = byFolder.get(folder) ?? { made: new Set(), used: new Set(), migrated: false };
      for (const event of up) note(event, known);
      if (tool !== 'models') known.migrated = true;
      byFolder.set(folder, known);
    }
  }
  const all = [...byFolder].filter(([, { made }]) => made.size > 0);
  const shares = (a: Tables, b: Tables) => [...a.used].some((table) => b.made.has(table) && !a.made.has(table));
  const copies = (a: Tables, b: Tables) => !(a.migrated && b.migrated) && [...a.made].filter((table) => b.made.has(table)).length * 2 >= Math.min(a.made.size, b.made.size);
  // What lies above all projects is everybody's.
  if (all.some(([folder, a], i) => folder === '' || all.some(([, b], j) => i !== j && (shares(a, b) || copies(a, b))))) return [];
  return all.map(([folder]) => folder).sort(compare);
}

function note(event: SchemaEvent, { made, used }: Tables): void {
  const use = (constraints: readonly ConstraintDef[]) => {
    for (const c of constraints) if (c.kind === 'foreign key') used.add(keyOf(c.references));
  };
  switch (event.kind) {
    case 'create-table':
      if (!event.temporary) made.add(keyOf(event.name));
      use(event.constraints);
      for (const column of event.columns) use(column.constraints);
      break;
    case 'alter-table':
      used.add(keyOf(event.table));
      for (const action of event.actions) use(action.do === 'add-constraint' ? [action.constraint] : action.do === 'add-column' ? action.column.constraints : []);
      break;
    case 'create-index': case 'create-policy': case 'create-trigger':
      used.add(keyOf(event.table));
      break;
    default:
  }
}

const keyOf = ({ schema = 'public', name }: QName): string => `${schema}.${name}`;
