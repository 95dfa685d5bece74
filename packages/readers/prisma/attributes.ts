import type { Span } from '@tenantlint/model';
import type { DbName, Extension, FieldRef, IndexCondition, IndexWhere, KeyField, Literal } from './datamodel.ts';
import { trim } from './expression.ts';
import type { Argument, Attribute, Expression } from './syntax.ts';

export function find(attributes: readonly Attribute[], name: string): Attribute | undefined {
  for (const attribute of attributes) if (attribute.name === name) return attribute;
  return undefined;
}

/** An argument by its name; the first unnamed one when `isDefault`. */
export function argument(attribute: Attribute | undefined, name: string, isDefault = false): Expression | undefined {
  if (attribute === undefined) return undefined;
  for (const arg of attribute.args) if (arg.name === undefined ? isDefault : arg.name.text === name) return arg.value;
  return undefined;
}

export function text(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'string' ? expression.value : undefined;
}

export function word(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'path' ? expression.text : undefined;
}

/** `@map("x")`, `@@map("x")`, `@@schema("x")`: a name of the database with its place. */
export function dbName(attribute: Attribute | undefined, name: 'name' | 'map'): DbName | undefined {
  const value = argument(attribute, name, true);
  return value?.kind === 'string' ? { name: value.value, at: inside(value.at) } : undefined;
}

/** A list argument; a single value stands for a list of one, as in Prisma. */
function items(expression: Expression | undefined): readonly Expression[] {
  if (expression === undefined) return [];
  return expression.kind === 'array' ? expression.items : [expression];
}

/** `[pgcrypto, uuid_ossp(map: "uuid-ossp", schema: "extensions")]`. */
export function extensions(expression: Expression | undefined): Extension[] {
  return items(expression).flatMap((item): Extension[] => {
    if (item.kind === 'path') return [{ name: item.text, schema: undefined, at: item.at }];
    if (item.kind !== 'call') return [];
    const named = (name: string): string | undefined => text(item.args.find((arg) => arg.name?.text === name)?.value);
    return [{ name: named('map') ?? item.name.text, schema: named('schema'), at: item.at }];
  });
}

export function fieldRefs(expression: Expression | undefined): FieldRef[] {
  const refs: FieldRef[] = [];
  for (const item of items(expression)) if (item.kind === 'path') refs.push({ name: item.text, at: item.at });
  return trim(refs);
}

/** `[a, b(sort: Desc, ops: raw("…"))]`; undefined when an item is of another form. */
export function keyFields(expression: Expression | undefined): KeyField[] | undefined {
  const fields: KeyField[] = [];
  for (const item of items(expression)) {
    if (item.kind === 'path') fields.push({ name: item.text, at: item.at, sort: undefined, length: undefined, ops: undefined });
    else if (item.kind === 'call') fields.push({ name: item.name.text, at: item.name.at, ...keyOptions(item.args) });
    else return undefined;
  }
  return fields.length > 0 ? trim(fields) : undefined;
}

const noOptions: Pick<KeyField, 'sort' | 'length' | 'ops'> = { sort: undefined, length: undefined, ops: undefined };

/** The options that `@id(…)` and `@unique(…)` share with a field inside `@@index([…])`. */
export function keyOptions(args: readonly Argument[]): Pick<KeyField, 'sort' | 'length' | 'ops'> {
  if (args.length === 0) return noOptions;
  const named = (name: string): Expression | undefined => args.find((arg) => arg.name?.text === name)?.value;
  const sort = word(named('sort'));
  const length = named('length');
  const ops = named('ops');
  return {
    sort: sort === 'Desc' ? 'desc' : sort === 'Asc' ? 'asc' : undefined,
    length: length?.kind === 'number' ? Number(length.text) : undefined,
    ops: ops?.kind === 'call' ? text(ops.args[0]?.value) : word(ops),
  };
}

/** `where: raw("…")` or `where: { deletedAt: null, status: { not: "x" } }`. */
export function indexWhere(expression: Expression | undefined): IndexWhere | undefined {
  if (expression === undefined) return undefined;
  const at = expression.at;
  if (expression.kind === 'call' && expression.name.text === 'raw') {
    const sql = text(expression.args[0]?.value);
    return sql === undefined ? { kind: 'opaque', at } : { kind: 'raw', sql, at };
  }
  if (expression.kind !== 'object') return { kind: 'opaque', at };
  const conditions: IndexCondition[] = [];
  for (const member of expression.members) {
    if (member.name === undefined) return { kind: 'opaque', at };
    const field = { name: member.name.text, at: member.name.at };
    const negation = member.value.kind === 'object' ? member.value.members[0] : undefined;
    if (member.value.kind === 'object' && (negation?.name?.text !== 'not' || member.value.members.length !== 1)) {
      return { kind: 'opaque', at };
    }
    const operand = negation?.value ?? member.value;
    const value = operand.kind === 'path' && operand.text === 'null' ? null : literal(operand);
    if (value === undefined) return { kind: 'opaque', at };
    conditions.push({ field, negated: negation !== undefined, value });
  }
  return { kind: 'all', conditions, at };
}

export function literal(expression: Expression): Literal | undefined {
  switch (expression.kind) {
    case 'string':
      return { kind: 'string', text: expression.value };
    case 'number':
      return { kind: 'number', text: expression.text };
    case 'path':
      if (expression.text === 'true' || expression.text === 'false') return { kind: 'boolean', value: expression.text === 'true' };
      return { kind: 'enum', name: expression.text };
    case 'call':
    case 'array':
    case 'object':
      return undefined;
    default:
      return expression satisfies never;
  }
}

/** The characters between the quotes. */
function inside(quoted: Span): Span {
  return { file: quoted.file, start: quoted.start + 1, end: quoted.end - 1 };
}
