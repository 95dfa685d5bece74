import { argument, find, indexWhere, keyFields, keyOptions, text, word } from './attributes.ts';
import type { Field, Index, Key } from './datamodel.ts';
import type { Attribute, FieldNode, ModelBlock } from './syntax.ts';

export interface Keys {
  readonly primaryKey: Key | undefined;
  readonly uniques: readonly Key[];
  readonly indexes: readonly Index[];
}

/** Reads the keys and indexes of a model, those of its fields first, as Prisma orders them. */
export function readKeys(block: ModelBlock, fields: readonly Field[], problem: (attribute: Attribute, reason: string) => void): Keys {
  const names = new Set(fields.map((field) => field.name));
  let primaryKey: Key | undefined;
  const uniques: Key[] = [];
  const indexes: Index[] = [];

  for (const node of block.fields) {
    if (!names.has(node.name.text)) continue;
    for (const attribute of node.attributes) {
      if (attribute.name.text === 'id') primaryKey ??= fieldKey(node, attribute);
      else if (attribute.name.text === 'unique') uniques.push(fieldKey(node, attribute));
    }
  }
  for (const attribute of block.attributes) {
    const kind = attribute.name.text;
    if (kind !== 'id' && kind !== 'unique' && kind !== 'index' && kind !== 'fulltext') continue;
    const listed = keyFields(argument(attribute, 'fields', true));
    if (listed === undefined) {
      problem(attribute, `The fields of @@${kind} could not be read.`);
      continue;
    }
    const missing = listed.find((field) => !names.has(field.name.split('.')[0] ?? ''));
    if (missing !== undefined) {
      problem(attribute, `@@${kind} names \`${missing.name}\`, which is no field of \`${block.name.text}\`.`);
      continue;
    }
    const base = { fields: listed, map: text(argument(attribute, 'map')), at: attribute.at };
    const where = indexWhere(argument(attribute, 'where'));
    if (kind === 'id' || kind === 'unique') {
      const name = text(argument(attribute, 'name'));
      const joined = listed.map((field) => field.name.replaceAll('.', '_')).join('_');
      const key: Key = { ...base, name, client: listed.length > 1 ? (name ?? joined) : joined, onField: false, where };
      if (kind === 'unique') uniques.push(key);
      else primaryKey ??= key;
    } else {
      // `name:` of an index is how Prisma 2 spelled `map:`.
      const map = base.map ?? text(argument(attribute, 'name'));
      const algorithm = word(argument(attribute, 'type'));
      indexes.push({ ...base, map, kind: kind === 'index' ? 'normal' : 'fulltext', algorithm, where });
    }
  }
  return { primaryKey, uniques, indexes };
}

function fieldKey(node: FieldNode, attribute: Attribute): Key {
  const name = node.name.text;
  return {
    fields: [{ name, at: node.name.at, ...keyOptions(attribute.args) }],
    name: undefined,
    client: name,
    map: text(argument(attribute, 'map', true)),
    at: attribute.at,
    onField: true,
    where: indexWhere(argument(attribute, 'where')),
  };
}

/** The fields that a key of one field makes unique by itself, and those that identify the model. */
export function singleFieldKeys(keys: Keys): { readonly ids: ReadonlySet<string>; readonly uniques: ReadonlySet<string> } {
  const single = (key: Key | undefined): string[] =>
    key?.fields.length === 1 && key.where === undefined ? key.fields.map((field) => field.name) : [];
  return { ids: new Set(single(keys.primaryKey)), uniques: new Set(keys.uniques.flatMap(single)) };
}

export function hasAttribute(block: ModelBlock, name: string): boolean {
  return find(block.attributes, name) !== undefined;
}
