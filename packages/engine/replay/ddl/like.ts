import type { Column, Index, Span, Table } from '@tenantlint/model';
import { putTable, tableAt, type World } from '../world.ts';
import { requirePartitionKey, setNotNull } from './constraints.ts';
import { addIndex, type NewIndex } from './indexes.ts';
import { ownedSequence } from './sequences.ts';

/** Columns that `LIKE source INCLUDING …` brings: type and NOT NULL always, the rest as asked for. */
export function copyLike(world: World, target: { readonly schema: string; readonly name: string; readonly key: string }, source: Table, including: readonly string[]): readonly Column[] {
  const has = (option: string): boolean => including.includes('all') || including.includes(option);
  return [...source.columns.values()].map((column) => {
    const identity = column.identity !== undefined && has('identity') ? column.identity : undefined;
    if (identity !== undefined) ownedSequence(world, target, column.name, column.at);
    return {
      ...column, identity, createdIn: world.step,
      default: has('defaults') ? column.default : undefined,
      generated: has('generated') ? column.generated : undefined,
      comment: has('comments') ? column.comment : undefined,
    };
  });
}

export function likeIndexes(world: World, key: string, source: Table, including: readonly string[], what: 'checks' | 'indexes'): void {
  const all = including.includes('all');
  if (what === 'checks') {
    if (!all && !including.includes('constraints')) return;
    const table = tableAt(world, key);
    const constraints = new Map(table.constraints);
    for (const constraint of source.constraints.values()) if (constraint.kind === 'check') constraints.set(constraint.name, { ...constraint, validated: true });
    putTable(world, { ...table, constraints });
    return;
  }
  if (all || including.includes('indexes')) for (const index of inCreationOrder(source)) cloneIndex(world, key, source, index);
}

/** Indexes as Postgres lists them: the primary key's first. */
export function inCreationOrder(table: Table): readonly Index[] {
  const indexes = [...table.indexes.values()];
  return [...indexes.filter((index) => index.primary), ...indexes.filter((index) => !index.primary)];
}

/** The same index on another table, under a name of its own; with its constraint where the source has one. */
export function cloneIndex(world: World, key: string, source: Table, index: Index, at: Span = index.at): Index {
  const constraint = source.constraints.get(index.name);
  const wanted: NewIndex = {
    name: undefined, at, unique: index.unique, primary: index.primary, constraint: index.constraint, exclusion: constraint?.kind === 'exclude',
    method: index.method, keys: index.keys, include: index.include, where: index.where,
  };
  if (index.unique) requirePartitionKey(tableAt(world, key), index.keys.map((part) => part.column));
  const made = addIndex(world, key, wanted);
  if (constraint !== undefined && (constraint.kind === 'primary key' || constraint.kind === 'unique' || constraint.kind === 'exclude')) {
    if (constraint.kind === 'primary key') setNotNull(world, key, constraint.columns);
    const table = tableAt(world, key);
    const own = { ...constraint, name: made.name, index: made.name };
    putTable(world, { ...table, constraints: new Map(table.constraints).set(own.name, own) });
  }
  return made;
}
