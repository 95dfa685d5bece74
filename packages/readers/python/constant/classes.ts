import type { CodeClass, Span } from '@tenantlint/model';
import type { Interpreter } from './interpreter.ts';
import { Scope } from './scope.ts';
import { plainText } from './text.ts';
import { NO_ARGS, pathOf, unknown, type ClassValue, type Value, type ValueOf } from './values.ts';

/** A name for what an attribute is given to. */
export function identityOf(value: Value): string {
  switch (value.kind) {
    case 'class': return value.class.id;
    case 'member': return `${identityOf(value.of)}.${value.name}`;
    case 'instance': return `${value.at.file}@${value.at.start}`;
    case 'call': return `${pathOf(value) ?? ''}@${value.at.file}:${value.at.start}`;
    default: return pathOf(value) ?? value.kind;
  }
}

/** The bases of a class, as values. */
export function basesOf(run: Interpreter, of: ClassValue): Value[] {
  return of.class.bases.map((base) => {
    const value = run.evaluate(base, of.scope);
    // `Generic[T]`, `Repository[Model]`: the type is what counts.
    return value.kind === 'item' ? value.of : value;
  });
}

/**
 * The class and what it inherits from, in the order in which Python looks things up (C3; a hierarchy that Python would
 * refuse is taken depth first). Bases that are not of the project stand at the end of their branch.
 */
export function lineage(run: Interpreter, of: ClassValue, depth = 0): readonly (ClassValue | Value)[] {
  const known = run.lineages.get(of.class.id);
  if (known) return known;
  if (depth > 20) return [of];
  const bases = basesOf(run, of);
  const lists = bases.map((base) => (base.kind === 'class' ? lineage(run, base, depth + 1) : [base]));
  const merged = merge([...lists, bases]) ?? [...new Map(lists.flat().map((v) => [identityOf(v), v])).values()];
  const found = [of, ...merged];
  // While modules are still being read, a base may not be known yet.
  if (!found.some((one) => one.kind === 'unknown')) run.lineages.set(of.class.id, found);
  return found;
}

function merge(lists: readonly (readonly Value[])[]): Value[] | undefined {
  const left = lists.map((list) => [...list]);
  const result: Value[] = [];
  for (;;) {
    const open = left.filter((list) => list.length > 0);
    if (open.length === 0) return result;
    const next = open.map((list) => list[0]).find((head) => head && !open.some((list) => list.slice(1).some((v) => identityOf(v) === identityOf(head))));
    if (!next) return undefined;
    result.push(next);
    for (const list of open) if (list[0] && identityOf(list[0]) === identityOf(next)) list.shift();
  }
}

/** Names of packages among what a class inherits from. */
export function packageBases(run: Interpreter, of: ClassValue): string[] {
  return lineage(run, of).flatMap((one) => (one.kind === 'class' ? [] : (pathOf(one) ?? [])));
}

export function isEnum(run: Interpreter, of: ClassValue): boolean {
  return packageBases(run, of).some((path) => /(^|\.)(Enum|IntEnum|StrEnum|Flag|IntFlag|TextChoices|ReprEnum)$/.test(path));
}

interface Members {
  readonly fields: ReadonlyMap<string, CodeClass['fields'][number]>;
  readonly methods: ReadonlyMap<string, CodeClass['methods'][number]>;
}
const members = new WeakMap<CodeClass, Members>();

/** Fields and methods of a class by name, the first of each: a class of thousands of columns is looked into once for each of them. */
function membersOf(of: CodeClass): Members {
  const known = members.get(of);
  if (known) return known;
  const found: Members = { fields: byName(of.fields), methods: byName(of.methods) };
  members.set(of, found);
  return found;
}

const byName = <T extends { readonly name: string }>(of: readonly T[]): ReadonlyMap<string, T> => new Map(of.map((one) => [one.name, one] as const).reverse());

/** The scope in which a class body's own names are looked up. */
function bodyOf(run: Interpreter, of: ClassValue): Scope {
  return new Scope(of.scope, of.scope.file, (name) => {
    const field = membersOf(of.class).fields.get(name);
    if (field?.value) return fieldValue(run, of, name);
    const method = membersOf(of.class).methods.get(name);
    if (method) return { kind: 'function', fn: method.fn, scope: of.scope, at: method.fn.nameAt };
    const earlier = of.scope.earlier.get(name);
    return earlier && earlier.until > of.class.at.start ? earlier.value : undefined;
  });
}

/** The value of a field as its class writes it, computed once. */
export function fieldValue(run: Interpreter, of: ClassValue, name: string): Value | undefined {
  const field = membersOf(of.class).fields.get(name);
  if (!field?.value) return undefined;
  const key = `${of.class.id}.${name}`;
  const known = run.members.get(key);
  if (known) return known;
  run.members.set(key, unknown(`${name} depends on itself`, field.at));
  const value = run.evaluate(field.value, bodyOf(run, of));
  run.members.set(key, value);
  return value;
}

/** Reads `Class.name`. A value that constants do not exhaust stays a member, so that whose it is can still be told. */
export function classMember(run: Interpreter, of: ClassValue, name: string, nameAt: Span, at: Span): Value {
  if (name === '__name__' || name === '__qualname__') return plainText(of.class.name ?? '', of.class.nameAt);
  if (name === '__module__') return plainText(of.scope.file.replace(/\.py$/, '').replaceAll('/', '.'), at);
  const given = run.attributes.get(`${of.class.id}.${name}`);
  if (given) return given;
  for (const owner of lineage(run, of)) {
    if (owner.kind !== 'class') continue;
    const field = membersOf(owner.class).fields.get(name);
    if (field) {
      const value = fieldValue(run, owner, name);
      if (value && isEnum(run, owner)) return { kind: 'enum-member', of: owner, name, value, at: field.at };
      if (value && isPlain(value)) return value;
      return { kind: 'member', of, name, nameAt, at, ...(value ? { value } : {}) };
    }
    const method = membersOf(owner.class).methods.get(name);
    if (!method) continue;
    const fn: Value = { kind: 'function', fn: method.fn, scope: owner.scope, ...(method.static ? { self: of } : {}), at: method.fn.nameAt };
    return method.kind === 'get' && method.static ? run.call(fn, NO_ARGS, at) : fn;
  }
  return { kind: 'member', of, name, nameAt, at };
}

function isPlain(value: Value): boolean {
  return ['text', 'number', 'boolean', 'none', 'list', 'dict', 'path', 'class', 'function', 'module', 'enum-member', 'instance'].includes(value.kind);
}

export function instanceMember(run: Interpreter, of: ValueOf<'instance'>, name: string, nameAt: Span, at: Span): Value {
  const own = of.fields.get(name);
  if (own) return own;
  if (name === '__class__') return of.of;
  for (const owner of lineage(run, of.of)) {
    if (owner.kind !== 'class') continue;
    const value = fieldValue(run, owner, name);
    if (value) return value;
    const method = owner.class.methods.find((m) => m.name === name && m.kind !== 'constructor');
    if (!method) continue;
    const fn: Value = { kind: 'function', fn: method.fn, scope: owner.scope, self: of, at: method.fn.nameAt };
    return method.kind === 'get' ? run.call(fn, NO_ARGS, at) : fn;
  }
  return { kind: 'member', of, name, nameAt, at };
}
