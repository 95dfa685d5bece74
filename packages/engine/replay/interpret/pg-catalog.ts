import type { Constraint, Index, SqlExpr, Table } from '@tenantlint/model';
import { printExpr } from '../expr/print.ts';
import { tableScope } from '../expr/qualify.ts';
import { formatType, isBuiltIn } from '../types.ts';
import type { World } from '../world.ts';
import { commandWord } from './pg-views.ts';
import { Oid, Stored, textOf, Unknown, visibleName, type Value } from './values.ts';
import type { VirtualTable } from './virtual-tables.ts';


const COMMANDS: Readonly<Record<string, string>> = { SELECT: 'r', INSERT: 'a', UPDATE: 'w', DELETE: 'd', ALL: '*' };
const CONSTRAINTS: Readonly<Record<Constraint['kind'], string>> = { 'primary key': 'p', unique: 'u', 'foreign key': 'f', check: 'c', exclude: 'x' };
const ACTIONS = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' } as const;

function namespaceOid(schema: string): Oid {
  return new Oid('namespace', schema);
}

function roleOid(role: string): Oid {
  return new Oid('role', role);
}

function relationOid(schema: string, name: string, path: readonly string[]): Oid {
  return new Oid('relation', `${schema}.${name}`, visibleName(schema, name, path));
}

function indexOid(schema: string, name: string, path: readonly string[]): Oid {
  return new Oid('index', `${schema}.${name}`, visibleName(schema, name, path));
}

function typeOid(type: Parameters<typeof formatType>[0]): Oid {
  return new Oid('type', isBuiltIn(type) || type.schema === undefined ? `pg_catalog.${type.name}` : `${type.schema}.${type.name}`, formatType(type));
}

/** An expression of a table as its catalog column holds it. */
function stored(world: World, table: Table, expr: SqlExpr | undefined): Value {
  return expr === undefined ? null : new Stored(() => printExpr(world, expr, tableScope(table)));
}

/** Table that a wanted relation oid names. */
function tableByOid(world: World, wanted: ReadonlyMap<string, Value>, column: string): Iterable<Table> {
  const oid = wanted.get(column);
  if (!(oid instanceof Oid)) return world.catalog.tables.values();
  const table = world.catalog.get('table', oid.key);
  return table === undefined ? [] : [table];
}

function flag(value: boolean | 'unknown' | undefined): Value {
  return value === 'unknown' ? new Unknown('row level security') : (value ?? false);
}

/** The tables of pg_catalog, as far as migrations ask them. */
export const PG_CATALOG: Readonly<Record<string, VirtualTable>> = {
  pg_class: {
    columns: ['oid', 'relname', 'relnamespace', 'relkind', 'relrowsecurity', 'relforcerowsecurity', 'relowner', 'relispartition', 'relhasindex', 'relpersistence', 'reloptions', 'relacl', 'reltuples'],
    *rows(world, wanted, path) {
      const name = textOf(wanted.get('relname') ?? null);
      const fits = (other: string): boolean => name === undefined || name === other;
      const { catalog } = world;
      for (const table of catalog.tables.values()) {
        if (fits(table.name)) {
          yield [relationOid(table.schema, table.name, path), table.name, namespaceOid(table.schema), table.kind === 'table' ? 'r' : table.kind === 'partitioned' ? 'p' : 'f',
            flag(table.rls?.value), flag(table.forced?.value), roleOid(table.owner), table.partitionOf !== undefined, table.indexes.size > 0, table.temporary ? 't' : 'p', null, new Unknown('an access list'), new Unknown('a statistic')];
        }
        for (const index of table.indexes.values()) if (fits(index.name)) yield indexRow(index, table.schema, table.owner, path);
      }
      for (const view of catalog.map('view').values()) {
        const options = Object.entries(view.options).map(([key, value]) => `${key}=${value}`);
        if (fits(view.name)) {
          yield [relationOid(view.schema, view.name, path), view.name, namespaceOid(view.schema), view.materialized ? 'm' : 'v', false, false, roleOid(view.owner), false, view.indexes.size > 0, 'p', options.length === 0 ? null : options, new Unknown('an access list'), new Unknown('a statistic')];
        }
        for (const index of view.indexes.values()) if (fits(index.name)) yield indexRow(index, view.schema, view.owner, path);
      }
      for (const sequence of catalog.map('sequence').values()) {
        if (fits(sequence.name)) yield [relationOid(sequence.schema, sequence.name, path), sequence.name, namespaceOid(sequence.schema), 'S', false, false, roleOid(sequence.owner), false, false, 'p', null, new Unknown('an access list'), new Unknown('a statistic')];
      }
    },
  },
  pg_namespace: {
    columns: ['oid', 'nspname', 'nspowner'],
    *rows(world) {
      for (const name of ['pg_catalog', 'information_schema']) yield [namespaceOid(name), name, roleOid('postgres')];
      for (const schema of world.catalog.map('schema').values()) yield [namespaceOid(schema.name), schema.name, roleOid(schema.owner)];
    },
  },
  pg_attribute: {
    columns: ['attrelid', 'attname', 'atttypid', 'attnum', 'attnotnull', 'atthasdef', 'attisdropped', 'attidentity', 'attgenerated'],
    *rows(world, wanted, path) {
      const name = textOf(wanted.get('attname') ?? null);
      for (const table of tableByOid(world, wanted, 'attrelid')) {
        let number = 0;
        for (const column of table.columns.values()) {
          number++;
          if (name !== undefined && column.name !== name) continue;
          yield [relationOid(table.schema, table.name, path), column.name, typeOid(column.type), number, column.notNull, column.default !== undefined || column.generated !== undefined, false,
            column.identity === undefined ? '' : column.identity === 'always' ? 'a' : 'd', column.generated === undefined ? '' : 's'];
        }
      }
    },
  },
  pg_policy: {
    columns: ['oid', 'polname', 'polrelid', 'polcmd', 'polpermissive', 'polroles', 'polqual', 'polwithcheck'],
    *rows(world, wanted, path) {
      for (const table of tableByOid(world, wanted, 'polrelid')) {
        for (const policy of table.policies.values()) {
          yield [new Oid('policy', `${table.key} ${policy.name}`), policy.name, relationOid(table.schema, table.name, path), COMMANDS[commandWord(policy)] ?? '*', policy.permissive, policy.roles.map(roleOid), stored(world, table, policy.using), stored(world, table, policy.check)];
        }
      }
    },
  },
  pg_attrdef: {
    columns: ['oid', 'adrelid', 'adnum', 'adbin'],
    *rows(world, wanted, path) {
      for (const table of tableByOid(world, wanted, 'adrelid')) {
        for (const [i, column] of [...table.columns.values()].entries()) {
          const value = column.generated ?? column.default;
          if (value !== undefined) yield [new Oid('catalog', `default ${table.key} ${column.name}`), relationOid(table.schema, table.name, path), i + 1, stored(world, table, value.value)];
        }
      }
    },
  },
  pg_index: {
    columns: ['indexrelid', 'indrelid', 'indisunique', 'indisprimary', 'indisvalid', 'indkey', 'indpred', 'indnatts', 'indnkeyatts'],
    *rows(world, wanted, path) {
      for (const table of tableByOid(world, wanted, 'indrelid')) {
        const numbers = [...table.columns.keys()];
        for (const index of table.indexes.values()) {
          yield [indexOid(table.schema, index.name, path), relationOid(table.schema, table.name, path), index.unique, index.primary, true,
            index.keys.map((key) => (key.column === undefined ? 0 : numbers.indexOf(key.column) + 1)), stored(world, table, index.where), index.keys.length + index.include.length, index.keys.length];
        }
      }
    },
  },
  pg_constraint: {
    columns: ['oid', 'conname', 'connamespace', 'contype', 'conrelid', 'contypid', 'confrelid', 'conkey', 'confkey', 'convalidated', 'confdeltype', 'confupdtype', 'conindid'],
    *rows(world, wanted, path) {
      const name = textOf(wanted.get('conname') ?? null);
      for (const table of tableByOid(world, wanted, 'conrelid')) {
        for (const constraint of table.constraints.values()) {
          if (name !== undefined && constraint.name !== name) continue;
          const numbers = [...table.columns.keys()];
          const foreign = constraint.kind === 'foreign key' ? constraint : undefined;
          const target = foreign === undefined ? undefined : world.catalog.get('table', foreign.references);
          yield [new Oid('constraint', `${table.key} ${constraint.name}`), constraint.name, namespaceOid(table.schema), CONSTRAINTS[constraint.kind], relationOid(table.schema, table.name, path), 0,
            target === undefined ? 0 : relationOid(target.schema, target.name, path), 'columns' in constraint ? constraint.columns.map((column) => numbers.indexOf(column) + 1) : null,
            foreign === undefined || target === undefined ? null : foreign.referenced.map((column) => [...target.columns.keys()].indexOf(column) + 1), constraint.validated,
            foreign === undefined ? ' ' : ACTIONS[foreign.onDelete], foreign === undefined ? ' ' : ACTIONS[foreign.onUpdate], 'index' in constraint ? indexOid(table.schema, constraint.index, path) : 0];
        }
      }
      for (const type of world.catalog.map('type').values()) {
        if (type.form.is !== 'domain') continue;
        for (const check of type.form.checks.keys()) if (name === undefined || name === check) yield [new Oid('constraint', `${type.key} ${check}`), check, namespaceOid(type.schema), 'c', 0, new Oid('type', type.key), 0, null, null, true, ' ', ' ', 0];
      }
    },
  },
  pg_trigger: {
    columns: ['oid', 'tgname', 'tgrelid', 'tgfoid', 'tgenabled', 'tgisinternal'],
    *rows(world, wanted, path) {
      const relations = [...tableByOid(world, wanted, 'tgrelid'), ...world.catalog.map('view').values()];
      for (const relation of relations) {
        for (const trigger of relation.triggers.values()) {
          yield [new Oid('trigger', `${relation.key} ${trigger.name}`), trigger.name, relationOid(relation.schema, relation.name, path), new Oid('routine', trigger.function), trigger.enabled ? 'O' : 'D', false];
        }
      }
    },
  },
  pg_proc: {
    columns: ['oid', 'proname', 'pronamespace', 'prokind', 'prosecdef', 'proconfig', 'provolatile', 'prolang', 'pronargs', 'proowner', 'prosrc', 'proretset', 'proacl', 'prorettype', 'proargtypes'],
    *rows(world, wanted, path) {
      const name = textOf(wanted.get('proname') ?? null);
      for (const routine of world.catalog.map('function').values()) {
        if (name !== undefined && routine.name !== name) continue;
        const settings = Object.entries(routine.settings).map(([key, value]) => `${key}=${value}`);
        const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
        yield [new Oid('routine', routine.key, `${visibleName(routine.schema, routine.name, path)}${routine.key.slice(routine.key.indexOf('('))}`), routine.name, namespaceOid(routine.schema), routine.kind === 'procedure' ? 'p' : 'f',
          routine.securityDefiner.value, settings.length === 0 ? null : settings, routine.volatility.charAt(0), new Oid('catalog', routine.language), inputs.length, roleOid(routine.owner), routine.body?.text ?? '',
          routine.returns?.setof === true, new Unknown('an access list'), routine.returns === undefined ? new Oid('type', 'pg_catalog.void', 'void') : typeOid(routine.returns), inputs.map((arg) => typeOid(arg.type))];
      }
    },
  },
  pg_type: {
    columns: ['oid', 'typname', 'typnamespace', 'typtype', 'typrelid', 'typowner', 'typnotnull'],
    *rows(world, wanted) {
      const name = textOf(wanted.get('typname') ?? null);
      for (const type of world.catalog.map('type').values()) {
        if (name !== undefined && type.name !== name) continue;
        const kind = type.form.is === 'enum' ? 'e' : type.form.is === 'domain' ? 'd' : type.form.is === 'composite' ? 'c' : type.form.is === 'range' ? 'r' : 'b';
        yield [new Oid('type', type.key, type.schema === 'public' ? type.name : type.key), type.name, namespaceOid(type.schema), kind, 0, roleOid(type.owner), type.form.is === 'domain' && type.form.notNull];
      }
      for (const table of world.catalog.tables.values()) {
        if (name === undefined || table.name === name) yield [new Oid('type', table.key), table.name, namespaceOid(table.schema), 'c', new Oid('relation', table.key), roleOid(table.owner), false];
      }
    },
  },
  pg_enum: {
    columns: ['oid', 'enumtypid', 'enumsortorder', 'enumlabel'],
    *rows(world) {
      for (const type of world.catalog.map('type').values()) {
        if (type.form.is !== 'enum') continue;
        for (const [i, label] of type.form.labels.entries()) yield [new Oid('catalog', `${type.key} ${label}`), new Oid('type', type.key, type.schema === 'public' ? type.name : type.key), i + 1, label];
      }
    },
  },
  pg_roles: roles(),
  pg_authid: roles(),
  pg_auth_members: {
    columns: ['roleid', 'member', 'admin_option'],
    *rows(world) {
      for (const role of world.catalog.map('role').values()) for (const of of role.memberOf) yield [roleOid(of), roleOid(role.name), false];
    },
  },
  pg_extension: {
    columns: ['oid', 'extname', 'extnamespace', 'extversion'],
    *rows(world) {
      for (const extension of world.catalog.map('extension').values()) yield [new Oid('extension', extension.name), extension.name, namespaceOid(extension.schema), new Unknown('a version')];
    },
  },
  pg_publication: {
    columns: ['oid', 'pubname', 'puballtables'],
    *rows(world) {
      for (const publication of world.catalog.map('publication').values()) yield [new Oid('publication', publication.name), publication.name, publication.allTables];
    },
  },
  pg_publication_rel: {
    columns: ['prpubid', 'prrelid'],
    *rows(world, _wanted, path) {
      for (const publication of world.catalog.map('publication').values()) {
        for (const key of publication.tables.keys()) {
          const table = world.catalog.get('table', key);
          if (table !== undefined) yield [new Oid('publication', publication.name), relationOid(table.schema, table.name, path)];
        }
      }
    },
  },
  pg_inherits: {
    columns: ['inhrelid', 'inhparent', 'inhseqno'],
    *rows(world, _wanted, path) {
      for (const table of world.catalog.tables.values()) {
        for (const [i, key] of table.parents.entries()) {
          const parent = world.catalog.get('table', key);
          if (parent !== undefined) yield [relationOid(table.schema, table.name, path), relationOid(parent.schema, parent.name, path), i + 1];
        }
      }
    },
  },
  pg_depend: {
    columns: ['classid', 'objid', 'objsubid', 'refclassid', 'refobjid', 'refobjsubid', 'deptype'],
    *rows(world, _wanted, path) {
      const homes = new Map([...world.catalog.map('extension').values()].map((extension) => [extension.schema, extension.name]));
      const entry = (catalog: string, oid: Oid, schema: string): readonly Value[] => [new Oid('catalog', catalog), oid, 0, new Oid('catalog', 'pg_extension'), new Oid('extension', homes.get(schema) ?? ''), 0, 'e'];
      for (const routine of world.catalog.map('function').values()) if (routine.platform && homes.has(routine.schema)) yield entry('pg_proc', new Oid('routine', routine.key), routine.schema);
      for (const table of world.catalog.tables.values()) if (table.platform && homes.has(table.schema)) yield entry('pg_class', relationOid(table.schema, table.name, path), table.schema);
      for (const type of world.catalog.map('type').values()) if (type.platform && homes.has(type.schema)) yield entry('pg_type', new Oid('type', type.key), type.schema);
    },
  },
  pg_language: {
    columns: ['oid', 'lanname'],
    *rows() {
      for (const name of ['internal', 'c', 'sql', 'plpgsql']) yield [new Oid('catalog', name), name];
    },
  },
  pg_database: {
    columns: ['datname'],
    *rows() {
      yield ['postgres'];
    },
  },
};

function indexRow(index: Index, schema: string, owner: string, path: readonly string[]): readonly Value[] {
  return [indexOid(schema, index.name, path), index.name, namespaceOid(schema), 'i', false, false, roleOid(owner), false, false, 'p', null, null, new Unknown('a statistic')];
}

function roles(): VirtualTable {
  return {
    columns: ['oid', 'rolname', 'rolsuper', 'rolinherit', 'rolcreaterole', 'rolcreatedb', 'rolcanlogin', 'rolreplication', 'rolbypassrls'],
    *rows(world) {
      for (const { name, options } of world.catalog.map('role').values()) {
        yield [roleOid(name), name, options.superuser === true, options.inherit !== false, options.createRole === true, options.createDb === true, options.login === true, options.replication === true, options.bypassRls === true];
      }
    },
  };
}

