import type { ObjectKind, ObjectName, QName, SchemaEvent } from '@tenantlint/model';
import type {
  AlterObjectSchemaStmt, AlterOwnerStmt, CommentStmt, DropRoleStmt, DropdbStmt, DropStmt, ObjectType, RenameStmt,
} from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { partsName, relationName, roleOf, routineName } from './lower-names.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

const KINDS: { readonly [type in ObjectType]?: ObjectKind } = {
  OBJECT_TABLE: 'table', OBJECT_VIEW: 'view', OBJECT_MATVIEW: 'materialized view', OBJECT_FOREIGN_TABLE: 'foreign table',
  OBJECT_INDEX: 'index', OBJECT_SEQUENCE: 'sequence', OBJECT_TYPE: 'type', OBJECT_DOMAIN: 'domain', OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure', OBJECT_ROUTINE: 'routine', OBJECT_AGGREGATE: 'aggregate', OBJECT_OPERATOR: 'operator',
  OBJECT_SCHEMA: 'schema', OBJECT_EXTENSION: 'extension', OBJECT_ROLE: 'role', OBJECT_DATABASE: 'database', OBJECT_POLICY: 'policy',
  OBJECT_TRIGGER: 'trigger', OBJECT_RULE: 'rule', OBJECT_COLUMN: 'column', OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_DOMCONSTRAINT: 'domain constraint', OBJECT_ATTRIBUTE: 'attribute', OBJECT_PUBLICATION: 'publication',
  OBJECT_SUBSCRIPTION: 'subscription', OBJECT_EVENT_TRIGGER: 'event trigger', OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_LANGUAGE: 'language', OBJECT_CAST: 'cast', OBJECT_COLLATION: 'collation',
};

export function objectKind(type: ObjectType | undefined): ObjectKind {
  return KINDS[type ?? 'OBJECT_TABLE'] ?? 'other';
}

/** How many words name the kind where it is not one. */
const WORDS: { readonly [type in ObjectType]?: number } = {
  OBJECT_MATVIEW: 2, OBJECT_FOREIGN_TABLE: 2, OBJECT_EVENT_TRIGGER: 2, OBJECT_ACCESS_METHOD: 2, OBJECT_OPCLASS: 2, OBJECT_OPFAMILY: 2,
  OBJECT_LARGEOBJECT: 2, OBJECT_FDW: 3, OBJECT_TSPARSER: 3, OBJECT_TSDICTIONARY: 3, OBJECT_TSTEMPLATE: 3, OBJECT_TSCONFIGURATION: 3,
};

/** Token at which the object's name starts, its kind being named from token `i` on. */
function namePlace(e: Excerpt, i: number, type: ObjectType | undefined): number {
  const words = type === 'OBJECT_LANGUAGE' && e.is(i, 'procedural') ? 2 : WORDS[type ?? 'OBJECT_TABLE'] ?? 1;
  return e.skip(e.skip(i + words, 'concurrently'), 'if', 'exists');
}

/** An object of any kind whose name starts at token `i`. */
function objectName(e: Excerpt, object: Node | undefined, i: number): ObjectName {
  const tree: Tree = object ?? {};
  if (tree.ObjectWithArgs !== undefined) return routineName(e, tree.ObjectWithArgs, e.nameAt(i));
  if (tree.TypeName !== undefined) return partsName(textsOf(tree.TypeName.names), e.nameAt(i));
  if (tree.List !== undefined) return partsName(textsOf(tree.List.items), e.nameAt(i));
  return partsName([textOf(object)], e.nameAt(i));
}

export function drop(e: Excerpt, node: DropStmt): SchemaEvent {
  const type = node.removeType;
  const i = namePlace(e, 1, type);
  const common = {
    kind: 'drop', at: e.whole(), object: objectKind(type), ifExists: node.missing_ok === true,
    cascade: node.behavior === 'DROP_CASCADE', concurrently: node.concurrent === true,
  } as const;
  const objects = node.objects ?? [];
  if (type === 'OBJECT_POLICY' || type === 'OBJECT_TRIGGER' || type === 'OBJECT_RULE') {
    const { name, of } = memberOf(e, objects[0], i);
    return { ...common, names: [name], table: of };
  }
  if (type === 'OBJECT_CAST' || type === 'OBJECT_TRANSFORM') {
    const at = e.between(i, e.elementEnd(i));
    return { ...common, names: [{ name: e.slice(at), at }] };
  }
  const starts = e.elements(i, e.tokens.count);
  return { ...common, names: objects.map((object, index) => objectName(e, withoutMethod(object, type), starts[index] ?? i)) };
}

/** Operator classes and families are listed after their access method. */
function withoutMethod(object: Node, type: ObjectType | undefined): Node {
  return type === 'OBJECT_OPCLASS' || type === 'OBJECT_OPFAMILY' ? { List: { items: itemsOf(object).slice(1) } } : object;
}

/** What belongs to a table: `name ON [DOMAIN] table`; the tree lists the table first. */
function memberOf(e: Excerpt, object: Node | undefined, i: number): { name: QName; of: QName } {
  const items = itemsOf(object);
  const [head] = items;
  const type = (head as Tree | undefined)?.TypeName;
  const parts = type === undefined ? textsOf(items) : [...textsOf(type.names), ...textsOf(items.slice(1))];
  const table = e.skip(i + 2, 'domain');
  return { name: { name: parts.at(-1) ?? '', at: e.between(i, i) }, of: partsName(parts.slice(0, -1), e.nameAt(table)) };
}

export function dropRole(e: Excerpt, node: DropRoleStmt): SchemaEvent {
  const names = (node.roles ?? []).map((role) => {
    const i = e.tokenAt((role as Tree).RoleSpec?.location);
    return { name: roleOf((role as Tree).RoleSpec), at: e.between(i, i) };
  });
  return { kind: 'drop', at: e.whole(), object: 'role', names, ifExists: node.missing_ok === true, cascade: false, concurrently: false };
}

export function dropDatabase(e: Excerpt, node: DropdbStmt): SchemaEvent {
  const i = e.skip(2, 'if', 'exists');
  return { kind: 'drop', at: e.whole(), object: 'database', names: [{ name: node.dbname ?? '', at: e.between(i, i) }], ifExists: node.missing_ok === true, cascade: false, concurrently: false };
}

export function rename(e: Excerpt, node: RenameStmt): SchemaEvent {
  const type = node.renameType;
  const common = { kind: 'rename', at: e.whole(), object: objectKind(type), to: node.newname ?? '', ifExists: node.missing_ok === true } as const;
  const i = namePlace(e, 1, type);
  const name = node.subname ?? '';
  switch (type) {
    case 'OBJECT_COLUMN':
    case 'OBJECT_ATTRIBUTE':
    case 'OBJECT_TABCONSTRAINT': {
      const of = relationName(e, node.relation);
      const word = e.find(e.lastToken(of.at) + 1, e.tokens.count, 'rename') + 1;
      const part = e.skip(word, type === 'OBJECT_COLUMN' ? 'column' : type === 'OBJECT_ATTRIBUTE' ? 'attribute' : 'constraint');
      return { ...common, name: { name, at: e.between(part, part) }, of };
    }
    case 'OBJECT_POLICY':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
      return { ...common, name: { name, at: e.between(i, i) }, of: relationName(e, node.relation) };
    case 'OBJECT_DOMCONSTRAINT': {
      const of = objectName(e, node.object, 2);
      const part = e.nameEnd(2) + 3;
      return { ...common, name: { name, at: e.between(part, part) }, of };
    }
    default:
      if (node.relation !== undefined) return { ...common, name: relationName(e, node.relation) };
      return { ...common, name: node.object === undefined ? { name, at: e.nameAt(i) } : objectName(e, withoutMethod(node.object, type), i) };
  }
}

export function setSchema(e: Excerpt, node: AlterObjectSchemaStmt): SchemaEvent {
  return {
    kind: 'set-schema', at: e.whole(), object: objectKind(node.objectType), name: alteredName(e, node), schema: node.newschema ?? '',
    ifExists: node.missing_ok === true,
  };
}

export function setOwner(e: Excerpt, node: AlterOwnerStmt): SchemaEvent {
  return { kind: 'set-owner', at: e.whole(), object: objectKind(node.objectType), name: alteredName(e, node), owner: roleOf(node.newowner) };
}

function alteredName(e: Excerpt, node: AlterObjectSchemaStmt | AlterOwnerStmt): ObjectName {
  if (node.object === undefined) return relationName(e, node.relation);
  return objectName(e, withoutMethod(node.object, node.objectType), namePlace(e, 1, node.objectType));
}

export function comment(e: Excerpt, node: CommentStmt): SchemaEvent {
  const type = node.objtype;
  const common = { kind: 'comment', at: e.whole(), object: objectKind(type), text: node.comment ?? null } as const;
  const i = namePlace(e, 2, type);
  switch (type) {
    case 'OBJECT_COLUMN': {
      const parts = textsOf(itemsOf(node.object));
      const last = e.nameEnd(i);
      return { ...common, name: { name: parts.at(-1) ?? '', at: e.between(last, last) }, of: partsName(parts.slice(0, -1), e.between(i, last - 2)) };
    }
    case 'OBJECT_POLICY':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
    case 'OBJECT_TABCONSTRAINT':
    case 'OBJECT_DOMCONSTRAINT':
      return { ...common, ...memberOf(e, node.object, i) };
    default:
      return { ...common, name: objectName(e, node.object, i) };
  }
}
