import type { Index, Table } from './schema.ts';
import type { Subject } from './finding.ts';
import type { Policy } from './schema.ts';

/** Small questions about the catalog that several rules ask. */

/** A complete index whose first key is the column: one that serves `where column = …` for every row. */
export function indexLedBy(table: Table, column: string): Index | undefined {
  for (const index of table.indexes.values()) if (index.where === undefined && index.keys[0]?.column === column) return index;
  return undefined;
}

/** `public.projects` is `projects` to people; other schemas are named. */
export function tableName(key: string): string {
  return key.startsWith('public.') ? key.slice('public.'.length) : key;
}

export function tableSubject(table: Table): Subject {
  return { kind: 'table', name: table.key };
}

export function policySubject(table: Table, policy: Policy): Subject {
  return { kind: 'policy', name: `${table.key}.${policy.name}` };
}
