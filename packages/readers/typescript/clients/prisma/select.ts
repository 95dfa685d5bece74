import { cases, settle, type AbstractValue, type ClientContext, type Condition, type Included, type Model } from '@tenantlint/model';
import { where } from './where.ts';

const NOTHING: Condition = { kind: 'all', of: [] };

/** Relations that `include` and `select` bring along. */
export function included(args: AbstractValue, model: Model | undefined, context: ClientContext): Included[] {
  return ['include', 'select'].flatMap((name) => relations(context.property(args, name), model, context));
}

function relations(value: AbstractValue, model: Model | undefined, context: ClientContext): Included[] {
  return cases(value).flatMap((c) => {
    if (c.value.kind !== 'object') return [];
    return settle(c.value).fields.flatMap((field): Included[] => {
      if (field.name === '_count') return relations(context.property(field.value, 'select'), model, context).map((one) => ({ ...one, counted: true }));
      const relation = model?.fields.get(field.name);
      if (relation?.kind !== 'relation') return [];
      const to = context.models?.models.get(relation.model);
      return cases(field.value).flatMap((one): Included[] => {
        if (one.value.kind === 'undefined' || (one.value.kind === 'literal' && !one.value.value)) return [];
        const asked = one.value.kind === 'object';
        return [{
          field: field.name,
          condition: asked ? where(context.property(one.value, 'where'), to, context) : NOTHING,
          includes: asked ? included(one.value, to, context) : [],
          counted: false,
          whole: !asked || context.property(one.value, 'select').kind !== 'object',
          required: false,
          at: field.at,
        }];
      });
    });
  });
}

/** Scalar fields that `select` names; undefined where the whole record is returned. */
export function selected(args: AbstractValue, model: Model | undefined, context: ClientContext): string[] | undefined {
  const select = context.property(args, 'select');
  if (select.kind !== 'object') return undefined;
  return settle(select).fields.filter((f) => model?.fields.get(f.name)?.kind !== 'relation' && !(f.value.kind === 'literal' && !f.value.value)).map((f) => f.name);
}
