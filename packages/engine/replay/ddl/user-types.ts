import { never, type SchemaEvent, type SqlExpr, type UserType } from '@tenantlint/model';
import { fail } from '../failure.ts';
import { qualifyExpr } from '../expr/qualify.ts';
import { formatType } from '../types.ts';
import { freeName } from '../names.ts';
import { candidateSchemas, keyOf, newName, definedType, type World } from '../world.ts';
import { initialGrants } from './grants.ts';

export function createType(world: World, event: SchemaEvent & { readonly kind: 'create-type' }): void {
  const target = newName(world, event.name);
  const existing = world.catalog.get('type', target.key);
  const relation = world.catalog.relation(target.key);
  const taken = relation !== undefined && relation.is !== 'index' && relation.is !== 'sequence';
  if (existing === undefined ? taken || (event.form.is === 'composite' && relation !== undefined) : existing.form.is !== 'shell') {
    if (event.form.is === 'composite') fail('duplicate_table', `relation "${target.name}" already exists`);
    fail('duplicate_object', `type "${target.name}" already exists`);
  }
  const at = event.name.at;
  world.catalog.put('type', target.key, {
    key: target.key, schema: target.schema, name: target.name, at, owner: world.session.role,
    form: formOf(world, event.form, target), grants: initialGrants(world, 'type', target.schema, at), platform: world.platform,
  });
}

function formOf(world: World, form: (SchemaEvent & { readonly kind: 'create-type' })['form'], target: { readonly schema: string; readonly name: string }): UserType['form'] {
  switch (form.is) {
    case 'enum':
      return { is: 'enum', labels: form.labels };
    case 'composite':
      return { is: 'composite', columns: new Map(form.columns.map((column) => [column.name, { typeText: formatType(definedType(world, column.type)) }])) };
    case 'domain': {
      const checks = new Map<string, SqlExpr>();
      for (const check of form.checks) {
        if (check.kind !== 'check') continue;
        const name = check.name ?? freeName(target.name, undefined, 'check', (candidate) => checks.has(candidate) || world.catalog.constraintNameUsed(target.schema, candidate));
        checks.set(name, qualifyExpr(world, check.expr));
      }
      return { is: 'domain', base: definedType(world, form.base), notNull: form.notNull, default: form.default === undefined ? undefined : qualifyExpr(world, form.default), checks };
    }
    case 'range':
    case 'base':
    case 'shell':
      return { is: form.is };
    default:
      return never(form);
  }
}

export function findType(world: World, name: { readonly schema?: string; readonly name: string }): UserType | undefined {
  for (const schema of candidateSchemas(world, name)) {
    const type = world.catalog.get('type', keyOf(schema, name.name));
    if (type !== undefined) return type;
  }
  return undefined;
}

/** What the history alters and never made: nothing is known of it, so nothing changes. */
function missing(world: World, name: string): undefined {
  if (!world.infers) fail('undefined_object', `type "${name}" does not exist`);
  return undefined;
}

export function alterEnum(world: World, event: SchemaEvent & { readonly kind: 'alter-enum' }): void {
  const type = findType(world, event.name) ?? missing(world, event.name.name);
  if (type === undefined) return;
  if (type.form.is !== 'enum') fail('wrong_object_type', `"${type.name}" is not an enum`);
  const labels = [...type.form.labels];
  const { add, rename } = event;
  if (add !== undefined) {
    if (labels.includes(add.label)) {
      if (add.ifNotExists) return;
      fail('duplicate_object', `enum label "${add.label}" already exists`);
    }
    const neighbour = add.before ?? add.after;
    const i = neighbour === undefined ? labels.length : labels.indexOf(neighbour);
    if (i < 0) fail('invalid_parameter_value', `"${neighbour ?? ''}" is not an existing enum label`);
    labels.splice(add.after === undefined ? i : i + 1, 0, add.label);
  } else if (rename !== undefined) {
    const i = labels.indexOf(rename.from);
    if (i < 0) fail('invalid_parameter_value', `"${rename.from}" is not an existing enum label`);
    if (labels.includes(rename.to)) fail('duplicate_object', `enum label "${rename.to}" already exists`);
    labels[i] = rename.to;
  }
  world.catalog.put('type', type.key, { ...type, form: { is: 'enum', labels } });
}

export function alterDomain(world: World, event: SchemaEvent & { readonly kind: 'alter-domain' }): void {
  const type = findType(world, event.name) ?? missing(world, event.name.name);
  if (type === undefined) return;
  if (type.form.is !== 'domain') fail('wrong_object_type', `"${type.name}" is not a domain`);
  const form = { ...type.form };
  const checks = new Map(form.checks);
  if (event.addConstraint?.kind === 'check') {
    const name = event.addConstraint.name ?? freeName(type.name, undefined, 'check', (candidate) => checks.has(candidate) || world.catalog.constraintNameUsed(type.schema, candidate));
    if (checks.has(name)) fail('duplicate_object', `constraint "${name}" for domain "${type.name}" already exists`);
    checks.set(name, qualifyExpr(world, event.addConstraint.expr));
  }
  if (event.dropConstraint !== undefined && !checks.delete(event.dropConstraint) && event.ifExists !== true) {
    fail('undefined_object', `constraint "${event.dropConstraint}" of domain "${type.name}" does not exist`);
  }
  world.catalog.put('type', type.key, {
    ...type,
    form: {
      ...form, checks, notNull: event.notNull ?? form.notNull,
      default: event.default === undefined ? form.default : event.default === null ? undefined : qualifyExpr(world, event.default),
    },
  });
}
