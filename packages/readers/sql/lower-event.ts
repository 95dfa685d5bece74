import type { QName, SchemaEvent } from '@tenantlint/model';
import type { CopyStmt, CreateSchemaStmt, TransactionStmt, VariableSetStmt } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { alterTable } from './lower-alter.ts';
import { allOf, lowerStatement } from './lower-dml.ts';
import { alterRole, alterRoleSettings, createRole, defaultPrivileges, grant, grantRole, publication } from './lower-grant.ts';
import { relationName, roleOf, rolesOf } from './lower-names.ts';
import { comment, drop, dropDatabase, dropRole, rename, setOwner, setSchema } from './lower-object.ts';
import { settingValues } from './lower-options.ts';
import { alterPolicy, createIndex, createPolicy, createRule, createTrigger, createView } from './lower-policy.ts';
import { alterFunction, createFunction, doBlock } from './lower-routine.ts';
import { createForeignTable, createTable, createTableAs, selectInto } from './lower-table.ts';
import * as types from './lower-type.ts';
import { kindOf, textsOf, type Tree } from './tree.ts';

/** What one statement does, in order. Only CREATE SCHEMA with elements does more than one thing. */
export function lowerEvents(e: Excerpt, node: Node): SchemaEvent[] {
  const tree: Tree = node;
  return tree.CreateSchemaStmt === undefined ? [lowerEvent(e, node)] : createSchema(e, tree.CreateSchemaStmt);
}

function lowerEvent(e: Excerpt, node: Node): SchemaEvent {
  const tree: Tree = node;
  switch (kindOf(node)) {
    case 'CreateStmt':
      return createTable(e, tree.CreateStmt ?? {});
    case 'CreateForeignTableStmt':
      return createForeignTable(e, tree.CreateForeignTableStmt ?? {});
    case 'CreateTableAsStmt':
      return createTableAs(e, tree.CreateTableAsStmt ?? {});
    case 'AlterTableStmt':
      return alterTable(e, tree.AlterTableStmt ?? {});
    case 'IndexStmt':
      return createIndex(e, tree.IndexStmt ?? {});
    case 'CreatePolicyStmt':
      return createPolicy(e, tree.CreatePolicyStmt ?? {});
    case 'AlterPolicyStmt':
      return alterPolicy(e, tree.AlterPolicyStmt ?? {});
    case 'ViewStmt':
      return createView(e, tree.ViewStmt ?? {});
    case 'CreateFunctionStmt':
      return createFunction(e, tree.CreateFunctionStmt ?? {});
    case 'AlterFunctionStmt':
      return alterFunction(e, tree.AlterFunctionStmt ?? {});
    case 'DoStmt':
      return doBlock(e, tree.DoStmt ?? {});
    case 'CreateTrigStmt':
      return createTrigger(e, tree.CreateTrigStmt ?? {});
    case 'RuleStmt':
      return createRule(e, tree.RuleStmt ?? {});
    case 'GrantStmt':
      return grant(e, tree.GrantStmt ?? {});
    case 'GrantRoleStmt':
      return grantRole(e, tree.GrantRoleStmt ?? {});
    case 'AlterDefaultPrivilegesStmt':
      return defaultPrivileges(e, tree.AlterDefaultPrivilegesStmt ?? {});
    case 'CreateRoleStmt':
      return createRole(e, tree.CreateRoleStmt ?? {});
    case 'AlterRoleStmt':
      return alterRole(e, tree.AlterRoleStmt ?? {});
    case 'AlterRoleSetStmt':
      return alterRoleSettings(e, tree.AlterRoleSetStmt ?? {});
    case 'DropdbStmt':
      return dropDatabase(e, tree.DropdbStmt ?? {});
    case 'DropRoleStmt':
      return dropRole(e, tree.DropRoleStmt ?? {});
    case 'DropOwnedStmt':
      return { kind: 'drop-owned', at: e.whole(), roles: rolesOf(tree.DropOwnedStmt?.roles), cascade: tree.DropOwnedStmt?.behavior === 'DROP_CASCADE' };
    case 'ReassignOwnedStmt': {
      const { roles, newrole } = tree.ReassignOwnedStmt ?? {};
      return { kind: 'drop-owned', at: e.whole(), roles: rolesOf(roles), reassignTo: roleOf(newrole), cascade: false };
    }
    case 'DropStmt':
      return drop(e, tree.DropStmt ?? {});
    case 'RenameStmt':
      return rename(e, tree.RenameStmt ?? {});
    case 'AlterObjectSchemaStmt':
      return setSchema(e, tree.AlterObjectSchemaStmt ?? {});
    case 'AlterOwnerStmt':
      return setOwner(e, tree.AlterOwnerStmt ?? {});
    case 'CommentStmt':
      return comment(e, tree.CommentStmt ?? {});
    case 'CreateEnumStmt':
      return types.createEnum(e, tree.CreateEnumStmt ?? {});
    case 'CompositeTypeStmt':
      return types.createComposite(e, tree.CompositeTypeStmt ?? {});
    case 'CreateRangeStmt':
      return types.createRange(e, tree.CreateRangeStmt ?? {});
    case 'CreateDomainStmt':
      return types.createDomain(e, tree.CreateDomainStmt ?? {});
    case 'DefineStmt':
      return types.define(e, tree.DefineStmt ?? {}) ?? other(e, node);
    case 'AlterEnumStmt':
      return types.alterEnum(e, tree.AlterEnumStmt ?? {});
    case 'AlterDomainStmt':
      return types.alterDomain(e, tree.AlterDomainStmt ?? {});
    case 'CreateSeqStmt':
      return types.createSequence(e, tree.CreateSeqStmt ?? {});
    case 'AlterSeqStmt':
      return types.alterSequence(e, tree.AlterSeqStmt ?? {});
    case 'CreateExtensionStmt':
      return types.createExtension(e, tree.CreateExtensionStmt ?? {});
    case 'CreatePublicationStmt':
      return publication(e, 'create-publication', tree.CreatePublicationStmt ?? {});
    case 'AlterPublicationStmt':
      return publication(e, 'alter-publication', tree.AlterPublicationStmt ?? {});
    case 'VariableSetStmt':
      return setting(e, tree.VariableSetStmt ?? {});
    case 'TransactionStmt':
      return transaction(e, tree.TransactionStmt ?? {});
    case 'SelectStmt':
      if (tree.SelectStmt?.intoClause !== undefined) return selectInto(e, tree.SelectStmt);
      return { kind: 'run', at: e.whole(), statement: lowerStatement(e, node, allOf(e)) };
    case 'CallStmt':
      return { kind: 'run', at: e.whole(), statement: lowerStatement(e, node, allOf(e)) };
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'TruncateStmt':
    case 'MergeStmt':
      return { kind: 'data', at: e.whole(), statement: lowerStatement(e, node, allOf(e)) };
    case 'CopyStmt':
      return copy(e, tree.CopyStmt ?? {}) ?? other(e, node);
    case 'DiscardStmt':
      if (tree.DiscardStmt?.target === 'DISCARD_ALL') return { kind: 'set', at: e.whole(), name: 'all', local: false };
      return other(e, node);
    case 'ImportForeignSchemaStmt':
      return { kind: 'unread', at: e.whole(), verb: 'import foreign schema', reason: 'the tables of the foreign server are not known' };
    default:
      return other(e, node);
  }
}

/** A statement that changes nothing of the model, with the relations it names. */
function other(e: Excerpt, node: Node): SchemaEvent {
  const tree: Tree = node;
  const names: QName[] = [];
  const add = (relation: Tree['RangeVar']): void => {
    if (relation !== undefined) names.push(relationName(e, relation));
  };
  add(tree.RefreshMatViewStmt?.relation ?? tree.ReindexStmt?.relation ?? tree.ClusterStmt?.relation ?? tree.CopyStmt?.relation);
  for (const relation of tree.LockStmt?.relations ?? tree.CreateStatsStmt?.relations ?? []) add((relation as Tree).RangeVar);
  for (const relation of tree.VacuumStmt?.rels ?? []) add((relation as Tree).VacuumRelation?.relation);
  const concurrently = tree.RefreshMatViewStmt?.concurrent === true
    || textsOf(tree.ReindexStmt?.params?.map((param) => ({ String: { sval: (param as Tree).DefElem?.defname ?? '' } }))).includes('concurrently');
  return { kind: 'other', at: e.whole(), verb: verbOf(e), names, ...(concurrently && { concurrently }) };
}

/** Verbs that say little without their object. */
const TRANSITIVE = new Set(['create', 'alter', 'drop', 'comment', 'security', 'import', 'refresh', 'set']);
const FILLERS = new Set(['or', 'replace', 'unique', 'temp', 'temporary', 'unlogged', 'on', 'trusted', 'procedural', 'default', 'constraint']);

/** The words that name a statement: `vacuum`, `create operator`, `alter materialized view`. */
export function verbOf(e: Excerpt): string {
  const first = e.word(0) || e.token(0).toLowerCase();
  if (!TRANSITIVE.has(first)) return first;
  let i = 1;
  while (FILLERS.has(e.word(i))) i++;
  const object = e.word(i);
  const second = object === 'materialized' || object === 'foreign' || object === 'event' || object === 'text' || object === 'user' || object === 'access';
  return [first, object, second ? e.word(i + 1) : ''].filter((word) => word !== '').join(' ');
}

function setting(e: Excerpt, node: VariableSetStmt): SchemaEvent {
  if (node.kind === 'VAR_SET_MULTI' || node.kind === 'VAR_SET_CURRENT') return { kind: 'other', at: e.whole(), verb: verbOf(e), names: [] };
  const value = settingValues(node);
  return {
    kind: 'set', at: e.whole(), name: node.kind === 'VAR_RESET_ALL' ? 'all' : node.name ?? '', local: node.is_local === true,
    ...(value !== undefined && { value }),
  };
}

function transaction(e: Excerpt, node: TransactionStmt): SchemaEvent {
  const verb = VERBS[node.kind ?? ''] ?? 'other';
  return { kind: 'transaction', at: e.whole(), verb, ...(node.savepoint_name !== undefined && { savepoint: node.savepoint_name }) };
}

const VERBS: { readonly [kind: string]: Extract<SchemaEvent, { kind: 'transaction' }>['verb'] } = {
  TRANS_STMT_BEGIN: 'begin', TRANS_STMT_START: 'begin', TRANS_STMT_COMMIT: 'commit', TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint', TRANS_STMT_RELEASE: 'release', TRANS_STMT_ROLLBACK_TO: 'rollback-to',
};

/** COPY … FROM fills a table; COPY … TO changes nothing. */
function copy(e: Excerpt, node: CopyStmt): SchemaEvent | undefined {
  if (node.is_from !== true || node.relation === undefined) return undefined;
  const table = relationName(e, node.relation);
  const starts = e.elements(e.lastToken(table.at) + 2, e.tokens.count);
  const columns = textsOf(node.attlist).map((name, index) => ({ name, at: e.between(starts[index] ?? 0, starts[index] ?? 0) }));
  return { kind: 'data', at: e.whole(), statement: { kind: 'insert', at: e.whole(), with: [], table, columns, returning: [] } };
}

function createSchema(e: Excerpt, node: CreateSchemaStmt): SchemaEvent[] {
  const name = node.schemaname ?? roleOf(node.authrole);
  const schema: SchemaEvent = {
    kind: 'create-schema', at: e.whole(), name, ifNotExists: node.if_not_exists === true,
    ...(node.authrole !== undefined && { owner: roleOf(node.authrole) }),
  };
  return [schema, ...(node.schemaElts ?? []).map((element) => inSchema(lowerEvent(e, element), name))];
}

/** An element of CREATE SCHEMA: its names are the schema's where they say no other. */
function inSchema(event: SchemaEvent, schema: string): SchemaEvent {
  const own = (name: QName): QName => (name.schema === undefined ? { ...name, schema } : name);
  switch (event.kind) {
    case 'create-table':
    case 'create-view':
    case 'create-sequence':
      return { ...event, name: own(event.name) };
    case 'create-index':
    case 'create-trigger':
      return { ...event, table: own(event.table) };
    case 'grant':
      return { ...event, names: event.names.map(own) };
    default:
      return event;
  }
}
