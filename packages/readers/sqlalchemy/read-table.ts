import type { Span } from '@tenantlint/model';
import { textOf, type Value, type ValueOf } from '../python/constant/index.ts';
import { readColumn, type Locate } from './column.ts';
import { calledName, identifier, stringLiteral, type Reading } from './reading.ts';
import { readConstraint, readIndex, type OwnColumn } from './schema-items.ts';
import type { ColumnSpec, ConstraintSpec, IndexSpec, Metadata, TableSpec } from './table.ts';

export interface TableHead {
  readonly name: string;
  readonly schema: string | undefined;
  readonly at: Span;
  readonly nameAt: Span;
  readonly metadata: Metadata;
}

const COLUMNS = new Set(['Column', 'mapped_column']);

/** A table from what `Table(…)` and `op.create_table(…)` are given after its name. */
export function tableOfItems(of: Reading, head: TableHead, items: readonly Value[], options: ReadonlyMap<string, Value>, locate: Locate): TableSpec {
  const columns: ColumnSpec[] = [];
  for (const item of items) {
    if (item.kind === 'call' && COLUMNS.has(calledName(item) ?? '')) {
      const column = readColumn(of, [item], { name: undefined, at: item.at }, locate);
      if (column) columns.push(column);
      else of.note(item.at, 'the name of the column is not constant');
    } else if (item.kind === 'unknown' || item.kind === 'item') of.note(item.at, 'a column or constraint that is not constant');
    else if (item.kind === 'either') {
      const first = item.of.find((v): v is ValueOf<'call'> => v.kind === 'call' && COLUMNS.has(calledName(v) ?? ''));
      const column = first && readColumn(of, [first], { name: undefined, at: first.at }, locate);
      if (column) columns.push(column);
      of.note(item.at, 'which column this is depends on a condition that is not constant; the first is assumed');
    }
  }
  return completeTable(of, head, columns, items, options, () => undefined, locate);
}

/** Adds constraints, indexes and options to a table's columns. */
export function completeTable(of: Reading, head: TableHead, columns: ColumnSpec[], items: readonly Value[], options: ReadonlyMap<string, Value>, member: OwnColumn, locate: Locate): TableSpec {
  const own = ownColumns(columns, member);
  const constraints: ConstraintSpec[] = [];
  const indexes: IndexSpec[] = [];
  for (const item of items) {
    if (item.kind !== 'call') continue;
    const constraint = readConstraint(of, item, own, locate);
    if (constraint) constraints.push(constraint);
    else if (calledName(item) === 'Index') indexes.push(readIndex(of, item.args, item.at, own));
  }
  for (const column of columns) {
    // A check that is written at its column is the table's like any other.
    for (const value of column.values) {
      for (const arg of value.kind === 'call' ? value.args.positional : []) {
        if (arg.kind !== 'call' || calledName(arg) !== 'CheckConstraint') continue;
        const check = readConstraint(of, arg, own, locate);
        if (check) constraints.push(check);
      }
    }
    const limited = column.type?.check;
    if (!limited) continue;
    const expr = of.computed(`${identifier(column.name)} IN (${limited.labels.map(stringLiteral).join(', ')})`, column.typeAt);
    constraints.push({ kind: 'check', at: column.typeAt, name: limited.name === undefined ? undefined : { text: limited.name, conv: false }, expr, notValid: false, noInherit: false });
  }
  const schema = options.get('schema');
  return {
    ...head,
    schema: (schema && textOf(schema)) ?? head.schema,
    columns,
    constraints,
    indexes,
    comment: textOf(options.get('comment')),
    partitionBy: partitionOf(textOf(options.get('postgresql_partition_by'))),
  };
}

/** Finds a column of a table by what stands for it. */
export function ownColumns(columns: readonly ColumnSpec[], member: OwnColumn): OwnColumn {
  const byValue = new Map<Value, string>();
  for (const column of columns) for (const value of column.values) byValue.set(value, column.name);
  return (value) => {
    const known = byValue.get(value) ?? member(value);
    if (known !== undefined) return known;
    // t.c.name, t.columns['name']
    if (value.kind === 'member' && value.of.kind === 'member' && (value.of.name === 'c' || value.of.name === 'columns')) return value.name;
    // column('name'), or a Column made only for its name
    if (value.kind === 'call' && (calledName(value) === 'column' || calledName(value) === 'Column')) return textOf(value.args.positional[0]);
    return undefined;
  };
}

function partitionOf(text: string | undefined): TableSpec['partitionBy'] {
  const match = /^\s*(range|list|hash)\s*\(([^()]*)\)\s*$/i.exec(text ?? '');
  if (!match) return undefined;
  return { strategy: (match[1] ?? '').toLowerCase(), columns: (match[2] ?? '').split(',').map((c) => c.trim().replace(/^"|"$/g, '')) };
}
