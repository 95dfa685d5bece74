import { sqlText, type Column, type Constraint, type FunctionArg, type Grant, type Index, type Policy, type Routine, type Sequence, type Table, type Trigger, type UserType, type View } from '@tenantlint/model';
import { deferralText } from './parts.ts';
import { quoteIdent, quoteLiteral } from '../replay/quote.ts';
import { formatType } from '../replay/types.ts';

/** Statements that make an object anew, from what the catalog held. */

export const ident = quoteIdent;

export function literal(text: string): string {
  return quoteLiteral(text).trimStart();
}

export function named({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${ident(schema)}.${ident(name)}`;
}

/** A key of the catalog (`public.notes`) as SQL; the first dot ends the schema. */
export function keyed(key: string): string {
  const dot = key.indexOf('.');
  return `${ident(key.slice(0, dot))}.${ident(key.slice(dot + 1))}`;
}

export function list(names: readonly string[]): string {
  return names.map(ident).join(', ');
}

const SERIAL: Readonly<Record<string, string>> = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' };

/** `serial` for a column whose sequence has the name that it would get. */
function serialOf(column: Column, table: Table): string | undefined {
  const value = column.default?.value;
  const argument = value?.kind === 'call' && value.name.name === 'nextval' ? value.args[0] : undefined;
  const of = argument?.kind === 'cast' ? argument.of : argument;
  return of?.kind === 'literal' && of.value === `${table.schema}.${table.name}_${column.name}_seq` ? SERIAL[column.typeText] : undefined;
}

/** The sequence of a serial or identity column is made with it. */
export function isSerial(column: Column, table: Table): boolean {
  return column.identity !== undefined || serialOf(column, table) !== undefined;
}

export function columnSql(column: Column, table: Table, notNull = column.notNull): string {
  const serial = serialOf(column, table);
  if (serial !== undefined) return `${ident(column.name)} ${serial}`;
  const value = column.generated ? ` generated always as (${sqlText(column.generated.value)}) stored` : column.default ? ` default ${sqlText(column.default.value)}` : '';
  const identity = column.identity === undefined ? '' : ` generated ${column.identity} as identity`;
  return `${ident(column.name)} ${column.typeText}${value}${identity}${notNull && column.identity === undefined ? ' not null' : ''}`;
}

export function constraintSql(constraint: Constraint): string {
  const valid = `${deferralText(constraint)}${constraint.validated ? '' : ' not valid'}`;
  const name = `constraint ${ident(constraint.name)}`;
  switch (constraint.kind) {
    case 'primary key': case 'unique': return `${name} ${constraint.kind}${constraint.nullsNotDistinct === true ? ' nulls not distinct' : ''} (${list(constraint.columns)})${valid}`;
    case 'check': return `${name} check (${sqlText(constraint.expr)})${valid}`;
    case 'foreign key': {
      const rule = (on: string, action: string) => (action === 'no action' ? '' : ` on ${on} ${action}`);
      return `${name} foreign key (${list(constraint.columns)}) references ${keyed(constraint.references)} (${list(constraint.referenced)})${rule('update', constraint.onUpdate)}${rule('delete', constraint.onDelete)}${valid}`;
    }
    case 'exclude': {
      const { def } = constraint;
      if (def.kind !== 'exclude') return name;
      const keys = def.keys.map((k) => `${k.column === undefined ? `(${k.expr ? sqlText(k.expr) : ''})` : ident(k.column)} with ${k.operator ?? '='}`);
      return `${name} exclude using ${def.method} (${keys.join(', ')})${def.where ? ` where (${sqlText(def.where)})` : ''}${valid}`;
    }
  }
}

export function indexSql(index: Index, of: string, concurrently = false): string {
  const keys = index.keys.map((k) => {
    const nulls = k.nullsFirst === undefined || k.nullsFirst === k.descending ? '' : k.nullsFirst ? ' nulls first' : ' nulls last';
    return `${k.column === undefined ? `(${k.expr ? sqlText(k.expr) : ''})` : ident(k.column)}${k.opclass === undefined ? '' : ` ${k.opclass}`}${k.descending ? ' desc' : ''}${nulls}`;
  });
  const include = index.include.length > 0 ? ` include (${list(index.include)})` : '';
  return `create ${index.unique ? 'unique ' : ''}index ${concurrently ? 'concurrently ' : ''}${ident(index.name)} on ${of}${index.method === 'btree' ? '' : ` using ${index.method}`} (${keys.join(', ')})${include}${index.where ? ` where ${sqlText(index.where)}` : ''}`;
}

export function policySql(policy: Policy, of: string): string {
  const lines = [`create policy ${ident(policy.name)} on ${of}`];
  if (!policy.permissive) lines.push('as restrictive');
  if (policy.command !== 'all') lines.push(`for ${policy.command}`);
  if (policy.roles.some((role) => role !== 'public')) lines.push(`to ${policy.roles.map(roleSql).join(', ')}`);
  if (policy.using) lines.push(`using (${sqlText(policy.using)})`);
  if (policy.check) lines.push(`with check (${sqlText(policy.check)})`);
  return lines.join('\n  ');
}

export function triggerSql(trigger: Trigger, of: string, args: readonly string[]): string {
  const events = trigger.events.map((event) => (event === 'update' && trigger.columns.length > 0 ? `update of ${list(trigger.columns)}` : event)).join(' or ');
  const when = trigger.when ? `\n  when (${sqlText(trigger.when)})` : '';
  const fn = trigger.function.replace(/\(.*\)$/, '');
  return `create trigger ${ident(trigger.name)} ${trigger.timing} ${events} on ${of}\n  for each ${trigger.perRow ? 'row' : 'statement'}${when} execute function ${keyed(fn)}(${args.map(literal).join(', ')})`;
}

/** What follows the columns of a foreign table: its server and options, as somebody wrote them. */
export function foreignTableSql(table: Table, tail: string): string {
  const inside = [...[...table.columns.values()].map((column) => columnSql(column, table)), ...[...table.constraints.values()].map(constraintSql)];
  return `create foreign table ${named(table)} (\n  ${inside.join(',\n  ')}\n) ${tail}`;
}

/** Table with columns, and all constraints but foreign keys, which follow when every table is there. */
export function tableSql(table: Table): string {
  const inside = [
    ...[...table.columns.values()].map((column) => columnSql(column, table)),
    ...[...table.constraints.values()].filter((c) => c.kind !== 'foreign key' && c.validated).map(constraintSql),
  ];
  const by = table.partitionBy ? ` partition by ${table.partitionBy.strategy} (${list(table.partitionBy.columns)})` : '';
  const inherits = table.parents.length > 0 && table.partitionOf === undefined ? ` inherits (${table.parents.map(keyed).join(', ')})` : '';
  const options = Object.entries(table.options).map(([name, value]) => `${name} = ${value}`);
  return `create table ${named(table)} (\n  ${inside.join(',\n  ')}\n)${by}${inherits}${options.length > 0 ? ` with (${options.join(', ')})` : ''}`;
}

/** @param body the query as somebody wrote it, or as it is printed */
export function viewSql(view: View, body: string, replace: boolean): string {
  const { check_option: check, ...rest } = view.options;
  const options = Object.entries(rest).map(([name, value]) => `${name} = ${value}`);
  const start = view.materialized ? 'create materialized view' : replace ? 'create or replace view' : 'create view';
  return `${start} ${named(view)} (${list(view.columns.map((c) => c.name))})${options.length > 0 ? ` with (${options.join(', ')})` : ''} as\n${body}${check === undefined ? '' : `\nwith ${check} check option`}`;
}

export function routineSql(routine: Routine): string | undefined {
  const { body } = routine;
  if (body === undefined) return undefined;
  let tag = '$$';
  for (let i = 1; body.text.includes(tag); i++) tag = `$body${i === 1 ? '' : i}$`;
  const table = routine.args.filter((arg) => arg.mode === 'table');
  const returns = table.length > 0 ? `table (${table.map((arg) => argSql({ ...arg, mode: 'in' })).join(', ')})` : routine.returns === undefined ? undefined : `${routine.returns.setof === true ? 'setof ' : ''}${formatType(routine.returns)}`;
  const attributes = [
    `language ${ident(routine.language)}`,
    ...(routine.volatility === 'volatile' || routine.kind === 'procedure' ? [] : [routine.volatility]),
    ...(routine.strict ? ['strict'] : []), ...(routine.leakproof ? ['leakproof'] : []), ...(routine.securityDefiner.value ? ['security definer'] : []),
    ...Object.entries(routine.settings).map(([name, value]) => `set ${name} = ${settingSql(name, value)}`),
  ];
  const args = routine.args.filter((arg) => arg.mode !== 'table').map(argSql).join(', ');
  return `create or replace ${routine.kind} ${named(routine)}(${args})${returns === undefined || routine.kind === 'procedure' ? '' : ` returns ${returns}`}\n${attributes.join(' ')} as ${tag}${body.text}${tag}`;
}

function argSql(arg: FunctionArg): string {
  return `${arg.mode === 'in' ? '' : `${arg.mode} `}${arg.name === undefined ? '' : `${ident(arg.name)} `}${formatType(arg.type)}${arg.default ? ` default ${sqlText(arg.default)}` : ''}`;
}

function settingSql(name: string, value: string): string {
  if (name !== 'search_path' || value === '') return literal(value);
  return value.split(',').map((part) => ident(part.trim().replace(/^"(.*)"$/, '$1'))).join(', ');
}

export function routineName(routine: Routine): string {
  const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
  return `${named(routine)}(${inputs.map((arg) => formatType({ ...arg.type, mods: [] })).join(', ')})`;
}

export function typeSql(type: UserType): string | undefined {
  const { form } = type;
  if (form.is === 'enum') return `create type ${named(type)} as enum (${form.labels.map(literal).join(', ')})`;
  if (form.is === 'composite') return `create type ${named(type)} as (${[...form.columns].map(([name, c]) => `${ident(name)} ${c.typeText}`).join(', ')})`;
  if (form.is !== 'domain') return undefined;
  const checks = [...form.checks].map(([name, check]) => ` constraint ${ident(name)} check (${sqlText(check)})`).join('');
  return `create domain ${named(type)} as ${formatType(form.base)}${form.default ? ` default ${sqlText(form.default)}` : ''}${form.notNull ? ' not null' : ''}${checks}`;
}

export function ownedBySql(sequence: Sequence): string {
  const parts = sequence.ownedBy?.split('.') ?? [];
  return parts.length < 3 ? 'none' : `${keyed(parts.slice(0, -1).join('.'))}.${ident(parts[parts.length - 1] ?? '')}`;
}

export function roleSql(role: string): string {
  return role === 'public' || /^(?:current|session)_(?:user|role)$/.test(role) ? role : ident(role);
}

/** GRANT and REVOKE that lead from the grants that are there to the ones that shall be. */
export function grantsSql(on: string, now: readonly Grant[], wanted: readonly Grant[]): string[] {
  const id = (g: Grant) => `${g.role}\n${g.privilege}\n${[...(g.columns ?? [])].sort().join()}\n${g.grantOption}`;
  const only = (these: readonly Grant[], others: readonly Grant[]) => {
    const known = new Set(others.map(id));
    const roles = new Map<string, string[]>();
    for (const g of these) {
      if (known.has(id(g))) continue;
      const key = `${g.role}\n${g.grantOption ? ' with grant option' : ''}`;
      roles.set(key, [...(roles.get(key) ?? []), `${g.privilege}${g.columns === undefined ? '' : ` (${list(g.columns)})`}`]);
    }
    return [...roles].map(([key, privileges]) => ({ role: key.slice(0, key.indexOf('\n')), option: key.slice(key.indexOf('\n') + 1), privileges: privileges.join(', ') }));
  };
  return [
    ...only(now, wanted).map(({ role, privileges }) => `revoke ${privileges} on ${on} from ${roleSql(role)}`),
    ...only(wanted, now).map(({ role, privileges, option }) => `grant ${privileges} on ${on} to ${roleSql(role)}${option}`),
  ];
}
