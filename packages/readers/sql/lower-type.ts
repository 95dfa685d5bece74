import type { ColumnDef, ConstraintDef, QName, SchemaEvent } from '@tenantlint/model';
import type {
  AlterDomainStmt, AlterEnumStmt, AlterSeqStmt, CompositeTypeStmt, CreateDomainStmt, CreateEnumStmt, CreateExtensionStmt, CreateRangeStmt,
  CreateSeqStmt, DefineStmt,
} from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { lowerExpr } from './lower-expr.ts';
import { partsName, relationName, typeOf } from './lower-names.ts';
import { option } from './lower-options.ts';
import { column, tableConstraint } from './lower-table.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

/** CREATE TYPE name …, CREATE DOMAIN name …: the name is the third word. */
function named(e: Excerpt, parts: readonly Node[] | undefined): QName {
  return partsName(textsOf(parts), e.nameAt(2));
}

export function createEnum(e: Excerpt, node: CreateEnumStmt): SchemaEvent {
  return { kind: 'create-type', at: e.whole(), name: named(e, node.typeName), form: { is: 'enum', labels: textsOf(node.vals) } };
}

export function createComposite(e: Excerpt, node: CompositeTypeStmt): SchemaEvent {
  const columns: ColumnDef[] = (node.coldeflist ?? []).map((item) => column(e, (item as Tree).ColumnDef ?? {}));
  return { kind: 'create-type', at: e.whole(), name: relationName(e, node.typevar), form: { is: 'composite', columns } };
}

export function createRange(e: Excerpt, node: CreateRangeStmt): SchemaEvent {
  return { kind: 'create-type', at: e.whole(), name: named(e, node.typeName), form: { is: 'range' } };
}

export function createDomain(e: Excerpt, node: CreateDomainStmt): SchemaEvent {
  const checks: ConstraintDef[] = [];
  let notNull = false;
  let value: { default?: ReturnType<typeof lowerExpr> } = {};
  for (const item of node.constraints ?? []) {
    const { Constraint: constraint } = item as Tree;
    if (constraint?.contype === 'CONSTR_NOTNULL') notNull = true;
    else if (constraint?.contype === 'CONSTR_DEFAULT' && constraint.raw_expr !== undefined) value = { default: lowerExpr(e, constraint.raw_expr) };
    else if (constraint?.contype === 'CONSTR_CHECK') checks.push(...tableConstraint(e, constraint, checkPlace(e, constraint.location)));
  }
  return {
    kind: 'create-type', at: e.whole(), name: named(e, node.domainname),
    form: { is: 'domain', base: typeOf(e, node.typeName), notNull, checks, ...value },
  };
}

/** From CONSTRAINT or CHECK to the end of its parenthesis: a domain's constraints have no commas between them. */
function checkPlace(e: Excerpt, location: number | undefined): ConstraintDef['at'] {
  const first = e.tokenAt(location);
  return e.between(first, e.tokens.partner(e.find(first, e.tokens.count, '(')));
}

/** CREATE TYPE name, CREATE TYPE name (INPUT = …); aggregates, operators and text search objects are no types. */
export function define(e: Excerpt, node: DefineStmt): SchemaEvent | undefined {
  if (node.kind !== 'OBJECT_TYPE') return undefined;
  return { kind: 'create-type', at: e.whole(), name: named(e, node.defnames), form: { is: node.definition === undefined ? 'shell' : 'base' } };
}

export function alterEnum(e: Excerpt, node: AlterEnumStmt): SchemaEvent {
  const { oldVal, newVal = '', newValNeighbor: neighbour } = node;
  const name = named(e, node.typeName);
  if (oldVal !== undefined) return { kind: 'alter-enum', at: e.whole(), name, rename: { from: oldVal, to: newVal } };
  return {
    kind: 'alter-enum', at: e.whole(), name,
    add: {
      label: newVal, ifNotExists: node.skipIfNewValExists === true,
      ...(neighbour !== undefined && (node.newValIsAfter === true ? { after: neighbour } : { before: neighbour })),
    },
  };
}

export function alterDomain(e: Excerpt, node: AlterDomainStmt): SchemaEvent {
  const name = named(e, node.typeName);
  const common = { kind: 'alter-domain', at: e.whole(), name, ...(node.missing_ok === true && { ifExists: true }) } as const;
  switch (node.subtype) {
    case 'T':
      return { ...common, default: node.def === undefined ? null : lowerExpr(e, node.def) };
    case 'N':
    case 'O':
      return { ...common, notNull: node.subtype === 'O' };
    case 'C': {
      const { Constraint: constraint } = (node.def ?? {}) as Tree;
      if (constraint?.contype === 'CONSTR_NOTNULL') return { ...common, notNull: true };
      const [addConstraint] = constraint === undefined ? [] : tableConstraint(e, constraint);
      return addConstraint === undefined ? common : { ...common, addConstraint };
    }
    case 'X':
      return { ...common, dropConstraint: node.name ?? '' };
    default:
      return { kind: 'other', at: e.whole(), verb: 'alter domain', names: [name] };
  }
}

export function createSequence(e: Excerpt, node: CreateSeqStmt): SchemaEvent {
  const owner = ownedBy(e, node.options);
  return {
    kind: 'create-sequence', at: e.whole(), name: relationName(e, node.sequence), ifNotExists: node.if_not_exists === true,
    temporary: node.sequence?.relpersistence === 't', ...(owner !== undefined && owner !== null && { ownedBy: owner }),
  };
}

export function alterSequence(e: Excerpt, node: AlterSeqStmt): SchemaEvent {
  const owner = ownedBy(e, node.options);
  return {
    kind: 'alter-sequence', at: e.whole(), name: relationName(e, node.sequence), ifExists: node.missing_ok === true,
    ...(owner !== undefined && { ownedBy: owner }),
  };
}

/** `OWNED BY schema.table.column`; null for NONE. */
function ownedBy(e: Excerpt, options: readonly Node[] | undefined): QName | null | undefined {
  for (const node of options ?? []) {
    const { DefElem: element } = node as Tree;
    if (element?.defname !== 'owned_by') continue;
    const parts = textsOf(itemsOf(element.arg));
    if (parts.length < 2) return null;
    return { schema: parts.slice(0, -1).join('.'), name: parts.at(-1) ?? '', at: e.nameAt(e.tokenAt(element.location) + 2) };
  }
  return undefined;
}

export function createExtension(e: Excerpt, node: CreateExtensionStmt): SchemaEvent {
  const schema = option(node.options, 'schema');
  return {
    kind: 'create-extension', at: e.whole(), name: node.extname ?? '', ifNotExists: node.if_not_exists === true,
    ...(schema !== undefined && { schema: textOf(schema) }),
  };
}
