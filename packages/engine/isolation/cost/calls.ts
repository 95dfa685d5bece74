import type { PolicyCall, Routine, SqlExpr, SqlFrom, SqlSelect, Table } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { isPure } from '../bind/builtin.ts';
import { partsOf, partsOfSelect } from './children.ts';

/** Built-in functions whose result is fixed within a statement and which cost something. */
const STABLE = new Set(['current_setting', 'now', 'current_timestamp', 'auth.uid', 'auth.jwt', 'auth.role', 'auth.email', 'auth.user_id', 'auth.session', 'pg_has_role', 'has_table_privilege']);
const VOLATILE = new Set(['random', 'clock_timestamp', 'gen_random_uuid', 'uuid_generate_v4', 'nextval', 'set_config']);

interface Place {
  /** Table whose rows the expression runs for. */
  readonly rowsOf: string | undefined;
  /** Inside a sub-select without FROM, and whether anything in that sub-select depends on a row. */
  readonly alone: boolean;
  readonly depends: boolean;
}

/** Calls of a policy's condition, judged by where they stand rather than by how they look. */
export function callsOf(expr: SqlExpr, side: 'using' | 'check', table: Table, world: World): readonly PolicyCall[] {
  const out: PolicyCall[] = [];
  const stack: { readonly expr: SqlExpr; readonly place: Place }[] = [{ expr, place: { rowsOf: table.key, alone: false, depends: false } }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { place } = next;
    if (next.expr.kind === 'call') note(next.expr, place, side, world, out);
    const parts = partsOf(next.expr);
    for (const part of parts.exprs) stack.push({ expr: part, place });
    const selects: { readonly select: SqlSelect; readonly place: Place }[] = parts.selects.map((select) => ({ select, place }));
    for (let inner = selects.pop(); inner !== undefined; inner = selects.pop()) {
      const below = within(inner.select, inner.place, world);
      const all = partsOfSelect(inner.select);
      for (const part of all.exprs) stack.push({ expr: part, place: below });
      for (const select of all.selects) selects.push({ select, place: below });
    }
  }
  return out.sort((a, b) => a.at.start - b.at.start);
}

function within(select: SqlSelect, outer: Place, world: World): Place {
  if (select.from.length === 0 && select.set === undefined) return { ...outer, alone: true, depends: mentionsColumn(select) };
  return { rowsOf: scanned(select.from, world), alone: false, depends: false };
}

function scanned(from: readonly SqlFrom[], world: World): string | undefined {
  const items = [...from];
  for (let item = items.shift(); item !== undefined; item = items.shift()) {
    if (item.kind === 'join') items.unshift(item.left, item.right);
    if (item.kind === 'table') {
      const { name } = item;
      const key = name.schema !== undefined ? `${name.schema}.${name.name}` : [...world.schema.searchPath, 'public'].map((schema) => `${schema}.${name.name}`).find((one) => world.schema.tables.has(one));
      if (key !== undefined && world.schema.tables.has(key)) return key;
    }
  }
  return undefined;
}

function note(call: Extract<SqlExpr, { kind: 'call' }>, place: Place, side: 'using' | 'check', world: World, out: PolicyCall[]): void {
  const name = call.name.schema === undefined ? call.name.name : `${call.name.schema}.${call.name.name}`;
  const volatility = volatilityOf(name, call, world);
  if (volatility === undefined) return;
  const perArgument = call.args.some(dependsOnColumn);
  const once = (place.alone && !place.depends) || (volatility === 'immutable' && !perArgument);
  out.push({ name, at: call.at, side, volatility, perArgument, once, rowsOf: place.rowsOf });
}

/** Undefined for what costs no more than an operator. */
function volatilityOf(name: string, call: Extract<SqlExpr, { kind: 'call' }>, world: World): PolicyCall['volatility'] | undefined {
  const bare = name.replace(/^pg_catalog\./, '');
  if (STABLE.has(bare)) return 'stable';
  if (VOLATILE.has(bare)) return 'volatile';
  const routine: Routine | undefined = world.routines.get(call.name.name)?.find((one) => call.name.schema === undefined || one.schema === call.name.schema);
  if (routine !== undefined && !(routine.platform && isPure(call.name))) return routine.volatility;
  // A function that nothing declares is taken for what CREATE FUNCTION makes unless told otherwise.
  return isPure(call.name) ? undefined : 'volatile';
}

function dependsOnColumn(expr: SqlExpr): boolean {
  const stack = [expr];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === 'column') return true;
    const parts = partsOf(next);
    stack.push(...parts.exprs);
    if (parts.selects.some(mentionsColumn)) return true;
  }
  return false;
}

function mentionsColumn(select: SqlSelect): boolean {
  const selects = [select];
  for (let next = selects.pop(); next !== undefined; next = selects.pop()) {
    const parts = partsOfSelect(next);
    if (parts.exprs.some(dependsOnColumn)) return true;
    selects.push(...parts.selects);
  }
  return false;
}
