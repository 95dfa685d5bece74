import type { SchemaEvent, Span, TableAction } from '@tenantlint/model';
import { argument, textOf, truthOf, type Args, type Value } from '../python/constant/index.ts';
import { inner, readDefault } from '../sqlalchemy/column.ts';
import { qname } from '../sqlalchemy/events.ts';
import { calledName, type Reading } from '../sqlalchemy/reading.ts';
import type { TableSpec } from '../sqlalchemy/table.ts';
import { columnType } from '../sqlalchemy/types.ts';
import { sqlTextOf, unreadSql } from './sql.ts';

/** What `op.alter_column` does, in the order in which it does it: type, nullability, default, comment, name. */
export function alterColumn(of: Reading, table: TableSpec, value: Value, { named }: Args, at: Span): SchemaEvent[] {
  const column = textOf(value) ?? '';
  const columnAt = inner(value);
  const target = qname(table.schema, table.name, table.nameAt);
  const events: SchemaEvent[] = [];
  const alter = (action: TableAction): void => {
    events.push({ kind: 'alter-table', object: 'table', table: target, ifExists: false, only: false, actions: [action], at });
  };
  const refuse = (where: Span, reason: string): void => {
    events.push(unreadSql(where, reason, 'ALTER TABLE'));
  };
  /** False stands for an argument that is not given. */
  const given = (name: string): Value | undefined => {
    const one = named.get(name);
    return one?.kind === 'boolean' && !one.value && name !== 'nullable' ? undefined : one;
  };

  const type = given('type_');
  if (type && type.kind !== 'none') {
    const read = columnType(of, type);
    const using = sqlTextOf(named.get('postgresql_using') ?? { kind: 'none', at });
    if (read) alter({ do: 'set-type', column, columnAt, type: of.type(read.text), ...(using ? { using: of.expression(using.text) } : {}), at });
    else refuse(type.at, 'the type is not known');
  }
  const nullable = given('nullable');
  if (nullable && nullable.kind !== 'none') {
    const truth = truthOf(nullable);
    if (truth === undefined) refuse(nullable.at, 'whether the column is nullable is not constant');
    else alter({ do: 'set-not-null', column, columnAt, notNull: !truth, at });
  }
  const fallback = given('server_default');
  if (fallback) {
    const word = calledName(fallback);
    if (word === 'Identity' && fallback.kind === 'call') alter({ do: 'set-identity', column, identity: truthOf(argument(fallback.args, 'always', 0) ?? { kind: 'none', at }) === true ? 'always' : 'by default', at });
    else if (word === 'Computed') refuse(at, 'a generated column cannot be altered');
    else {
      const expr = readDefault(of, fallback);
      alter({ do: 'set-default', column, columnAt, ...(expr ? { value: expr } : {}), at });
    }
  }
  if (given('comment')) events.push({ kind: 'comment', object: 'column', name: { name: column, at: columnAt }, of: target, text: textOf(named.get('comment')) ?? null, at });
  const name = given('new_column_name');
  if (name && name.kind !== 'none') {
    const to = textOf(name);
    if (to === undefined) refuse(name.at, 'the new name is not constant');
    else events.push({ kind: 'rename', object: 'column', name: { name: column, at: columnAt }, of: target, to, ifExists: false, at });
  }
  return events;
}
