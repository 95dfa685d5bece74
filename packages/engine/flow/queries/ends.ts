import type { Formula, Model, ModelField, Relationship, Span, TableName } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { and, columnsEqual, exists } from './formulas.ts';

type Relation = Extract<ModelField, { kind: 'relation' }>;

/** The other end of a relation, as the model says it of the field, or the client of the query itself. */
export interface End {
  readonly table: string | undefined;
  readonly model: Model | undefined;
  readonly list: boolean;
  /** The row at the other end exists whenever this one does. */
  readonly required: boolean;
  /** It is tied by columns of the two rows. */
  readonly keyed: boolean;
  tied(from: number, to: number, at: Span): Formula;
}

export function endOf(f: Flow, model: Model | undefined, name: string, to: Relationship | undefined): End | undefined {
  if (to) return stated(f, name, to);
  const field = model?.fields.get(name);
  if (field?.kind !== 'relation') return undefined;
  const other = f.input.models?.models.get(field.model);
  return { table: other?.table, model: other, list: field.list, required: field.required, keyed: field.on.length > 0, tied: (from, target, at) => tie(model, from, field, other, target, at) };
}

function stated(f: Flow, name: string, to: Relationship): End {
  const { through } = to;
  const tied = (from: number, target: number, at: Span): Formula => {
    if (!through) return to.on.length > 0 ? and(to.on.map(([here, there]) => columnsEqual(from, here, target, there, at))) : untied(name, from, target, at);
    const join = joinRow(from, target);
    const pairs = [...through.here.map(([here, there]) => columnsEqual(from, here, join, there, at)), ...through.there.map(([here, there]) => columnsEqual(join, here, target, there, at))];
    return exists([{ id: join, table: resolveTable(f, through.table).table, alias: name, at }], and(pairs), at);
  };
  return { ...resolveTable(f, to.table), list: to.list, required: to.always, keyed: to.on.length > 0, tied };
}

/** What ties two rows of a relation together. */
function tie(model: Model | undefined, from: number, field: Relation, to: Model | undefined, target: number, at: Span): Formula {
  if (field.on.length > 0) {
    const pairs = field.on.flatMap(([here, there]): Formula[] => {
      const a = columnOf(model, here);
      const b = columnOf(to, there);
      return a !== undefined && b !== undefined ? [columnsEqual(from, a, target, b, at)] : [];
    });
    if (pairs.length === field.on.length) return and(pairs);
  }
  if (field.through !== undefined && model && to) {
    // An implicit many-to-many: column A holds the key of the model that comes first in the alphabet.
    const first = model.name <= to.name;
    const join = joinRow(from, target);
    return exists([{ id: join, table: field.through, alias: field.through, at }], and([columnsEqual(join, first ? 'A' : 'B', from, keyColumn(model), at), columnsEqual(join, first ? 'B' : 'A', target, keyColumn(to), at)]), at);
  }
  return untied(field.name, from, target, at);
}

const joinRow = (from: number, target: number): number => -(from * 100_000 + target);
const untied = (name: string, from: number, target: number, at: Span): Formula => ({ kind: 'opaque', text: name, why: 'the relation has no key that could be read', about: [from, target], at });

export function columnOf(model: Model | undefined, field: string): string | undefined {
  if (!model) return field;
  const found = model.fields.get(field);
  return found?.kind === 'scalar' ? found.column : undefined;
}

function keyColumn(model: Model): string {
  const id = model.fields.get('id');
  return id?.kind === 'scalar' ? id.column : 'id';
}

/** The table of stored files, which Supabase makes. To whom one belongs is said by its path. */
export const OBJECTS = 'storage.objects';

export function resolveTable(f: Flow, name: TableName): { table: string | undefined; model: Model | undefined } {
  if (name.kind === 'model') {
    const model = f.input.models?.models.get(name.name);
    return { table: model?.table, model };
  }
  if (name.kind === 'unknown') return { table: undefined, model: undefined };
  if (`${name.schema ?? ''}.${name.name}` === OBJECTS) return { table: OBJECTS, model: undefined };
  const { tables, views, searchPath } = f.input.schema;
  for (const schema of name.schema !== undefined ? [name.schema] : [...searchPath, 'public']) {
    const key = `${schema}.${name.name}`;
    if (tables.has(key) || views.has(key)) return { table: key, model: undefined };
  }
  return { table: undefined, model: undefined };
}
