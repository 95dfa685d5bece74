import type { CodeClass } from '@tenantlint/model';
import { NO_ARGS, pathOf, textOf, truthOf, type ClassValue, type Value, type ValueOf } from '../python/constant/index.ts';
import { readAnnotation } from './annotations.ts';
import { inner, readColumn, readDefault, targetOf, actionOf, unknownType, type Locate } from './column.ts';
import { calledName, lastName, type Reading } from './reading.ts';
import type { ColumnSpec, ForeignKeySpec } from './table.ts';
import { columnType } from './types.ts';

type Field = Pick<CodeClass['fields'][number], 'name' | 'at' | 'decorators'> & { readonly type: NonNullable<CodeClass['fields'][number]['type']> };

/** The column that SQLModel makes of a field; undefined for what it leaves out. */
export function sqlmodelColumn(of: Reading, field: Field, value: Value | undefined, owner: ClassValue, locate: Locate): ColumnSpec | undefined {
  const { name, at } = field;
  const word = calledName(value);
  if (word === 'PrivateAttr' || word === 'computed_field' || word === 'Relationship') return undefined;
  const annotation = readAnnotation(of, field.type, owner.scope, at, [], 'sqlmodel');
  const added = [...annotation.calls, ...field.decorators.map((d) => of.run.evaluate(d, owner.scope))].filter((v): v is ValueOf<'call'> => v.kind === 'call');
  const calls = [...added, ...(value?.kind === 'call' ? [value] : [])].filter((c) => calledName(c) === 'Field');
  const named = (key: string): Value | undefined => calls.map((c) => c.args.named.get(key)).findLast((v) => v !== undefined);
  const flag = (key: string): boolean | undefined => {
    const v = named(key);
    return v && truthOf(v);
  };
  const column = named('sa_column');
  if (column?.kind === 'call') return readColumn(of, [column], { name, at }, locate);
  if (column?.kind === 'either') {
    const first = column.of.find((v) => v.kind === 'call');
    if (first) return readColumn(of, [first], { name, at }, locate);
  }
  const kwargs = named('sa_column_kwargs');
  const extra = kwargs?.kind === 'dict' ? new Map(kwargs.entries.flatMap((e) => { const key = textOf(e.key); return key === undefined ? [] : [[key, e.value] as const]; })) : new Map<string, Value>();
  const args = named('sa_column_args');
  const type = named('sa_type');
  const stated = type && columnType(of, type);
  if (type && !stated) of.note(type.at, `the type ${lastName(type) ?? 'of the field'} is not known`);
  const length = named('max_length');
  const digits = named('max_digits');
  const places = named('decimal_places');
  const base = annotation.type;
  const text = base?.text === 'VARCHAR' && length?.kind === 'number' ? `VARCHAR(${length.value})` : base?.text === 'NUMERIC' && digits?.kind === 'number' ? `NUMERIC(${digits.value}, ${places?.kind === 'number' ? places.value : 0})` : base?.text;
  const primaryKey = flag('primary_key') ?? false;
  // Made nullable by the annotation, or by `nullable`; a default alone does not.
  const nullable = flag('nullable') ?? (!primaryKey && annotation.nullable);
  const more = readColumn(of, [{ kind: 'call', callee: { kind: 'symbol', path: 'sqlalchemy.Column', at }, args: { ...NO_ARGS, positional: args?.kind === 'list' ? args.items : [], named: extra }, at }], { name, at }, locate);
  if (!more) return undefined;
  const keys: ForeignKeySpec[] = [...more.foreignKeys];
  const reference = named('foreign_key');
  const target = targetOf(reference, locate);
  if (reference && target) keys.unshift({ kind: 'foreign key', at: inner(reference), name: undefined, columns: [], target, onDelete: actionOf(named('ondelete')), onUpdate: undefined, notValid: false, useAlter: false });
  if (!base && !stated && more.type === undefined && keys.length === 0) of.note(at, `the type of ${name} is not known`);
  const serverDefault = named('server_default');
  const initial = calls.map((c) => c.args.named.get('default') ?? c.args.named.get('default_factory') ?? c.args.positional[0]).findLast((v) => v !== undefined) ?? (value?.kind === 'call' && calledName(value) === 'Field' ? undefined : value);
  return {
    ...more,
    type: stated ?? more.type ?? (type ? { text: unknownType(type), at: type.at, unknown: true } : base && text !== undefined ? { ...base, text } : undefined),
    typeAt: stated?.at ?? at,
    nullable: extra.has('nullable') ? more.nullable : nullable,
    primaryKey,
    unique: flag('unique') ?? more.unique,
    index: flag('index') ?? more.index,
    foreignKeys: keys,
    clientDefault: more.clientDefault || (initial !== undefined && initial.kind !== 'none' && pathOf(initial) !== 'builtins.Ellipsis'),
    default: more.default ?? (serverDefault ? readDefault(of, serverDefault) : undefined),
    values: [...(value ? [value] : []), ...more.values],
  };
}
