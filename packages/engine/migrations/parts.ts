import { selectText, sqlText, typeText, type Bucket, type Change, type Column, type Constraint, type DefaultPrivilege, type Difference, type Extension, type FunctionArg, type Grant, type Index, type Namespace, type Policy, type Publication, type Role, type Routine, type Sequence, type Span, type SqlExpr, type Table, type Trigger, type UserType, type View } from '@tenantlint/model';

/** One thing that a definition says, as text that is equal where the meaning is. */
export interface PartOf {
  readonly text: string;
  readonly at: Span;
  readonly kind: Difference['kind'];
}

/** The parts of an object by their words; `''` stands for the object itself. Order of columns and grants is nothing that can be compared. */
export type Parts = Map<string, PartOf>;

/** What the catalog holds under each word of a `Change`. */
export interface ObjectOf {
  table: Table;
  view: View;
  function: Routine;
  type: UserType;
  sequence: Sequence;
  role: Role;
  publication: Publication;
  extension: Extension;
  schema: Namespace;
  bucket: Bucket;
  'default-privileges': readonly DefaultPrivilege[];
}

export function partsOf<K extends Change['object']>(object: K, value: ObjectOf[K]): Parts {
  const parts: Parts = new Map();
  describers[object](value, (name, text, at, kind = 'structure') => void parts.set(name, { text, at, kind }));
  return parts;
}

type Say = (name: string, text: string, at: Span, kind?: Difference['kind']) => void;

const describers: { readonly [K in Change['object']]: (value: ObjectOf[K], say: Say) => void } = {
  table(table, say) {
    say('', table.kind, table.at);
    say('owner', table.owner, table.at);
    say('parents', `${table.parents.join()}${table.bound === undefined ? '' : ` ${table.bound.toLowerCase().replace(/\s+/g, ' ')}`}`, table.at);
    say('storage parameters', options(table.options), table.at);
    comment(table, say);
    say('row level security', table.rls?.value === true ? 'on' : 'off', table.rls?.at ?? table.at);
    say('FORCE ROW LEVEL SECURITY', table.forced?.value === true ? 'on' : 'off', table.forced?.at ?? table.at);
    for (const column of table.columns.values()) {
      say(`column ${column.name}`, columnText(column), column.at);
      if (column.comment !== undefined) say(`comment of column ${column.name}`, column.comment, column.at);
    }
    for (const constraint of table.constraints.values()) say(`constraint ${constraint.name}`, constraintText(constraint), constraint.at);
    indexes(table.indexes, say);
    for (const policy of table.policies.values()) say(`policy "${policy.name}"`, policyText(policy), policy.changedAt, 'policy');
    triggers(table.triggers, say);
    grants(table.grants, say, table.at);
  },
  view(view, say) {
    say('', `${view.materialized ? 'materialized ' : ''}(${view.columns.map((c) => c.name).join(', ')}) ${selectText(view.select)}`, view.at);
    say('owner', view.owner, view.at);
    say('options', options(view.options), view.optionsAt);
    comment(view, say);
    indexes(view.indexes, say);
    triggers(view.triggers, say);
    grants(view.grants, say, view.at);
  },
  function(routine, say) {
    const returns = routine.returns === undefined ? '' : ` returns ${routine.returns.setof === true ? 'setof ' : ''}${typeText(routine.returns)}`;
    say('', `${routine.kind}(${routine.args.map(argText).join(', ')})${returns}`, routine.at);
    say('body', `${routine.language}: ${(routine.body?.text ?? '').replace(/\s+/g, ' ').trim()}`, routine.at);
    say('attributes', [routine.volatility, ...(routine.leakproof ? ['leakproof'] : []), ...(routine.strict ? ['strict'] : [])].join(' '), routine.at);
    say('security', routine.securityDefiner.value ? 'definer' : 'invoker', routine.securityDefiner.at);
    say('settings', options(routine.settings), routine.at);
    say('owner', routine.owner, routine.at);
    comment(routine, say);
    grants(routine.grants, say, routine.at);
  },
  type(type, say) {
    const { form } = type;
    say('', form.is, type.at);
    say('owner', type.owner, type.at);
    if (form.is === 'enum') form.labels.forEach((label, i) => say(`value '${label}'`, `after ${i === 0 ? 'nothing' : (form.labels[i - 1] ?? '')}`, type.at, 'enum value'));
    if (form.is === 'composite') for (const [name, column] of form.columns) say(`attribute ${name}`, column.typeText, type.at);
    if (form.is === 'domain') {
      say('base', `${typeText(form.base)}${form.notNull ? ' not null' : ''}${form.default ? ` default ${sqlText(form.default)}` : ''}`, type.at);
      for (const [name, check] of form.checks) say(`constraint ${name}`, sqlText(check), type.at);
    }
    grants(type.grants, say, type.at);
  },
  sequence(sequence, say) {
    say('', 'sequence', sequence.at);
    say('owner', sequence.owner, sequence.at);
    say('owning column', sequence.ownedBy ?? 'none', sequence.at);
    grants(sequence.grants, say, sequence.at);
  },
  role(role, say) {
    const { inherit = true, ...flags } = role.options;
    say('', 'role', role.at);
    say('attributes', [...Object.entries(flags).filter(([, on]) => on).map(([name]) => name), ...(inherit ? [] : ['noinherit'])].sort().join(' '), role.at, 'privilege');
    for (const of of role.memberOf) say(`membership in ${of}`, 'member', role.at, 'privilege');
    say('settings', options(role.settings), role.at);
  },
  publication(publication, say) {
    say('', publication.allTables ? 'all tables' : `schemas ${[...publication.schemas].sort().join()}`, publication.at);
    for (const [table, at] of publication.tables) say(`table ${table}`, 'published', at);
  },
  extension(extension, say) {
    say('', `in ${extension.schema}`, extension.at);
  },
  schema(schema, say) {
    say('', 'schema', schema.at);
    say('owner', schema.owner, schema.at);
    grants(schema.grants, say, schema.at);
  },
  bucket(bucket, say) {
    say('', bucket.public === true ? 'public' : 'private', bucket.at);
  },
  'default-privileges'(entries, say) {
    for (const entry of entries) say(`${entry.privilege} on ${entry.object}s of ${entry.forRole}${entry.inSchema === undefined ? '' : ` in ${entry.inSchema}`} for ${entry.role}`, entry.grant ? 'granted' : 'revoked', entry.at, 'privilege');
  },
};

export function columnText(column: Column): string {
  const value = column.generated ? ` generated always as (${sqlText(column.generated.value)}) stored` : column.default ? ` default ${sqlText(column.default.value)}` : '';
  return `${column.typeText}${column.notNull ? ' not null' : ''}${value}${column.identity === undefined ? '' : ` generated ${column.identity} as identity`}`;
}

/** `deferrable`, `deferrable initially deferred`, or nothing. */
export function deferralText({ deferrable }: Constraint): string {
  return deferrable === undefined ? '' : deferrable === 'deferred' ? ' deferrable initially deferred' : ' deferrable';
}

export function constraintText(constraint: Constraint): string {
  const valid = `${deferralText(constraint)}${constraint.validated ? '' : ' not valid'}`;
  switch (constraint.kind) {
    case 'primary key': case 'unique': return `${constraint.kind}${constraint.nullsNotDistinct === true ? ' nulls not distinct' : ''} (${constraint.columns.join(', ')})${valid}`;
    case 'foreign key': return `foreign key (${constraint.columns.join(', ')}) references ${constraint.references} (${constraint.referenced.join(', ')}) on delete ${constraint.onDelete} on update ${constraint.onUpdate}${valid}`;
    case 'check': return `check (${sqlText(constraint.expr)})${valid}`;
    case 'exclude': return `exclude ${constraint.def.kind === 'exclude' ? `${constraint.def.method} (${constraint.def.keys.map((k) => `${k.column ?? optional(k.expr)} with ${k.operator ?? ''}`).join(', ')})${where(constraint.def.where)}` : ''}${valid}`;
  }
}

export function indexText(index: Index): string {
  const keys = index.keys.map((k) => `${k.column ?? `(${optional(k.expr)})`}${k.opclass === undefined ? '' : ` ${k.opclass}`}${k.descending ? ' desc' : ''}${k.nullsFirst === undefined || k.nullsFirst === k.descending ? '' : k.nullsFirst ? ' nulls first' : ' nulls last'}`);
  return `${index.unique ? 'unique ' : ''}${index.method} (${keys.join(', ')})${index.include.length > 0 ? ` include (${index.include.join(', ')})` : ''}${where(index.where)}`;
}

export function policyText(policy: Policy): string {
  return `${policy.permissive ? 'permissive' : 'restrictive'} for ${policy.command} to ${[...policy.roles].sort().join(', ')}${policy.using ? ` using (${sqlText(policy.using)})` : ''}${policy.check ? ` with check (${sqlText(policy.check)})` : ''}`;
}

function indexes(all: ReadonlyMap<string, Index>, say: Say): void {
  // The index of a constraint comes and goes with it.
  for (const index of all.values()) if (!index.constraint) say(`index ${index.name}`, indexText(index), index.at);
}

function triggers(all: ReadonlyMap<string, Trigger>, say: Say): void {
  for (const trigger of all.values()) {
    const when = trigger.when ? ` when (${sqlText(trigger.when)})` : '';
    say(`trigger ${trigger.name}`, `${trigger.timing} ${[...trigger.events].sort().join(' or ')} of (${[...trigger.columns].sort().join()}) for each ${trigger.perRow ? 'row' : 'statement'}${when} ${trigger.function}${trigger.enabled ? '' : ' disabled'}`, trigger.at);
  }
}

/** Grouped by role: what a role may do is one thing to lose or to leave behind. */
function grants(all: readonly Grant[], say: Say, at: Span): void {
  const roles = new Map<string, { readonly lines: string[]; readonly at: Span }>();
  for (const grant of all) {
    const known = roles.get(grant.role) ?? { lines: [], at: grant.at };
    known.lines.push(`${grant.privilege}${grant.columns === undefined ? '' : ` (${[...grant.columns].sort().join()})`}${grant.grantOption ? ' with grant option' : ''}`);
    roles.set(grant.role, known);
  }
  for (const [role, { lines, at: own }] of roles) say(`privileges of ${role}`, lines.sort().join(', '), own.file === at.file ? own : at, 'privilege');
}

function comment(object: { readonly comment: string | undefined; readonly at: Span }, say: Say): void {
  if (object.comment !== undefined) say('comment', object.comment, object.at);
}

function options(of: Readonly<Record<string, string>>): string {
  return Object.entries(of).map(([name, value]) => `${name}=${value}`).sort().join(', ');
}

function argText(arg: FunctionArg): string {
  return `${arg.mode} ${arg.name ?? ''} ${typeText(arg.type)}${arg.default ? ` default ${sqlText(arg.default)}` : ''}`;
}

function where(expr: SqlExpr | undefined): string {
  return expr === undefined ? '' : ` where ${sqlText(expr)}`;
}

function optional(expr: SqlExpr | undefined): string {
  return expr === undefined ? '' : sqlText(expr);
}
