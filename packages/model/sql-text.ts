import type { QName, SqlExpr, SqlFrom, SqlSelect, SqlStatement, TypeRef } from './sql.ts';
import { typeText } from './sql.ts';
import { never } from './span.ts';

/**
 * SQL of an expression, normalised: what the catalog holds, however it came to be (written, built by a DO block, read
 * from a model). Equal expressions have equal texts. Parentheses stand wherever precedence could be doubted.
 */
export function sqlText(expr: SqlExpr): string {
  switch (expr.kind) {
    case 'literal': return typeof expr.value === 'string' ? quoted(expr.value) : expr.value === null ? 'NULL' : String(expr.value);
    case 'column': return expr.path.map((p) => (p === '*' ? p : sqlName(p))).join('.');
    case 'param': return `$${expr.index}`;
    case 'call': {
      const args = expr.args.map((a, i) => (expr.named?.[i] === undefined ? sqlText(a) : `${sqlName(expr.named[i])} => ${sqlText(a)}`));
      const filter = expr.filter ? ` FILTER (WHERE ${sqlText(expr.filter)})` : '';
      return `${qualified(expr.name)}(${expr.star ? '*' : `${expr.distinct ? 'DISTINCT ' : ''}${args.join(', ')}`})${filter}${expr.window ? ' OVER (…)' : ''}`;
    }
    case 'keyword': return expr.name;
    case 'cast': return `${operand(expr.of)}::${typeName(expr.type)}`;
    case 'and': case 'or': return expr.of.map((e) => (e.kind === 'and' || e.kind === 'or' ? `(${sqlText(e)})` : sqlText(e))).join(expr.kind === 'and' ? ' AND ' : ' OR ');
    case 'not': return `NOT ${expr.of.kind === 'and' || expr.of.kind === 'or' ? `(${sqlText(expr.of)})` : sqlText(expr.of)}`;
    case 'operator': return `${operand(expr.left)} ${spelled(expr.op)} ${operand(expr.right)}`;
    case 'prefix': return `${expr.op} ${operand(expr.of)}`;
    case 'is-null': return `${operand(expr.of)} IS ${expr.negated ? 'NOT ' : ''}NULL`;
    case 'is-bool': return `${operand(expr.of)} IS ${expr.negated ? 'NOT ' : ''}${expr.is.toUpperCase()}`;
    case 'distinct': return `${operand(expr.left)} IS ${expr.negated ? 'NOT ' : ''}DISTINCT FROM ${operand(expr.right)}`;
    case 'in': return `${operand(expr.left)} ${expr.negated ? 'NOT ' : ''}IN (${list(expr.list)})`;
    case 'any-array': case 'all-array': return `${operand(expr.left)} ${spelled(expr.op)} ${expr.kind === 'any-array' ? 'ANY' : 'ALL'} (${sqlText(expr.right)})`;
    case 'any-select': case 'all-select': {
      if (expr.kind === 'any-select' && expr.op === '=') return `${operand(expr.left)} IN (${selectText(expr.select)})`;
      if (expr.kind === 'all-select' && expr.op === '<>') return `${operand(expr.left)} NOT IN (${selectText(expr.select)})`;
      return `${operand(expr.left)} ${spelled(expr.op)} ${expr.kind === 'any-select' ? 'ANY' : 'ALL'} (${selectText(expr.select)})`;
    }
    case 'exists': return `EXISTS (${selectText(expr.select)})`;
    case 'scalar': return `(${selectText(expr.select)})`;
    case 'array-select': return `ARRAY(${selectText(expr.select)})`;
    case 'case': {
      const whens = expr.whens.map((w) => ` WHEN ${sqlText(w.when)} THEN ${sqlText(w.then)}`).join('');
      return `CASE${expr.of ? ` ${sqlText(expr.of)}` : ''}${whens}${expr.otherwise ? ` ELSE ${sqlText(expr.otherwise)}` : ''} END`;
    }
    case 'coalesce': case 'greatest': case 'least': return `${expr.kind.toUpperCase()}(${list(expr.of)})`;
    case 'nullif': return `NULLIF(${sqlText(expr.left)}, ${sqlText(expr.right)})`;
    case 'array': return `ARRAY[${list(expr.of)}]`;
    case 'row': return `ROW(${list(expr.of)})`;
    case 'subscript': return `${subscripted(expr.of)}${expr.index.map((i) => `[${sqlText(i)}]`).join('')}`;
    case 'field': return `(${sqlText(expr.of)}).${expr.name === '*' ? '*' : sqlName(expr.name)}`;
    case 'opaque': return expr.text;
    default: return never(expr);
  }
}

export function selectText(select: SqlSelect): string {
  const ctes = select.with.map((c) => `${sqlName(c.name)}${columnList(c.columns)} AS (${statementText(c.statement)})`);
  const parts = ctes.length > 0 ? [`WITH ${select.recursive ? 'RECURSIVE ' : ''}${ctes.join(', ')}`] : [];
  if (select.set) {
    const { op, all, left, right } = select.set;
    parts.push(`${selectText(left)} ${op.toUpperCase()}${all ? ' ALL' : ''} ${right.set ? `(${selectText(right)})` : selectText(right)}`);
  } else if (select.values) {
    parts.push(`VALUES ${select.values.map((row) => `(${list(row)})`).join(', ')}`);
  } else {
    const targets = select.targets.map((t) => `${sqlText(t.expr)}${t.alias === undefined ? '' : ` AS ${sqlName(t.alias)}`}`).join(', ');
    parts.push(`SELECT${select.distinct ? ' DISTINCT' : ''}${targets === '' ? '' : ` ${targets}`}`);
    if (select.from.length > 0) parts.push(`FROM ${select.from.map(fromText).join(', ')}`);
    if (select.where) parts.push(`WHERE ${sqlText(select.where)}`);
    if (select.groupBy.length > 0) parts.push(`GROUP BY ${list(select.groupBy)}`);
    if (select.having) parts.push(`HAVING ${sqlText(select.having)}`);
  }
  if (select.orderBy.length > 0) parts.push(`ORDER BY ${list(select.orderBy)}`);
  if (select.limit) parts.push(`LIMIT ${sqlText(select.limit)}`);
  if (select.offset) parts.push(`OFFSET ${sqlText(select.offset)}`);
  if (select.locks) parts.push('FOR UPDATE');
  return parts.join(' ');
}

function fromText(from: SqlFrom): string {
  switch (from.kind) {
    case 'table': return `${from.only ? 'ONLY ' : ''}${qualified(from.name)}${alias(from)}`;
    case 'join': {
      const how = from.on === undefined && from.using === undefined && !from.natural ? 'CROSS' : from.join.toUpperCase();
      const on = from.on ? ` ON ${sqlText(from.on)}` : from.using ? ` USING (${from.using.map(sqlName).join(', ')})` : '';
      const right = from.right.kind === 'join' ? `(${fromText(from.right)})` : fromText(from.right);
      return `${fromText(from.left)} ${from.natural ? 'NATURAL ' : ''}${how === 'INNER' ? '' : `${how} `}JOIN ${right}${on}`;
    }
    case 'subselect': return `${from.lateral ? 'LATERAL ' : ''}(${selectText(from.select)})${alias(from)}`;
    case 'function': return `${from.lateral ? 'LATERAL ' : ''}${list(from.calls)}${alias(from)}`;
    case 'opaque': return `${from.text}${alias(from)}`;
    default: return never(from);
  }
}

/** Data-changing statements stand inside a query only as the body of a WITH; their kind and table say enough there. */
function statementText(statement: SqlStatement): string {
  switch (statement.kind) {
    case 'select': return selectText(statement);
    case 'insert': return `INSERT INTO ${qualified(statement.table)} …`;
    case 'update': return `UPDATE ${qualified(statement.table)} …`;
    case 'delete': return `DELETE FROM ${qualified(statement.table)} …`;
    case 'truncate': return `TRUNCATE ${statement.tables.map(qualified).join(', ')}`;
    case 'other': return statement.text;
    default: return never(statement);
  }
}

/** Only a column, a parameter, an array or another subscript may stand bare before `[`. */
function subscripted(expr: SqlExpr): string {
  const text = sqlText(expr);
  return ['column', 'param', 'array', 'subscript'].includes(expr.kind) ? text : `(${text})`;
}

function operand(expr: SqlExpr): string {
  const bare = ['literal', 'column', 'param', 'call', 'keyword', 'cast', 'scalar', 'array', 'row', 'array-select', 'coalesce', 'greatest', 'least', 'nullif', 'subscript', 'field', 'opaque'];
  return bare.includes(expr.kind) ? sqlText(expr) : `(${sqlText(expr)})`;
}

const LIKES: Readonly<Record<string, string>> = { '~~': 'LIKE', '!~~': 'NOT LIKE', '~~*': 'ILIKE', '!~~*': 'NOT ILIKE' };

function spelled(op: string): string {
  return LIKES[op] ?? op;
}

function list(of: readonly SqlExpr[]): string {
  return of.map(sqlText).join(', ');
}

function alias({ alias: name, columns }: { readonly alias?: string; readonly columns?: readonly string[] }): string {
  return name === undefined ? '' : ` ${sqlName(name)}${columnList(columns)}`;
}

function columnList(columns: readonly string[] | undefined): string {
  return columns === undefined || columns.length === 0 ? '' : `(${columns.map(sqlName).join(', ')})`;
}

function qualified({ schema, name }: QName): string {
  return schema === undefined ? sqlName(name) : `${sqlName(schema)}.${sqlName(name)}`;
}

function typeName(type: TypeRef): string {
  return typeText({ ...type, name: /^[a-z_][a-z0-9_ ]*$/.test(type.name) ? type.name : sqlName(type.name) });
}

/** Words that are never a name unless they are quoted. */
const RESERVED = new Set(
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user using variadic when where window with'.split(' '),
);

/** An identifier, quoted where it would not be read back as it is. */
export function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
