import { cases, settle, type AbstractValue, type ClientContext, type Condition, type Model, type ModelField, type Span, type Written, type WrittenEntry } from '@tenantlint/model';
import { where } from './where.ts';

const UPDATES = new Set(['set', 'increment', 'decrement', 'multiply', 'divide', 'push', 'unset']);
const NOTHING: Condition = { kind: 'all', of: [] };

/** `data` of one row. Fields that a later spread may replace come before it. */
export function written(value: AbstractValue, model: Model | undefined, context: ClientContext): Written {
  const object = value.kind === 'object' ? value : ({ kind: 'object', entries: [{ kind: 'spread', of: value, at: value.at }], at: value.at } as const);
  const { fields, opaque } = settle(object);
  const before: WrittenEntry[] = [];
  const after: WrittenEntry[] = [];
  for (const field of fields) {
    const entries = entry(model?.fields.get(field.name), field.name, field.value, field.at, context);
    (field.overwrittenBy ? before : after).push(...entries);
  }
  return { entries: [...before, ...opaque.map((o): WrittenEntry => ({ kind: 'spread', of: o.of, at: o.at })), ...after], at: value.at };
}

/** `data` of many rows: each element of an array, or the one that stands for all. */
export function writtenMany(value: AbstractValue, model: Model | undefined, context: ClientContext): Written[] {
  if (value.kind === 'union') return value.of.flatMap((c) => writtenMany(c.value, model, context));
  if (value.kind === 'array') return value.items.flatMap((i) => (i.spread ? writtenMany(i.value, model, context) : [written(i.value, model, context)]));
  if (value.kind === 'list') return [written(value.of, model, context)];
  if (value.kind === 'undefined') return [];
  if (value.kind === 'symbol') return [written({ ...value, path: [...value.path, '[]'] }, model, context)];
  return [written(value, model, context)];
}

function entry(field: ModelField | undefined, name: string, value: AbstractValue, at: Span, context: ClientContext): WrittenEntry[] {
  if (field?.kind !== 'relation') return [{ kind: 'field', field: name, value: plain(value), at }];
  return cases(value).flatMap((c) => (c.value.kind === 'object' ? nested(field, c.value, context) : []));
}

/** `{ set: x }` writes x; arithmetic writes something else. */
function plain(value: AbstractValue): AbstractValue {
  if (value.kind !== 'object') return value;
  const { fields, opaque } = settle(value);
  const [only] = fields;
  if (fields.length !== 1 || opaque.length > 0 || !only || !UPDATES.has(only.name)) return value;
  return only.name === 'set' ? only.value : { kind: 'symbol', origin: { kind: 'computed', op: only.name, of: [only.value] }, path: [], at: value.at };
}

function nested(field: Extract<ModelField, { kind: 'relation' }>, value: Extract<AbstractValue, { kind: 'object' }>, context: ClientContext): WrittenEntry[] {
  const to = context.models?.models.get(field.model);
  return settle(value).fields.flatMap((action): WrittenEntry[] => {
    const { at } = action;
    return several(action.value).flatMap((one): WrittenEntry[] => {
      const part = (name: string): AbstractValue => context.property(one, name);
      const has = (name: string): boolean => one.kind === 'object' && settle(one).fields.some((f) => f.name === name);
      switch (action.name) {
        case 'connect': case 'set': return one.kind === 'undefined' ? [] : [{ kind: 'link', field: field.name, condition: where(one, to, context), at }];
        case 'connectOrCreate': return [{ kind: 'link', field: field.name, condition: where(part('where'), to, context), at }, { kind: 'insert', field: field.name, row: written(part('create'), to, context), at }];
        case 'create': return one.kind === 'undefined' ? [] : [{ kind: 'insert', field: field.name, row: written(one, to, context), at }];
        case 'createMany': return writtenMany(part('data'), to, context).map((row) => ({ kind: 'insert', field: field.name, row, at }));
        case 'update': case 'updateMany': {
          const explicit = has('data');
          return [{ kind: 'update', field: field.name, condition: explicit && has('where') ? where(part('where'), to, context) : NOTHING, change: written(explicit ? part('data') : one, to, context), at }];
        }
        case 'upsert': return [
          { kind: 'update', field: field.name, condition: has('where') ? where(part('where'), to, context) : NOTHING, change: written(part('update'), to, context), at },
          { kind: 'insert', field: field.name, row: written(part('create'), to, context), at },
        ];
        case 'delete': case 'deleteMany': return [{ kind: 'delete', field: field.name, condition: one.kind === 'object' ? where(one, to, context) : NOTHING, change: undefined, at }];
        default: return [];
      }
    });
  });
}

/** One or an array of them; a list speaks through its element. */
function several(value: AbstractValue): AbstractValue[] {
  if (value.kind === 'array') return value.items.flatMap((i) => (i.spread ? several(i.value) : [i.value]));
  if (value.kind === 'list') return [value.of];
  if (value.kind === 'union') return value.of.flatMap((c) => several(c.value));
  return [value];
}
