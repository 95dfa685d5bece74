import type { ColumnDef, ConstraintDef, IndexKey, QName, ReferentialAction, SchemaEvent, Span } from '@tenantlint/model';
import type {
  ColumnDef as ColumnNode, Constraint, CreateForeignTableStmt, CreateStmt, CreateTableAsStmt, IndexElem, SelectStmt, TableLikeClause,
} from 'libpg-query';
import { allOf } from './lower-dml.ts';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { lowerExpr } from './lower-expr.ts';
import { partsName, relationName, typeEnd, typeOf } from './lower-names.ts';
import { lowerSelect } from './lower-select.ts';
import { option, optionsOf } from './lower-options.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

type CreateTable = Extract<SchemaEvent, { kind: 'create-table' }>;

export function createTable(e: Excerpt, node: CreateStmt): CreateTable {
  const columns: ColumnDef[] = [];
  const constraints: ConstraintDef[] = [];
  const like: CreateTable['like'][number][] = [];
  for (const element of node.tableElts ?? []) {
    const tree: Tree = element;
    if (tree.ColumnDef !== undefined) columns.push(column(e, tree.ColumnDef));
    else if (tree.Constraint !== undefined) constraints.push(...tableConstraint(e, tree.Constraint));
    else if (tree.TableLikeClause !== undefined) like.push({ ...likeClause(e, tree.TableLikeClause), after: columns.length });
  }
  const parents = (node.inhRelations ?? []).map((parent) => relationName(e, (parent as Tree).RangeVar));
  const [parent] = parents;
  const partition = node.partbound !== undefined && parent !== undefined;
  const { partspec } = node;
  return {
    kind: 'create-table', at: e.whole(), name: relationName(e, node.relation),
    temporary: node.relation?.relpersistence === 't',
    ifNotExists: node.if_not_exists === true,
    columns, constraints, like,
    inherits: partition ? [] : parents,
    options: optionsOf(node.options),
    ...(partition && { partitionOf: { parent, bound: boundText(e, node.partbound?.location) } }),
    ...(partspec !== undefined && {
      partitionBy: { strategy: STRATEGIES[partspec.strategy ?? ''] ?? '', columns: (partspec.partParams ?? []).map((key) => partitionKey(e, key)) },
    }),
    ...(node.ofTypename !== undefined && { ofType: typeOf(e, node.ofTypename) }),
  };
}

export function createForeignTable(e: Excerpt, node: CreateForeignTableStmt): CreateTable {
  return { ...createTable(e, node.base ?? {}), foreignServer: node.servername ?? '' };
}

const STRATEGIES: { readonly [strategy: string]: string } = {
  PARTITION_STRATEGY_LIST: 'list', PARTITION_STRATEGY_RANGE: 'range', PARTITION_STRATEGY_HASH: 'hash',
};

function partitionKey(e: Excerpt, node: Node): string {
  const key = (node as Tree).PartitionElem ?? {};
  if (key.name !== undefined) return key.name;
  const first = e.tokenAt(key.location);
  return e.slice(e.between(first, e.elementEnd(first)));
}

/** `DEFAULT`, or everything from FOR VALUES to the last parenthesis, as written. */
export function boundText(e: Excerpt, location: number | undefined): string {
  const i = e.tokenAt(location);
  if (e.is(i, 'default')) return e.token(i);
  const first = e.find(Math.max(0, i - 2), i + 1, 'for');
  let last = e.tokens.partner(e.find(first, e.tokens.count, '('));
  if (e.is(last + 1, 'to')) last = e.tokens.partner(last + 2);
  return e.slice(e.between(first, last));
}

function likeClause(e: Excerpt, node: TableLikeClause): { source: QName; including: readonly string[] } {
  const options = node.options ?? 0;
  // All bits of the server's 32-bit option set.
  const all = options === 0x7fffffff;
  return {
    source: relationName(e, node.relation),
    including: all ? ['all'] : LIKE_OPTIONS.filter((_, bit) => (options & (1 << bit)) !== 0),
  };
}

const LIKE_OPTIONS = ['comments', 'compression', 'constraints', 'defaults', 'generated', 'identity', 'indexes', 'statistics', 'storage'];

export function createTableAs(e: Excerpt, node: CreateTableAsStmt): SchemaEvent {
  const { SelectStmt: query } = (node.query ?? {}) as Tree;
  const into = node.into?.rel;
  if (query === undefined) {
    return { kind: 'unread', at: e.whole(), verb: 'create table as', reason: 'the columns of a prepared statement are not known' };
  }
  const name = relationName(e, into);
  const as = e.find(e.firstToken(name.at), e.tokens.count, 'as');
  let last = allOf(e).last;
  // WITH [NO] DATA
  if (e.is(last, 'data') && e.is(last - 1, 'with')) last -= 2;
  else if (e.is(last, 'data') && e.is(last - 1, 'no') && e.is(last - 2, 'with')) last -= 3;
  const select = lowerSelect(e, query, { first: as + 1, last });
  const columns = textsOf(node.into?.colNames);
  if (node.objtype === 'OBJECT_MATVIEW') {
    return {
      kind: 'create-view', at: e.whole(), name, materialized: true, replace: false, temporary: false,
      ifNotExists: node.if_not_exists === true, columns, select, options: optionsOf(node.into?.options),
    };
  }
  return {
    kind: 'create-table-as', at: e.whole(), name, temporary: into?.relpersistence === 't',
    ifNotExists: node.if_not_exists === true, columns, select,
  };
}

/** SELECT … INTO table. */
export function selectInto(e: Excerpt, node: SelectStmt): SchemaEvent {
  const into = node.intoClause?.rel;
  return {
    kind: 'create-table-as', at: e.whole(), name: relationName(e, into), temporary: into?.relpersistence === 't',
    ifNotExists: false, columns: [], select: lowerSelect(e, node, allOf(e)),
  };
}

export function column(e: Excerpt, node: ColumnNode): ColumnDef {
  const i = e.tokenAt(node.location);
  const typeFirst = node.typeName === undefined ? i : e.tokenAt(node.typeName.location);
  const type = typeOf(e, node.typeName);
  const typeAt = node.typeName === undefined ? e.between(i, i) : e.between(typeFirst, typeEnd(e, typeFirst));
  const def: { -readonly [key in keyof ColumnDef]: ColumnDef[key] } = {
    name: node.colname ?? '', at: e.between(i, i), type, typeAt, notNull: false, constraints: [],
  };
  if (node.collClause !== undefined) def.collation = textsOf(node.collClause.collname).at(-1) ?? '';
  if (node.constraints !== undefined) columnConstraints(e, def, node, i);
  return def;
}

function columnConstraints(e: Excerpt, def: { -readonly [key in keyof ColumnDef]: ColumnDef[key] }, node: ColumnNode, i: number): void {
  const nodes = (node.constraints ?? []).map((constraint) => (constraint as Tree).Constraint ?? {});
  const starts = nodes.map((constraint) => e.tokenAt(constraint.location));
  const end = e.elementEnd(i) + 1;
  const constraints: ConstraintDef[] = [];
  nodes.forEach((constraint, index) => {
    switch (constraint.contype) {
      case 'CONSTR_NOTNULL':
        def.notNull = true;
        return;
      case 'CONSTR_DEFAULT':
        if (constraint.raw_expr !== undefined) def.default = lowerExpr(e, constraint.raw_expr);
        return;
      case 'CONSTR_IDENTITY': {
        def.identity = constraint.generated_when === 'a' ? 'always' : 'by default';
        const sequence = identitySequence(e, constraint);
        if (sequence !== undefined) def.identitySequence = sequence;
        return;
      }
      case 'CONSTR_GENERATED':
        if (constraint.raw_expr !== undefined) {
          def.generated = { expr: lowerExpr(e, constraint.raw_expr), stored: constraint.generated_kind !== 'v' };
        }
        return;
      case 'CONSTR_ATTR_DEFERRABLE':
      case 'CONSTR_ATTR_DEFERRED': {
        const last = constraints.at(-1);
        if (last !== undefined) constraints[constraints.length - 1] = { ...last, deferrable: true, ...(constraint.contype === 'CONSTR_ATTR_DEFERRED' && { deferred: true }) };
        return;
      }
      default: {
        const next = starts.slice(index + 1).find((_, k) => nodes[index + 1 + k]?.contype?.startsWith('CONSTR_ATTR_') !== true);
        const at = e.between(starts[index] ?? i, (next ?? end) - 1);
        const own = constraintOf(e, constraint, at, [def.name]);
        if (own !== undefined) constraints.push(own);
      }
    }
  });
  def.constraints = constraints;
}

/** `GENERATED … AS IDENTITY (SEQUENCE NAME s.q …)`, as dumps write it. */
export function identitySequence(e: Excerpt, node: Constraint | undefined): QName | undefined {
  const parts = textsOf(itemsOf(option(node?.options, 'sequence_name')));
  const open = e.find(e.tokenAt(node?.location), e.tokens.count, '(');
  return parts.length === 0 ? undefined : partsName(parts, e.nameAt(e.find(open + 1, e.tokens.partner(open), 'name') + 1));
}

/** A constraint that is an element of its own; none for what the model keeps elsewhere. */
export function tableConstraint(e: Excerpt, node: Constraint, at?: Span): ConstraintDef[] {
  const first = e.tokenAt(node.location);
  const own = constraintOf(e, node, at ?? e.between(first, e.elementEnd(first)), []);
  return own === undefined ? [] : [own];
}

/** `column` is the one that a column constraint stands on. */
function constraintOf(e: Excerpt, node: Constraint, at: Span, column: readonly string[]): ConstraintDef | undefined {
  const common: { at: Span; name?: string; notValid?: true; deferrable?: true; deferred?: true } = { at };
  if (node.conname !== undefined) common.name = node.conname;
  if (node.skip_validation === true) common.notValid = true;
  if (node.deferrable === true || node.initdeferred === true) common.deferrable = true;
  if (node.initdeferred === true) common.deferred = true;
  switch (node.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return {
        ...common, kind: node.contype === 'CONSTR_PRIMARY' ? 'primary key' : 'unique',
        columns: node.keys === undefined ? (node.indexname === undefined ? column : []) : textsOf(node.keys),
        include: textsOf(node.including),
        ...(node.nulls_not_distinct === true && { nullsNotDistinct: true }),
        ...(node.indexname !== undefined && { usingIndex: node.indexname }),
      };
    case 'CONSTR_FOREIGN':
      return {
        ...common, kind: 'foreign key',
        columns: node.fk_attrs === undefined ? column : textsOf(node.fk_attrs),
        references: relationName(e, node.pktable),
        referenced: textsOf(node.pk_attrs),
        onDelete: action(node.fk_del_action),
        onUpdate: action(node.fk_upd_action),
        onDeleteStated: statesOnDelete(e, at),
      };
    case 'CONSTR_CHECK':
      if (node.raw_expr === undefined) return undefined;
      return { ...common, kind: 'check', expr: lowerExpr(e, node.raw_expr), ...(node.is_no_inherit === true && { noInherit: true }) };
    case 'CONSTR_EXCLUSION':
      return {
        ...common, kind: 'exclude', method: node.access_method ?? 'gist', keys: exclusionKeys(e, node, at),
        ...(node.where_clause !== undefined && { where: lowerExpr(e, node.where_clause) }),
      };
    case 'CONSTR_NOTNULL':
      return { ...common, kind: 'not null', columns: node.keys === undefined ? column : textsOf(node.keys) };
    default:
      return undefined;
  }
}

const ACTIONS: { readonly [code: string]: ReferentialAction } = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

function action(code: string | undefined): ReferentialAction {
  return ACTIONS[code ?? 'a'] ?? 'no action';
}

/** ON DELETE NO ACTION and no clause at all give the same tree. */
function statesOnDelete(e: Excerpt, at: Span): boolean {
  const last = e.lastToken(at);
  for (let i = e.firstToken(at); i < last; i = e.after(i)) {
    if (e.is(i, 'on') && e.is(i + 1, 'delete')) return true;
  }
  return false;
}

function exclusionKeys(e: Excerpt, node: Constraint, at: Span): IndexKey[] {
  const pairs = (node.exclusions ?? []).map(itemsOf);
  const elements = pairs.map(([element]) => element).filter((element) => element !== undefined);
  const keys = indexKeys(e, elements, e.find(e.firstToken(at), e.tokens.count, '('));
  return keys.map((key, index) => ({ ...key, operator: textOf(itemsOf(pairs[index]?.[1]).at(-1)) }));
}

/** The keys of an index; `open` is the parenthesis around them. */
export function indexKeys(e: Excerpt, nodes: readonly Node[] | undefined, open: number): IndexKey[] {
  const starts = e.elements(open + 1, e.tokens.partner(open));
  return (nodes ?? []).map((node, index) => {
    const first = starts[index] ?? open;
    return indexKey(e, (node as Tree).IndexElem ?? {}, e.between(first, e.elementEnd(first)));
  });
}

function indexKey(e: Excerpt, node: IndexElem, at: Span): IndexKey {
  const opclass = textsOf(node.opclass).at(-1);
  return {
    descending: node.ordering === 'SORTBY_DESC', at,
    ...(node.name !== undefined && { column: node.name }),
    ...(node.expr !== undefined && { expr: lowerExpr(e, node.expr) }),
    ...(opclass !== undefined && { opclass }),
    ...(node.nulls_ordering === 'SORTBY_NULLS_FIRST' && { nullsFirst: true }),
    ...(node.nulls_ordering === 'SORTBY_NULLS_LAST' && { nullsFirst: false }),
  };
}
