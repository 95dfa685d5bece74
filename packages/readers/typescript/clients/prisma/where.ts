import { cases, isNullish, settle, type AbstractValue, type ClientContext, type CompareOp, type Condition, type Model, type ModelField, type SettledField, type Span } from '@tenantlint/model';

const ALWAYS: Condition = { kind: 'all', of: [] };
const NEVER: Condition = { kind: 'any', of: [] };

const FILTERS: Readonly<Record<string, CompareOp>> = { equals: '=', in: 'in', notIn: 'not-in', lt: '<', lte: '<=', gt: '>', gte: '>=' };
/** Parts of a filter that only say how the others compare. */
const MANNERS = new Set(['mode']);

/** `where` of an operation on one row: its key must be there, or Prisma refuses the query. */
export function whereUnique(value: AbstractValue, model: Model | undefined, context: ClientContext): Condition {
  if (value.kind === 'union') return alternatives(value, (one) => whereUnique(one, model, context));
  const condition = where(value, model, context);
  if (value.kind !== 'object' || !model) return condition;
  const keys = settle(value).fields.filter(({ name }) => {
    const field = model.fields.get(name);
    return field ? field.kind === 'scalar' && field.unique : model.uniques.has(name);
  });
  const [key] = keys;
  return keys.length === 1 && key ? required(condition, new Set(model.fields.has(key.name) ? [key.name] : model.uniques.get(key.name))) : condition;
}

/** The comparisons that the key is made of: undefined there is an error, not a condition less. */
function required(of: Condition, fields: ReadonlySet<string>): Condition {
  if (of.kind === 'all') return { ...of, of: of.of.map((c) => required(c, fields)) };
  if (of.kind === 'overwritten') return { ...of, condition: required(of.condition, fields) };
  return of.kind === 'compare' && fields.has(of.field) && of.op === '=' ? { ...of, whenUndefined: 'throws' } : of;
}

/** `where` as a condition. Undefined anywhere drops what it stands for; that is Prisma's rule. */
export function where(value: AbstractValue, model: Model | undefined, context: ClientContext): Condition {
  switch (value.kind) {
    case 'undefined': return ALWAYS;
    case 'literal': return ALWAYS;
    case 'union': return alternatives(value, (one) => where(one, model, context));
    case 'object': {
      const { fields, opaque } = settle(value);
      const parts = fields.map((field) => guarded(field, entry(field, model, context)));
      return all([...parts, ...opaque.map((o): Condition => ({ kind: 'narrowing', value: o.of, why: 'a spread of unknown content', at: o.at }))]);
    }
    default: return { kind: 'opaque', value, why: 'the condition comes from elsewhere', at: value.at };
  }
}

function alternatives(value: AbstractValue, of: (one: AbstractValue) => Condition): Condition {
  const all = cases(value);
  const [only] = all;
  if (all.length === 1 && only && only.truths.length === 0) return of(only.value);
  return { kind: 'alternatives', of: all.map((one) => ({ condition: of(one.value), truths: one.truths })), at: value.at };
}

const all = (of: readonly Condition[]): Condition => {
  const parts = of.filter((c) => !isEmpty(c));
  return parts.length === 1 && parts[0] ? parts[0] : { kind: 'all', of: parts };
};
const isEmpty = (of: Condition): boolean => of.kind === 'all' && of.of.length === 0;

/** A spread of unknown content after the name may bring the name again. */
const guarded = (field: SettledField, condition: Condition): Condition =>
  field.overwrittenBy ? { kind: 'overwritten', condition, field: field.name, by: field.overwrittenBy.of, at: field.overwrittenBy.at } : condition;

function entry({ name, value, at }: SettledField, model: Model | undefined, context: ClientContext): Condition {
  if (name === 'AND') return each(value, (one) => where(one, model, context), (of) => all(of), ALWAYS, at);
  if (name === 'OR') return each(value, (one) => where(one, model, context), anyOf, NEVER, at);
  if (name === 'NOT') return each(value, (one) => where(one, model, context), (of) => all(of.filter((c) => !isEmpty(c)).map((c) => ({ kind: 'not', of: c, at }))), ALWAYS, at);
  const compound = model?.uniques.get(name);
  if (compound && !model?.fields.has(name)) {
    if (value.kind === 'undefined') return ALWAYS;
    return all(compound.map((field) => scalar(field, context.property(value, field), at)));
  }
  const field = model?.fields.get(name);
  if (field?.kind === 'relation') return relation(field, value, at, context);
  return scalar(name, value, at);
}

/** An empty branch of OR is dropped by Prisma; when all are, nothing is left to ask. */
function anyOf(of: readonly Condition[]): Condition {
  const parts = of.filter((c) => !isEmpty(c));
  if (of.length > 0 && parts.length === 0) return ALWAYS;
  return { kind: 'any', of: parts };
}

/** AND, OR and NOT take one object or an array of them; `none` is what an empty array means. */
function each(value: AbstractValue, one: (value: AbstractValue) => Condition, combine: (of: readonly Condition[]) => Condition, none: Condition, at: Span): Condition {
  switch (value.kind) {
    case 'undefined': return ALWAYS;
    case 'object': return combine([one(value)]);
    case 'array': {
      if (value.items.length === 0) return none;
      return combine(value.items.flatMap((item): Condition[] => {
        if (!item.spread) {
          return item.value.kind === 'undefined' ? [] : [one(item.value)];
        }
        // What a spread may or may not add: each of its contents as one branch of its own.
        return [alternatives(item.value, (inner) => (inner.kind === 'array' ? (inner.items.length === 0 ? ALWAYS : each(inner, one, combine, none, at)) : each(inner, one, combine, none, at)))];
      }));
    }
    case 'list': return combine([one(value.of)]);
    case 'union': return alternatives(value, (inner) => each(inner, one, combine, none, at));
    default: return none === NEVER ? { kind: 'opaque', value, why: 'the branches come from elsewhere', at } : { kind: 'narrowing', value, why: 'the conditions come from elsewhere', at };
  }
}

function scalar(field: string, value: AbstractValue, at: Span): Condition {
  if (value.kind === 'object') return filter(field, value);
  if (value.kind === 'union' && value.of.some((c) => c.value.kind === 'object')) return alternatives(value, (one) => scalar(field, one, at));
  return compare(field, '=', value, at);
}

const compare = (field: string, op: CompareOp, value: AbstractValue, at: Span): Condition => ({ kind: 'compare', field, op, value, whenUndefined: 'dropped', at });

function filter(field: string, value: Extract<AbstractValue, { kind: 'object' }>): Condition {
  const { fields, opaque } = settle(value);
  const parts = fields.flatMap((part): Condition[] => {
    const op = FILTERS[part.name];
    if (op) return [guarded(part, compare(field, op, part.value, part.at))];
    if (MANNERS.has(part.name)) return [];
    if (part.name === 'not') {
      if (part.value.kind === 'undefined') return [];
      if (isNullish(part.value)) return [compare(field, 'not-null', part.value, part.at)];
      if (part.value.kind === 'object') return [{ kind: 'not', of: filter(field, part.value), at: part.at }];
      return [compare(field, '<>', part.value, part.at)];
    }
    if (part.name === 'has') return [compare(field, 'other', part.value, part.at)];
    return part.value.kind === 'undefined' ? [] : [compare(field, 'other', part.value, part.at)];
  });
  return all([...parts, ...opaque.map((o): Condition => ({ kind: 'narrowing', value: o.of, why: 'a filter from elsewhere', at: o.at }))]);
}

function relation(field: Extract<ModelField, { kind: 'relation' }>, value: AbstractValue, at: Span, context: ClientContext): Condition {
  const to = context.models?.models.get(field.model);
  if (value.kind === 'undefined') return ALWAYS;
  if (value.kind === 'union') return alternatives(value, (one) => relation(field, one, at, context));
  if (isNullish(value)) return { kind: 'relation', field: field.name, quantifier: 'is-not', where: ALWAYS, at };
  if (value.kind !== 'object') return { kind: 'relation', field: field.name, quantifier: field.list ? 'some' : 'is', where: where(value, to, context), at };
  const { fields } = settle(value);
  const quantified = fields.filter((f) => ['some', 'every', 'none', 'is', 'isNot'].includes(f.name) && !to?.fields.has(f.name));
  if (quantified.length === 0) {
    const inner = where(value, to, context);
    return { kind: 'relation', field: field.name, quantifier: field.list ? 'some' : 'is', where: inner, at };
  }
  return all(quantified.map((f): Condition => {
    if (f.value.kind === 'undefined') return ALWAYS;
    const quantifier = f.name === 'isNot' ? 'is-not' : (f.name as 'some' | 'every' | 'none' | 'is');
    if (isNullish(f.value)) return { kind: 'relation', field: field.name, quantifier: quantifier === 'is' ? 'is-not' : 'is', where: ALWAYS, at };
    return { kind: 'relation', field: field.name, quantifier, where: where(f.value, to, context), at: f.at };
  }));
}
