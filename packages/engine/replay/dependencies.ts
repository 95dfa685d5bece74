import type { Constraint, SqlExpr } from '@tenantlint/model';
import type { Dependent } from './catalog.ts';
import { chooseOverload } from './expr/overload.ts';
import { namesOf, tableScope } from './expr/qualify.ts';
import { EMPTY, type Scope } from './expr/scope.ts';
import { typeOf } from './expr/infer.ts';
import { mentionsColumn, viewMentionsColumn } from './expr/mentions.ts';
import { usesOf } from './expr/uses.ts';
import { visitExpr, visitStatement } from './expr/walk.ts';
import type { World } from './world.ts';

/** Anything that DROP can name or take along. */
export type Obj =
  | { readonly is: 'table' | 'view' | 'sequence' | 'routine' | 'type' | 'schema'; readonly key: string }
  | { readonly is: 'column' | 'default' | 'constraint' | 'index' | 'policy' | 'trigger' | 'domain-check' | 'attribute'; readonly of: string; readonly name: string }
  /** Membership of a table in a publication. */
  | { readonly is: 'published'; readonly of: string; readonly name: string };

interface Dependency {
  readonly on: Obj;
  /** Goes along without CASCADE. */
  readonly auto: boolean;
}

export function idOf(obj: Obj): string {
  return 'of' in obj ? `${obj.is}\n${obj.of}\n${obj.name}` : `${obj.is}\n${obj.key}`;
}

/** The holder of the definition that makes the object depend on something; none where it is no definition. */
export function dependentOf(obj: Obj): Dependent | undefined {
  switch (obj.is) {
    case 'default':
      return { is: 'column', of: obj.of, name: obj.name };
    case 'column':
    case 'constraint':
    case 'index':
    case 'policy':
    case 'trigger':
      return { is: obj.is, of: obj.of, name: obj.name };
    case 'table':
    case 'view':
    case 'sequence':
    case 'routine':
    case 'type':
      return { is: obj.is, key: obj.key };
    case 'schema':
    case 'domain-check':
    case 'attribute':
    case 'published':
      return undefined;
  }
}

/** What stands or falls with an object, by Postgres' dependency rules. */
export function dependenciesOf(world: World, obj: Obj): readonly Dependency[] {
  switch (obj.is) {
    case 'table':
    case 'view':
      return relationDependencies(world, obj.key);
    case 'sequence':
      return mentioned(world, `r:${obj.key}`, () => true);
    case 'routine':
      return routineDependencies(world, obj.key);
    case 'type':
      return typeDependencies(world, obj.key);
    case 'schema':
      return schemaDependencies(world, obj.key);
    case 'column':
      return columnDependencies(world, obj.of, obj.name);
    case 'constraint':
      return constraintDependencies(world, obj.of, obj.name);
    case 'index':
      return indexDependencies(world, obj.of, obj.name);
    case 'default':
    case 'policy':
    case 'trigger':
    case 'domain-check':
    case 'attribute':
    case 'published':
      return [];
  }
}

/** The part of a dependent that mentions the name; a column can do so in its type or in its default. */
function partOf(world: World, dependent: Dependent, use: string): Obj | undefined {
  const { catalog } = world;
  switch (dependent.is) {
    case 'table': {
      const table = catalog.get('table', dependent.key);
      return table !== undefined && usesOf('table', table).includes(use) ? { is: 'table', key: dependent.key } : undefined;
    }
    case 'view': {
      const view = catalog.get('view', dependent.key);
      return view !== undefined && usesOf('view', view).includes(use) ? { is: 'view', key: dependent.key } : undefined;
    }
    case 'routine': {
      const routine = catalog.get('function', dependent.key);
      return routine !== undefined && usesOf('routine', routine).includes(use) ? { is: 'routine', key: dependent.key } : undefined;
    }
    case 'type': {
      const type = catalog.get('type', dependent.key);
      return type !== undefined && usesOf('type', type).includes(use) ? { is: 'type', key: dependent.key } : undefined;
    }
    case 'publication': {
      const publication = catalog.get('publication', dependent.key);
      return publication !== undefined && usesOf('publication', publication).includes(use) ? { is: 'published', of: dependent.key, name: use.slice(2) } : undefined;
    }
    case 'sequence':
      return undefined;
    case 'column': {
      const column = catalog.get('table', dependent.of)?.columns.get(dependent.name);
      if (column === undefined || !usesOf('column', column).includes(use)) return undefined;
      const inType = column.type.schema !== undefined && use === `t:${column.type.schema}.${column.type.name}`;
      return inType || column.generated !== undefined ? dependent : { is: 'default', of: dependent.of, name: dependent.name };
    }
    case 'constraint': {
      const constraint = catalog.get('table', dependent.of)?.constraints.get(dependent.name);
      return constraint !== undefined && usesOf('constraint', constraint).includes(use) ? dependent : undefined;
    }
    case 'index': {
      const index = (catalog.get('table', dependent.of) ?? catalog.get('view', dependent.of))?.indexes.get(dependent.name);
      return index !== undefined && usesOf('index', index).includes(use) ? dependent : undefined;
    }
    case 'policy': {
      const policy = catalog.get('table', dependent.of)?.policies.get(dependent.name);
      return policy !== undefined && usesOf('policy', policy).includes(use) ? dependent : undefined;
    }
    case 'trigger': {
      const trigger = (catalog.get('table', dependent.of) ?? catalog.get('view', dependent.of))?.triggers.get(dependent.name);
      return trigger !== undefined && usesOf('trigger', trigger).includes(use) ? dependent : undefined;
    }
  }
}

function mentioned(world: World, use: string, counts: (part: Obj) => boolean): readonly Dependency[] {
  const found: Dependency[] = [];
  for (const dependent of world.catalog.mentioning(use)) {
    const part = partOf(world, dependent, use);
    if (part !== undefined && counts(part)) found.push({ on: part, auto: part.is === 'published' });
  }
  return found;
}

function ownedSequences(world: World, key: string, columns: Iterable<string>): readonly Dependency[] {
  const found: Dependency[] = [];
  for (const column of columns) for (const sequence of world.catalog.ownedSequences(`${key}.${column}`)) found.push({ on: { is: 'sequence', key: sequence.key }, auto: true });
  return found;
}

function relationDependencies(world: World, key: string): readonly Dependency[] {
  const found: Dependency[] = [];
  for (const { on, auto } of [...mentioned(world, `r:${key}`, () => true), ...mentioned(world, `t:${key}`, () => true)]) {
    if ('of' in on && on.of === key) continue;
    const partition = on.is === 'table' && world.catalog.get('table', on.key)?.partitionOf === key;
    found.push({ on, auto: auto || partition });
  }
  const table = world.catalog.get('table', key);
  if (table !== undefined) found.push(...ownedSequences(world, key, table.columns.keys()));
  return found;
}

function routineDependencies(world: World, key: string): readonly Dependency[] {
  const routine = world.catalog.get('function', key);
  if (routine === undefined) return [];
  const overloads = world.catalog.overloads(routine.schema, routine.name);
  return mentioned(world, `f:${routine.schema}.${routine.name}`, (part) => {
    if (part.is === 'routine' && part.key === key) return false;
    if (part.is === 'trigger') return (world.catalog.get('table', part.of) ?? world.catalog.get('view', part.of))?.triggers.get(part.name)?.function === key;
    return overloads.length <= 1 || calls(world, part, key);
  });
}

/** Whether the part calls this very overload. */
function calls(world: World, part: Obj, key: string): boolean {
  const routine = world.catalog.get('function', key);
  if (routine === undefined) return false;
  const overloads = world.catalog.overloads(routine.schema, routine.name).flatMap((other) => world.catalog.get('function', other) ?? []);
  const names = namesOf(world);
  let found = false;
  const check = (expr: SqlExpr, scope: Scope): void => {
    if (expr.kind !== 'call' || expr.name.schema !== routine.schema || expr.name.name !== routine.name) return;
    const types = expr.args.map((arg) => typeOf(world, names, arg, scope));
    if (chooseOverload(overloads, expr.args.length, types)?.key === key) found = true;
  };
  const { scope, exprs, select } = definitionOf(world, part);
  for (const expr of exprs) visitExpr(expr, { expr: (inner) => check(inner, scope) });
  if (select !== undefined) visitStatement(select, { expr: (inner) => check(inner, EMPTY) });
  return found;
}

/** The stored expressions of a part and the scope in which they stand. */
function definitionOf(world: World, part: Obj): { readonly scope: Scope; readonly exprs: readonly SqlExpr[]; readonly select?: Parameters<typeof visitStatement>[0] } {
  const { catalog } = world;
  const some = (...list: readonly (SqlExpr | undefined)[]): readonly SqlExpr[] => list.filter((expr) => expr !== undefined);
  if ('key' in part) {
    const view = part.is === 'view' ? catalog.get('view', part.key) : undefined;
    if (view !== undefined) return { scope: EMPTY, exprs: [], select: view.select };
    const routine = part.is === 'routine' ? catalog.get('function', part.key) : undefined;
    return { scope: EMPTY, exprs: some(...(routine?.args.map((arg) => arg.default) ?? [])) };
  }
  const table = catalog.get('table', part.of);
  if (table === undefined) return { scope: EMPTY, exprs: [] };
  const scope = tableScope(table);
  switch (part.is) {
    case 'column':
    case 'default': {
      const column = table.columns.get(part.name);
      return { scope, exprs: some(column?.default?.value, column?.generated?.value) };
    }
    case 'constraint': {
      const constraint = table.constraints.get(part.name);
      return { scope, exprs: some(constraint?.kind === 'check' ? constraint.expr : undefined) };
    }
    case 'index': {
      const index = table.indexes.get(part.name);
      return { scope, exprs: some(index?.where, ...(index?.keys.map((key) => key.expr) ?? [])) };
    }
    case 'policy': {
      const policy = table.policies.get(part.name);
      return { scope, exprs: some(policy?.using, policy?.check) };
    }
    default:
      return { scope, exprs: [] };
  }
}

function typeDependencies(world: World, key: string): readonly Dependency[] {
  const found = [...mentioned(world, `t:${key}`, () => true)];
  const type = world.catalog.get('type', key);
  const text = type === undefined ? '' : type.schema === 'public' ? type.name : key;
  for (const other of world.catalog.map('type').values()) {
    if (other.form.is !== 'composite') continue;
    for (const [name, attribute] of other.form.columns) {
      if (attribute.typeText.replace('[]', '') === text) found.push({ on: { is: 'attribute', of: other.key, name }, auto: false });
    }
  }
  return found;
}

function schemaDependencies(world: World, schema: string): readonly Dependency[] {
  const found: Dependency[] = [];
  const { catalog } = world;
  for (const table of catalog.map('table').values()) if (table.schema === schema) found.push({ on: { is: 'table', key: table.key }, auto: false });
  for (const view of catalog.map('view').values()) if (view.schema === schema) found.push({ on: { is: 'view', key: view.key }, auto: false });
  for (const sequence of catalog.map('sequence').values()) if (sequence.schema === schema) found.push({ on: { is: 'sequence', key: sequence.key }, auto: false });
  for (const routine of catalog.map('function').values()) if (routine.schema === schema) found.push({ on: { is: 'routine', key: routine.key }, auto: false });
  for (const type of catalog.map('type').values()) if (type.schema === schema) found.push({ on: { is: 'type', key: type.key }, auto: false });
  return found;
}

function columnDependencies(world: World, key: string, name: string): readonly Dependency[] {
  const found: Dependency[] = [];
  const table = world.catalog.get('table', key);
  const add = (on: Obj, auto: boolean): void => void found.push({ on, auto });
  const inside = (expr: SqlExpr | undefined): boolean => expr !== undefined && table !== undefined && mentionsColumn(world, expr, tableScope(table), key, name);
  if (table !== undefined) {
    for (const index of table.indexes.values()) {
      const uses = index.keys.some((part) => part.column === name || inside(part.expr)) || index.include.includes(name) || inside(index.where);
      if (uses) add({ is: 'index', of: key, name: index.name }, true);
    }
    for (const constraint of table.constraints.values()) {
      if (ownsColumn(constraint, name, inside)) add({ is: 'constraint', of: key, name: constraint.name }, true);
    }
    for (const policy of table.policies.values()) if (inside(policy.using) || inside(policy.check)) add({ is: 'policy', of: key, name: policy.name }, false);
    for (const column of table.columns.values()) if (column.name !== name && inside(column.generated?.value)) add({ is: 'column', of: key, name: column.name }, false);
    for (const trigger of table.triggers.values()) {
      if (trigger.columns.includes(name) || (trigger.when !== undefined && rowMentions(trigger.when, name))) add({ is: 'trigger', of: key, name: trigger.name }, false);
    }
    found.push(...ownedSequences(world, key, [name]));
  }
  for (const { on } of mentioned(world, `r:${key}`, () => true)) {
    if ('of' in on && on.of === key && on.is !== 'constraint') continue;
    if (on.is === 'constraint') {
      const constraint = world.catalog.get('table', on.of)?.constraints.get(on.name);
      if (constraint?.kind === 'foreign key' && constraint.references === key && constraint.referenced.includes(name)) add(on, on.of === key && constraint.columns.includes(name));
    } else if (on.is === 'view') {
      const view = world.catalog.get('view', on.key);
      if (view !== undefined && viewMentionsColumn(world, view, key, name)) add(on, false);
    } else if (on.is === 'policy') {
      const other = world.catalog.get('table', on.of);
      const policy = other?.policies.get(on.name);
      if (other === undefined || policy === undefined) continue;
      const scope = tableScope(other);
      if ([policy.using, policy.check].some((expr) => expr !== undefined && mentionsColumn(world, expr, scope, key, name))) add(on, false);
    }
  }
  return found;
}

function ownsColumn(constraint: Constraint, name: string, inside: (expr: SqlExpr | undefined) => boolean): boolean {
  switch (constraint.kind) {
    case 'primary key':
    case 'unique':
    case 'foreign key':
      return constraint.columns.includes(name);
    case 'check':
      return inside(constraint.expr);
    case 'exclude':
      return constraint.def.kind === 'exclude' && constraint.def.keys.some((key) => key.column === name || inside(key.expr));
  }
}

/** `new.name` or `old.name` in a trigger's WHEN. */
function rowMentions(expr: SqlExpr, name: string): boolean {
  let found = false;
  visitExpr(expr, {
    expr(part) {
      if (part.kind === 'column' && part.path.length === 2 && (part.path[0] === 'new' || part.path[0] === 'old') && part.path[1] === name) found = true;
    },
  });
  return found;
}

function constraintDependencies(world: World, key: string, name: string): readonly Dependency[] {
  const constraint = world.catalog.get('table', key)?.constraints.get(name);
  if (constraint === undefined || (constraint.kind !== 'primary key' && constraint.kind !== 'unique')) return [];
  return foreignKeysOn(world, key, constraint.columns, constraint.index);
}

function indexDependencies(world: World, key: string, name: string): readonly Dependency[] {
  const table = world.catalog.get('table', key);
  const index = table?.indexes.get(name);
  if (table === undefined || index === undefined) return [];
  const own: Dependency[] = index.constraint && table.constraints.has(name) ? [{ on: { is: 'constraint', of: key, name }, auto: true }] : [];
  if (!index.unique || index.where !== undefined || index.keys.some((part) => part.column === undefined)) return own;
  return [...own, ...foreignKeysOn(world, key, index.keys.map((part) => part.column ?? ''), name)];
}

/** Foreign keys that rest on one unique index: the first of its columns, since Postgres picks one and keeps it. */
function foreignKeysOn(world: World, key: string, columns: readonly string[], index: string): readonly Dependency[] {
  const table = world.catalog.get('table', key);
  if (table === undefined) return [];
  const same = (other: readonly string[]): boolean => other.length === columns.length && other.every((column) => columns.includes(column));
  const first = [...table.indexes.values()].find((other) => other.unique && other.where === undefined && same(other.keys.map((part) => part.column ?? '')));
  if (first !== undefined && first.name !== index) return [];
  return mentioned(world, `r:${key}`, (part) => {
    if (part.is !== 'constraint') return false;
    const constraint = world.catalog.get('table', part.of)?.constraints.get(part.name);
    return constraint?.kind === 'foreign key' && constraint.references === key && same(constraint.referenced);
  });
}
