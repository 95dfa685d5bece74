import type { Span } from '@tenantlint/model';
import type { Field, ReferentialAction, Relation, RelationField } from './datamodel.ts';

/** A relation field whose relation is still to be found: without a stated name it has none, and no other side. */
export type OpenRelation = Omit<RelationField, 'relation' | 'opposite'> & { relation: string; opposite: string | undefined };

export interface Side {
  readonly model: string;
  /** All fields of the model. */
  readonly fields: readonly Field[];
  readonly field: OpenRelation;
}

/**
 * Finds the two sides of every relation, and writes name and other side into their fields. Sides
 * belong together when their models point at each other and they carry the same name, or none. A
 * side without its other half is a problem; so are sides that nothing tells apart.
 */
export function pairRelations(sides: readonly Side[], problem: (at: Span, reason: string) => void): Relation[] {
  const groups = new Map<string, Side[]>();
  for (const side of sides) {
    const [first, second] = inOrder(side);
    const key = `${first} ${second} ${side.field.relation}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [side]);
    else group.push(side);
  }

  const relations: Relation[] = [];
  for (const group of groups.values()) {
    const [one, other] = group;
    if (one === undefined) continue;
    const name = one.field.relation || inOrder(one).join('To');
    for (const { field } of group) field.relation = name;
    if (other === undefined) {
      problem(one.field.nameAt, `\`${one.field.type}\` has no field that answers this relation.`);
      continue;
    }
    const paired = group.length === 2 && (one.model !== other.model || one.field.type === one.model);
    if (paired) {
      one.field.opposite = other.field.name;
      other.field.opposite = one.field.name;
    }
    const relation = paired ? relate(name, one, other) : undefined;
    if (relation !== undefined) {
      relations.push(relation);
      continue;
    }
    const reason = paired
      ? 'Neither side of this relation says which fields hold the key.'
      : 'It cannot be told which fields of this relation belong together: they need a name.';
    for (const { field } of group) problem(field.nameAt, reason);
  }
  return relations;
}

function inOrder({ model, field }: Side): [string, string] {
  return model <= field.type ? [model, field.type] : [field.type, model];
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
    onDeleteStated: owner.field.onDelete !== undefined,
    map: owner.field.map,
    at: owner.field.relationAt,
  };
}

function end({ model, field }: Side): { model: string; field: string } {
  return { model, field: field.name };
}

function isFirst(one: Side, other: Side): boolean {
  return one.model === other.model ? one.field.name < other.field.name : one.model < other.model;
}

/** A key that no row may be without cannot be set to null. */
function defaultOnDelete({ fields, field }: Side): ReferentialAction {
  if (field.isRequired) return 'Restrict';
  const key = new Set(field.fields.map((ref) => ref.name));
  return fields.some((column) => key.has(column.name) && column.isRequired) ? 'Restrict' : 'SetNull';
}
