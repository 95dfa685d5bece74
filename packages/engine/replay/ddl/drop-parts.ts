import type { TableAction } from '@tenantlint/model';
import type { Obj } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { putTable, tableAt, type World } from '../world.ts';
import { childrenOf, partitionsOf, sameIndex } from './partitions.ts';
import { dropAll } from './drop-all.ts';

export function dropColumn(world: World, key: string, action: TableAction & { readonly do: 'drop-column' }): void {
  const table = tableAt(world, key);
  const column = table.columns.get(action.column);
  if (column === undefined) {
    if (action.ifExists || table.inferred) return;
    fail('undefined_column', `column "${action.column}" of relation "${table.name}" does not exist`);
  }
  if (table.partitionBy?.columns.includes(action.column) === true) fail('invalid_table_definition', `cannot drop column "${action.column}" because it is part of the partition key of relation "${table.name}"`);
  for (const parent of table.parents) {
    if (world.catalog.get('table', parent)?.columns.has(action.column) === true) fail('invalid_table_definition', `cannot drop inherited column "${action.column}"`);
  }
  const targets: Obj[] = [];
  collectInherited(world, key, action.column, targets);
  dropAll(world, targets, action.cascade);
}

/** The column here and below: a child that declared it itself keeps its own. */
function collectInherited(world: World, key: string, name: string, targets: Obj[]): void {
  targets.push({ is: 'column', of: key, name });
  const column = tableAt(world, key).columns.get(name);
  for (const child of childrenOf(world, key)) {
    const own = tableAt(world, child).columns.get(name);
    if (own === undefined || column === undefined) continue;
    // An inherited column keeps the place of the one that it comes from.
    if (own.at === column.at || tableAt(world, child).partitionOf === key) collectInherited(world, child, name, targets);
  }
}

export function dropConstraint(world: World, key: string, action: TableAction & { readonly do: 'drop-constraint' }, only: boolean): void {
  const table = tableAt(world, key);
  const constraint = table.constraints.get(action.name);
  if (constraint === undefined) {
    if (dropNotNull(world, key, action.name)) return;
    if (action.ifExists || table.inferred) return;
    fail('undefined_object', `constraint "${action.name}" of relation "${table.name}" does not exist`);
  }
  const targets: Obj[] = [{ is: 'constraint', of: key, name: action.name }];
  if (!only || table.kind === 'partitioned') {
    const below = (of: string): void => {
      for (const child of constraint.kind === 'check' ? childrenOf(world, of) : partitionsOf(world, of)) {
        const twin = twinOf(world, of, child, action.name, constraint.kind);
        if (twin !== undefined) targets.push({ is: 'constraint', of: child, name: twin });
        below(child);
      }
    };
    below(key);
  }
  dropAll(world, targets, action.cascade);
}

/** A NOT NULL constraint under its default name (Postgres 18 names them). */
function dropNotNull(world: World, key: string, name: string): boolean {
  const table = tableAt(world, key);
  for (const column of table.columns.values()) {
    if (name !== `${table.name}_${column.name}_not_null` || !column.notNull) continue;
    putTable(world, { ...table, columns: new Map(table.columns).set(column.name, { ...column, notNull: false }) });
    return true;
  }
  return false;
}

/** The constraint of a partition that was made from its parent's. */
function twinOf(world: World, parent: string, child: string, name: string, kind: string): string | undefined {
  const own = tableAt(world, child);
  const source = tableAt(world, parent).constraints.get(name);
  if (source === undefined) return undefined;
  if (kind === 'check') return own.constraints.get(name)?.kind === 'check' ? name : undefined;
  for (const candidate of own.constraints.values()) {
    if (candidate.kind !== source.kind) continue;
    if (candidate.kind === 'foreign key' && source.kind === 'foreign key') {
      if (candidate.references === source.references && candidate.columns.join() === source.columns.join()) return candidate.name;
    } else if ('index' in candidate && 'index' in source) {
      const [a, b] = [own.indexes.get(candidate.index), tableAt(world, parent).indexes.get(source.index)];
      if (a !== undefined && b !== undefined && sameIndex(own, a, tableAt(world, parent), b)) return candidate.name;
    }
  }
  return undefined;
}

