import type { Condition, Constraint, Formula, Tenancy, Term, Value, Written } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { snake, tenantNames } from '../queries/identity.ts';
import { bindings } from './trust.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import { columnOf } from '../queries/ends.ts';
import { valueKey } from './values.ts';

/** What decides to whom the rows of a table belong. */
interface Telling {
  readonly owner: ReadonlySet<string>;
  readonly tenant: ReadonlySet<string>;
  links?: ReadonlySet<string>;
  ofRoot?: boolean;
}

const TELLING = new WeakMap<Flow, Map<string, Telling>>();
const NONE: ReadonlySet<string> = new Set();

function tellingOf(f: Flow, table: string): Telling {
  let all = TELLING.get(f);
  if (!all) TELLING.set(f, (all = new Map<string, Telling>()));
  const known = all.get(table);
  if (known) return known;
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  const owner = new Set(ownersIn(tenancy));
  const found: Telling = { owner, tenant: tenancy?.kind === 'root' ? new Set([tenancy.key]) : tenancy?.kind === 'through' || tenancy?.kind === 'user-owned' ? NONE : owner };
  all.set(table, found);
  return found;
}

function ownersIn(tenancy: Tenancy | undefined): readonly string[] {
  switch (tenancy?.kind) {
    case 'keyed': case 'pre-tenant': case 'shared': return tenancy.columns;
    case 'membership': return [tenancy.tenant];
    case 'user-owned': return [tenancy.column];
    case 'through': return tenancy.path[0]?.columns ?? [];
    default: return [];
  }
}

/** Columns that decide to whom a row belongs: tenant columns, and the keys that lead to an owner. */
export const ownerColumns = (f: Flow, table: string): ReadonlySet<string> => tellingOf(f, table).owner;

/** Columns that hold a tenant's key. */
export const tenantColumns = (f: Flow, table: string): ReadonlySet<string> => tellingOf(f, table).tenant;

/** Columns that say what a row hangs off: its owner's, and keys to other rows that belong to somebody. */
export function linkColumns(f: Flow, table: string): ReadonlySet<string> {
  const telling = tellingOf(f, table);
  return (telling.links ??= linksOf(f, table, telling));
}

function linksOf(f: Flow, table: string, { owner, tenant }: Telling): ReadonlySet<string> {
  const found = new Set([...owner, ...tenant]);
  const belongs = (to: string | undefined): boolean => {
    const kind = to === undefined || to === f.input.tenancy.users ? undefined : f.input.tenancy.of.get(to)?.tenancy.kind;
    return kind === 'root' || kind === 'keyed' || kind === 'through';
  };
  for (const c of f.input.schema.tables.get(table)?.constraints.values() ?? []) {
    if (c.kind === 'foreign key' && belongs(c.references)) for (const column of c.columns) if (names(f, c, column)) found.add(column);
  }
  for (const { column, to } of modelKeys(f, table)) if (belongs(to)) found.add(column);
  return found;
}

export const isTenantField = (f: Flow, record: SiteRecord, field: string): boolean => record.table !== undefined && tenantColumns(f, record.table).has(columnOf(record.model, field) ?? field);

/** The condition speaks of the tenant or the user itself, here or along a relation. */
export function namesOwner(f: Flow, record: SiteRecord, condition: Condition): boolean {
  const names = tenantNames(f.input.tenancy);
  const own = record.table === undefined ? new Set<string>() : new Set([...ownerColumns(f, record.table), ...tenantColumns(f, record.table)]);
  const through = record.table !== undefined && f.input.tenancy.of.get(record.table)?.tenancy.kind === 'through';
  return bindings(condition).some((b) => {
    if (b.negated) return false;
    if (b.related) return names.has(snake(b.field)) || /user_?id$/i.test(b.field) || (b.field === 'id' && b.root);
    const name = columnOf(record.model, b.field) ?? b.field;
    return through ? names.has(snake(name)) : own.has(name);
  });
}

/** What is written states the tenant column itself. */
export const statesOwner = (f: Flow, record: SiteRecord, written: readonly Written[]): boolean =>
  written.some((w) => w.entries.some((e) => (e.kind === 'field' || e.kind === 'link') && (isTenantField(f, record, e.field) || rootRelation(f, record, e.field))));

function rootRelation(f: Flow, record: SiteRecord, field: string): boolean {
  const relation = record.model?.fields.get(field);
  const to = relation?.kind === 'relation' ? f.input.models?.models.get(relation.model) : undefined;
  return to !== undefined && f.input.tenancy.of.get(to.table)?.tenancy.kind === 'root';
}

/** What a value is compared with: columns that hold a tenant, or a user. */
export type Held = 'tenant' | 'caller';

/** Which values are compared with a column that holds a tenant, or a user, by their keys. */
export function comparedWith(f: Flow, formula: Formula, row: number, table: string): ReadonlyMap<string, ReadonlySet<Held>> {
  const found = new Map<string, Set<Held>>();
  const tables = new Map<number, string | undefined>([[row, table]]);
  const side = (term: Term, other: Term): void => {
    if (term.kind !== 'column' || other.kind !== 'value') return;
    const of = tables.get(term.row) ?? f.rows.get(term.row)?.table;
    if (of === undefined) return;
    const tenancy = f.input.tenancy.of.get(of)?.tenancy;
    if (tenantColumns(f, of).has(term.column)) add(other.value, 'tenant');
    if ((tenancy?.kind === 'membership' && tenancy.user === term.column) || (tenancy?.kind === 'user-owned' && tenancy.column === term.column) || f.input.tenancy.userColumns.get(of)?.includes(term.column)) add(other.value, 'caller');
  };
  const add = (value: Value, held: Held): void => {
    const key = valueKey(value);
    const known = found.get(key);
    if (known) known.add(held);
    else found.set(key, new Set([held]));
  };
  const work: Formula[] = [formula];
  for (let at = work.pop(); at; at = work.pop()) {
    if (at.kind === 'and' || at.kind === 'or') for (const part of at.of) work.push(part);
    else if (at.kind === 'not') work.push(at.of);
    else if (at.kind === 'exists') {
      for (const r of at.rows) tables.set(r.id, r.table);
      work.push(at.where);
    } else if (at.kind === 'compare' && at.op === '=') {
      side(at.left, at.right);
      side(at.right, at.left);
    }
  }
  return found;
}

/** Fields that say which row or whose: keys and foreign keys, not states and dates. */
export function isIdentity(f: Flow, record: SiteRecord, field: string, related: boolean): boolean {
  if (related) return true;
  const name = columnOf(record.model, field);
  const table = record.table === undefined ? undefined : f.input.schema.tables.get(record.table);
  if (name === undefined || !table) return true;
  for (const c of table.constraints.values()) if ((c.kind === 'primary key' || c.kind === 'unique' || c.kind === 'foreign key') && c.columns.includes(name)) return true;
  for (const i of table.indexes.values()) if (i.unique && i.keys.some((k) => k.column === name)) return true;
  const scalar = record.model?.fields.get(field);
  return (scalar?.kind === 'scalar' && scalar.unique) || /(?:^|_)id$|Id$/.test(field);
}

/** Fields that name one row: a key of a single column. */
export function isKey(f: Flow, record: SiteRecord, field: string): boolean {
  const scalar = record.model?.fields.get(field);
  return (record.table !== undefined && isOnlyKey(f, record.table, columnOf(record.model, field) ?? field)) || (scalar?.kind === 'scalar' && scalar.unique);
}

export function isOnlyKey(f: Flow, table: string, column: string): boolean {
  const of = f.input.schema.tables.get(table);
  for (const c of of?.constraints.values() ?? []) if ((c.kind === 'primary key' || c.kind === 'unique') && c.columns.length === 1 && c.columns[0] === column) return true;
  for (const i of of?.indexes.values() ?? []) if (i.unique && i.keys.length === 1 && i.keys[0]?.column === column) return true;
  return false;
}

/** A column of a foreign key that names the row by itself: the tenant's beside it only holds the two together. */
function names(f: Flow, key: Constraint & { readonly kind: 'foreign key' }, column: string): boolean {
  if (key.columns.length === 1) return key.columns[0] === column;
  const to = key.referenced[key.columns.indexOf(column)];
  return to !== undefined && isOnlyKey(f, key.references, to);
}

/** The table whose row a column names. */
export function leadsTo(f: Flow, table: string, column: string): string | undefined {
  for (const c of f.input.schema.tables.get(table)?.constraints.values() ?? []) if (c.kind === 'foreign key' && names(f, c, column)) return c.references;
  for (const key of modelKeys(f, table)) if (key.column === column) return key.to;
  return undefined;
}

/** Whether the tenants that the table's rows name are the product's own, and not another kind of party: partners, vendors. */
export function isOfRoot(f: Flow, table: string): boolean {
  const telling = tellingOf(f, table);
  return (telling.ofRoot ??= leadsToRoot(f, table, 0));
}

function leadsToRoot(f: Flow, table: string, depth: number): boolean {
  const { root } = f.input.tenancy;
  if (table === root) return true;
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  if (tenancy?.kind === 'root') return false;
  if (tenancy?.kind === 'through') {
    const last = tenancy.path.at(-1)?.parent;
    return last === undefined || depth > 3 || leadsToRoot(f, last, depth + 1);
  }
  const columns = tenantColumns(f, table);
  const model = [...(f.input.models?.models.values() ?? [])].find((m) => m.table === table);
  const targets = [
    ...[...(f.input.schema.tables.get(table)?.constraints.values() ?? [])].flatMap((c) => (c.kind === 'foreign key' && c.columns.some((name) => columns.has(name)) ? [c.references] : [])),
    ...[...(model?.fields.values() ?? [])].flatMap((field) => {
      if (field.kind !== 'relation' || field.list) return [];
      const keys = field.on.map(([own]) => model?.fields.get(own)).flatMap((own) => (own?.kind === 'scalar' ? [own.column] : []));
      return keys.some((name) => columns.has(name)) ? [f.input.models?.models.get(field.model)?.table ?? ''] : [];
    }),
  ];
  return targets.length === 0 || targets.some((to) => to === root);
}

/** Keys of one column as the models know them, also where the database keeps no foreign keys. */
function* modelKeys(f: Flow, table: string): Generator<{ readonly column: string; readonly to: string | undefined }> {
  const models = f.input.models?.models;
  for (const model of models?.values() ?? []) {
    if (model.table !== table) continue;
    for (const field of model.fields.values()) {
      const [pair, ...more] = field.kind === 'relation' ? field.on : [];
      const own = pair && model.fields.get(pair[0]);
      if (field.kind === 'relation' && !field.list && more.length === 0 && own?.kind === 'scalar') yield { column: own.column, to: models?.get(field.model)?.table };
    }
  }
}
