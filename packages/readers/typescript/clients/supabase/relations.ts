import type { Constraint, Relationship, Schema, Table, TableName } from '@tenantlint/model';
import type { Selected } from './select.ts';

type ForeignKey = Extract<Constraint, { kind: 'foreign key' }>;

interface Candidate {
  readonly table: Table;
  readonly relationship: Relationship;
  /** Names that a hint, or the embedded name itself, can tell it by: constraints and columns, join tables. */
  readonly hints: ReadonlySet<string>;
  /** Names of constraints and columns that may stand in place of the table's. */
  readonly names: ReadonlySet<string>;
}

export function tableOf(schema: Schema, name: TableName): Table | undefined {
  return name.kind === 'table' ? schema.tables.get(`${name.schema ?? 'public'}.${name.name}`) : undefined;
}

/** The relationship that PostgREST follows for `name!hint(…)`; undefined where there is none, or more than one. */
export function relationship(schema: Schema, from: Table, { of, hints }: Pick<Selected, 'of' | 'hints'>): Relationship | undefined {
  const named = candidates(schema, from).filter((c) => c.table.name === of || c.names.has(of));
  const hinted = named.filter((c) => hints.every((h) => c.hints.has(h) || c.table.name === h));
  // A table that refers to itself is asked for its parent by the column, for its children by the table.
  const byName = hinted.filter((c) => c.names.has(of));
  const [only, ...others] = hinted.length > 1 && byName.length > 0 ? byName : hinted;
  if (!only) return undefined;
  const direct = [only, ...others].filter((c) => c.relationship.through === undefined);
  if (others.length > 0 && direct.length !== 1) return undefined;
  return (direct[0] ?? only).relationship;
}

const known = new WeakMap<Schema, Map<Table, readonly Candidate[]>>();

function candidates(schema: Schema, from: Table): readonly Candidate[] {
  const tables = known.get(schema) ?? new Map<Table, readonly Candidate[]>();
  known.set(schema, tables);
  const found = tables.get(from) ?? [...parents(schema, from), ...children(schema, from)];
  tables.set(from, found);
  return found;
}

function parents(schema: Schema, from: Table): Candidate[] {
  return foreignKeys(from).flatMap((key): Candidate[] => {
    const to = schema.tables.get(key.references);
    if (!to) return [];
    const always = key.columns.every((c) => from.columns.get(c)?.notNull === true);
    return [candidate(to, { table: nameOf(to), on: pairs(key.columns, key.referenced), list: false, always }, [key.name, ...key.columns], key.columns.length === 1 ? [key.name, ...key.columns] : [key.name])];
  });
}

/** Rows that refer to this one, and those at the other end of a join table among them. */
function children(schema: Schema, from: Table): Candidate[] {
  return [...schema.tables.values()].flatMap((child) => foreignKeys(child).filter((key) => key.references === from.key).flatMap((key): Candidate[] => {
    const list = !isUnique(child, key.columns);
    const here = pairs(key.referenced, key.columns);
    const direct = candidate(child, { table: nameOf(child), on: here, list, always: false }, [key.name, ...key.columns], [key.name]);
    if (!isJoinTable(child)) return [direct];
    const across = foreignKeys(child).filter((other) => other !== key).flatMap((other): Candidate[] => {
      const to = schema.tables.get(other.references);
      if (!to) return [];
      const through = { table: nameOf(child), here, there: pairs(other.columns, other.referenced) };
      return [candidate(to, { table: nameOf(to), on: [], through, list: true, always: false }, [child.name, key.name, other.name], [])];
    });
    return [direct, ...across];
  }));
}

function candidate(table: Table, relationship: Relationship, hints: readonly string[], names: readonly string[]): Candidate {
  return { table, relationship, hints: new Set(hints), names: new Set(names) };
}

function foreignKeys(of: Table): ForeignKey[] {
  return [...of.constraints.values()].filter((c) => c.kind === 'foreign key');
}

export function primaryKey(of: Table): readonly string[] | undefined {
  for (const c of of.constraints.values()) if (c.kind === 'primary key') return c.columns;
  return undefined;
}

function isUnique(of: Table, columns: readonly string[]): boolean {
  return [...of.constraints.values()].some((c) => (c.kind === 'primary key' || c.kind === 'unique') && c.columns.length === columns.length && c.columns.every((name) => columns.includes(name)));
}

/** Its foreign keys are part of its primary key. */
function isJoinTable(of: Table): boolean {
  const key = primaryKey(of);
  return key !== undefined && foreignKeys(of).filter((f) => f.columns.every((c) => key.includes(c))).length > 1;
}

function nameOf(of: Table): TableName {
  return { kind: 'table', name: of.name, schema: of.schema };
}

function pairs(here: readonly string[], there: readonly string[]): (readonly [string, string])[] {
  return here.flatMap((column, i): (readonly [string, string])[] => {
    const other = there[i];
    return other === undefined ? [] : [[column, other]];
  });
}
