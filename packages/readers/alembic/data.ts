import { textOf, truthOf, type Value, type ValueOf } from '../python/constant/index.ts';
import { compile } from '../sqlalchemy/expression.ts';
import { calledName, identifier, lastName, type Reading } from '../sqlalchemy/reading.ts';

/**
 * SQL of `table.update().where(…).values(…)` and its kin, with parameters for values that are not constant. Undefined
 * where the table or the condition is not known, and for what is no such statement.
 */
export function compileData(of: Reading, value: Value): string | undefined {
  const links: ValueOf<'call'>[] = [];
  let at: Value = value;
  while (at.kind === 'call' && at.callee.kind === 'member' && !VERBS.has(at.callee.name)) {
    links.unshift(at);
    at = at.callee.of;
  }
  if (at.kind !== 'call') return undefined;
  const verb = at.callee.kind === 'member' ? at.callee.name : (lastName(at.callee) ?? '');
  const table = at.callee.kind === 'member' && VERBS.has(at.callee.name) && at.callee.of.kind !== 'symbol' ? at.callee.of : at.args.positional[0];
  const name = table && tableName(table);
  if (!VERBS.has(verb) || name === undefined) return undefined;
  let parameters = 0;
  const column = (v: Value): string | undefined => columnName(v);
  const expression = (v: Value): string => (v.kind === 'list' || v.kind === 'dict' ? undefined : compile(of, v, column)) ?? `$${++parameters}`;
  const conditions: string[] = [];
  const assignments: [string, string][] = [];
  for (const link of links) {
    const method = link.callee.kind === 'member' ? link.callee.name : '';
    if (method === 'where') for (const arg of link.args.positional) {
      const text = compile(of, arg, column) ?? compileLoosely(of, arg, column, () => `$${++parameters}`);
      if (text === undefined) return undefined;
      conditions.push(text);
    } else if (method === 'values') {
      for (const [key, v] of link.args.named) assignments.push([key, expression(v)]);
      const [first] = link.args.positional;
      const rows = first?.kind === 'list' ? first.items[0] : first;
      if (rows?.kind === 'dict') for (const e of rows.entries) {
        const key = textOf(e.key) ?? columnName(e.key);
        if (key !== undefined) assignments.push([key, expression(e.value)]);
      }
    }
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.map((c) => (conditions.length > 1 ? `(${c})` : c)).join(' AND ')}`;
  switch (verb) {
    case 'update': return assignments.length === 0 ? undefined : `UPDATE ${name} SET ${assignments.map(([k, v]) => `${identifier(k)} = ${v}`).join(', ')}${where}`;
    case 'delete': return `DELETE FROM ${name}${where}`;
    case 'insert': return assignments.length === 0 ? `INSERT INTO ${name} DEFAULT VALUES` : `INSERT INTO ${name} (${assignments.map(([k]) => identifier(k)).join(', ')}) VALUES (${assignments.map(([, v]) => v).join(', ')})`;
    default: return undefined;
  }
}

/** SQL of `CreateSequence(Sequence('x'))`, `DropSchema('x')` and the like. */
export function compileDdl(value: Value): string | undefined {
  const word = calledName(value);
  const match = /^(Create|Drop)(Sequence|Schema)$/.exec(word ?? '');
  if (!match || value.kind !== 'call') return undefined;
  const [first] = value.args.positional;
  const name = textOf(first) ?? (first?.kind === 'call' && calledName(first) === 'Sequence' ? textOf(first.args.positional[0]) : undefined);
  const given = (key: string): boolean => { const v = value.args.named.get(key); return v !== undefined && truthOf(v) === true; };
  if (name === undefined) return undefined;
  const what = (match[2] ?? '').toUpperCase();
  return match[1] === 'Create' ? `CREATE ${what} ${given('if_not_exists') ? 'IF NOT EXISTS ' : ''}${identifier(name)}` : `DROP ${what} ${given('if_exists') ? 'IF EXISTS ' : ''}${identifier(name)}${given('cascade') ? ' CASCADE' : ''}`;
}

/** `INSERT` of a row that a dictionary holds; of rows that are not known, one without columns. */
export function insertInto(of: Reading, table: Value, row: Value | undefined): string | undefined {
  const name = tableName(table);
  if (name === undefined) return undefined;
  let parameters = 0;
  const cells = row?.kind === 'dict' ? row.entries.flatMap((e) => { const key = textOf(e.key); return key === undefined ? [] : [[identifier(key), (e.value.kind === 'list' || e.value.kind === 'dict' ? undefined : compile(of, e.value, () => undefined)) ?? `$${++parameters}`] as const]; }) : [];
  return cells.length === 0 ? `INSERT INTO ${name} DEFAULT VALUES` : `INSERT INTO ${name} (${cells.map(([k]) => k).join(', ')}) VALUES (${cells.map(([, v]) => v).join(', ')})`;
}

const VERBS = new Set(['update', 'delete', 'insert']);

/** A comparison with a value that is not constant is one with a parameter. */
function compileLoosely(of: Reading, value: Value, column: (v: Value) => string | undefined, parameter: () => string): string | undefined {
  if (value.kind !== 'operation') return undefined;
  const [left, right] = value.of;
  const [a, b] = [left && compile(of, left, column), right && compile(of, right, column)];
  const op = value.op === '=' ? '=' : value.op === '<>' ? '<>' : undefined;
  if (op === undefined) return undefined;
  return a !== undefined ? `${a} ${op} ${b ?? parameter()}` : b !== undefined ? `${parameter()} ${op} ${b}` : undefined;
}

function tableName(value: Value): string | undefined {
  if (value.kind === 'call' && ['table', 'Table', 'TableClause'].includes(calledName(value) ?? '')) {
    const name = textOf(value.args.positional[0] ?? value.args.named.get('name'));
    const schema = textOf(value.args.named.get('schema'));
    return name === undefined ? undefined : schema === undefined ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
  }
  if (value.kind === 'class') {
    const field = value.class.fields.find((f) => f.name === '__tablename__')?.value;
    return field?.kind === 'literal' && typeof field.value === 'string' ? identifier(field.value) : undefined;
  }
  return undefined;
}

function columnName(value: Value): string | undefined {
  if (value.kind === 'member') {
    const { of } = value;
    if (of.kind === 'member' && (of.name === 'c' || of.name === 'columns')) return identifier(value.name);
    if (of.kind === 'class') return identifier(value.name);
  }
  if (value.kind === 'call' && ['column', 'Column'].includes(calledName(value) ?? '')) {
    const name = textOf(value.args.positional[0]);
    return name === undefined ? undefined : identifier(name);
  }
  return undefined;
}
