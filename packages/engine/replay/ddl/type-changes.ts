import type { Column, Table, TypeRef } from '@tenantlint/model';
import { dependenciesOf } from '../dependencies.ts';
import { fail } from '../failure.ts';
import { tableAt, type World } from '../world.ts';

/** Types of one family compare with each other, so a foreign key may span them. */
const FAMILIES: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision', 'oid'],
  ['text', 'character varying', 'character', 'bpchar', 'name', '"char"'],
  ['date', 'timestamp with time zone', 'timestamp without time zone'],
  ['uuid'], ['boolean'], ['bytea'], ['json'], ['jsonb'], ['inet', 'cidr'], ['interval'], ['time with time zone', 'time without time zone'],
];

/** Whether two columns can stand at the two ends of a foreign key; types that are not known always can. */
export function comparable(a: TypeRef, b: TypeRef): boolean {
  if (a.dims !== b.dims) return false;
  if (a.schema !== undefined || b.schema !== undefined) return true;
  const [left, right] = [a, b].map((type) => FAMILIES.findIndex((family) => family.includes(type.name)));
  return left === -1 || right === -1 || left === right;
}

/** ALTER COLUMN TYPE is refused while a view, policy, rule or trigger reads the column, or a foreign key would no longer fit. */
export function requireRetypable(world: World, key: string, column: Column, to: TypeRef): void {
  const table = tableAt(world, key);
  if (table.inferred) return;
  const refuse = (by: string): never => fail('feature_not_supported', `cannot alter type of column "${column.name}" of "${table.name}": used by ${by}`);
  if (table.partitionBy?.columns.includes(column.name) === true) fail('invalid_table_definition', `cannot alter column "${column.name}" because it is part of the partition key`);
  for (const { on } of dependenciesOf(world, { is: 'column', of: key, name: column.name })) {
    if (on.is === 'view') refuse(`view ${on.key}`);
    else if (on.is === 'policy') refuse(`policy ${on.name}`);
    else if (on.is === 'trigger') refuse(`trigger ${on.name}`);
    else if (on.is === 'column') refuse(`generated column ${on.name}`);
    else if (on.is === 'constraint') requireFittingKey(world, key, table, column, to, on.of, on.name);
  }
}

function requireFittingKey(world: World, key: string, table: Table, column: Column, to: TypeRef, of: string, name: string): void {
  const constraint = world.catalog.get('table', of)?.constraints.get(name);
  if (constraint?.kind !== 'foreign key') return;
  const target = world.catalog.get('table', constraint.references);
  constraint.columns.forEach((own, i) => {
    const other = constraint.referenced[i];
    const from = of === key && own === column.name ? to : world.catalog.get('table', of)?.columns.get(own)?.type;
    const into = constraint.references === key && other === column.name ? to : target?.columns.get(other ?? '')?.type;
    if (from !== undefined && into !== undefined && !comparable(from, into)) fail('datatype_mismatch', `foreign key constraint "${name}" of "${table.name}" cannot be implemented`);
  });
}
