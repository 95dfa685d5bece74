import type { Span } from '@tenantlint/model';
import type { Column, Datamodel, DbName, Default, Field, Index, Key, Literal, Model } from '@tenantlint/readers/prisma';

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/**
 * Our datamodel in the form in which Prisma prints its own (the `datamodel` of getDMMF), without
 * documentation texts. Only for comparing the two.
 */
export function dmmfOf(datamodel: Datamodel): Plain {
  // Prisma lists views behind all models.
  const models = ['model', 'view'].flatMap((kind) => datamodel.models.filter((model) => !model.ignored && model.kind === kind));
  return {
    enums: datamodel.enums.map((each) => ({
      name: each.name,
      dbName: stated(each.dbName, each.nameAt),
      values: each.values.map((value) => ({
        name: value.name,
        dbName: value.dbName.name === value.name ? null : value.dbName.name,
      })),
    })),
    models: models.map((model) => modelOf(model)),
    types: datamodel.types.map((type) => ({
      name: type.name,
      dbName: null,
      schema: null,
      fields: type.fields.filter(visible).map((field) => fieldOf(field, undefined)),
      primaryKey: null,
      uniqueFields: [],
      uniqueIndexes: [],
    })),
    indexes: models.flatMap(indexesOf).sort(byText),
  };
}

/** What our datamodel leaves out: documentation texts, and a notion of SQL Server. */
const left: ReadonlySet<string> = new Set(['documentation', 'clustered']);

/** Prisma's own document, stripped and ordered for the comparison. */
export function normalized(document: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(document, (key, value: unknown) => (left.has(key) ? undefined : value)));
  if (typeof copy === 'object' && copy !== null && 'indexes' in copy && Array.isArray(copy.indexes)) copy.indexes.sort(byText);
  return copy;
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a, ordered) < JSON.stringify(b, ordered) ? -1 : 1);

function ordered(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const visible = (field: Field): boolean => !field.ignored && field.kind !== 'unsupported' && field.kind !== 'unknown';

function modelOf(model: Model): Plain {
  const uniques = model.uniques.filter((key) => !key.onField && key.where === undefined);
  const blockId = model.primaryKey?.onField === false ? model.primaryKey : undefined;
  return {
    name: model.name,
    dbName: stated(model.table, model.nameAt),
    schema: model.schema?.name ?? null,
    fields: model.fields.filter(visible).map((field) => fieldOf(field, model)),
    primaryKey: blockId === undefined ? null : { name: blockId.name ?? null, fields: names(blockId) },
    uniqueFields: uniques.map(names),
    uniqueIndexes: uniques.map((key) => ({ name: key.name ?? null, fields: names(key) })),
    isGenerated: false,
  };
}

/** A name of the database that is stated by `@map`, if only to repeat the other one. */
const stated = (name: DbName, ownAt: Span): string | null => (name.at === ownAt ? null : name.name);

/** DMMF drops the path of a field inside a composite type. */
const names = (key: Key): string[] => key.fields.map((field) => field.name.slice(field.name.lastIndexOf('.') + 1));

function fieldOf(field: Field, model: Model | undefined): Plain {
  const single = (key: Key): boolean => key.fields.length === 1 && key.fields[0]?.name === field.name && key.where === undefined;
  const isId = model?.primaryKey !== undefined && single(model.primaryKey);
  const foreignKeys = model?.fields.flatMap((other) => (other.kind === 'relation' ? other.fields : [])) ?? [];
  const isObject = field.kind === 'relation' || field.kind === 'composite';
  const base = {
    name: field.name,
    ...(hasColumn(field) && field.column.at !== field.nameAt ? { dbName: field.column.name } : {}),
    kind: isObject ? 'object' : field.kind,
    isList: field.isList,
    isRequired: field.isRequired,
    isUnique: !isId && (model?.uniques.some(single) ?? false),
    isId,
    isReadOnly: foreignKeys.some((ref) => ref.name === field.name),
    hasDefaultValue: hasColumn(field) && field.default !== undefined,
    type: field.type,
    nativeType: hasColumn(field) && field.native ? [field.native.name, field.native.args] : null,
    ...(model === undefined ? {} : { isGenerated: false, isUpdatedAt: hasColumn(field) && field.updatedAt }),
  };
  if (field.kind === 'relation') {
    return {
      ...base,
      relationName: field.relation,
      relationFromFields: field.fields.map((ref) => ref.name),
      relationToFields: field.references.map((ref) => ref.name),
      ...(field.onDelete ? { relationOnDelete: field.onDelete.value } : {}),
      ...(field.onUpdate ? { relationOnUpdate: field.onUpdate.value } : {}),
    };
  }
  return hasColumn(field) && field.default ? { ...base, default: defaultOf(field.default, field) } : base;
}

const hasColumn = (field: Field): field is Column => field.kind !== 'relation' && field.kind !== 'unknown';

function defaultOf(value: Default, field: Column): Plain {
  switch (value.kind) {
    case 'call':
      if (value.name === 'sequence') return { name: value.name, args: [] };
      return { name: value.name, args: value.args.length > 0 ? value.args.map(numeric) : (impliedArgs[value.name] ?? []) };
    case 'list':
      return value.values.map((item) => literalOf(item, field));
    case 'literal':
      return literalOf(value.value, field);
    default:
      return value satisfies never;
  }
}

/** Versions that Prisma fills in. */
const impliedArgs: Readonly<Record<string, Plain>> = { uuid: [4], cuid: [1] };

const numeric = (text: string): Plain => (/^\d+$/.test(text) ? Number(text) : text);

function literalOf(value: Literal, field: Column): Plain {
  switch (value.kind) {
    case 'string':
      return field.type === 'DateTime' ? value.text.replace(/\.000Z$|Z$/, '+00:00') : value.text;
    case 'number':
      return field.type === 'BigInt' ? String(BigInt(value.text)) : Number(value.text);
    case 'boolean':
      return value.value;
    case 'enum':
      return value.name;
    default:
      return value satisfies never;
  }
}

function indexesOf(model: Model): Plain[] {
  const key = (type: string, each: Key): Plain => ({
    model: model.name,
    type,
    isDefinedOnField: each.onField,
    ...(each.name !== undefined ? { name: each.name } : {}),
    ...(each.map !== undefined ? { dbName: each.map } : {}),
    fields: indexFields(each),
  });
  return [
    ...(model.primaryKey ? [key('id', model.primaryKey)] : []),
    ...model.uniques.map((each) => key('unique', each)),
    ...model.indexes.map((each): Plain => ({
      model: model.name,
      type: each.kind,
      isDefinedOnField: false,
      ...(each.map !== undefined ? { dbName: each.map } : {}),
      ...(each.algorithm !== undefined ? { algorithm: each.algorithm } : {}),
      fields: indexFields(each),
    })),
  ];
}

function indexFields(index: Key | Index): Plain[] {
  return index.fields.map((field) => ({
    name: field.name,
    ...(field.sort ? { sortOrder: field.sort } : {}),
    ...(field.length !== undefined ? { length: field.length } : {}),
    ...(field.ops !== undefined ? { operatorClass: field.ops } : {}),
  }));
}
