import type { Span, SqlExpr } from '@tenantlint/model';
import { argument, textOf, truthOf, type Args, type Value, type ValueOf } from '../python/constant/index.ts';
import { deferral, expressionOf, foreignKeyOptions, givenName, inner, targetOf, type Locate } from './column.ts';
import { rawText } from './expression.ts';
import { calledName, identifier, type Reading } from './reading.ts';
import type { ConstraintSpec, IndexKeySpec, IndexSpec, Target } from './table.ts';

/** The name of a column of the table at hand, from a string or from what stands for the column. */
export type OwnColumn = (value: Value) => string | undefined;

/** A constraint written as one: in `__table_args__`, in `Table(…)`, in `op.create_table(…)`. Undefined: not a constraint. */
export function readConstraint(of: Reading, call: ValueOf<'call'>, own: OwnColumn, locate: Locate): ConstraintSpec | undefined {
  const { args, at } = call;
  const name = givenName(args.named.get('name'));
  const base = { at, name, ...deferral(args) };
  switch (calledName(call)) {
    case 'PrimaryKeyConstraint': return { ...base, kind: 'primary key', columns: columnsOf(of, args.positional, own) };
    case 'UniqueConstraint': return { ...base, kind: 'unique', columns: columnsOf(of, args.positional, own), ...uniqueOptions(args) };
    case 'CheckConstraint': {
      const sql = argument(args, 'sqltext', 0);
      const expr = sql && checkOf(of, sql, own);
      // The second argument is the name.
      return expr && { ...base, name: name ?? givenName(args.positional[1]), kind: 'check', expr, ...checkOptions(args) };
    }
    case 'ForeignKeyConstraint': {
      const [columns, references] = [argument(args, 'columns', 0), argument(args, 'refcolumns', 1)];
      const target = references && joinTargets(listItems(references).map((r) => targetOf(r, locate)));
      if (!columns || !target) {
        of.note(at, 'what the foreign key points to is not constant');
        return undefined;
      }
      return { kind: 'foreign key', at, columns: columnsOf(of, listItems(columns), own), target, ...foreignKeyOptions(args), name: name ?? givenName(args.positional[2]) };
    }
    case 'ExcludeConstraint': {
      const keys = args.positional.flatMap((p): IndexKeySpec[] => {
        const [key, operator] = p.kind === 'list' ? p.items : [];
        const read = key && indexKey(of, key, own);
        return read ? [{ ...read, operator: textOf(operator) ?? '=' }] : [];
      });
      const where = args.named.get('where');
      return { ...base, kind: 'exclude', method: textOf(args.named.get('using')) ?? 'gist', keys, where: where && conditionOf(of, where, own) };
    }
    default: return undefined;
  }
}

export function uniqueOptions(args: Args): { include: readonly string[]; nullsNotDistinct: boolean } {
  const nulls = args.named.get('postgresql_nulls_not_distinct');
  const include = args.named.get('postgresql_include');
  return { include: include ? listItems(include).flatMap((v) => textOf(v) ?? []) : [], nullsNotDistinct: nulls !== undefined && truthOf(nulls) === true };
}

export function checkOptions(args: Args): { notValid: boolean; noInherit: boolean } {
  const [notValid, noInherit] = [args.named.get('postgresql_not_valid'), args.named.get('postgresql_no_inherit')];
  return { notValid: notValid !== undefined && truthOf(notValid) === true, noInherit: noInherit !== undefined && truthOf(noInherit) === true };
}

/** Targets of the columns of one key are columns of one table. */
export function joinTargets(targets: readonly (Target | undefined)[]): Target | undefined {
  const [first] = targets;
  if (!first || targets.some((t) => !t || t.table !== first.table || t.schema !== first.schema)) return undefined;
  return { ...first, columns: targets.flatMap((t) => t?.columns ?? []) };
}

export function listItems(value: Value): readonly Value[] {
  return value.kind === 'list' ? value.items : [value];
}

/** Names of columns; one that is not constant is said. */
export function columnsOf(of: Reading, values: readonly Value[], own: OwnColumn): string[] {
  return values.flatMap((value) => {
    const name = own(value) ?? textOf(value);
    if (name === undefined) of.note(value.at, 'the name of the column is not constant');
    return name ?? [];
  });
}

export function checkOf(of: Reading, sql: Value, own: OwnColumn): SqlExpr {
  if (sql.kind === 'text') return of.expression(sql);
  return conditionOf(of, sql, own);
}

/** A condition, by text or by operators; what cannot be read stays opaque in its place. */
export function conditionOf(of: Reading, value: Value, own: OwnColumn): SqlExpr {
  if (value.kind === 'text') return of.expression(value);
  const expr = expressionOf(of, value, (v) => {
    const name = own(v);
    return name === undefined ? undefined : identifier(name);
  });
  if (!expr) of.note(value.at, 'the expression could not be read');
  return expr ?? { kind: 'opaque', text: '', at: value.at };
}

/** `Index(name, *keys, unique=…, postgresql_…=…)`. */
export function readIndex(of: Reading, args: Args, at: Span, own: OwnColumn): IndexSpec {
  const [name, ...keys] = args.positional;
  return indexOf(of, name, [...keys, ...listItems(args.named.get('expressions') ?? { kind: 'list', form: 'list', items: [], open: false, at })], args, at, own);
}

export function indexOf(of: Reading, name: Value | undefined, keys: readonly Value[], args: Args, at: Span, own: OwnColumn): IndexSpec {
  const flag = (key: string): boolean => {
    const value = args.named.get(key);
    return value !== undefined && truthOf(value) === true;
  };
  const where = args.named.get('postgresql_where');
  const include = args.named.get('postgresql_include');
  const ops = args.named.get('postgresql_ops');
  const opclass = (column: string | undefined): string | undefined => (ops?.kind === 'dict' && column !== undefined ? textOf(ops.entries.find((e) => textOf(e.key) === column)?.value) : undefined);
  return {
    name: givenName(name),
    at,
    unique: flag('unique'),
    method: (textOf(args.named.get('postgresql_using')) ?? 'btree').toLowerCase(),
    keys: keys.flatMap((value): IndexKeySpec[] => {
      const key = indexKey(of, value, own);
      if (!key) of.note(value.at, 'the key of the index could not be read');
      const ops = opclass(key?.column ?? labelOf(value));
      return key ? [{ ...key, ...(ops === undefined ? {} : { opclass: ops }) }] : [{ expr: { kind: 'opaque', text: '', at: value.at }, descending: false, at: value.at }];
    }),
    include: include ? columnsOf(of, listItems(include), own) : [],
    where: where && where.kind !== 'none' ? conditionOf(of, where, own) : undefined,
    concurrently: flag('postgresql_concurrently'),
    ifNotExists: flag('if_not_exists'),
    nullsNotDistinct: flag('postgresql_nulls_not_distinct'),
  };
}

function labelOf(value: Value): string | undefined {
  return value.kind === 'call' && value.callee.kind === 'member' && value.callee.name === 'label' ? textOf(value.args.positional[0]) : undefined;
}

function indexKey(of: Reading, value: Value, own: OwnColumn): IndexKeySpec | undefined {
  const name = own(value) ?? textOf(value);
  if (name !== undefined) return { column: name, descending: false, at: inner(value) };
  // col.desc().nullslast(), desc('col')
  if (value.kind === 'call') {
    const word = calledName(value);
    const order = ORDERS[word ?? ''];
    const on = value.callee.kind === 'member' && value.args.positional.length === 0 ? value.callee.of : value.args.positional[0];
    const key = order && on ? indexKey(of, on, own) : undefined;
    if (key) return { ...key, ...order, at: value.at };
  }
  const raw = rawText(value);
  const expr = raw ? of.expression(raw) : expressionOf(of, value, (v) => { const n = own(v); return n === undefined ? undefined : identifier(n); });
  if (!expr) return undefined;
  // `text('created_at DESC')` is no expression, but it is a key.
  const ordered = raw && expr.kind === 'opaque' ? /^\s*"?([a-z_]\w*)"?\s+(asc|desc)?\s*(?:nulls\s+(first|last))?\s*$/i.exec(textOf(raw) ?? '') : undefined;
  if (ordered?.[1] !== undefined) return { column: ordered[1], descending: ordered[2]?.toLowerCase() === 'desc', ...(ordered[3] === undefined ? {} : { nullsFirst: ordered[3].toLowerCase() === 'first' }), at: value.at };
  if (expr.kind === 'column' && expr.path.length === 1 && expr.path[0] !== undefined) return { column: expr.path[0], descending: false, at: expr.at };
  return { expr, descending: false, at: value.at };
}

const ORDERS: Readonly<Record<string, Partial<IndexKeySpec>>> = {
  desc: { descending: true }, asc: { descending: false }, nullslast: { nullsFirst: false }, nulls_last: { nullsFirst: false }, nullsfirst: { nullsFirst: true }, nulls_first: { nullsFirst: true },
};
