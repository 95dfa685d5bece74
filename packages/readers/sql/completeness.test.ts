import { describe, expect, test } from 'vitest';
import type { AlterTableType } from 'libpg-query';
import type { SchemaEvent } from '@tenantlint/model';
import { parseStatement } from './grammar.ts';
import { createSqlParser } from './index.ts';
import { kindOf, type TreeKind } from './tree.ts';

/**
 * Every statement that the parse tree can give, with a sample and the event it becomes. The types see to it that
 * none is left out when the grammar grows.
 */
type StatementKind = Exclude<Extract<TreeKind, `${string}Stmt`>, NotStatements>;

/** Named like statements, but parts of others, or made by the server after parsing. */
type NotStatements = 'RawStmt' | 'SetOperationStmt' | 'PLAssignStmt' | 'ReplicaIdentityStmt' | 'ReturnStmt';

const SAMPLES: { readonly [kind in StatementKind]: readonly [string, SchemaEvent['kind']] } = {
  AlterCollationStmt: ['alter collation c refresh version', 'other'],
  AlterDatabaseRefreshCollStmt: ['alter database d refresh collation version', 'other'],
  AlterDatabaseSetStmt: ['alter database d set search_path to a', 'other'],
  AlterDatabaseStmt: ['alter database d connection limit 1', 'other'],
  AlterDefaultPrivilegesStmt: ['alter default privileges in schema s grant select on tables to r', 'default-privileges'],
  AlterDomainStmt: ['alter domain d set not null', 'alter-domain'],
  AlterEnumStmt: ["alter type t add value 'a'", 'alter-enum'],
  AlterEventTrigStmt: ['alter event trigger t disable', 'other'],
  AlterExtensionContentsStmt: ['alter extension e add table t', 'other'],
  AlterExtensionStmt: ['alter extension e update', 'other'],
  AlterFdwStmt: ['alter foreign data wrapper f options (a \'b\')', 'other'],
  AlterForeignServerStmt: ['alter server s options (a \'b\')', 'other'],
  AlterFunctionStmt: ['alter function f(int) stable', 'alter-function'],
  AlterObjectDependsStmt: ['alter index i depends on extension e', 'other'],
  AlterObjectSchemaStmt: ['alter table t set schema s', 'set-schema'],
  AlterOpFamilyStmt: ['alter operator family f using btree add operator 1 < (int, int)', 'other'],
  AlterOperatorStmt: ['alter operator + (int, int) set (restrict = none)', 'other'],
  AlterOwnerStmt: ['alter function f() owner to r', 'set-owner'],
  AlterPolicyStmt: ['alter policy p on t using (true)', 'alter-policy'],
  AlterPublicationStmt: ['alter publication p add table t', 'alter-publication'],
  AlterRoleSetStmt: ["alter role r set a to 'b'", 'alter-role'],
  AlterRoleStmt: ['alter role r nologin', 'alter-role'],
  AlterSeqStmt: ['alter sequence s owned by t.a', 'alter-sequence'],
  AlterStatsStmt: ['alter statistics s set statistics 1', 'other'],
  AlterSubscriptionStmt: ['alter subscription s disable', 'other'],
  AlterSystemStmt: ["alter system set a to 'b'", 'other'],
  AlterTSConfigurationStmt: ['alter text search configuration c drop mapping for word', 'other'],
  AlterTSDictionaryStmt: ["alter text search dictionary d (a = 'b')", 'other'],
  AlterTableMoveAllStmt: ['alter table all in tablespace a set tablespace b', 'other'],
  AlterTableSpaceOptionsStmt: ['alter tablespace t set (seq_page_cost = 1)', 'other'],
  AlterTableStmt: ['alter table t add column a int', 'alter-table'],
  AlterTypeStmt: ['alter type t set (receive = none)', 'other'],
  AlterUserMappingStmt: ["alter user mapping for u server s options (set a 'b')", 'other'],
  CallStmt: ['call p(1)', 'run'],
  CheckPointStmt: ['checkpoint', 'other'],
  ClosePortalStmt: ['close c', 'other'],
  ClusterStmt: ['cluster t', 'other'],
  CommentStmt: ["comment on table t is 'a'", 'comment'],
  CompositeTypeStmt: ['create type t as (a int)', 'create-type'],
  ConstraintsSetStmt: ['set constraints all deferred', 'other'],
  CopyStmt: ['copy t from stdin', 'data'],
  CreateAmStmt: ['create access method m type index handler h', 'other'],
  CreateCastStmt: ['create cast (a as b) without function', 'other'],
  CreateConversionStmt: ["create conversion c for 'UTF8' to 'LATIN1' from f", 'other'],
  CreateDomainStmt: ['create domain d as int', 'create-type'],
  CreateEnumStmt: ["create type t as enum ('a')", 'create-type'],
  CreateEventTrigStmt: ['create event trigger t on ddl_command_end execute function f()', 'other'],
  CreateExtensionStmt: ['create extension e', 'create-extension'],
  CreateFdwStmt: ['create foreign data wrapper f', 'other'],
  CreateForeignServerStmt: ['create server s foreign data wrapper f', 'other'],
  CreateForeignTableStmt: ['create foreign table t (a int) server s', 'create-table'],
  CreateFunctionStmt: ["create function f() returns int language sql as 'select 1'", 'create-function'],
  CreateOpClassStmt: ['create operator class c for type t using btree as operator 1 <', 'other'],
  CreateOpFamilyStmt: ['create operator family f using btree', 'other'],
  CreatePLangStmt: ['create language l handler h', 'other'],
  CreatePolicyStmt: ['create policy p on t', 'create-policy'],
  CreatePublicationStmt: ['create publication p for table t', 'create-publication'],
  CreateRangeStmt: ['create type t as range (subtype = int)', 'create-type'],
  CreateRoleStmt: ['create role r', 'create-role'],
  CreateSchemaStmt: ['create schema s', 'create-schema'],
  CreateSeqStmt: ['create sequence s', 'create-sequence'],
  CreateStatsStmt: ['create statistics s on a, b from t', 'other'],
  CreateStmt: ['create table t ()', 'create-table'],
  CreateSubscriptionStmt: ["create subscription s connection 'a' publication p", 'other'],
  CreateTableAsStmt: ['create table t as select 1', 'create-table-as'],
  CreateTableSpaceStmt: ["create tablespace t location '/a'", 'other'],
  CreateTransformStmt: ['create transform for t language l (from sql with function f(int))', 'other'],
  CreateTrigStmt: ['create trigger g before insert on t execute function f()', 'create-trigger'],
  CreateUserMappingStmt: ['create user mapping for u server s', 'other'],
  CreatedbStmt: ['create database d', 'other'],
  DeallocateStmt: ['deallocate a', 'other'],
  DeclareCursorStmt: ['declare c cursor for select 1', 'other'],
  DefineStmt: ['create aggregate a (int) (sfunc = f, stype = int)', 'other'],
  DeleteStmt: ['delete from t', 'data'],
  DiscardStmt: ['discard plans', 'other'],
  DoStmt: ['do $$ begin end $$', 'do'],
  DropOwnedStmt: ['drop owned by r', 'drop-owned'],
  DropRoleStmt: ['drop role r', 'drop'],
  DropStmt: ['drop table t', 'drop'],
  DropSubscriptionStmt: ['drop subscription s', 'other'],
  DropTableSpaceStmt: ['drop tablespace t', 'other'],
  DropUserMappingStmt: ['drop user mapping for u server s', 'other'],
  DropdbStmt: ['drop database d', 'drop'],
  ExecuteStmt: ['execute p', 'other'],
  ExplainStmt: ['explain select 1', 'other'],
  FetchStmt: ['fetch c', 'other'],
  GrantRoleStmt: ['grant a to b', 'grant-role'],
  GrantStmt: ['grant select on t to r', 'grant'],
  ImportForeignSchemaStmt: ['import foreign schema a from server s into b', 'unread'],
  IndexStmt: ['create index i on t (a)', 'create-index'],
  InsertStmt: ['insert into t values (1)', 'data'],
  ListenStmt: ['listen a', 'other'],
  LoadStmt: ["load 'a'", 'other'],
  LockStmt: ['lock table t', 'other'],
  MergeStmt: ['merge into t using u on true when matched then delete', 'data'],
  NotifyStmt: ['notify a', 'other'],
  PrepareStmt: ['prepare p as select 1', 'other'],
  ReassignOwnedStmt: ['reassign owned by a to b', 'drop-owned'],
  RefreshMatViewStmt: ['refresh materialized view v', 'other'],
  ReindexStmt: ['reindex table t', 'other'],
  RenameStmt: ['alter table t rename to u', 'rename'],
  RuleStmt: ['create rule r as on insert to t do instead nothing', 'create-rule'],
  SecLabelStmt: ["security label on table t is 'a'", 'other'],
  SelectStmt: ['select 1', 'run'],
  TransactionStmt: ['begin', 'transaction'],
  TruncateStmt: ['truncate t', 'data'],
  UnlistenStmt: ['unlisten a', 'other'],
  UpdateStmt: ['update t set a = 1', 'data'],
  VacuumStmt: ['vacuum t', 'other'],
  VariableSetStmt: ['set a.b to c', 'set'],
  VariableShowStmt: ['show a', 'other'],
  ViewStmt: ['create view v as select 1', 'create-view'],
};

const sql = createSqlParser();

describe('every statement of the grammar becomes an event', () => {
  test.each(Object.entries(SAMPLES))('%s', (kind, [text, event]) => {
    const parsed = parseStatement(text);
    expect(parsed.ok && kindOf(parsed.stmt), 'the sample is of its kind').toBe(kind);
    const { events, unread } = sql.file({ path: 'a.sql', text: `-- ü\n${text};` });
    expect(unread).toEqual([]);
    expect(events.map((one) => one.kind)).toEqual([event]);
    const [only] = events;
    expect(only?.at).toEqual({ file: 'a.sql', start: 5, end: 5 + text.length });
    if (only?.kind === 'other') expect(only.verb).toBe(text.split(' ').slice(0, only.verb.split(' ').length).join(' '));
  });
});

type Made = 'AT_AddColumnToView' | 'AT_CookedColumnDefault' | 'AT_AddIndex' | 'AT_ReAddIndex' | 'AT_ReAddConstraint' | 'AT_ReAddDomainConstraint'
  | 'AT_ReAddComment' | 'AT_ReAddStatistics' | 'AT_ReplaceRelOptions' | 'AT_AddIndexConstraint';

/** Every action of ALTER TABLE that can be written, and what it becomes. */
const ACTIONS: { readonly [type in Exclude<AlterTableType, Made>]: readonly [string, string] } = {
  AT_AddColumn: ['add column a int', 'add-column'],
  AT_AddConstraint: ['add constraint c check (true)', 'add-constraint'],
  AT_AddIdentity: ['alter a add generated always as identity', 'set-identity'],
  AT_AddInherit: ['inherit p', 'inherit'],
  AT_AddOf: ['of y', 'other'],
  AT_AlterConstraint: ['alter constraint c deferrable', 'defer-constraint'],
  AT_AlterColumnGenericOptions: ["alter a options (b 'c')", 'other'],
  AT_AlterColumnType: ['alter a type text', 'set-type'],
  AT_AttachPartition: ['attach partition p default', 'attach-partition'],
  AT_ChangeOwner: ['owner to r', 'owner'],
  AT_ClusterOn: ['cluster on i', 'other'],
  AT_ColumnDefault: ['alter a set default 1', 'set-default'],
  AT_DetachPartition: ['detach partition p concurrently', 'detach-partition'],
  AT_DetachPartitionFinalize: ['detach partition p finalize', 'other'],
  AT_DisableRowSecurity: ['disable row level security', 'rls'],
  AT_DisableRule: ['disable rule r', 'other'],
  AT_DisableTrig: ['disable trigger g', 'trigger-state'],
  AT_DisableTrigAll: ['disable trigger all', 'trigger-state'],
  AT_DisableTrigUser: ['disable trigger user', 'trigger-state'],
  AT_DropCluster: ['set without cluster', 'other'],
  AT_DropColumn: ['drop column if exists a cascade', 'drop-column'],
  AT_DropConstraint: ['drop constraint c', 'drop-constraint'],
  AT_DropExpression: ['alter a drop expression', 'drop-expression'],
  AT_DropIdentity: ['alter a drop identity', 'set-identity'],
  AT_DropInherit: ['no inherit p', 'inherit'],
  AT_DropNotNull: ['alter a drop not null', 'set-not-null'],
  AT_DropOf: ['not of', 'other'],
  AT_DropOids: ['set without oids', 'other'],
  AT_EnableAlwaysRule: ['enable always rule r', 'other'],
  AT_EnableAlwaysTrig: ['enable always trigger g', 'trigger-state'],
  AT_EnableReplicaRule: ['enable replica rule r', 'other'],
  AT_EnableReplicaTrig: ['enable replica trigger g', 'trigger-state'],
  AT_EnableRowSecurity: ['enable row level security', 'rls'],
  AT_EnableRule: ['enable rule r', 'other'],
  AT_EnableTrig: ['enable trigger g', 'trigger-state'],
  AT_EnableTrigAll: ['enable trigger all', 'trigger-state'],
  AT_EnableTrigUser: ['enable trigger user', 'trigger-state'],
  AT_ForceRowSecurity: ['force row level security', 'force-rls'],
  AT_GenericOptions: ["options (a 'b')", 'other'],
  AT_NoForceRowSecurity: ['no force row level security', 'force-rls'],
  AT_ReplicaIdentity: ['replica identity full', 'other'],
  AT_ResetOptions: ['alter a reset (n_distinct)', 'other'],
  AT_ResetRelOptions: ['reset (fillfactor)', 'reset-options'],
  AT_SetAccessMethod: ['set access method heap', 'other'],
  AT_SetCompression: ['alter a set compression pglz', 'other'],
  AT_SetExpression: ['alter a set expression as (1)', 'other'],
  AT_SetIdentity: ['alter a set generated always', 'set-identity'],
  AT_SetLogged: ['set logged', 'other'],
  AT_SetNotNull: ['alter a set not null', 'set-not-null'],
  AT_SetOptions: ['alter a set (n_distinct = 1)', 'other'],
  AT_SetRelOptions: ['set (fillfactor = 70)', 'set-options'],
  AT_SetStatistics: ['alter a set statistics 1', 'other'],
  AT_SetStorage: ['alter a set storage plain', 'other'],
  AT_SetTableSpace: ['set tablespace s', 'other'],
  AT_SetUnLogged: ['set unlogged', 'other'],
  AT_ValidateConstraint: ['validate constraint c', 'validate-constraint'],
};

describe('every action of ALTER TABLE is read', () => {
  test.each(Object.entries(ACTIONS))('%s', (type, [action, expected]) => {
    const text = `alter table é.t ${action}`;
    const parsed = parseStatement(text);
    expect(JSON.stringify(parsed), 'the sample is of its type').toContain(`"${type}"`);
    const [event] = sql.file({ path: 'a.sql', text }).events;
    if (event?.kind !== 'alter-table') throw new Error('not read as ALTER TABLE');
    expect(event.actions.map((one) => one.do)).toEqual([expected]);
    const [only] = event.actions;
    expect(text.slice(only?.at.start, only?.at.end), 'the place of the action').toBe(action);
  });

  test('several actions have a place each', () => {
    const text = "alter table t add a numeric(3, 1) default f(1, 2), drop b, alter c set default '{,}'";
    const [event] = sql.file({ path: 'a.sql', text }).events;
    if (event?.kind !== 'alter-table') throw new Error('not read as ALTER TABLE');
    expect(event.actions.map(({ at }) => text.slice(at.start, at.end))).toEqual(['add a numeric(3, 1) default f(1, 2)', 'drop b', "alter c set default '{,}'"]);
  });
});
