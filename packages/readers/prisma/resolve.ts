import type { Span, Unread } from '@tenantlint/model';
import { argument, dbName, extensions, fieldRefs, find, literal, text, word } from './attributes.ts';
import type {
  Column, CompositeType, Datamodel, DbName, Default, Enum, Field, FieldBase, Literal, Model, NativeType, ReferentialAction,
  Stated, UnknownField,
} from './datamodel.ts';
import { readKeys } from './keys.ts';
import { pairRelations, type OpenRelation, type Side } from './relations.ts';
import type { Attribute, Block, ConfigBlock, EnumBlock, Expression, FieldNode, ModelBlock, Name, SyntaxFile } from './syntax.ts';

const scalars: ReadonlySet<string> = new Set(['String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes']);

export interface Resolved {
  readonly datamodel: Datamodel;
  readonly problems: readonly Unread[];
}

/** Resolves the names of all files of one schema. What does not resolve is a problem; the rest stands. */
export function resolve(files: readonly SyntaxFile[]): Resolved {
  const problems: Unread[] = [];
  const problem = (at: Span, reason: string): void => void problems.push({ at, reason });

  const blocks = files.flatMap((file) => file.blocks);
  const declared = new Map<string, ModelBlock | EnumBlock>();
  const models: ModelBlock[] = [];
  const enums: EnumBlock[] = [];
  const types: ModelBlock[] = [];
  for (const block of blocks) {
    if ('settings' in block) continue;
    const name = block.name.text;
    if (declared.has(name) || scalars.has(name)) {
      problem(block.name.at, `The name \`${name}\` is already taken; this ${block.kind} is not read.`);
      continue;
    }
    declared.set(name, block);
    if ('values' in block) enums.push(block);
    else (block.kind === 'type' ? types : models).push(block);
  }

  const sides: Side[] = [];
  /** The fields of a block by name, the first of each. */
  const fieldNodes = (block: ModelBlock): Map<string, FieldNode> => {
    const nodes = new Map<string, FieldNode>();
    for (const node of block.fields) {
      if (nodes.has(node.name)) problem(node.nameAt, `\`${block.name.text}\` already has a field \`${node.name}\`; this one is not read.`);
      else nodes.set(node.name, node);
    }
    return nodes;
  };
  const readFields = (block: ModelBlock, nodes: ReadonlyMap<string, FieldNode>): Field[] => {
    const fields: Field[] = [];
    for (const node of nodes.values()) {
      const field = readField(node, declared.get(node.type));
      if (field.kind === 'unknown') problem(node.typeAt, `The type \`${node.type}\` is declared nowhere.`);
      else if (field.kind === 'relation' && block.kind !== 'type') sides.push({ model: block.name.text, fields, field });
      fields.push(field);
    }
    return fields;
  };

  const readModel = (block: ModelBlock): Model => {
    const nodes = fieldNodes(block);
    const fields = readFields(block, nodes);
    const keys = readKeys(block, nodes, (attribute, reason) => problem(attribute.at, reason));
    return {
      kind: block.kind === 'view' ? 'view' : 'model',
      delegate: delegateName(block.name.text),
      table: mapped(block.name, block.attributes),
      schema: dbName(find(block.attributes, 'schema'), 'map'),
      ignored: find(block.attributes, 'ignore') !== undefined,
      fields,
      primaryKey: keys.primaryKey,
      uniques: keys.uniques,
      indexes: keys.indexes,
      ...declaration(block),
    };
  };

  const datamodel: Datamodel = {
    ...datasource(blocks),
    models: models.map(readModel),
    enums: enums.map(readEnum),
    types: types.map((block): CompositeType => ({ fields: readFields(block, fieldNodes(block)), ...declaration(block) })),
    relations: pairRelations(sides, problem),
  };
  const order = new Map(files.map((file, index) => [file.file, index]));
  problems.sort((a, b) => (order.get(a.at.file) ?? 0) - (order.get(b.at.file) ?? 0) || a.at.start - b.at.start);
  return { datamodel, problems };
}

/** `InvoiceLine` → `invoiceLine`: the client lowers the first character only. */
export function delegateName(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1);
}

function declaration(block: ModelBlock | EnumBlock): Pick<Model, 'name' | 'nameAt' | 'at' | 'complete'> {
  return { name: block.name.text, nameAt: block.name.at, at: block.at, complete: block.complete };
}

function mapped(name: Name, attributes: readonly Attribute[]): Model['table'] {
  return dbName(find(attributes, 'map'), 'name') ?? { name: name.text, at: name.at };
}

function datasource(blocks: readonly Block[]): Pick<Datamodel, 'provider' | 'relationMode' | 'extensions'> {
  const block = blocks.find((candidate): candidate is ConfigBlock => candidate.kind === 'datasource');
  const setting = (name: string): Expression | undefined => block?.settings.find((candidate) => candidate.name.text === name)?.value;
  // Prisma 3 called the setting `referentialIntegrity`.
  const mode = text(setting('relationMode')) ?? text(setting('referentialIntegrity'));
  return {
    provider: text(setting('provider')),
    relationMode: mode === 'prisma' ? 'prisma' : 'foreignKeys',
    extensions: extensions(setting('extensions')),
  };
}

function readEnum(block: EnumBlock): Enum {
  return {
    dbName: mapped(block.name, block.attributes),
    schema: dbName(find(block.attributes, 'schema'), 'map'),
    values: block.values.map((value) => ({ name: value.name.text, dbName: mapped(value.name, value.attributes) })),
    ...declaration(block),
  };
}

function readField(node: FieldNode, type: ModelBlock | EnumBlock | undefined): Column | OpenRelation | UnknownField {
  const kind = node.unsupported ? 'unsupported' : scalars.has(node.type) ? 'scalar' : kindOf(type);
  switch (kind) {
    case 'unknown':
      return { kind, ...fieldBase(node, find(node.attributes, 'ignore') !== undefined) };
    case 'relation':
      return relationField(node);
    default:
      return column(kind, node);
  }
}

function kindOf(type: ModelBlock | EnumBlock | undefined): 'enum' | 'composite' | 'relation' | 'unknown' {
  switch (type?.kind) {
    case 'enum':
      return 'enum';
    case 'type':
      return 'composite';
    case 'model':
    case 'view':
      return 'relation';
    case undefined:
      return 'unknown';
    default:
      return type satisfies never;
  }
}

/** To be spread behind the other members: V8 is slow at adding members to a spread. */
function fieldBase(node: FieldNode, ignored: boolean): FieldBase {
  return {
    name: node.name,
    nameAt: node.nameAt,
    at: node.at,
    type: node.type,
    typeAt: node.typeAt,
    isList: node.arity === 'list',
    isRequired: node.arity !== 'optional',
    ignored,
    complete: node.complete,
  };
}

function column(kind: Column['kind'], node: FieldNode): Column {
  let name: DbName | undefined;
  let value: Default | undefined;
  let native: NativeType | undefined;
  let updatedAt = false;
  let ignored = false;
  for (const attribute of node.attributes) {
    const called = attribute.name;
    if (called === 'map') name ??= dbName(attribute, 'name');
    else if (called === 'default') value ??= readDefault(attribute);
    else if (called === 'updatedAt') updatedAt = true;
    else if (called === 'ignore') ignored = true;
    // The prefix is the datasource's name, whatever that is.
    else if (called.includes('.')) native ??= nativeType(attribute);
  }
  name ??= { name: node.name, at: node.nameAt };
  return { kind, column: name, default: value, updatedAt, native, ...fieldBase(node, ignored) };
}

/** The field's own half of a relation; its name and its other side come with the pairing. */
function relationField(node: FieldNode): OpenRelation {
  const attribute = find(node.attributes, 'relation');
  return {
    kind: 'relation',
    relation: text(argument(attribute, 'name', true)) ?? '',
    opposite: undefined,
    fields: fieldRefs(argument(attribute, 'fields')),
    references: fieldRefs(argument(attribute, 'references')),
    onDelete: action(argument(attribute, 'onDelete')),
    onUpdate: action(argument(attribute, 'onUpdate')),
    map: text(argument(attribute, 'map')),
    relationAt: attribute?.at ?? node.nameAt,
    ...fieldBase(node, find(node.attributes, 'ignore') !== undefined),
  };
}

function action(expression: Expression | undefined): Stated<ReferentialAction> | undefined {
  const value = word(expression);
  if (expression === undefined || value === undefined) return undefined;
  switch (value) {
    case 'Cascade':
    case 'Restrict':
    case 'NoAction':
    case 'SetNull':
    case 'SetDefault':
      return { value, at: expression.at };
    default:
      return undefined;
  }
}

function nativeType(attribute: Attribute): NativeType {
  const args = attribute.args.flatMap(({ value }) =>
    value.kind === 'number' || value.kind === 'path' ? [value.text] : value.kind === 'string' ? [value.value] : [],
  );
  return { name: attribute.name.slice(attribute.name.indexOf('.') + 1), args, at: attribute.at };
}

function readDefault(attribute: Attribute): Default | undefined {
  const value = argument(attribute, 'value', true);
  if (value === undefined) return undefined;
  if (value.kind === 'call') {
    const args = value.args.flatMap((arg) => {
      const known = literal(arg.value);
      return known !== undefined && 'text' in known ? [known.text] : [];
    });
    return { kind: 'call', name: value.name.text, args, at: value.at };
  }
  if (value.kind === 'array') {
    return { kind: 'list', values: value.items.map(literal).filter((item): item is Literal => item !== undefined), at: value.at };
  }
  const single = literal(value);
  return single && { kind: 'literal', value: single, at: value.at };
}
