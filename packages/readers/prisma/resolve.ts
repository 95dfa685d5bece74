import type { Span, Unread } from '@tenantlint/model';
import { argument, dbName, fieldRefs, find, literal, text, word } from './attributes.ts';
import {
  scalars,
  type CompositeType, type Datamodel, type Default, type Enum, type Field, type FieldBase, type Literal, type Model,
  type NativeType, type ReferentialAction, type RelationField, type Scalar, type Stated,
} from './datamodel.ts';
import { hasAttribute, readKeys } from './keys.ts';
import { pairRelations } from './relations.ts';
import type { Attribute, Block, ConfigBlock, EnumBlock, Expression, FieldNode, ModelBlock, Name, SyntaxFile } from './syntax.ts';

const scalarNames: ReadonlySet<string> = new Set(scalars);
const isScalar = (name: string): name is Scalar => scalarNames.has(name);

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
    if (declared.has(name) || isScalar(name)) {
      problem(block.name.at, `The name \`${name}\` is already taken; this ${block.kind} is not read.`);
      continue;
    }
    declared.set(name, block);
    if ('values' in block) enums.push(block);
    else (block.kind === 'type' ? types : models).push(block);
  }

  const readFields = (block: ModelBlock): Field[] => {
    const seen = new Set<string>();
    const fields: Field[] = [];
    for (const node of block.fields) {
      if (seen.has(node.name.text)) {
        problem(node.name.at, `\`${block.name.text}\` already has a field \`${node.name.text}\`; this one is not read.`);
        continue;
      }
      seen.add(node.name.text);
      const field = readField(node, declared.get(node.type.text));
      if (field.kind === 'unknown') problem(node.type.at, `The type \`${node.type.text}\` is declared nowhere.`);
      fields.push(field);
    }
    return fields;
  };

  const unpaired = models.map((block): Model => {
    const fields = readFields(block);
    const keys = readKeys(block, fields, (attribute, reason) => problem(attribute.at, reason));
    return {
      ...declaration(block),
      kind: block.kind === 'view' ? 'view' : 'model',
      delegate: delegateName(block.name.text),
      table: mapped(block.name, block.attributes),
      schema: dbName(block.attributes, 'schema'),
      ignored: hasAttribute(block, 'ignore'),
      fields,
      ...keys,
    };
  });
  const paired = pairRelations(unpaired, problem);
  const order = new Map(files.map((file, index) => [file.file, index]));
  problems.sort((a, b) => (order.get(a.at.file) ?? 0) - (order.get(b.at.file) ?? 0) || a.at.start - b.at.start);
  return {
    datamodel: {
      ...datasource(blocks),
      models: paired.models,
      enums: enums.map(readEnum),
      types: types.map((block): CompositeType => ({ ...declaration(block), fields: readFields(block) })),
      relations: paired.relations,
    },
    problems,
  };
}

/** `InvoiceLine` → `invoiceLine`: the client lowers the first character only. */
export function delegateName(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1);
}

function declaration(block: ModelBlock | EnumBlock): Pick<Model, 'name' | 'nameAt' | 'at' | 'complete'> {
  return { name: block.name.text, nameAt: block.name.at, at: block.at, complete: block.complete };
}

function mapped(name: Name, attributes: readonly Attribute[]): Model['table'] {
  return dbName(attributes, 'map') ?? { name: name.text, at: name.at };
}

function datasource(blocks: readonly Block[]): Pick<Datamodel, 'provider' | 'relationMode'> {
  const block = blocks.find((candidate): candidate is ConfigBlock => candidate.kind === 'datasource');
  const setting = (name: string): string | undefined =>
    text(block?.settings.find((candidate) => candidate.name.text === name)?.value);
  // Prisma 3 called the setting `referentialIntegrity`.
  const mode = setting('relationMode') ?? setting('referentialIntegrity');
  return { provider: setting('provider'), relationMode: mode === 'prisma' ? 'prisma' : 'foreignKeys' };
}

function readEnum(block: EnumBlock): Enum {
  return {
    ...declaration(block),
    dbName: mapped(block.name, block.attributes),
    schema: dbName(block.attributes, 'schema'),
    values: block.values.map((value) => ({ name: value.name.text, dbName: mapped(value.name, value.attributes) })),
  };
}

function fieldBase(node: FieldNode): FieldBase {
  return {
    name: node.name.text,
    nameAt: node.name.at,
    at: node.at,
    type: node.type.text,
    typeAt: node.type.at,
    isList: node.arity === 'list',
    isRequired: node.arity !== 'optional',
    ignored: find(node.attributes, 'ignore') !== undefined,
    complete: node.complete,
  };
}

function readField(node: FieldNode, type: ModelBlock | EnumBlock | undefined): Field {
  const base = fieldBase(node);
  const column = {
    column: mapped(node.name, node.attributes),
    default: readDefault(node),
    updatedAt: find(node.attributes, 'updatedAt') !== undefined,
    native: nativeType(node.attributes),
  };
  if (node.unsupported) return { kind: 'unsupported', ...base, ...column };
  if (isScalar(base.type)) return { kind: 'scalar', ...base, type: base.type, ...column };
  switch (type?.kind) {
    case 'enum':
      return { kind: 'enum', ...base, ...column };
    case 'type':
      return { kind: 'composite', ...base, ...column };
    case 'model':
    case 'view':
      return { kind: 'relation', ...base, ...relationAttribute(node) };
    case undefined:
      return { kind: 'unknown', ...base };
    default:
      return type satisfies never;
  }
}

/** The field's own half of a relation; its name and its other side come with the pairing. */
function relationAttribute(node: FieldNode): Omit<RelationField, 'kind' | keyof FieldBase> {
  const attribute = find(node.attributes, 'relation');
  return {
    relation: text(argument(attribute, 'name', true)) ?? '',
    opposite: undefined,
    fields: fieldRefs(argument(attribute, 'fields')),
    references: fieldRefs(argument(attribute, 'references')),
    onDelete: action(argument(attribute, 'onDelete')),
    onUpdate: action(argument(attribute, 'onUpdate')),
    map: text(argument(attribute, 'map')),
    relationAt: attribute?.at ?? node.name.at,
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

function nativeType(attributes: readonly Attribute[]): NativeType | undefined {
  // The prefix is the datasource's name, whatever that is.
  const attribute = attributes.find((candidate) => candidate.name.text.includes('.'));
  if (attribute === undefined) return undefined;
  const args = attribute.args.flatMap(({ value }) =>
    value.kind === 'number' || value.kind === 'path' ? [value.text] : value.kind === 'string' ? [value.value] : [],
  );
  return { name: attribute.name.text.slice(attribute.name.text.indexOf('.') + 1), args, at: attribute.at };
}

function readDefault(node: FieldNode): Default | undefined {
  const value = argument(find(node.attributes, 'default'), 'value', true);
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
