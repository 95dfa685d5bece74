import { printExpr } from '../expr/print.ts';
import { tableScope } from '../expr/qualify.ts';
import { formatType } from '../types.ts';
import type { World } from '../world.ts';
import { wantedTables } from './pg-views.ts';
import { textOf, Unknown, type Value } from './values.ts';
import type { VirtualTable } from './virtual-tables.ts';

const DATABASE = 'postgres';
const DEFINITION = new Unknown('the text of a stored definition');
const yes = (value: boolean): string => (value ? 'YES' : 'NO');

type Wanted = ReadonlyMap<string, Value>;

/** Tables and views that the wanted schema and name leave. */
function* relations(world: World, wanted: Wanted): Iterable<{ readonly schema: string; readonly name: string; readonly type: string; readonly columns: readonly { readonly name: string; readonly typeText: string | undefined }[]; readonly key: string }> {
  for (const table of wantedTables(world, wanted, 'table_schema', 'table_name')) {
    yield { schema: table.schema, name: table.name, key: table.key, type: table.kind === 'foreign' ? 'FOREIGN' : table.temporary ? 'LOCAL TEMPORARY' : 'BASE TABLE', columns: [...table.columns.values()] };
  }
  const schema = textOf(wanted.get('table_schema') ?? null);
  const name = textOf(wanted.get('table_name') ?? null);
  for (const view of world.catalog.map('view').values()) {
    if (view.materialized || (schema !== undefined && view.schema !== schema) || (name !== undefined && view.name !== name)) continue;
    yield { schema: view.schema, name: view.name, key: view.key, type: 'VIEW', columns: view.columns };
  }
}

const CONSTRAINT_TYPES: Readonly<Record<string, string>> = { 'primary key': 'PRIMARY KEY', unique: 'UNIQUE', 'foreign key': 'FOREIGN KEY', check: 'CHECK' };

export const INFORMATION_SCHEMA: Readonly<Record<string, VirtualTable>> = {
  tables: {
    columns: ['table_catalog', 'table_schema', 'table_name', 'table_type'],
    *rows(world, wanted) {
      for (const relation of relations(world, wanted)) yield [DATABASE, relation.schema, relation.name, relation.type];
    },
  },
  views: {
    columns: ['table_catalog', 'table_schema', 'table_name', 'view_definition'],
    *rows(world, wanted) {
      for (const relation of relations(world, wanted)) if (relation.type === 'VIEW') yield [DATABASE, relation.schema, relation.name, DEFINITION];
    },
  },
  columns: {
    columns: ['table_catalog', 'table_schema', 'table_name', 'column_name', 'ordinal_position', 'column_default', 'is_nullable', 'data_type', 'character_maximum_length', 'udt_schema', 'udt_name', 'is_identity', 'is_generated'],
    *rows(world, wanted) {
      const name = textOf(wanted.get('column_name') ?? null);
      for (const relation of relations(world, wanted)) {
        const table = world.catalog.get('table', relation.key);
        for (const [i, { name: columnName }] of relation.columns.entries()) {
          if (name !== undefined && columnName !== name) continue;
          const column = table?.columns.get(columnName);
          const type = column?.type;
          const user = type !== undefined && type.schema !== undefined;
          const dataType = type === undefined ? new Unknown('the type of a view column') : type.dims > 0 ? 'ARRAY' : user ? 'USER-DEFINED' : formatType({ ...type, mods: [] });
          const length = type?.name === 'character varying' && type.mods[0] !== undefined ? Number(type.mods[0]) : null;
          yield [DATABASE, relation.schema, relation.name, columnName, i + 1, column?.default === undefined || table === undefined ? null : printExpr(world, column.default.value, tableScope(table)), yes(column?.notNull !== true), dataType, length,
            user ? (type.schema ?? null) : 'pg_catalog', type === undefined ? new Unknown('the type of a view column') : udtName(type.name, type.dims), yes(column?.identity !== undefined), column?.generated === undefined ? 'NEVER' : 'ALWAYS'];
        }
      }
    },
  },
  table_constraints: {
    columns: ['constraint_catalog', 'constraint_schema', 'constraint_name', 'table_catalog', 'table_schema', 'table_name', 'constraint_type'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'table_schema', 'table_name')) {
        for (const constraint of table.constraints.values()) {
          const type = CONSTRAINT_TYPES[constraint.kind];
          if (type !== undefined) yield [DATABASE, table.schema, constraint.name, DATABASE, table.schema, table.name, type];
        }
      }
    },
  },
  key_column_usage: {
    columns: ['constraint_schema', 'constraint_name', 'table_schema', 'table_name', 'column_name', 'ordinal_position'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'table_schema', 'table_name')) {
        for (const constraint of table.constraints.values()) {
          if ('columns' in constraint) for (const [i, column] of constraint.columns.entries()) yield [table.schema, constraint.name, table.schema, table.name, column, i + 1];
        }
      }
    },
  },
  constraint_column_usage: {
    columns: ['table_schema', 'table_name', 'column_name', 'constraint_schema', 'constraint_name'],
    *rows(world) {
      for (const table of world.catalog.tables.values()) {
        for (const constraint of table.constraints.values()) {
          if (constraint.kind === 'foreign key') {
            const target = world.catalog.get('table', constraint.references);
            if (target !== undefined) for (const column of constraint.referenced) yield [target.schema, target.name, column, table.schema, constraint.name];
          } else if ('columns' in constraint) for (const column of constraint.columns) yield [table.schema, table.name, column, table.schema, constraint.name];
        }
      }
    },
  },
  referential_constraints: {
    columns: ['constraint_schema', 'constraint_name', 'unique_constraint_schema', 'unique_constraint_name', 'update_rule', 'delete_rule'],
    *rows(world) {
      for (const table of world.catalog.tables.values()) {
        for (const constraint of table.constraints.values()) {
          if (constraint.kind === 'foreign key') yield [table.schema, constraint.name, new Unknown('the key behind a foreign key'), new Unknown('the key behind a foreign key'), constraint.onUpdate.toUpperCase(), constraint.onDelete.toUpperCase()];
        }
      }
    },
  },
  check_constraints: {
    columns: ['constraint_schema', 'constraint_name', 'check_clause'],
    *rows(world) {
      for (const table of world.catalog.tables.values()) for (const constraint of table.constraints.values()) if (constraint.kind === 'check') yield [table.schema, constraint.name, printExpr(world, constraint.expr, tableScope(table))];
    },
  },
  schemata: {
    columns: ['catalog_name', 'schema_name', 'schema_owner'],
    *rows(world) {
      for (const name of ['pg_catalog', 'information_schema']) yield [DATABASE, name, 'postgres'];
      for (const schema of world.catalog.map('schema').values()) yield [DATABASE, schema.name, schema.owner];
    },
  },
  routines: {
    columns: ['specific_schema', 'specific_name', 'routine_schema', 'routine_name', 'routine_type', 'security_type', 'data_type', 'routine_definition'],
    *rows(world) {
      for (const routine of world.catalog.map('function').values()) {
        yield [routine.schema, routine.key, routine.schema, routine.name, routine.kind.toUpperCase(), routine.securityDefiner.value ? 'DEFINER' : 'INVOKER', routine.returns === undefined ? null : formatType(routine.returns), routine.body?.text ?? null];
      }
    },
  },
  triggers: {
    columns: ['trigger_schema', 'trigger_name', 'event_manipulation', 'event_object_schema', 'event_object_table', 'action_timing'],
    *rows(world) {
      for (const table of world.catalog.tables.values()) {
        for (const trigger of table.triggers.values()) for (const event of trigger.events) yield [table.schema, trigger.name, event.toUpperCase(), table.schema, table.name, trigger.timing.toUpperCase()];
      }
    },
  },
  sequences: {
    columns: ['sequence_schema', 'sequence_name'],
    *rows(world) {
      for (const sequence of world.catalog.map('sequence').values()) yield [sequence.schema, sequence.name];
    },
  },
  enabled_roles: {
    columns: ['role_name'],
    *rows(world) {
      for (const name of world.catalog.map('role').keys()) yield [name];
    },
  },
  table_privileges: privileges(),
  role_table_grants: privileges(),
};

function privileges(): VirtualTable {
  return {
    columns: ['grantee', 'table_schema', 'table_name', 'privilege_type'],
    *rows(world, wanted) {
      for (const table of wantedTables(world, wanted, 'table_schema', 'table_name')) {
        for (const grant of table.grants) if (grant.columns === undefined) yield [grant.role === 'public' ? 'PUBLIC' : grant.role, table.schema, table.name, grant.privilege.toUpperCase()];
      }
    },
  };
}

const UDT: Readonly<Record<string, string>> = {
  integer: 'int4', bigint: 'int8', smallint: 'int2', boolean: 'bool', 'character varying': 'varchar', character: 'bpchar',
  'timestamp with time zone': 'timestamptz', 'timestamp without time zone': 'timestamp', 'double precision': 'float8', real: 'float4',
};

function udtName(name: string, dims: number): string {
  return `${dims > 0 ? '_' : ''}${UDT[name] ?? name}`;
}
