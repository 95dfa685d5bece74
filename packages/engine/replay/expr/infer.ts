import type { Routine, SqlExpr, TypeRef } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { keyOf, resolveType, searchPath, type World } from '../world.ts';
import { plainType } from '../types.ts';
import { common, decided, without } from './common-type.ts';
import { builtInResult } from './built-in-results.ts';
import { chooseOverload } from './overload.ts';
import { operatorResult } from './operator-results.ts';
import { outputName } from './output-name.ts';
import { bind, outputColumns, type Names, type Scope, type ScopeColumn } from './scope.ts';

const BOOLEAN = plainType('boolean');
const TEXT = plainType('text');
const UNDECIDED = plainType('unknown');

/** Result type of an expression by Postgres' rules; undefined where a name in it is not known. */
export function typeOf(world: World, names: Names, expr: SqlExpr, scope: Scope): TypeRef | undefined {
  const of = (part: SqlExpr): TypeRef | undefined => typeOf(world, names, part, scope);
  switch (expr.kind) {
    case 'literal':
      return literalType(expr.value);
    case 'column': {
      const bound = bind(expr.path, scope);
      if (bound?.is === 'column') return bound.column.type;
      if (bound?.item.key === undefined) return undefined;
      const dot = bound.item.key.indexOf('.');
      return { schema: bound.item.key.slice(0, dot), name: bound.item.key.slice(dot + 1), mods: [], dims: 0 };
    }
    case 'cast':
      return resolveType(world, expr.type);
    case 'and':
    case 'or':
    case 'not':
    case 'is-null':
    case 'is-bool':
    case 'distinct':
    case 'in':
    case 'any-array':
    case 'all-array':
    case 'any-select':
    case 'all-select':
    case 'exists':
      return BOOLEAN;
    case 'operator':
      return operatorResult(expr.op, of(expr.left), of(expr.right));
    case 'prefix':
      return expr.op === '-' || expr.op === '+' || expr.op === '~' ? without(of(expr.of)) : expr.op === '@' ? without(of(expr.of)) : undefined;
    case 'call': {
      const routine = routineOf(world, names, expr, scope);
      if (routine !== undefined) return routine.returns === undefined ? outType(routine) : scalar(polymorphic(routine, expr.args.map(of)));
      return builtInResult(expr, expr.args.map(of));
    }
    case 'keyword':
      return keywordType(expr.name);
    case 'case':
      return common([...expr.whens.map((branch) => of(branch.then)), expr.otherwise === undefined ? UNDECIDED : of(expr.otherwise)]);
    case 'coalesce':
    case 'greatest':
    case 'least':
      return common(expr.of.map(of));
    case 'nullif':
      return of(expr.left);
    case 'array': {
      const element = common(expr.of.map(of));
      return element === undefined ? undefined : { ...decided(element), dims: 1 };
    }
    case 'array-select': {
      const element = outputColumns(expr.select, scope, names)[0]?.type;
      return element === undefined ? undefined : { ...element, dims: 1 };
    }
    case 'scalar':
      return outputColumns(expr.select, scope, names)[0]?.type;
    case 'row':
      return plainType('record');
    case 'subscript': {
      const array = of(expr.of);
      if (array === undefined || array.dims === 0) return array;
      return { ...array, dims: 0 };
    }
    case 'field':
      return fieldType(world, of(expr.of), expr.name);
    case 'param':
    case 'opaque':
      return undefined;
    default:
      return never(expr);
  }
}

function literalType(value: string | number | boolean | null): TypeRef {
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value !== 'number') return UNDECIDED;
  if (!Number.isInteger(value)) return plainType('numeric');
  return plainType(Math.abs(value) <= 2147483647 ? 'integer' : Number.isSafeInteger(value) ? 'bigint' : 'numeric');
}

function keywordType(name: string): TypeRef | undefined {
  switch (name) {
    case 'current_date':
      return plainType('date');
    case 'current_timestamp':
      return plainType('timestamp with time zone');
    case 'current_time':
      return plainType('time with time zone');
    case 'localtimestamp':
      return plainType('timestamp without time zone');
    case 'localtime':
      return plainType('time without time zone');
    case 'current_user':
    case 'session_user':
    case 'current_role':
    case 'user':
    case 'current_catalog':
    case 'current_schema':
      return plainType('name');
    default:
      return undefined;
  }
}

function scalar(type: TypeRef | undefined): TypeRef | undefined {
  if (type?.setof !== true) return type;
  const { setof: _set, ...rest } = type;
  return rest;
}

function outType(routine: Routine): TypeRef | undefined {
  const outs = routine.args.filter((arg) => arg.mode === 'out' || arg.mode === 'inout' || arg.mode === 'table');
  return outs.length === 1 ? outs[0]?.type : plainType('record');
}

function polymorphic(routine: Routine, given: readonly (TypeRef | undefined)[]): TypeRef | undefined {
  const returns = routine.returns;
  if (returns === undefined || !/^any(element|array|enum|nonarray|compatible)/.test(returns.name)) return returns;
  const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout');
  const i = inputs.findIndex((arg) => arg.type.name.startsWith('any'));
  const actual = given[i];
  if (actual === undefined) return undefined;
  const element = inputs[i]?.type.name.endsWith('array') === true ? { ...actual, dims: 0 } : actual;
  return returns.name.endsWith('array') ? { ...element, dims: 1 } : element;
}

/** The routine of the catalog that a call runs. */
export function routineOf(world: World, names: Names, call: SqlExpr & { readonly kind: 'call' }, scope: Scope): Routine | undefined {
  const schemas = call.name.schema === undefined ? searchPath(world) : [call.name.schema];
  for (const schema of schemas) {
    const keys = world.catalog.overloads(schema, call.name.name);
    if (keys.length === 0) continue;
    const routines = keys.flatMap((key) => world.catalog.get('function', key) ?? []);
    const types = routines.length > 1 ? call.args.map((arg) => typeOf(world, names, arg, scope)) : [];
    const chosen = chooseOverload(routines, call.args.length, types);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

function fieldType(world: World, of: TypeRef | undefined, field: string): TypeRef | undefined {
  if (of?.schema === undefined) return undefined;
  return world.catalog.get('table', keyOf(of.schema, of.name))?.columns.get(field)?.type;
}

/** Columns that a call in FROM gives. */
export function callColumns(world: World, names: Names, call: SqlExpr, alias: string | undefined, scope: Scope): readonly ScopeColumn[] | undefined {
  if (call.kind !== 'call') return [{ name: alias ?? outputName(call), type: typeOf(world, names, call, scope) }];
  const routine = routineOf(world, names, call, scope);
  if (routine !== undefined) {
    const outs = routine.args.filter((arg) => arg.mode === 'out' || arg.mode === 'inout' || arg.mode === 'table');
    if (outs.length > 1 || routine.args.some((arg) => arg.mode === 'table')) return outs.map((arg, i) => ({ name: arg.name ?? `column${i + 1}`, type: arg.type }));
    const returns = routine.returns ?? outs[0]?.type;
    if (returns?.name === 'record') return undefined;
    const row = returns?.schema === undefined ? undefined : names.relation({ schema: returns.schema, name: returns.name, at: call.at });
    if (row !== undefined) return row.columns.map(({ name, type }) => ({ name, type }));
    return [{ name: alias ?? outs[0]?.name ?? call.name.name, type: returns === undefined ? undefined : scalar(returns) }];
  }
  const given = call.args.map((arg) => typeOf(world, names, arg, scope));
  switch (call.name.name) {
    case 'jsonb_each':
    case 'json_each':
      return [{ name: 'key', type: TEXT }, { name: 'value', type: plainType(call.name.name.slice(0, call.name.name.indexOf('_'))) }];
    case 'jsonb_each_text':
    case 'json_each_text':
      return [{ name: 'key', type: TEXT }, { name: 'value', type: TEXT }];
    case 'jsonb_array_elements':
    case 'json_array_elements':
    case 'jsonb_array_elements_text':
    case 'json_array_elements_text':
      return [{ name: alias ?? 'value', type: builtInResult(call, given) }];
    case 'jsonb_to_recordset':
    case 'json_to_recordset':
    case 'jsonb_to_record':
    case 'json_to_record':
    case 'jsonb_populate_recordset':
    case 'json_populate_recordset':
      return undefined;
    case 'unnest':
      return given.map((type) => ({ name: alias ?? 'unnest', type: type === undefined ? undefined : { ...type, dims: 0 } }));
    default:
      return [{ name: alias ?? call.name.name, type: builtInResult(call, given) }];
  }
}
