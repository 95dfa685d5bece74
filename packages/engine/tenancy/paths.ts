import type { ForeignKeyHop, Table } from '@tenantlint/model';
import { grouped } from '@tenantlint/model';
import type { KeyGraph } from './graph.ts';
import { primaryKey } from './graph.ts';
import { idNoun, noun, canonical, singular, words } from './names.ts';

/**
 * Shortest ways up to a table that already belongs to a tenant. Breadth first, level by level, so that every table gets
 * its shortest path; keys that are required are followed before those that may be null.
 */
export function pathsToTenant(graph: KeyGraph, owned: ReadonlySet<string>, skip: ReadonlySet<string>, candidates: ReadonlySet<string>, hops: (table: string) => readonly ForeignKeyHop[]): ReadonlyMap<string, readonly ForeignKeyHop[]> {
  const out = new Map<string, readonly ForeignKeyHop[]>();
  let level = new Set([...owned].filter((key) => !skip.has(key)));
  const reached = new Set(level);
  while (level.size > 0) {
    const next = new Map<string, ForeignKeyHop>();
    for (const table of graph.tables) {
      if (reached.has(table.key) || !candidates.has(table.key)) continue;
      for (const hop of hops(table.key)) {
        if (!level.has(hop.parent) || hop.parent === table.key) continue;
        const known = next.get(table.key);
        if (known === undefined || preference(table, hop) > preference(table, known)) next.set(table.key, hop);
      }
    }
    for (const [key, hop] of next) out.set(key, [hop, ...(out.get(hop.parent) ?? [])]);
    level = new Set(next.keys());
    for (const key of level) reached.add(key);
  }
  return out;
}

/** Between equally short ways, the parent that gave the table its name, then a key that is part of its identity, then the first. */
function preference(table: Table, hop: ForeignKeyHop): number {
  const parent = singular(words(hop.parent.slice(hop.parent.indexOf('.') + 1)).join('_'));
  let score = 0;
  if (words(table.name).join('_').startsWith(parent)) score += 8;
  if (hop.columns.every((column) => primaryKey(table).includes(column))) score += 4;
  const constraint = [...table.constraints.values()].find((one) => one.kind === 'foreign key' && one.columns.join() === hop.columns.join());
  if (constraint?.kind === 'foreign key' && constraint.onDelete === 'cascade') score += 2;
  if (hop.required) score += 1;
  return score;
}

/** Keys that only their names declare: `project_id` beside a table `projects` with a key of the same type. */
export function impliedHops(graph: KeyGraph): (table: string) => readonly ForeignKeyHop[] {
  const byNoun = grouped(graph.tables, (table) => canonical(noun(table.name)));
  const memo = new Map<string, readonly ForeignKeyHop[]>();
  const tables = new Map(graph.tables.map((table) => [table.key, table]));
  return (key) => {
    const known = memo.get(key);
    if (known !== undefined) return known;
    const table = tables.get(key);
    const out: ForeignKeyHop[] = [];
    for (const column of table?.columns.values() ?? []) {
      if (table === undefined || primaryKey(table).join() === column.name || (graph.out.get(key) ?? []).some((hop) => hop.columns.includes(column.name))) continue;
      const target = words(column.name).length > 1 ? idNoun(column.name) : undefined;
      const parents = (target === undefined ? [] : (byNoun.get(target) ?? [])).filter((one) => one.key !== key);
      const parent = parents.length === 1 ? parents[0] : parents.find((one) => one.schema === table.schema && canonical(words(one.name).join('_')) === target);
      const own = primaryKey(parent);
      if (parent === undefined || own.length !== 1 || own[0] === undefined || parent.columns.get(own[0])?.typeText !== column.typeText) continue;
      out.push({ table: key, columns: [column.name], parent: parent.key, referenced: own, required: column.notNull, at: column.at });
    }
    memo.set(key, out);
    return out;
  };
}
