import type { Model as MappedModel, ModelField, ModelMap } from '@tenantlint/model';
import type { Column, Datamodel, Model, Relation, RelationField } from './datamodel.ts';
import { joinTableName } from './names.ts';

/** The schema as code sees it through the client: what the client does not have is left out. */
export function modelMap(datamodel: Datamodel): ModelMap {
  const models = new Map(datamodel.models.map((model) => [model.name, model]));
  const relations = new Map(datamodel.relations.flatMap((relation) => ends(relation).map((end) => [end, relation])));

  const relationField = (model: Model, field: RelationField): ModelField => {
    const relation = relations.get(`${model.name}.${field.name}`);
    const a = relation?.kind === 'many-to-many' ? models.get(relation.a.model) : undefined;
    return {
      kind: 'relation',
      name: field.name,
      at: field.nameAt,
      model: field.type,
      list: field.isList,
      required: field.isRequired,
      on: pairs(model, field, relation),
      through: a && relation && field.fields.length === 0 ? tableKey(a.schema?.name, joinTableName(relation.name)) : undefined,
    };
  };

  const lower = (model: Model): MappedModel => {
    const uniqueFields = new Set<string>();
    const uniques = new Map<string, string[]>();
    for (const key of keys(model)) {
      const names = key.fields.map((field) => field.name);
      if (names.length > 1) uniques.set(key.client, names);
      else for (const name of names) uniqueFields.add(name);
    }
    const fields = new Map<string, ModelField>();
    for (const field of model.fields) {
      if (field.ignored || field.kind === 'unsupported' || field.kind === 'unknown') continue;
      fields.set(field.name, field.kind === 'relation' ? relationField(model, field) : scalarField(field, uniqueFields));
    }
    return {
      name: model.name,
      delegate: model.delegate,
      table: tableKey(model.schema?.name, model.table.name),
      at: model.nameAt,
      fields,
      uniques,
    };
  };
  const visible = new Map<string, MappedModel>();
  for (const model of datamodel.models) if (!model.ignored) visible.set(model.name, lower(model));
  return { source: 'prisma', models: visible };
}

/** Keys by which the client can ask for one row; a partial index identifies none. */
function keys(model: Model): Model['uniques'] {
  const id = model.primaryKey;
  return (id === undefined ? model.uniques : [id, ...model.uniques]).filter((key) => key.where === undefined);
}

function scalarField(field: Column, uniques: ReadonlySet<string>): ModelField {
  return {
    kind: 'scalar',
    name: field.name,
    at: field.nameAt,
    column: field.column.name,
    required: field.isRequired,
    unique: uniques.has(field.name),
    list: field.isList,
  };
}

function ends(relation: Relation): string[] {
  const [one, other] = relation.kind === 'many-to-many' ? [relation.a, relation.b] : [relation.from, relation.to];
  return [`${one.model}.${one.field}`, `${other.model}.${other.field}`];
}

/** Field pairs from this model's side, whichever side holds the key. */
function pairs(model: Model, field: RelationField, relation: Relation | undefined): [string, string][] {
  // A side whose other half is missing still says what it holds itself.
  const own = field.fields.length > 0 || relation === undefined || relation.kind === 'many-to-many';
  const { fields, references } = own ? field : relation;
  return fields.flatMap((ref, index): [string, string][] => {
    const there = references[index];
    if (there === undefined) return [];
    return [own ? [ref.name, there.name] : [there.name, ref.name]];
  });
}

function tableKey(schema: string | undefined, table: string): string {
  return `${schema ?? 'public'}.${table}`;
}
