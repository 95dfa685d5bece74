import type { SqlExpr, SqlFrom, SqlSelect, SqlTarget, TypeRef } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { quoteIdent } from '../quote.ts';
import { formatType, isBuiltIn, plainType } from '../types.ts';
import { searchPath, type World } from '../world.ts';
import { typeOf } from './infer.ts';
import { outputName } from './output-name.ts';
import { namesOf } from './qualify.ts';
import { bind, scopeOfSelect, type Names, type Scope } from './scope.ts';

/**
 * A stored expression as pg_get_expr prints it: every operator in parentheses, constants with their types, columns
 * inside sub-selects under their tables. Code of migrations searches and rewrites such texts.
 */
export function printExpr(world: World, expr: SqlExpr, scope: Scope): string {
  return new Printer(world).expr(expr, { scope, nested: false, indent: 0 });
}

interface Place {
  readonly scope: Scope;
  /** Inside a sub-select, where columns carry their table. */
  readonly nested: boolean;
  readonly indent: number;
}

const TEXT = plainType('text');
/** Functions of Postgres whose arguments are text, so that a varchar is converted on its way in. */
const TAKES_TEXT = new Set([
  'lower', 'upper', 'initcap', 'length', 'char_length', 'btrim', 'ltrim', 'rtrim', 'replace', 'split_part', 'left', 'right', 'md5', 'strpos', 'position', 'reverse',
  'starts_with', 'string_to_array', 'regexp_replace', 'regexp_match', 'regexp_matches', 'substr', 'substring', 'repeat', 'translate', 'quote_ident', 'quote_literal',
]);

/** Types whose operators are those of text: the value is converted first. */
const AS_TEXT = new Set(['character varying']);

class Printer {
  readonly #world: World;
  readonly #names: Names;
  readonly #path: readonly string[];

  constructor(world: World) {
    this.#world = world;
    this.#names = namesOf(world);
    this.#path = searchPath(world);
  }

  expr(expr: SqlExpr, place: Place): string {
    const print = (part: SqlExpr): string => this.expr(part, place);
    switch (expr.kind) {
      case 'literal':
        return literal(expr.value);
      case 'column':
        return this.#column(expr.path, place);
      case 'param':
        return `$${expr.index}`;
      case 'call':
        return this.#call(expr, place);
      case 'keyword':
        return expr.name.toUpperCase();
      case 'cast':
        return this.#cast(expr, place);
      case 'and':
      case 'or':
        return `(${expr.of.map(print).join(` ${expr.kind.toUpperCase()} `)})`;
      case 'not':
        return `(NOT ${print(expr.of)})`;
      case 'operator':
        return this.#operator(expr, place);
      case 'prefix':
        return `(${expr.op} ${print(expr.of)})`;
      case 'is-null':
        return `(${print(expr.of)} IS ${expr.negated ? 'NOT ' : ''}NULL)`;
      case 'is-bool':
        return `(${print(expr.of)} IS ${expr.negated ? 'NOT ' : ''}${expr.is.toUpperCase()})`;
      case 'distinct':
        return expr.negated ? `(NOT (${this.#pair('IS DISTINCT FROM', expr.left, expr.right, place)}))` : `(${this.#pair('IS DISTINCT FROM', expr.left, expr.right, place)})`;
      case 'in':
        return this.#in(expr, place);
      case 'any-array':
      case 'all-array': {
        const type = this.#type(expr.left, place);
        if (isVarchar(type) && expr.right.kind !== 'array' && isVarcharArray(this.#type(expr.right, place))) {
          return `((${print(expr.left)})::text ${expr.op} ${expr.kind === 'any-array' ? 'ANY' : 'ALL'} ((${print(expr.right)})::text[]))`;
        }
        const right = expr.right.kind === 'array' && type !== undefined ? `(${this.#array(expr.right.of, type, place)})` : `(${print(expr.right)})`;
        const element = this.#type(expr.right, place);
        const left = expr.left.kind === 'literal' && element !== undefined ? this.#typed(expr.left, operand({ ...element, dims: 0 }), place) : this.#converted(expr.left, place);
        return `(${left} ${expr.op} ${expr.kind === 'any-array' ? 'ANY' : 'ALL'} ${right})`;
      }
      case 'any-select':
      case 'all-select': {
        const select = this.#subselect(expr.select, place);
        if (expr.kind === 'any-select' && expr.op === '=') return `(${print(expr.left)} IN ${select})`;
        if (expr.kind === 'all-select' && expr.op === '<>') return `(NOT (${print(expr.left)} IN ${select}))`;
        return `(${print(expr.left)} ${expr.op} ${expr.kind === 'any-select' ? 'ANY' : 'ALL'} ${select})`;
      }
      case 'exists':
        return `(EXISTS ${this.#subselect(expr.select, place)})`;
      case 'scalar':
        return this.#subselect(expr.select, place);
      case 'array-select':
        return `ARRAY${this.#subselect(expr.select, place)}`;
      case 'case':
        return this.#case(expr, place);
      case 'coalesce':
      case 'greatest':
      case 'least': {
        const type = expr.of.map((part) => this.#type(part, place)).find((candidate) => candidate !== undefined && candidate.name !== 'unknown');
        return `${expr.kind.toUpperCase()}(${expr.of.map((part) => this.#typed(part, type, place)).join(', ')})`;
      }
      case 'nullif':
        return `NULLIF(${this.#converted(expr.left, place)}, ${this.#typed(expr.right, operand(this.#type(expr.left, place)), place)})`;
      case 'array':
        return this.#array(expr.of, expr.of.map((part) => this.#type(part, place)).find((type) => type?.name !== 'unknown') ?? TEXT, place);
      case 'row':
        return `ROW(${expr.of.map(print).join(', ')})`;
      case 'subscript':
        return `${expr.of.kind === 'column' ? print(expr.of) : `(${print(expr.of)})`}${expr.index.map((part) => `[${print(part)}]`).join('')}`;
      case 'field':
        return `(${print(expr.of)}).${quoteIdent(expr.name)}`;
      case 'opaque':
        return expr.text;
      default:
        return never(expr);
    }
  }

  #type(expr: SqlExpr, place: Place): TypeRef | undefined {
    return typeOf(this.#world, this.#names, expr, place.scope);
  }

  #column(path: readonly string[], place: Place): string {
    const name = path[path.length - 1] ?? '';
    const bound = bind(path, place.scope);
    if (bound?.is !== 'column') return path.map((part) => (part === '*' ? part : quoteIdent(part))).join('.');
    if (!place.nested) return quoteIdent(name);
    return `${quoteIdent(bound.item.alias)}.${quoteIdent(name)}`;
  }

  #relation(schema: string | undefined, name: string): string {
    return schema === undefined || this.#path.includes(schema) || schema === 'pg_catalog' ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
  }

  #call(expr: SqlExpr & { readonly kind: 'call' }, place: Place): string {
    const args = expr.args.map((arg, i) => {
      const text = this.#typed(arg, this.#argumentType(expr, i, place), place);
      const named = expr.named?.[i];
      return named === undefined ? text : `${quoteIdent(named)} => ${text}`;
    });
    const inside = expr.star === true ? '*' : `${expr.distinct === true ? 'DISTINCT ' : ''}${args.join(', ')}`;
    const filter = expr.filter === undefined ? '' : ` FILTER (WHERE ${this.expr(expr.filter, place)})`;
    return `${this.#relation(expr.name.schema, expr.name.name)}(${inside})${filter}`;
  }

  /** The declared type of an argument: of the catalog's routine, or text for the functions of text that migrations use. */
  #argumentType(call: SqlExpr & { readonly kind: 'call' }, i: number, _place: Place): TypeRef | undefined {
    if (call.name.schema === undefined) return call.args[i]?.kind === 'literal' || TAKES_TEXT.has(call.name.name) ? TEXT : undefined;
    const [key] = this.#world.catalog.overloads(call.name.schema, call.name.name);
    return key === undefined ? undefined : this.#world.catalog.get('function', key)?.args[i]?.type;
  }

  /** A constant prints with the type that its place gave it. */
  #typed(expr: SqlExpr, type: TypeRef | undefined, place: Place): string {
    if (expr.kind !== 'literal' || typeof expr.value === 'number' || typeof expr.value === 'boolean') {
      return type !== undefined && isText(type) && isVarchar(this.#type(expr, place)) ? `(${this.expr(expr, place)})::text` : this.expr(expr, place);
    }
    const text = type === undefined || type.name === 'unknown' ? TEXT : type;
    return `${literal(expr.value)}::${formatType({ ...text, mods: [] })}`;
  }

  #cast(expr: SqlExpr & { readonly kind: 'cast' }, place: Place): string {
    const type = formatType(expr.type);
    const { of } = expr;
    if (of.kind === 'literal' && (typeof of.value === 'string' || of.value === null)) {
      if (isBuiltIn(expr.type) && expr.type.name === 'regclass') return `'${String(of.value)}'::regclass`;
      return `${literal(of.value)}::${type}`;
    }
    if (of.kind === 'literal') return `${literal(of.value)}${isInteger(of, expr.type) ? '' : `::${type}`}`;
    if (of.kind === 'array') return this.#array(of.of, { ...expr.type, dims: 0 }, place);
    const own = this.#type(of, place);
    if (own !== undefined && formatType(own) === type) return this.expr(of, place);
    return `(${this.expr(of, place)})::${type}`;
  }

  #operator(expr: SqlExpr & { readonly kind: 'operator' }, place: Place): string {
    return `(${this.#pair(expr.op === '!=' ? '<>' : expr.op, expr.left, expr.right, place)})`;
  }

  #pair(op: string, left: SqlExpr, right: SqlExpr, place: Place): string {
    const [a, b] = [this.#type(left, place), this.#type(right, place)];
    const json = op === '->' || op === '->>' || op === '#>' || op === '#>>' || op === '?';
    const forRight = json ? (op.startsWith('#') ? { ...TEXT, dims: 1 } : TEXT) : (known(a) ?? known(b));
    const forLeft = json ? undefined : (known(b) ?? known(a));
    const side = (expr: SqlExpr, type: TypeRef | undefined, own: TypeRef | undefined): string =>
      !json && isVarchar(own) && expr.kind !== 'literal' ? `(${this.expr(expr, place)})::text` : this.#typed(expr, operand(type), place);
    return `${side(left, forLeft, a)} ${op} ${side(right, forRight, b)}`;
  }

  #converted(expr: SqlExpr, place: Place): string {
    return isVarchar(this.#type(expr, place)) ? `(${this.expr(expr, place)})::text` : this.expr(expr, place);
  }

  #in(expr: SqlExpr & { readonly kind: 'in' }, place: Place): string {
    const type = this.#type(expr.left, place) ?? TEXT;
    const [only] = expr.list;
    const op = expr.negated ? '<>' : '=';
    if (expr.list.length === 1 && only !== undefined) return `(${this.#pair(op, expr.left, only, place)})`;
    if (isVarchar(type)) {
      const items = this.#array(expr.list, { ...type, mods: [] }, place);
      return `((${this.expr(expr.left, place)})::text ${op} ${expr.negated ? 'ALL' : 'ANY'} ((${items})::text[]))`;
    }
    return `(${this.expr(expr.left, place)} ${op} ${expr.negated ? 'ALL' : 'ANY'} (${this.#array(expr.list, type, place)}))`;
  }

  #array(items: readonly SqlExpr[], type: TypeRef, place: Place): string {
    return `ARRAY[${items.map((item) => this.#typed(item, type, place)).join(', ')}]`;
  }

  #case(expr: SqlExpr & { readonly kind: 'case' }, place: Place): string {
    const of = expr.of === undefined ? '' : ` ${this.expr(expr.of, place)}`;
    const results = [...expr.whens.map(({ then }) => then), ...(expr.otherwise === undefined ? [] : [expr.otherwise])];
    const type = results.map((part) => this.#type(part, place)).find((candidate) => known(candidate) !== undefined);
    const subject = expr.of === undefined ? undefined : this.#type(expr.of, place);
    const whens = expr.whens.map(({ when, then }) => `\n    WHEN ${expr.of === undefined ? this.expr(when, place) : this.#typed(when, subject, place)} THEN ${this.#typed(then, type, place)}`);
    const otherwise = expr.otherwise === undefined ? `\n    ELSE NULL${type === undefined ? '' : `::${formatType({ ...type, mods: [] })}`}` : `\n    ELSE ${this.#typed(expr.otherwise, type, place)}`;
    return `\nCASE${of}${whens.join('')}${otherwise}\nEND`;
  }

  #subselect(select: SqlSelect, place: Place): string {
    return `(${this.#select(select, place)})`;
  }

  #select(select: SqlSelect, outer: Place): string {
    if (select.set !== undefined) {
      const { op, all, left, right } = select.set;
      return `${this.#select(left, outer)}\n${op.toUpperCase()}${all ? ' ALL' : ''}\n${this.#select(right, outer)}`;
    }
    if (select.values !== undefined) return ` VALUES ${select.values.map((row) => `(${row.map((expr) => this.#typed(expr, undefined, outer)).join(',')})`).join(', ')}`;
    const place: Place = { scope: scopeOfSelect(select, outer.scope, this.#names), nested: true, indent: outer.indent + 1 };
    // A sub-select inside another stands eight columns further right.
    const line = `\n${' '.repeat(outer.indent * 8)}`;
    const ctes = select.with.map((cte) => `${quoteIdent(cte.name)} AS (\n        ${cte.statement.kind === 'select' ? this.#select(cte.statement, outer) : ''}\n        )`);
    const parts = [
      `${ctes.length === 0 ? '' : ` WITH ${ctes.join(', ')}\n`} SELECT ${select.distinct === true ? 'DISTINCT ' : ''}${select.targets.map((target) => this.#target(target, place)).join(`,${line}    `)}`,
      ...(select.from.length === 0 ? [] : [`${line}   FROM ${select.from.map((from) => this.#from(from, place, line)).join(`,${line}    `)}`]),
      ...(select.where === undefined ? [] : [`${line}  WHERE ${this.expr(select.where, place)}`]),
      ...(select.groupBy.length === 0 ? [] : [`${line}  GROUP BY ${select.groupBy.map((expr) => this.expr(expr, place)).join(', ')}`]),
      ...(select.having === undefined ? [] : [`${line} HAVING ${this.expr(select.having, place)}`]),
      ...(select.orderBy.length === 0 ? [] : [`${line}  ORDER BY ${select.orderBy.map((expr) => this.expr(expr, place)).join(', ')}`]),
      ...(select.limit === undefined ? [] : [`${line} LIMIT ${this.expr(select.limit, place)}`]),
    ];
    return parts.join('');
  }

  #target(target: SqlTarget, place: Place): string {
    const text = this.#typed(target.expr, undefined, place);
    const name = target.alias ?? outputName(target.expr);
    const own = target.expr.kind === 'column' ? target.expr.path[target.expr.path.length - 1] : undefined;
    return own === name || own === '*' || name === '?column?' ? text : `${text} AS ${quoteIdent(name)}`;
  }

  #from(from: SqlFrom, place: Place, line: string): string {
    switch (from.kind) {
      case 'table': {
        const alias = from.alias === undefined || from.alias === from.name.name ? '' : ` ${quoteIdent(from.alias)}`;
        return `${this.#relation(from.name.schema, from.name.name)}${alias}${columnsOf(from.columns)}`;
      }
      case 'join': {
        const kind = { inner: '', left: 'LEFT ', right: 'RIGHT ', full: 'FULL ' }[from.join];
        const test = from.using !== undefined ? ` USING (${from.using.map(quoteIdent).join(', ')})` : from.on === undefined ? '' : ` ON (${this.expr(from.on, place)})`;
        return `(${this.#from(from.left, place, line)}${line}     ${test === '' ? 'CROSS ' : kind}JOIN ${this.#from(from.right, place, line)}${test})`;
      }
      case 'subselect':
        return `${from.lateral === true ? 'LATERAL ' : ''}(${this.#select(from.select, place)}) ${quoteIdent(from.alias ?? 'unnamed_subquery')}${columnsOf(from.columns)}`;
      case 'function': {
        const [call] = from.calls;
        const name = from.alias ?? (call === undefined ? '' : outputName(call));
        return `${call === undefined ? '' : this.expr(call, place)} ${quoteIdent(name)}${columnsOf(from.columns ?? [name])}`;
      }
      case 'opaque':
        return from.text;
      default:
        return never(from);
    }
  }
}

function columnsOf(columns: readonly string[] | undefined): string {
  return columns === undefined ? '' : `(${columns.map(quoteIdent).join(', ')})`;
}

function literal(value: string | number | boolean | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value.includes('\\') ? `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${value.replaceAll("'", "''")}'`;
  return String(value);
}

/** The type in which an operator compares. */
function operand(type: TypeRef | undefined): TypeRef | undefined {
  return isVarchar(type) ? TEXT : type;
}

function known(type: TypeRef | undefined): TypeRef | undefined {
  return type === undefined || (type.name === 'unknown' && type.schema === undefined) ? undefined : type;
}

function isVarchar(type: TypeRef | undefined): boolean {
  return type !== undefined && type.schema === undefined && type.dims === 0 && AS_TEXT.has(type.name);
}

function isVarcharArray(type: TypeRef | undefined): boolean {
  return type !== undefined && type.schema === undefined && type.dims > 0 && AS_TEXT.has(type.name);
}

function isText(type: TypeRef): boolean {
  return type.schema === undefined && type.name === 'text' && type.dims === 0;
}

function isInteger(expr: SqlExpr, type: TypeRef): boolean {
  return expr.kind === 'literal' && typeof expr.value === 'number' && type.name === 'integer';
}
