import type { Column, ColumnDef, ConstraintDef, RoleName, Span, SqlExpr, Table, TypeRef } from '@tenantlint/model';
import { qualifyExpr, tableScope } from '../expr/qualify.ts';
import { EMPTY } from '../expr/scope.ts';
import { formatType, sameType, SERIAL } from '../types.ts';
import { definedType, resolveType, type World } from '../world.ts';
import { nextval, ownedSequence } from './sequences.ts';

/** The server's own bound on a table. */
export const MOST_COLUMNS = 1600;

/** The column of a definition, its sequence made; constraints are left to the caller. */
export function newColumn(world: World, table: { readonly schema: string; readonly name: string; readonly key: string; readonly owner?: RoleName }, def: ColumnDef): Column {
  const base = SERIAL[def.type.name];
  const serial = base !== undefined && def.type.schema === undefined;
  const type = definedType(world, serial ? { ...def.type, name: base } : def.type);
  const given = def.default === undefined ? undefined : defaultOf(world, def.default, type);
  let value = given === undefined || def.default === undefined ? undefined : { value: given, at: def.default.at };
  if (serial) value = { value: nextval(ownedSequence(world, table, def.name, def.at).key, def.typeAt), at: def.typeAt };
  if (def.identity !== undefined) ownedSequence(world, table, def.name, def.at, def.identitySequence);
  return {
    name: def.name, at: def.at, type, typeText: formatType(type),
    notNull: def.notNull || serial || def.identity !== undefined || def.constraints.some((constraint) => constraint.kind === 'primary key' || constraint.kind === 'not null'),
    default: value, generated: undefined, identity: def.identity, comment: undefined, createdIn: world.step,
  };
}

/** A default as it is kept: a bare string has become a value of the column's type, and so depends on a user type. */
export function defaultOf(world: World, expr: SqlExpr, type: TypeRef): SqlExpr | undefined {
  // DEFAULT NULL is no default, unless the type still has to shorten it.
  const bare = expr.kind === 'cast' && sameType(resolveType(world, expr.type), type) ? expr.of : expr;
  if (bare.kind === 'literal' && bare.value === null && type.mods.length === 0) return undefined;
  const value = qualifyExpr(world, expr, EMPTY);
  const constant = value.kind === 'literal' && typeof value.value === 'string';
  return constant && type.schema !== undefined ? { kind: 'cast', at: value.at, of: value, type } : value;
}

/** A generated column's expression names its neighbours, so it is read when all of them stand. */
export function withGenerated(world: World, table: Table, def: ColumnDef): Column | undefined {
  const column = table.columns.get(def.name);
  if (column === undefined || def.generated === undefined) return undefined;
  const expr: SqlExpr = qualifyExpr(world, def.generated.expr, tableScope(table));
  return { ...column, generated: { value: expr, at: def.generated.expr.at } };
}

/** A column's constraint, or the table's, in the order of the text. */
export interface PlacedConstraint {
  readonly def: ConstraintDef;
  readonly column: string | undefined;
}

export function constraintsInOrder(columns: readonly ColumnDef[], constraints: readonly ConstraintDef[]): readonly PlacedConstraint[] {
  const placed: PlacedConstraint[] = [
    ...columns.flatMap((column) => column.constraints.map((def) => ({ def, column: column.name }))),
    ...constraints.map((def) => ({ def, column: undefined })),
  ];
  return placed.sort((a, b) => start(a.def.at) - start(b.def.at));
}

function start(at: Span): number {
  return at.start;
}
