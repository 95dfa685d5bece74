import type { Column, Constraint, FunctionArg, Grant, Index, Routine, Schema, Table, Trigger, TypeRef, UserType, View } from '@tenantlint/model';

/** A replayed schema in the shape in which `DUMP_SQL` gives the real one. */
export function canonical(schema: Schema): Record<string, unknown> {
  return {
    tables: entries(schema.tables, tableOf, (table) => !table.inferred && !ofExtension(table)),
    views: entries(schema.views, viewOf, (view) => !view.platform),
    functions: entries(schema.functions, routineOf, (routine) => !ofExtension(routine) && !(routine.platform && routine.language === 'c')),
    types: entries(schema.types, typeOf, (type) => type.form.is !== 'base' && type.form.is !== 'shell' && !ofExtension(type)),
    sequences: entries(schema.sequences, (sequence) => ({ owner: sequence.owner, ownedBy: sequence.ownedBy ?? null, grants: grantLines(sequence.grants) }), (sequence) => !ofExtension(sequence)),
    schemas: entries(schema.schemas, (namespace) => ({ owner: namespace.owner, grants: grantLines(namespace.grants) })),
    roles: entries(schema.roles, ({ options, memberOf }) => ({
      superuser: options.superuser ?? false, bypassRls: options.bypassRls ?? false, login: options.login ?? false, inherit: options.inherit ?? true,
      createRole: options.createRole ?? false, createDb: options.createDb ?? false, memberOf: [...memberOf].sort(),
    })),
    publications: entries(schema.publications, (publication) => ({ allTables: publication.allTables, tables: [...publication.tables.keys()].sort(), schemas: [...publication.schemas].sort() })),
    defaultPrivileges: defaultLines(schema),
  };
}

/** Schemas that extensions fill. Their members are not compared: not every machine has the extensions. */
const EXTENSION_SCHEMAS = new Set(['vault', 'net', 'cron', 'pgmq']);

function ofExtension(object: { readonly platform: boolean; readonly schema: string }): boolean {
  return object.platform && EXTENSION_SCHEMAS.has(object.schema);
}

function entries<T>(map: ReadonlyMap<string, T>, f: (value: T) => unknown, shown: (value: T) => boolean = () => true): Record<string, unknown> {
  return Object.fromEntries([...map].filter(([, value]) => shown(value)).map(([key, value]) => [key, f(value)]));
}

function tableOf(table: Table): unknown {
  return {
    kind: table.kind, owner: table.owner, rls: table.rls?.value ?? false, forced: table.forced?.value ?? false, partition: table.partitionOf !== undefined,
    parents: table.parents, comment: table.comment ?? null, columns: [...table.columns.values()].map(columnOf),
    constraints: entries(table.constraints, constraintOf), indexes: entries(table.indexes, indexOf),
    policies: entries(table.policies, (policy) => ({
      command: policy.command, permissive: policy.permissive, roles: [...policy.roles].sort(), using: policy.using !== undefined, check: policy.check !== undefined,
    })),
    triggers: entries(table.triggers, triggerOf), grants: grantLines(table.grants),
  };
}

function columnOf(column: Column): unknown {
  return {
    name: column.name, type: column.typeText, notNull: column.notNull, default: column.default !== undefined, generated: column.generated !== undefined,
    comment: column.comment ?? null, identity: column.identity ?? null,
  };
}

const ACTIONS = { 'no action': 'a', restrict: 'r', cascade: 'c', 'set null': 'n', 'set default': 'd' } as const;

function constraintOf(constraint: Constraint): unknown {
  const foreign = constraint.kind === 'foreign key' ? constraint : undefined;
  return {
    kind: constraint.kind, columns: 'columns' in constraint ? constraint.columns : null,
    references: foreign?.references ?? null, referenced: foreign?.referenced ?? null,
    onDelete: foreign === undefined ? null : ACTIONS[foreign.onDelete], onUpdate: foreign === undefined ? null : ACTIONS[foreign.onUpdate],
    validated: constraint.validated,
  };
}

function indexOf(index: Index): unknown {
  return {
    unique: index.unique, primary: index.primary, method: index.method, constraint: index.constraint,
    keys: index.keys.map((key) => `${key.column ?? '<expr>'}${key.descending ? ' desc' : ''}`), include: index.include, partial: index.where !== undefined,
  };
}

function triggerOf(trigger: Trigger): unknown {
  return {
    function: trigger.function, timing: trigger.timing, events: [...trigger.events].sort(), columns: [...trigger.columns].sort(),
    perRow: trigger.perRow, when: trigger.when !== undefined, enabled: trigger.enabled,
  };
}

function viewOf(view: View): unknown {
  return {
    owner: view.owner, materialized: view.materialized, comment: view.comment ?? null, options: view.options,
    columns: view.columns.map((column) => ({ name: column.name, type: column.typeText })),
    indexes: entries(view.indexes, indexOf), triggers: entries(view.triggers, triggerOf),
    reads: view.reads.filter((key) => !key.startsWith('pg_catalog.') && !key.startsWith('information_schema.')), grants: grantLines(view.grants),
  };
}

function routineOf(routine: Routine): unknown {
  const inputs = routine.args.filter((arg) => arg.mode === 'in' || arg.mode === 'inout' || arg.mode === 'variadic');
  return {
    kind: routine.kind, owner: routine.owner, language: routine.language, volatility: routine.volatility,
    securityDefiner: routine.securityDefiner.value, leakproof: routine.leakproof, strict: routine.strict, settings: settingsOf(routine),
    returns: routine.kind === 'procedure' ? null : returnsOf(routine), args: argLines(routine.args),
    defaults: inputs.filter((arg) => arg.default !== undefined).length, comment: routine.comment ?? null, grants: grantLines(routine.grants),
  };
}

/** The model writes an empty search path as an empty string, Postgres as `""`. */
function settingsOf(routine: Routine): Readonly<Record<string, string>> {
  return routine.settings['search_path'] === '' ? { ...routine.settings, search_path: '""' } : routine.settings;
}

const MODES: Readonly<Record<FunctionArg['mode'], string>> = { in: 'i', out: 'o', inout: 'b', variadic: 'v', table: 't' };

/** Postgres keeps names and modes only where some argument has one. */
function argLines(args: readonly FunctionArg[]): readonly string[] {
  const outs = args.some((arg) => arg.mode !== 'in');
  if (!outs && args.every((arg) => arg.name === undefined)) return [];
  if (args.every((arg) => arg.name === undefined)) return [];
  return args.map((arg) => `${arg.name ?? ''} ${MODES[arg.mode]}`);
}

function returnsOf(routine: Routine): string {
  const outs = routine.args.filter((arg) => arg.mode === 'out' || arg.mode === 'inout' || arg.mode === 'table');
  const table = outs.some((arg) => arg.mode === 'table');
  const [only] = outs;
  if (outs.length === 0) return routine.returns === undefined ? 'void' : setof(routine.returns);
  const of = outs.length === 1 && only !== undefined ? text(only.type) : 'record';
  return table || routine.returns?.setof === true ? `setof ${of}` : of;
}

function setof(type: TypeRef): string {
  return type.setof === true ? `setof ${text(type)}` : text(type);
}

function text(type: TypeRef): string {
  const schema = type.schema === undefined || type.schema === 'public' ? '' : `${quoted(type.schema)}.`;
  return `${schema}${/ /.test(type.name) || type.schema === undefined ? type.name : quoted(type.name)}${type.dims > 0 ? '[]' : ''}`;
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name}"`;
}

function typeOf(type: UserType): unknown {
  const { form } = type;
  const shown = (): unknown => {
    switch (form.is) {
      case 'enum':
        return { labels: form.labels };
      case 'domain':
        return { base: domainBase(form.base), notNull: form.notNull, default: form.default !== undefined, checks: [...form.checks.keys()].sort() };
      case 'composite':
        return { columns: [...form.columns].map(([name, column]) => `${name} ${column.typeText}`) };
      default:
        return { is: form.is };
    }
  };
  return { owner: type.owner, form: shown(), grants: grantLines(type.grants) };
}

function domainBase(type: TypeRef): string {
  const mods = type.mods.length > 0 ? `(${type.mods.join(',')}${type.name === 'numeric' && type.mods.length === 1 ? ',0' : ''})` : '';
  return text({ ...type, name: `${type.name}${mods}` }).replace(/"(.*)"/, '$1');
}

function grantLines(grants: readonly Grant[]): readonly string[] {
  return grants
    .map((grant) => `${grant.role} ${grant.privilege}${grant.columns === undefined ? '' : ` (${[...grant.columns].sort().join(',')})`}${grant.grantOption ? ' *' : ''}`)
    .sort();
}

/** Without an entry of its own PUBLIC has what Postgres gives it; an entry in pg_default_acl spells that out. */
function defaultLines(schema: Schema): readonly string[] {
  const lines = new Set<string>();
  for (const entry of schema.defaultPrivileges) {
    if (entry.grant) lines.add(`${entry.forRole} in ${entry.inSchema ?? '*'}: ${entry.object} ${entry.role} ${entry.privilege}`);
  }
  const closed = (forRole: string, object: string): boolean => schema.defaultPrivileges.some((entry) => !entry.grant && entry.forRole === forRole && entry.object === object && entry.inSchema === undefined);
  for (const entry of schema.defaultPrivileges) {
    if (entry.inSchema !== undefined || !entry.grant) continue;
    if (entry.object === 'function' && !closed(entry.forRole, 'function')) lines.add(`${entry.forRole} in *: function public execute`);
    if (entry.object === 'type' && !closed(entry.forRole, 'type')) lines.add(`${entry.forRole} in *: type public usage`);
  }
  return [...lines].sort();
}
