import { printExpr } from '../expr/print.ts';
import { tableScope } from '../expr/qualify.ts';
import { indexDefinition } from './definitions.ts';
import type { Policy, Table } from '@tenantlint/model';
import { Unknown, textOf, type Value } from './values.ts';
import type { VirtualTable } from './virtual-tables.ts';
import type { World } from '../world.ts';

const DEFINITION = new Unknown('the text of a stored definition');

/** Tables that the wanted schema and name leave. */
export function* wantedTables(world: World, wanted: ReadonlyMap<string, Value>, schemaColumn: string, nameColumn: string): Iterable<Table> {
  const schema = textOf(wanted.get(schemaColumn) ?? null);
  const name = textOf(wanted.get(nameColumn) ?? null);
  if (schema !== undefined && name !== undefined) {
    const table = world.catalog.get('table', `${schema}.${name}`);
    if (table !== undefined) yield table;
    return;
  }
  for (const table of world.catalog.tables.values()) {
    if ((schema === undefined || table.schema === schema) && (name === undefined || table.name === name)) yield table;
  }
}

export function commandWord(policy: Policy): string {
  return policy.command.toUpperCase();
}

/** The readable views of pg_catalog. */
export const PG_VIEWS: Readonly<Record<string, VirtualTable>> = {
  pg_tables: {
    columns: ['schemaname', 'tablename', 'tableowner', 'tablespace', 'hasindexes', 'hasrules', 'hastriggers', 'rowsecurity'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'schemaname', 'tablename')) {
        if (table.kind === 'foreign') continue;
        const rls = table.rls?.value ?? false;
        yield [table.schema, table.name, table.owner, null, table.indexes.size > 0, false, table.triggers.size > 0, rls === 'unknown' ? new Unknown('row level security') : rls];
      }
    },
  },
  pg_views: {
    columns: ['schemaname', 'viewname', 'viewowner', 'definition'],
    *rows(world) {
      for (const view of world.catalog.map('view').values()) if (!view.materialized) yield [view.schema, view.name, view.owner, DEFINITION];
    },
  },
  pg_matviews: {
    columns: ['schemaname', 'matviewname', 'matviewowner', 'tablespace', 'hasindexes', 'ispopulated', 'definition'],
    *rows(world) {
      for (const view of world.catalog.map('view').values()) if (view.materialized) yield [view.schema, view.name, view.owner, null, view.indexes.size > 0, true, DEFINITION];
    },
  },
  pg_policies: {
    columns: ['schemaname', 'tablename', 'policyname', 'permissive', 'roles', 'cmd', 'qual', 'with_check'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'schemaname', 'tablename')) {
        const scope = tableScope(table);
        for (const policy of table.policies.values()) {
          yield [table.schema, table.name, policy.name, policy.permissive ? 'PERMISSIVE' : 'RESTRICTIVE', policy.roles, commandWord(policy), policy.using === undefined ? null : printExpr(world, policy.using, scope), policy.check === undefined ? null : printExpr(world, policy.check, scope)];
        }
      }
    },
  },
  pg_indexes: {
    columns: ['schemaname', 'tablename', 'indexname', 'tablespace', 'indexdef'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'schemaname', 'tablename')) for (const index of table.indexes.values()) yield [table.schema, table.name, index.name, null, indexDefinition(world, table, index)];
      for (const view of world.catalog.map('view').values()) for (const index of view.indexes.values()) yield [view.schema, view.name, index.name, null, DEFINITION];
    },
  },
  pg_rules: {
    columns: ['schemaname', 'tablename', 'rulename', 'definition'],
    *rows(world) {
      for (const rule of world.catalog.map('rule').values()) {
        const table = world.catalog.get('table', rule.table) ?? world.catalog.get('view', rule.table);
        if (table !== undefined) yield [table.schema, table.name, rule.name, DEFINITION];
      }
    },
  },
  pg_sequences: {
    columns: ['schemaname', 'sequencename', 'sequenceowner'],
    *rows(world) {
      for (const sequence of world.catalog.map('sequence').values()) yield [sequence.schema, sequence.name, sequence.owner];
    },
  },
  pg_publication_tables: {
    columns: ['pubname', 'schemaname', 'tablename', 'attnames', 'rowfilter'],
    *rows(world) {
      for (const publication of world.catalog.map('publication').values()) {
        for (const table of world.catalog.tables.values()) {
          if (publication.allTables ? !table.platform : publication.tables.has(table.key) || publication.schemas.includes(table.schema)) yield [publication.name, table.schema, table.name, null, null];
        }
      }
    },
  },
  pg_user: {
    columns: ['usename', 'usesuper', 'usebypassrls'],
    *rows(world) {
      for (const role of world.catalog.map('role').values()) if (role.options.login === true) yield [role.name, role.options.superuser === true, role.options.bypassRls === true];
    },
  },
  pg_event_trigger: { columns: ['oid', 'evtname', 'evtevent', 'evtowner', 'evtfoid', 'evtenabled', 'evttags'], rows: () => [] },
  pg_group: {
    columns: ['groname'],
    *rows(world) {
      for (const role of world.catalog.map('role').values()) if (role.options.login !== true) yield [role.name];
    },
  },
};
