import { argument, indexWhere, keyFields, keyOptions, text, word } from './attributes.ts';
import type { Index, Key, KeyField } from './datamodel.ts';
import type { Attribute, FieldNode, ModelBlock } from './syntax.ts';

export interface Keys {
  readonly primaryKey: Key | undefined;
  readonly uniques: readonly Key[];
  readonly indexes: readonly Index[];
}

/** Reads the keys and indexes of a model, those of its fields first, as Prisma orders them. */
export function readKeys(
  block: ModelBlock,
  fields: ReadonlyMap<string, FieldNode>,
  problem: (attribute: Attribute, reason: string) => void,
): Keys {
  let primaryKey: Key | undefined;
  const uniques: Key[] = [];
  const indexes: Index[] = [];

  for (const node of fields.values()) {
    for (const attribute of node.attributes) {
      if (attribute.name === 'id') primaryKey ??= fieldKey(node, attribute);
      else if (attribute.name === 'unique') uniques.push(fieldKey(node, attribute));
    }
  }
  for (const attribute of block.attributes) {
    const kind = attribute.name;
    if (kind !== 'id' && kind !== 'unique' && kind !== 'index' && kind !== 'fulltext') continue;
    const listed = keyFields(argument(attribute, 'fields', true));
    if (listed === undefined) {
      problem(attribute, `The fields of @@${kind} could not be read.`);
      continue;
    }
    const missing = listed.find((field) => !fields.has(field.name.split('.')[0] ?? ''));
    if (missing !== undefined) {
      problem(attribute, `@@${kind} names \`${missing.name}\`, which is no field of \`${block.name.text}\`.`);
    } else if (kind === 'id') primaryKey ??= blockKey(attribute, listed);
    else if (kind === 'unique') uniques.push(blockKey(attribute, listed));
    else indexes.push(readIndex(attribute, listed, kind === 'index' ? 'normal' : 'fulltext'));
  }
  return { primaryKey, uniques, indexes };
}

function fieldKey(node: FieldNode, attribute: Attribute): Key {
  return {
    fields: [{ name: node.name, at: node.nameAt, ...keyOptions(attribute.args) }],
    name: undefined,
    client: node.name,
    map: text(argument(attribute, 'map', true)),
    at: attribute.at,
    onField: true,
    where: indexWhere(argument(attribute, 'where')),
  };
}

function blockKey(attribute: Attribute, fields: readonly KeyField[]): Key {
  const name = text(argument(attribute, 'name'));
  const joined = fields.map((field) => field.name.replaceAll('.', '_')).join('_');
  return {
    fields,
    name,
    client: fields.length > 1 ? (name ?? joined) : joined,
    map: text(argument(attribute, 'map')),
    at: attribute.at,
    onField: false,
    where: indexWhere(argument(attribute, 'where')),
  };
}

function readIndex(attribute: Attribute, fields: readonly KeyField[], kind: Index['kind']): Index {
  return {
    kind,
    fields,
    // `name:` of an index is how Prisma 2 spelled `map:`.
    map: text(argument(attribute, 'map')) ?? text(argument(attribute, 'name')),
    algorithm: word(argument(attribute, 'type')),
    where: indexWhere(argument(attribute, 'where')),
    at: attribute.at,
  };
}
