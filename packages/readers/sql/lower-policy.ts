import type { Command, SchemaEvent, Span } from '@tenantlint/model';
import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, IndexStmt, RuleStmt, ViewStmt } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import { allOf } from './lower-dml.ts';
import { lowerExpr } from './lower-expr.ts';
import { partsName, relationName, rolesOf } from './lower-names.ts';
import { optionsOf } from './lower-options.ts';
import { lowerSelect } from './lower-select.ts';
import { indexKeys } from './lower-table.ts';
import { textOf, textsOf, type Tree } from './tree.ts';

const COMMANDS: { readonly [command: string]: Command } = { all: 'all', select: 'select', insert: 'insert', update: 'update', delete: 'delete' };

export function createPolicy(e: Excerpt, node: CreatePolicyStmt): SchemaEvent {
  const table = relationName(e, node.table);
  return {
    kind: 'create-policy', at: e.whole(), name: node.policy_name ?? '', nameAt: e.between(2, 2), table,
    command: COMMANDS[node.cmd_name ?? 'all'] ?? 'all',
    permissive: node.permissive === true,
    roles: rolesOf(node.roles),
    rolesStated: statesRoles(e, table.at),
    ...(node.qual !== undefined && { using: lowerExpr(e, node.qual) }),
    ...(node.with_check !== undefined && { check: lowerExpr(e, node.with_check) }),
  };
}

/** A policy without TO and one TO PUBLIC give the same tree. */
function statesRoles(e: Excerpt, table: Span): boolean {
  const { count } = e.tokens;
  return e.find(e.lastToken(table) + 1, count, 'to') < count;
}

export function alterPolicy(e: Excerpt, node: AlterPolicyStmt): SchemaEvent {
  return {
    kind: 'alter-policy', at: e.whole(), name: node.policy_name ?? '', nameAt: e.between(2, 2), table: relationName(e, node.table),
    ...(node.roles !== undefined && { roles: rolesOf(node.roles) }),
    ...(node.qual !== undefined && { using: lowerExpr(e, node.qual) }),
    ...(node.with_check !== undefined && { check: lowerExpr(e, node.with_check) }),
  };
}

export function createIndex(e: Excerpt, node: IndexStmt): SchemaEvent {
  const table = relationName(e, node.relation);
  const tableLast = e.lastToken(table.at);
  const open = e.find(tableLast + 1, e.tokens.count, '(');
  // INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON [ONLY] table; without a name the word INDEX is shown.
  const on = e.is(e.firstToken(table.at) - 1, 'only') ? e.firstToken(table.at) - 2 : e.firstToken(table.at) - 1;
  const unnamed = node.idxname === undefined && node.concurrent === true;
  const name = unnamed ? on - 2 : on - 1;
  return {
    kind: 'create-index', at: e.whole(), table,
    nameAt: e.between(name, name),
    unique: node.unique === true,
    concurrently: node.concurrent === true,
    ifNotExists: node.if_not_exists === true,
    only: node.relation?.inh !== true,
    method: node.accessMethod ?? 'btree',
    keys: indexKeys(e, node.indexParams, open),
    include: (node.indexIncludingParams ?? []).map((key) => (key as Tree).IndexElem?.name ?? ''),
    nullsNotDistinct: node.nulls_not_distinct === true,
    ...(node.idxname !== undefined && { name: node.idxname }),
    ...(node.whereClause !== undefined && { where: lowerExpr(e, node.whereClause) }),
  };
}

export function createView(e: Excerpt, node: ViewStmt): SchemaEvent {
  const name = relationName(e, node.view);
  const as = e.find(e.lastToken(name.at), e.tokens.count, 'as');
  // As an element of CREATE SCHEMA a view ends where the next element starts.
  let last = e.is(1, 'schema') ? e.find(as, e.tokens.count, 'create', 'grant') - 1 : allOf(e).last;
  const checked = node.withCheckOption !== undefined && node.withCheckOption !== 'NO_CHECK_OPTION';
  if (checked) last -= e.is(last - 2, 'with') ? 3 : 4;
  const { SelectStmt: query } = (node.query ?? {}) as Tree;
  const options = optionsOf(node.options);
  return {
    kind: 'create-view', at: e.whole(), name, materialized: false,
    replace: node.replace === true,
    temporary: node.view?.relpersistence === 't',
    ifNotExists: false,
    columns: textsOf(node.aliases),
    select: lowerSelect(e, query ?? {}, { first: as + 1, last }),
    options,
    ...(checked && { checkOption: node.withCheckOption === 'LOCAL_CHECK_OPTION' ? 'local' : 'cascaded' }),
  };
}

/** Bits of a trigger's type, as in the server's pg_trigger.h. */
const BEFORE = 2;
const INSTEAD = 64;
const EVENTS = [['insert', 4], ['delete', 8], ['update', 16], ['truncate', 32]] as const;

export function createTrigger(e: Excerpt, node: CreateTrigStmt): SchemaEvent {
  const timing = node.timing ?? 0;
  const name = e.find(0, e.tokens.count, 'trigger') + 1;
  const routine = e.find(name, e.tokens.count, 'execute') + 2;
  return {
    kind: 'create-trigger', at: e.whole(), name: node.trigname ?? '', nameAt: e.between(name, name),
    table: relationName(e, node.relation),
    replace: node.replace === true,
    function: partsName(textsOf(node.funcname), e.nameAt(routine)),
    timing: timing === BEFORE ? 'before' : timing === INSTEAD ? 'instead of' : 'after',
    events: EVENTS.filter(([, bit]) => ((node.events ?? 0) & bit) !== 0).map(([event]) => event),
    columns: textsOf(node.columns),
    perRow: node.row === true,
    args: (node.args ?? []).map(textOf),
    ...(node.whenClause !== undefined && { when: lowerExpr(e, node.whenClause) }),
  };
}

export function createRule(e: Excerpt, node: RuleStmt): SchemaEvent {
  const event = node.event === 'CMD_INSERT' ? 'insert' : node.event === 'CMD_UPDATE' ? 'update' : node.event === 'CMD_DELETE' ? 'delete' : 'select';
  return {
    kind: 'create-rule', at: e.whole(), name: node.rulename ?? '', table: relationName(e, node.relation), event,
    instead: node.instead === true, replace: node.replace === true,
  };
}
