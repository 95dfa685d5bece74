import { cases, type AbstractValue, type ClientContext, type Condition, type Span, type ValueEntry, type Written, type WrittenEntry } from '@tenantlint/model';
import { keyOf, modelOf, tableName } from './entities.ts';
import { exprOf } from './expressions.ts';
import { handle, ID, isOwn, namedOf, positionalOf, stateOf, type Entity, type NewObject } from './state.ts';

/** `Project(name=…)`: nothing is sent before a session is given the object. */
export function constructed(entity: Entity, cls: NewObject['cls'], args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  return handle({ is: 'object', entity, cls, entries: namedOf(args), at: { ...context.nameAt } }, context.at);
}

/** `Model.model_validate(data, update={…})`: an object of whatever the data holds. */
export function validated(entity: Entity, cls: NewObject['cls'], args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const [data] = positionalOf(args);
  const update = namedOf(args).findLast((e) => e.kind === 'property' && e.name === 'update');
  const entries: ValueEntry[] = [];
  if (data) entries.push({ kind: 'spread', of: data, at: data.at });
  if (update?.kind === 'property') entries.push({ kind: 'spread', of: update.value, at: update.value.at });
  return handle({ is: 'object', entity, cls, entries, at: context.nameAt }, context.at);
}

/** The values of a row, in source order; of two for one field the later one counts. Objects given for a relation link the row that they are. */
export function written(entries: readonly ValueEntry[], entity: Entity, at: Span, context: ClientContext): Written {
  const all = entries.flatMap((e): WrittenEntry[] => entriesOf(e, entity, context));
  const last = new Map(all.flatMap((e) => (e.kind === 'field' ? [[e.field, e] as const] : [])));
  return { entries: all.filter((e) => e.kind !== 'field' || last.get(e.field) === e), at };
}

function entriesOf(e: ValueEntry, entity: Entity, context: ClientContext): WrittenEntry[] {
  const model = modelOf(entity, context);
  if (e.kind === 'spread') {
    if (e.of.kind === 'object') return e.of.entries.flatMap((inner) => entriesOf(inner, entity, context));
    if (e.of.kind === 'instance') return e.of.fields.flatMap((inner) => entriesOf(inner, entity, context));
    if (e.of.kind === 'union') {
      const [only] = cases(e.of).filter((c) => c.value.kind === 'object');
      if (only && cases(e.of).every((c) => c === only || c.value.kind === 'undefined' || c.value.kind === 'literal')) return entriesOf({ ...e, of: only.value }, entity, context);
    }
    return [{ kind: 'spread', of: e.of, at: e.at }];
  }
  // `{Project.name: …}` of `Query.update`.
  if (e.kind === 'computed') {
    const key = isOwn(e.key) ? exprOf(e.key) : undefined;
    return key?.e === 'column' ? [{ kind: 'field', field: key.field, value: valueOf(e.value), at: e.at }] : [{ kind: 'spread', of: e.value, at: e.at }];
  }
  const field = model?.fields.get(e.name);
  if (field?.kind === 'relation' && !field.list) return linked(e.value, field.on, e.nameAt, e.name, context);
  if (field?.kind === 'relation') return children(e.value, e.name, field.model, e.nameAt, context);
  if (model && !field) return [...model.fields.values()].flatMap((f): WrittenEntry[] => (f.kind === 'scalar' && f.column === e.name ? [{ kind: 'field', field: f.name, value: valueOf(e.value), at: e.nameAt }] : []));
  return [{ kind: 'field', field: e.name, value: valueOf(e.value), at: e.nameAt }];
}

/** SQL that is computed at the database says nothing of whose row it is. */
function valueOf(value: AbstractValue): AbstractValue {
  return isOwn(value) ? { kind: 'symbol', origin: { kind: 'computed', op: 'SQL', of: [] }, path: [], at: value.at } : value;
}

/** `project=project`: the keys that the relation goes by. */
function linked(value: AbstractValue, on: readonly (readonly [string, string])[], at: Span, name: string, context: ClientContext): WrittenEntry[] {
  if (isOwn(value)) {
    const state = stateOf(value);
    if (state.is === 'object') return [{ kind: 'insert', field: name, row: written(state.entries, state.entity, state.at, context), at }];
  }
  return on.map(([here, there]) => ({ kind: 'field', field: here, value: context.property(value, there), at }));
}

function children(value: AbstractValue, name: string, model: string, at: Span, context: ClientContext): WrittenEntry[] {
  void model;
  return (context.items(value) ?? []).flatMap((item): WrittenEntry[] => {
    if (!isOwn(item)) return [];
    const state = stateOf(item);
    return state.is === 'object' ? [{ kind: 'insert', field: name, row: written(state.entries, state.entity, state.at, context), at }] : [];
  });
}

/** The row is there: it is the one that the object holds. */
export function keyCondition(entity: Entity, value: (field: string) => AbstractValue, at: Span, context: ClientContext): Condition {
  const of = keyOf(entity, context).map((field): Condition => ({ kind: 'compare', field, op: '=', value: value(field), whenUndefined: 'null', at }));
  const [only] = of;
  return of.length === 1 && only ? only : { kind: 'all', of };
}

/** `session.add(object)`: the row is written when the session is flushed; from here on the object is the row. */
export function added(object: NewObject, operation: string, context: ClientContext): AbstractValue {
  return context.run({
    client: ID, clientKind: 'plain', table: tableName(object.entity), verb: 'insert', operation, at: object.at,
    condition: { kind: 'all', of: [] }, inserts: [written(object.entries, object.entity, object.at, context)], changes: [], includes: [], result: 'row',
    selects: undefined, orders: [], limited: true, transaction: true,
  });
}

/** `session.merge(object)`: the row of that key is changed, or made. */
export function mergedObject(object: NewObject, context: ClientContext): AbstractValue {
  const entries = { kind: 'object', entries: object.entries, at: object.at } as const;
  const values = written(object.entries, object.entity, object.at, context);
  return context.run({
    client: ID, clientKind: 'plain', table: tableName(object.entity), verb: 'upsert', operation: 'merge', at: object.at,
    condition: keyCondition(object.entity, (field) => context.property(entries, field), object.at, context), inserts: [values], changes: [values], includes: [], result: 'row',
    selects: undefined, orders: [], limited: true, transaction: true,
  });
}

/** `session.delete(row)`. */
export function deletedRow(row: AbstractValue, at: Span, context: ClientContext): AbstractValue | undefined {
  if (row.kind !== 'row' || row.model === undefined) return undefined;
  const entity: Entity = { key: row.model, of: { kind: 'model', name: row.model } };
  return context.run({
    client: ID, clientKind: 'plain', table: tableName(entity), verb: 'delete', operation: 'delete', at,
    condition: keyCondition(entity, (field) => context.property(row, field), at, context), inserts: [], changes: [], includes: [], result: 'void',
    selects: undefined, orders: [], limited: true, transaction: true,
  });
}
