import type { ReferentialAction, Span, SqlExpr } from '@tenantlint/model';
import { argument, pathOf, textOf, truthOf, type Args, type Value, type ValueOf } from '../python/constant/index.ts';
import { compile, rawText, type NameColumn } from './expression.ts';
import { calledName, identifier, lastName, stringLiteral, type Reading } from './reading.ts';
import type { ColumnSpec, Deferral, ForeignKeySpec, GivenName, Target } from './table.ts';
import { columnType, type ColumnType } from './types.ts';

type Call = ValueOf<'call'>;

/** What a declaration says that is not in the call: the attribute's name, its annotation. */
export interface Declared {
  readonly name: string | undefined;
  readonly at: Span;
  /** From the annotation. */
  readonly type?: ColumnType | undefined;
  readonly nullable?: boolean | undefined;
}

/** How a column of a class or table is found by what stands for it in the program. */
export type Locate = (value: Value) => { readonly schema: string | undefined; readonly table: string; readonly column: string } | undefined;

/**
 * A column from the calls that describe it: `Column(…)` or `mapped_column(…)`, before it what an annotation adds
 * (`Annotated[int, mapped_column(primary_key=True)]`). Later calls override earlier ones.
 */
export function readColumn(of: Reading, calls: readonly Call[], declared: Declared, locate: Locate): ColumnSpec | undefined {
  const last = calls.at(-1);
  const named = (name: string): Value | undefined => calls.map((c) => c.args.named.get(name)).findLast((v) => v !== undefined);
  const flag = (name: string): boolean | undefined => {
    const value = named(name);
    return value && truthOf(value);
  };
  let name = textOf(named('name'));
  let nameAt = declared.at;
  let stated: ColumnType | undefined;
  let typeValue: Value | undefined = named('type_');
  let identity: ColumnSpec['identity'];
  let generated: ColumnSpec['generated'];
  let sequence: ColumnSpec['sequence'];
  const foreignKeys: ForeignKeySpec[] = [];
  for (const call of calls) {
    for (const [i, arg] of call.args.positional.entries()) {
      const word = calledName(arg);
      if (i === 0 && (arg.kind === 'text' || word === 'quoted_name')) {
        name = textOf(arg) ?? textOf(arg.kind === 'call' ? arg.args.positional[0] : undefined);
        nameAt = inner(arg);
      } else if (arg.kind === 'none') continue;
      else if (word === 'ForeignKey') {
        const key = arg.kind === 'call' ? readForeignKey(of, arg, locate) : undefined;
        if (key) foreignKeys.push(key);
      } else if (word === 'Identity') identity = arg.kind === 'call' && truthOf(argument(arg.args, 'always', 0) ?? { kind: 'boolean', value: false, at: arg.at }) === true ? 'always' : 'by default';
      else if (word === 'Computed' && arg.kind === 'call') generated = readComputed(of, arg);
      else if (word === 'Sequence' && arg.kind === 'call') sequence = readSequence(arg.args, arg.at);
      else if (word === 'CheckConstraint' || word === 'FetchedValue' || word === 'DefaultClause' || word === 'ColumnDefault') continue;
      else typeValue = arg;
    }
  }
  name ??= declared.name;
  if (name === undefined) return undefined;
  if (typeValue) {
    stated = columnType(of, typeValue);
    if (!stated && typeValue.kind !== 'unknown') of.note(typeValue.at, `the type ${typeName(typeValue) ?? 'of the column'} is not known`);
    // The name of a type that nobody knows is all that can be said of it.
    stated ??= { text: unknownType(typeValue), at: typeValue.at, unknown: true };
  }
  const primaryKey = flag('primary_key') ?? false;
  const autoincrement = named('autoincrement');
  const serverDefault = named('server_default');
  const unique = named('unique');
  const index = named('index');
  const shared = named('default') ?? named('insert_default');
  return {
    name,
    at: last ? nameAt : declared.at,
    type: stated ?? declared.type,
    typeAt: stated?.at ?? declared.type?.at ?? nameAt,
    nullable: flag('nullable') ?? (primaryKey || identity !== undefined ? false : (declared.nullable ?? true)),
    primaryKey,
    autoincrement: autoincrement && textOf(autoincrement) === undefined ? truthOf(autoincrement) : undefined,
    default: serverDefault ? readDefault(of, serverDefault) : undefined,
    generated,
    identity,
    sequence,
    unique: unique ? (textOf(unique) ?? truthOf(unique) ?? false) : false,
    index: index ? (textOf(index) ?? truthOf(index) ?? false) : false,
    foreignKeys,
    comment: textOf(named('comment')),
    clientDefault: shared !== undefined && shared.kind !== 'none',
    sharedDefault: shared && (shared.kind === 'dict' || shared.kind === 'list') ? shared.at : undefined,
    values: calls,
  };
}

/** A string's characters without its quotes. */
export function inner(value: Value): Span {
  const [first] = value.kind === 'text' ? value.parts : [];
  return value.kind === 'text' && value.parts.length === 1 && first?.exact ? first.at : value.at;
}

function typeName(value: Value): string | undefined {
  return calledName(value) ?? lastName(value) ?? (value.kind === 'class' ? value.class.name : value.kind === 'instance' ? value.of.class.name : undefined);
}

export function unknownType(value: Value): string {
  const name = typeName(value) ?? 'unknown';
  return /^[A-Za-z_]\w*$/.test(name) ? name.toLowerCase() : 'unknown';
}

export function givenName(value: Value | undefined): GivenName | undefined {
  if (!value) return undefined;
  const text = textOf(value);
  if (text !== undefined) return { text, conv: false };
  // op.f('name') and conv('name') say that the name is complete.
  const word = calledName(value);
  const whole = value.kind === 'call' && (word === 'f' || word === 'conv') ? textOf(value.args.positional[0]) : undefined;
  return whole === undefined ? undefined : { text: whole, conv: true };
}

const ACTIONS: Readonly<Record<string, ReferentialAction>> = { CASCADE: 'cascade', RESTRICT: 'restrict', 'SET NULL': 'set null', 'SET DEFAULT': 'set default', 'NO ACTION': 'no action' };

export function actionOf(value: Value | undefined): ReferentialAction | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : ACTIONS[text.trim().replace(/\s+/g, ' ').toUpperCase()];
}

export function readForeignKey(of: Reading, call: Call, locate: Locate): ForeignKeySpec | undefined {
  const { args } = call;
  const target = targetOf(argument(args, 'column', 0), locate);
  if (!target) {
    of.note(call.at, 'what the foreign key points to is not constant');
    return undefined;
  }
  return { kind: 'foreign key', at: call.at, columns: [], target, ...foreignKeyOptions(args) };
}

/** When a constraint is checked: `deferrable=True`, `initially="DEFERRED"`, of which the second says the first. */
export function deferral(args: Args): Deferral {
  const [deferrable, initially] = [args.named.get('deferrable'), args.named.get('initially')];
  if (initially && textOf(initially)?.toLowerCase() === 'deferred') return { deferrable: true, deferred: true };
  return deferrable && truthOf(deferrable) === true ? { deferrable: true } : {};
}

export function foreignKeyOptions(args: Args): Pick<ForeignKeySpec, 'name' | 'onDelete' | 'onUpdate' | 'notValid' | 'useAlter'> & Deferral {
  const notValid = args.named.get('postgresql_not_valid');
  const useAlter = args.named.get('use_alter');
  return {
    name: givenName(args.named.get('name')),
    onDelete: actionOf(args.named.get('ondelete')),
    onUpdate: actionOf(args.named.get('onupdate')),
    notValid: notValid !== undefined && truthOf(notValid) === true,
    useAlter: useAlter !== undefined && truthOf(useAlter) === true,
    ...deferral(args),
  };
}

/** `'tenants.id'`, `'app.tenants.id'`, `Tenant.id`, `tenants.c.id`. */
export function targetOf(value: Value | undefined, locate: Locate): Target | undefined {
  if (!value) return undefined;
  const text = textOf(value);
  if (text === undefined) {
    const found = locate(value);
    return found && { schema: found.schema, table: found.table, columns: [found.column], at: value.at };
  }
  const parts = text.split('.');
  const column = parts.length > 1 ? parts.pop() : undefined;
  const table = parts.pop();
  if (table === undefined) return undefined;
  return { schema: parts.length > 0 ? parts.join('.') : undefined, table, columns: column === undefined ? [] : [column], at: inner(value) };
}

function readComputed(of: Reading, call: Call): ColumnSpec['generated'] {
  const sql = argument(call.args, 'sqltext', 0);
  const persisted = argument(call.args, 'persisted', 1);
  const expr = sql && (sql.kind === 'text' ? of.expression(sql) : expressionOf(of, sql, () => undefined));
  return expr && { expr, stored: persisted === undefined || truthOf(persisted) !== false };
}

export function readSequence(args: Args, at: Span): ColumnSpec['sequence'] {
  const name = textOf(argument(args, 'name', 0));
  const optional = args.named.get('optional');
  return name === undefined || (optional && truthOf(optional) === true) ? undefined : { name, schema: textOf(args.named.get('schema')), at };
}

/** What DEFAULT says; undefined where the database is told nothing. */
export function readDefault(of: Reading, value: Value): SqlExpr | undefined {
  const { at } = value;
  const word = calledName(value);
  if (value.kind === 'none' || word === 'FetchedValue' || lastName(value) === 'FetchedValue') return undefined;
  if (word === 'DefaultClause' && value.kind === 'call' && value.args.positional[0]) return readDefault(of, value.args.positional[0]);
  const text = textOf(value);
  if (text !== undefined) return of.computed(stringLiteral(text), inner(value));
  if (value.kind === 'either' && value.of[0]) return readDefault(of, value.of[0]);
  return expressionOf(of, value, () => undefined) ?? { kind: 'opaque', text: pathOf(value) ?? 'default', at };
}

/** An expression of SQLAlchemy as SQL; undefined where some part of it is not known. */
export function expressionOf(of: Reading, value: Value, column: NameColumn): SqlExpr | undefined {
  const raw = rawText(value);
  if (raw) return of.expression(raw);
  const text = compile(of, value, column);
  return text === undefined ? undefined : of.computed(text, value.at);
}

/** A name in an expression. */
export const columnText = (name: string): string => identifier(name);
