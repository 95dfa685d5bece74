import type { SqlExpr } from '@tenantlint/model';
import { outputName } from '../expr/output-name.ts';
import { splitList } from '../quote.ts';
import { searchPath } from '../world.ts';
import { callRoutine, findRoutine } from './calls.ts';
import { lookup } from './cast.ts';
import { catalogFunction } from './catalog-functions.ts';
import type { Context, Relation } from './context.ts';
import { evaluate } from './evaluate.ts';
import { ARRAY_FUNCTIONS, format, TEXT_FUNCTIONS } from './text.ts';
import { isArray, isRow, Json, NOT_DECIDED, textOf, toBoolean, Unknown, type Row, type Value } from './values.ts';

type Call = SqlExpr & { readonly kind: 'call' };

/** A call's value: a function of Postgres that is known, or one of the catalog that can be followed. */
export function callFunction(call: Call, context: Context): Value {
  const args = call.args.map((arg) => evaluate(arg, context));
  if (call.name.schema === undefined || call.name.schema === 'pg_catalog') {
    const value = builtIn(call, args, context);
    if (value !== undefined) return value;
  }
  const routine = findRoutine(call, context);
  if (routine === undefined) return NOT_DECIDED;
  const relation = callRoutine(routine, call, args, context);
  if (relation === undefined || relation.open || relation.rows.some(({ certain }) => !certain)) return NOT_DECIDED;
  const [row] = relation.rows;
  if (row === undefined) return null;
  if (relation.columns.length <= 1) return row.values[0] ?? null;
  return new Map(relation.columns.map((name, i) => [name, row.values[i] ?? null])) satisfies Row;
}

/** Undefined for a name that is none of Postgres' known functions. */
function builtIn(call: Call, args: readonly Value[], context: Context): Value | undefined {
  const name = call.name.name;
  const { world } = context;
  const setting = settingFunction(name, args, context);
  if (setting !== undefined) return setting;
  if (name === 'format') {
    const [template, ...rest] = args;
    if (template === null || template === undefined || template instanceof Unknown) return template ?? null;
    const text = textOf(template);
    return text === undefined ? NOT_DECIDED : format(text, rest.length === 1 && rest[0] !== undefined && isArray(rest[0]) ? rest[0] : rest);
  }
  const onArrays = ARRAY_FUNCTIONS[name];
  if (onArrays !== undefined) return args.find((arg) => arg instanceof Unknown) ?? onArrays(args);
  const onText = TEXT_FUNCTIONS[name];
  if (onText !== undefined) {
    const undecided = args.find((arg) => arg instanceof Unknown);
    if (undecided !== undefined) return undecided;
    if (args.some((arg) => arg === null)) return null;
    if (name === 'length' && args.some((arg) => arg !== null && (arg instanceof Json || isArray(arg)))) return NOT_DECIDED;
    const texts = args.map((arg) => textOf(arg));
    return texts.some((text) => text === undefined) ? NOT_DECIDED : onText(...(texts as readonly string[]));
  }
  const registered = /^to_(regclass|regtype|regproc|regprocedure|regnamespace|regrole)$/.exec(name)?.[1];
  if (registered !== undefined) {
    const [arg = null] = args;
    const text = textOf(arg);
    return text === undefined ? arg : (lookup(world, registered, text) ?? null);
  }
  return catalogFunction(name, args, context) ?? plain(name, args);
}

function plain(name: string, args: readonly Value[]): Value | undefined {
  const [first = null] = args;
  switch (name) {
    case 'abs':
      return typeof first === 'number' ? Math.abs(first) : NOT_DECIDED;
    case 'floor':
      return typeof first === 'number' ? Math.floor(first) : NOT_DECIDED;
    case 'ceil':
    case 'ceiling':
      return typeof first === 'number' ? Math.ceil(first) : NOT_DECIDED;
    case 'jsonb_array_length':
    case 'json_array_length':
      return first instanceof Json && Array.isArray(first.value) ? first.value.length : NOT_DECIDED;
    case 'jsonb_build_object':
    case 'json_build_object': {
      const fields: Record<string, unknown> = {};
      for (let i = 0; i + 1 < args.length; i += 2) {
        const [key, value] = [args[i] ?? null, args[i + 1] ?? null];
        if (value instanceof Unknown || key instanceof Unknown) return NOT_DECIDED;
        fields[textOf(key) ?? ''] = value instanceof Json ? value.value : value;
      }
      return new Json(fields);
    }
    case 'to_jsonb':
    case 'to_json':
      return first instanceof Unknown ? first : isRow(first) ? NOT_DECIDED : new Json(first instanceof Json ? first.value : first);
    case 'row_security_active':
      return NOT_DECIDED;
    default:
      return undefined;
  }
}

/** set_config and current_setting: the session's own settings are known, all others are not. */
function settingFunction(name: string, args: readonly Value[], { world }: Context): Value | undefined {
  const [setting = null, value = null, local = null] = args;
  const key = textOf(setting)?.toLowerCase();
  if (name === 'set_config') {
    const text = textOf(value);
    if (key === undefined || text === undefined) return NOT_DECIDED;
    world.session.set(key, key === 'search_path' ? splitPath(text) : [text], toBoolean(local) === true);
    return text;
  }
  if (name === 'current_setting') {
    if (key === undefined) return NOT_DECIDED;
    if (key === 'search_path') return world.session.searchPath.join(', ');
    const known = world.session.get(key);
    if (known !== undefined) return known.join(', ');
    return key === 'role' ? 'none' : NOT_DECIDED;
  }
  if (name === 'current_schemas') return [...(toBoolean(setting) === true ? ['pg_catalog'] : []), ...searchPath(world)];
  if (name === 'current_schema') return searchPath(world)[0] ?? null;
  if (name === 'current_database') return 'postgres';
  return undefined;
}

function splitPath(text: string): readonly string[] {
  const names = splitList(text);
  return names.length === 0 ? [''] : names;
}

/** Rows of a call in FROM, or of a set-returning one among the targets. */
export function rowsOfCall(call: SqlExpr, alias: string | undefined, context: Context): Relation | undefined {
  if (call.kind !== 'call') return single([evaluate(call, context)], alias ?? outputName(call));
  const routine = call.name.schema !== undefined && call.name.schema !== 'pg_catalog' ? findRoutine(call, context) : undefined;
  const own = routine ?? (isBuiltInSet(call.name.name) ? undefined : findRoutine(call, context));
  if (own !== undefined) {
    const relation = callRoutine(own, call, call.args.map((arg) => evaluate(arg, context)), context);
    return relation === undefined || relation.columns.length !== 1 || alias === undefined || own.args.some((arg) => arg.mode !== 'in') ? relation : { ...relation, columns: [alias] };
  }
  const args = call.args.map((arg) => evaluate(arg, context));
  const [first = null, second = null, third = null] = args;
  switch (call.name.name) {
    case 'generate_series': {
      const [from, to, by] = [first, second, third ?? 1];
      if (typeof from !== 'number' || typeof to !== 'number' || typeof by !== 'number' || by === 0 || Math.abs((to - from) / by) > 100_000) return unknown(alias ?? 'generate_series');
      const values: number[] = [];
      for (let i = from; by > 0 ? i <= to : i >= to; i += by) values.push(i);
      return single(values, alias ?? 'generate_series');
    }
    case 'unnest': {
      if (args.length > 1) return undefined;
      const array = typeof first === 'string' ? null : first;
      if (first === null) return single([], alias ?? 'unnest');
      return array !== null && isArray(array) ? single(array, alias ?? 'unnest') : unknown(alias ?? 'unnest');
    }
    case 'jsonb_array_elements':
    case 'json_array_elements':
    case 'jsonb_array_elements_text':
    case 'json_array_elements_text': {
      const name = alias ?? 'value';
      if (!(first instanceof Json) || !Array.isArray(first.value)) return unknown(name);
      const asText = call.name.name.endsWith('_text');
      return single((first.value as readonly unknown[]).map((item): Value => (!asText ? new Json(item) : item === null ? null : typeof item === 'string' ? item : JSON.stringify(item))), name);
    }
    case 'jsonb_object_keys':
    case 'json_object_keys':
      return first instanceof Json && typeof first.value === 'object' && first.value !== null ? single(Object.keys(first.value), alias ?? call.name.name) : unknown(alias ?? call.name.name);
    default: {
      const value = callFunction(call, context);
      if (value instanceof Unknown) return unknown(alias ?? call.name.name);
      return isArray(value) && isBuiltInSet(call.name.name) ? single(value, alias ?? call.name.name) : single([value], alias ?? call.name.name);
    }
  }
}

function isBuiltInSet(name: string): boolean {
  return name === 'generate_series' || name === 'unnest' || name.startsWith('json') || name === 'string_to_table' || name === 'regexp_split_to_table';
}

function single(values: readonly Value[], column: string): Relation {
  return { columns: [column], rows: values.map((value) => ({ values: [value], certain: true })), open: false };
}

function unknown(column: string): Relation {
  return { columns: [column], rows: [], open: true };
}

