import type { Grant } from '@tenantlint/model';
import { formatType } from '../types.ts';
import { quoteIdent } from '../quote.ts';
import { constraintDefinition, indexDefinition } from './definitions.ts';
import { lookup } from './cast.ts';
import type { Context } from './context.ts';
import { NOT_DECIDED, Oid, Stored, textOf, Unknown, type Value } from './values.ts';
import type { World } from '../world.ts';

/** Functions that look into the catalog; undefined for any other name. */
export function catalogFunction(name: string, args: readonly Value[], { world }: Context): Value | undefined {
  const undecided = args.find((arg) => arg instanceof Unknown);
  const [first = null, second = null] = args;
  switch (name) {
    case 'pg_get_expr':
      return first instanceof Stored ? first.print() : first === null ? null : NOT_DECIDED;
    case 'pg_get_constraintdef':
    case 'pg_get_indexdef':
      return undecided ?? (first instanceof Oid ? (definition(world, first) ?? NOT_DECIDED) : NOT_DECIDED);
    case 'pg_get_serial_sequence':
      return undecided ?? serialSequence(world, textOf(first) ?? '', textOf(second) ?? '');
    case 'pg_get_userbyid':
      return undecided ?? (first instanceof Oid ? first.key : NOT_DECIDED);
    case 'pg_get_function_identity_arguments':
    case 'pg_get_function_arguments':
    case 'oidvectortypes': {
      const routine = first instanceof Oid ? world.catalog.get('function', first.key) : undefined;
      if (routine === undefined) return NOT_DECIDED;
      const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
      if (name === 'pg_get_function_arguments' && inputs.some((arg) => arg.default !== undefined)) return NOT_DECIDED;
      const named = name !== 'oidvectortypes';
      return inputs.map((arg) => `${arg.mode === 'in' ? '' : `${arg.mode.toUpperCase()} `}${named && arg.name !== undefined ? `${arg.name} ` : ''}${formatType(arg.type)}`).join(', ');
    }
    case 'format_type':
      return undecided ?? (first instanceof Oid ? first.text : NOT_DECIDED);
    case 'obj_description':
      return undecided ?? (first instanceof Oid ? (world.catalog.get('table', first.key)?.comment ?? world.catalog.get('view', first.key)?.comment ?? world.catalog.get('function', first.key)?.comment ?? null) : NOT_DECIDED);
    case 'pg_table_is_visible':
    case 'pg_type_is_visible':
    case 'pg_function_is_visible':
      return undecided ?? (first instanceof Oid ? !first.text.includes('.') : NOT_DECIDED);
    case 'has_table_privilege':
    case 'has_schema_privilege':
    case 'has_function_privilege': {
      if (undecided !== undefined) return undecided;
      const [role, object, privilege] = args.length === 3 ? args : [world.session.role, first, second];
      return hasPrivilege(world, name, textOf(role ?? null) ?? '', object ?? null, textOf(privilege ?? null) ?? '');
    }
    default:
      return undefined;
  }
}

function definition(world: World, oid: Oid): string | undefined {
  const space = oid.key.lastIndexOf(' ');
  if (oid.of === 'constraint') {
    const table = world.catalog.get('table', oid.key.slice(0, space));
    const constraint = table?.constraints.get(oid.key.slice(space + 1));
    return table === undefined || constraint === undefined ? undefined : constraintDefinition(world, table, constraint);
  }
  const relation = oid.of === 'index' ? world.catalog.relation(oid.key) : undefined;
  const table = relation?.is === 'index' ? world.catalog.get('table', relation.of) : undefined;
  const index = relation?.is === 'index' ? table?.indexes.get(relation.name) : undefined;
  return table === undefined || index === undefined ? undefined : indexDefinition(world, table, index);
}

function serialSequence(world: World, table: string, column: string): Value {
  const found = lookup(world, 'regclass', table);
  const [sequence] = found === undefined ? [] : world.catalog.ownedSequences(`${found.key}.${column}`);
  return sequence === undefined ? null : `${quoteIdent(sequence.schema)}.${quoteIdent(sequence.name)}`;
}

function hasPrivilege(world: World, name: string, role: string, object: Value, privilege: string): Value {
  const { catalog } = world;
  const kind = name === 'has_table_privilege' ? 'regclass' : name === 'has_schema_privilege' ? 'regnamespace' : 'regprocedure';
  const found = object instanceof Oid ? object : lookup(world, kind, textOf(object) ?? '');
  if (found === undefined) return NOT_DECIDED;
  const value = kind === 'regclass' ? (catalog.get('table', found.key) ?? catalog.get('view', found.key)) : kind === 'regnamespace' ? catalog.get('schema', found.key) : catalog.get('function', found.key);
  if (value === undefined || catalog.get('role', role) === undefined) return NOT_DECIDED;
  const roles = memberships(world, role);
  if (roles.has(value.owner) || [...roles].some((name) => catalog.get('role', name)?.options.superuser === true)) return true;
  const grants: readonly Grant[] = value.grants;
  return privilege.toLowerCase().split(',').some((wanted) => grants.some((grant) => grant.columns === undefined && grant.privilege === wanted.trim() && roles.has(grant.role)));
}

/** The role, PUBLIC, and every role whose rights it inherits. */
function memberships(world: World, role: string): ReadonlySet<string> {
  const roles = new Set([role, 'public']);
  for (const name of roles) for (const other of world.catalog.get('role', name)?.memberOf ?? []) roles.add(other);
  return roles;
}
