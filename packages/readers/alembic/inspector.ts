import type { Span } from '@tenantlint/model';
import { argument, listOf, pathOf, plainText, textOf, type Args, type Value } from '../python/constant/index.ts';
import type { Shape, Shapes } from './shapes.ts';

const INSPECTOR = /(?:^|\.)(?:inspect|Inspector|reflection|from_engine|dialect|engine|get_bind)\b/;

/** What the database answers to a revision that asks it; undefined where that is not known, or nothing was asked. */
export function inspected(shapes: Shapes, callee: Value, args: Args, at: Span): Value | undefined {
  if (callee.kind !== 'member' || shapes.doubtful || !INSPECTOR.test(pathOf(callee.of) ?? '')) return undefined;
  const schema = textOf(args.named.get('schema') ?? args.positional[1]);
  // `dialect.has_table(connection, name)` and `inspector.has_table(name)`.
  const name = textOf(argument(args, 'table_name', 0)) ?? textOf(args.positional[1]);
  if (callee.name === 'get_table_names') return listOf([...shapes.tables.keys()].flatMap((key) => (key.startsWith(`${textOf(argument(args, 'schema', 0)) ?? 'public'}.`) ? [plainText(key.slice(key.indexOf('.') + 1), at)] : [])), at);
  if (name === undefined) return undefined;
  const own = textOf(argument(args, 'table_name', 0)) === undefined ? undefined : schema;
  const shape = shapes.get(own, name);
  if (callee.name === 'has_table') return { kind: 'boolean', value: shape !== undefined, at };
  return shape && answer(shape, callee.name, at);
}

function answer(shape: Shape, question: string, at: Span): Value | undefined {
  const text = (t: string): Value => plainText(t, at);
  const texts = (of: readonly string[]): Value => listOf(of.map(text), at);
  const boolean = (value: boolean): Value => ({ kind: 'boolean', value, at });
  const keys = (kind: string): [string, Shape['constraints'] extends ReadonlyMap<string, infer K> ? K : never][] => [...shape.constraints].filter(([, c]) => c.kind === kind);
  switch (question) {
    case 'get_columns': return listOf([...shape.columns].map(([name, c]) => record({ name: text(name), nullable: boolean(c.nullable) }, true, at)), at);
    case 'get_indexes': return listOf([...shape.indexes].map(([name, i]) => record({ name: text(name), column_names: texts(i.columns), unique: boolean(i.unique) }, true, at)), at);
    case 'get_unique_constraints': return listOf(keys('unique').map(([name, c]) => record({ name: text(name), column_names: texts(c.columns) }, true, at)), at);
    case 'get_check_constraints': return listOf(keys('check').map(([name]) => record({ name: text(name) }, true, at)), at);
    case 'get_pk_constraint': {
      const [first] = keys('primary key');
      return first ? record({ name: text(first[0]), constrained_columns: texts(first[1].columns) }, true, at) : record({ name: { kind: 'none', at }, constrained_columns: texts([]) }, false, at);
    }
    case 'get_foreign_keys': return listOf(keys('foreign key').map(([name, c]) => record({
      name: text(name), constrained_columns: texts(c.columns), referred_table: text(c.referred?.table ?? ''), referred_columns: texts(c.referred?.columns ?? []),
      referred_schema: c.referred?.schema === undefined ? { kind: 'none', at } : text(c.referred.schema),
      options: record(c.referred && c.referred.onDelete !== 'no action' ? { ondelete: text(c.referred.onDelete.toUpperCase()) } : {}, false, at),
    }, true, at)), at);
    default: return undefined;
  }
}

function record(fields: Readonly<Record<string, Value>>, open: boolean, at: Span): Value {
  return { kind: 'dict', entries: Object.entries(fields).map(([key, value]) => ({ key: plainText(key, at), value })), open, at };
}
