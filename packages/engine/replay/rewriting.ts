import type { Constraint, Index, Policy, Routine, SqlExpr, Table, Trigger, TypeRef, UserType, View } from '@tenantlint/model';
import type { Dependent, DependentPart } from './catalog.ts';
import { inputsOf } from './expr/overload.ts';
import { namesOf, tableScope } from './expr/qualify.ts';
import { Rewriter, type Hooks } from './expr/rewrite.ts';
import { EMPTY, type Scope } from './expr/scope.ts';
import { argumentText, formatType } from './types.ts';
import { putTable, type World } from './world.ts';
import { routineKey } from './ddl/routine-names.ts';

/** How names inside stored definitions follow a rename. */
export interface Following {
  readonly hooks: Hooks;
  /** New key of a relation; itself when it keeps its own. */
  relation?(key: string): string;
  /** New key of a trigger's function. */
  routine?(key: string): string;
}

/**
 * Rewrites one stored definition. Everything is read with the names as they stand in the catalog now, so the
 * renamed object itself has to be changed after those that mention it.
 */
export function follow(world: World, dependent: Dependent, following: Following): void {
  const rewriter = new Rewriter(namesOf(world), following.hooks);
  const { catalog } = world;
  switch (dependent.is) {
    case 'table': {
      const table = catalog.get('table', dependent.key);
      if (table !== undefined) putTable(world, followParents(table, following));
      return;
    }
    case 'view': {
      const view = catalog.get('view', dependent.key);
      if (view !== undefined) putView(world, followView(view, rewriter, following));
      return;
    }
    case 'routine': {
      const routine = catalog.get('function', dependent.key);
      if (routine !== undefined) followRoutine(world, routine, rewriter, following.hooks);
      return;
    }
    case 'type': {
      const type = catalog.get('type', dependent.key);
      if (type !== undefined) catalog.put('type', type.key, followType(type, rewriter, following.hooks));
      return;
    }
    case 'publication': {
      const publication = catalog.get('publication', dependent.key);
      if (publication === undefined || following.relation === undefined) return;
      const relation = following.relation;
      catalog.put('publication', publication.name, { ...publication, tables: new Map([...publication.tables].map(([key, at]) => [relation(key), at])) });
      return;
    }
    case 'sequence':
      return;
    default:
      followPart(world, dependent, rewriter, following);
  }
}

function putView(world: World, view: View): void {
  world.catalog.put('view', view.key, view);
}

function followParents(table: Table, { relation }: Following): Table {
  if (relation === undefined) return table;
  return { ...table, parents: table.parents.map(relation), partitionOf: table.partitionOf === undefined ? undefined : relation(table.partitionOf) };
}

export function followView(view: View, rewriter: Rewriter, { relation }: Following): View {
  const select = rewriter.select(view.select, EMPTY);
  const reads = relation === undefined ? view.reads : view.reads.map(relation).sort();
  return select === view.select && relation === undefined ? view : { ...view, select, reads };
}

export function followRoutine(world: World, routine: Routine, rewriter: Rewriter, hooks: Hooks): void {
  const type = (ref: TypeRef): TypeRef => hooks.type?.(ref) ?? ref;
  const args = routine.args.map((arg) => ({ ...arg, type: type(arg.type), ...(arg.default === undefined ? {} : { default: rewriter.expr(arg.default, EMPTY) }) }));
  const key = routineKey(routine.schema, routine.name, inputsOf({ args }).map((arg) => argumentText(arg.type)));
  if (key !== routine.key) world.catalog.put('function', routine.key, undefined);
  world.catalog.put('function', key, { ...routine, key, args, returns: routine.returns === undefined ? undefined : type(routine.returns) });
}

export function followType(type: UserType, rewriter: Rewriter, hooks: Hooks): UserType {
  if (type.form.is !== 'domain') return type;
  const checks = new Map([...type.form.checks].map(([name, expr]) => [name, rewriter.expr(expr, EMPTY)]));
  return {
    ...type,
    form: { ...type.form, checks, base: hooks.type?.(type.form.base) ?? type.form.base, default: type.form.default === undefined ? undefined : rewriter.expr(type.form.default, EMPTY) },
  };
}

function followPart(world: World, part: DependentPart, rewriter: Rewriter, following: Following): void {
  const view = world.catalog.get('view', part.of);
  if (view !== undefined) {
    const trigger = part.is === 'trigger' ? view.triggers.get(part.name) : undefined;
    if (trigger !== undefined) putView(world, { ...view, triggers: new Map(view.triggers).set(part.name, followTrigger(trigger, rewriter, EMPTY, following)) });
    return;
  }
  const table = world.catalog.get('table', part.of);
  if (table !== undefined) putTable(world, followTablePart(table, part, rewriter, following));
}

function followTablePart(table: Table, part: DependentPart, rewriter: Rewriter, following: Following): Table {
  const scope = tableScope(table);
  switch (part.is) {
    case 'column': {
      const column = table.columns.get(part.name);
      if (column === undefined) return table;
      const type = following.hooks.type?.(column.type) ?? column.type;
      const value = column.default === undefined ? undefined : { ...column.default, value: rewriter.expr(column.default.value, scope) };
      const generated = column.generated === undefined ? undefined : { ...column.generated, value: rewriter.expr(column.generated.value, scope) };
      return { ...table, columns: new Map(table.columns).set(part.name, { ...column, type, typeText: formatType(type), default: value, generated }) };
    }
    case 'constraint': {
      const constraint = table.constraints.get(part.name);
      if (constraint === undefined) return table;
      return { ...table, constraints: new Map(table.constraints).set(part.name, followConstraint(constraint, rewriter, scope, following)) };
    }
    case 'index': {
      const index = table.indexes.get(part.name);
      return index === undefined ? table : { ...table, indexes: new Map(table.indexes).set(part.name, followIndex(index, rewriter, scope)) };
    }
    case 'policy': {
      const policy = table.policies.get(part.name);
      return policy === undefined ? table : { ...table, policies: new Map(table.policies).set(part.name, followPolicy(policy, rewriter, scope)) };
    }
    case 'trigger': {
      const trigger = table.triggers.get(part.name);
      return trigger === undefined ? table : { ...table, triggers: new Map(table.triggers).set(part.name, followTrigger(trigger, rewriter, scope, following)) };
    }
    default:
      return table;
  }
}

function followConstraint(constraint: Constraint, rewriter: Rewriter, scope: Scope, { relation }: Following): Constraint {
  if (constraint.kind === 'check') {
    const expr = rewriter.expr(constraint.expr, scope);
    return expr === constraint.expr ? constraint : { ...constraint, expr };
  }
  if (constraint.kind !== 'foreign key' || relation === undefined) return constraint;
  return { ...constraint, references: relation(constraint.references) };
}

export function followIndex(index: Index, rewriter: Rewriter, scope: Scope): Index {
  const keys = index.keys.map((key) => (key.expr === undefined ? key : { ...key, expr: rewriter.expr(key.expr, scope) }));
  return { ...index, keys, where: index.where === undefined ? undefined : rewriter.expr(index.where, scope) };
}

export function followPolicy(policy: Policy, rewriter: Rewriter, scope: Scope): Policy {
  const of = (expr: SqlExpr | undefined): SqlExpr | undefined => (expr === undefined ? undefined : rewriter.expr(expr, scope));
  const using = of(policy.using);
  const check = of(policy.check);
  return using === policy.using && check === policy.check ? policy : { ...policy, using, check };
}

function followTrigger(trigger: Trigger, rewriter: Rewriter, scope: Scope, { routine }: Following): Trigger {
  const when = trigger.when === undefined ? undefined : rewriter.expr(trigger.when, scope);
  return { ...trigger, when, function: routine?.(trigger.function) ?? trigger.function };
}

/** The same definition with every expression of the table rewritten: what a change of its own name or columns needs. */
export function followOwnParts(world: World, table: Table, hooks: Hooks): Table {
  const rewriter = new Rewriter(namesOf(world), hooks);
  const scope = tableScope(table);
  const following: Following = { hooks };
  const each = <T>(map: ReadonlyMap<string, T>, f: (part: T) => T): ReadonlyMap<string, T> => {
    let changed = false;
    const next = new Map<string, T>();
    for (const [name, part] of map) {
      const now = f(part);
      changed ||= now !== part;
      next.set(name, now);
    }
    return changed ? next : map;
  };
  return {
    ...table,
    columns: each(table.columns, (column) => {
      if (column.generated === undefined) return column;
      return { ...column, generated: { ...column.generated, value: rewriter.expr(column.generated.value, scope) } };
    }),
    constraints: each(table.constraints, (constraint) => followConstraint(constraint, rewriter, scope, following)),
    indexes: each(table.indexes, (index) => (index.where === undefined && index.keys.every((key) => key.expr === undefined) ? index : followIndex(index, rewriter, scope))),
    policies: each(table.policies, (policy) => followPolicy(policy, rewriter, scope)),
  };
}

