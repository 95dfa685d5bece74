import type { Span } from '@tenantlint/model';
import type { Field, Model, ReferentialAction, Relation, RelationField } from './datamodel.ts';

interface Side {
  readonly model: Model;
  /** Fields of the model that no row is without. */
  readonly required: ReadonlySet<string>;
  readonly field: RelationField;
}

/**
 * Finds the two sides of every relation: fields of two models that point at each other and carry
 * the same name, or none. A side without its other half keeps its field and is a problem.
 */
export function pairRelations(
  models: readonly Model[],
  problem: (at: Span, reason: string) => void,
): { models: Model[]; relations: Relation[] } {
  const groups = new Map<string, Side[]>();
  for (const model of models) {
    const required = new Set(model.fields.filter((field) => field.isRequired && !field.isList).map((field) => field.name));
    for (const field of model.fields) {
      if (field.kind !== 'relation') continue;
      const [first, second] = inOrder(model.name, field.type);
      const key = `${first} ${second} ${field.relation}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ model, required, field }]);
      else group.push({ model, required, field });
    }
  }

  const completed = new Map<RelationField, RelationField>();
  const relations: Relation[] = [];
  for (const sides of groups.values()) {
    const [one, other] = sides;
    if (one === undefined) continue;
    const name = one.field.relation || derivedName(one);
    const paired = sides.length === 2 && other !== undefined && (one.model !== other.model || one.field.type === one.model.name);
    for (const { field } of sides) {
      const opposite = paired ? (field === one.field ? other : one).field.name : undefined;
      completed.set(field, { ...field, relation: name, opposite });
    }
    const relation = paired ? relate(name, one, other) : undefined;
    if (relation !== undefined) {
      relations.push(relation);
      continue;
    }
    const reason = paired
      ? 'Neither side of this relation says which fields hold the key.'
      : sides.length === 1
        ? `\`${one.field.type}\` has no field that answers this relation.`
        : 'It cannot be told which fields of this relation belong together: they need a name.';
    for (const { field } of sides) problem(field.nameAt, reason);
  }
  return {
    models: models.map((model) => ({
      ...model,
      fields: model.fields.map((field): Field => (field.kind === 'relation' ? (completed.get(field) ?? field) : field)),
    })),
    relations,
  };
}

function inOrder(a: string, b: string): [string, string] {
  return a <= b ? [a, b] : [b, a];
}

function derivedName({ model, field }: Side): string {
  return inOrder(model.name, field.type).join('To');
}

function relate(name: string, one: Side, other: Side): Relation | undefined {
  const owner = one.field.fields.length > 0 ? one : other.field.fields.length > 0 ? other : undefined;
  if (owner === undefined || (one.field.isList && other.field.isList)) {
    if (!one.field.isList || !other.field.isList) return undefined;
    const [a, b] = isFirst(one, other) ? [one, other] : [other, one];
    return { kind: 'many-to-many', name, a: end(a), b: end(b), at: one.field.nameAt };
  }
  const target = owner === one ? other : one;
  return {
    kind: target.field.isList ? 'one-to-many' : 'one-to-one',
    name,
    from: end(owner),
    to: end(target),
    fields: owner.field.fields,
    references: owner.field.references,
    onDelete: owner.field.onDelete?.value ?? defaultOnDelete(owner),
    onUpdate: owner.field.onUpdate?.value ?? 'Cascade',
    map: owner.field.map,
    at: owner.field.relationAt,
  };
}

function end({ model, field }: Side): { model: string; field: string } {
  return { model: model.name, field: field.name };
}

function isFirst(one: Side, other: Side): boolean {
  if (one.model !== other.model) return one.model.name < other.model.name;
  return one.field.name < other.field.name;
}

/** A key that no row may be without cannot be set to null. */
function defaultOnDelete({ required, field }: Side): ReferentialAction {
  return field.isRequired || field.fields.some((ref) => required.has(ref.name)) ? 'Restrict' : 'SetNull';
}
