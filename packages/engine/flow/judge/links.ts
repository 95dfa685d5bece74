import { cases, type AbstractValue, type EntryPoint, type Formula, type LinkedRow, type Model, type Span, type Truth, type Written } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { toFormula } from '../queries/conditions.ts';
import { column, equals, TRUE } from '../queries/formulas.ts';
import { termOf } from '../queries/terms.ts';
import { allTruths } from '../state.ts';
import { hasSecret, isStaff } from './caller.ts';
import { tenantColumns } from './owners.ts';
import { ask } from './prove.ts';
import { bindings, sourceOf, trustOf } from './trust.ts';
import { vouched } from './vouched.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import { columnOf } from '../queries/ends.ts';

const INSIDE = new Set<EntryPoint['kind']>(['script', 'seed', 'test', 'cron', 'queue', 'webhook']);
const DEEPEST = 4;

/** Keys of a written row that the request brings, and whose rows nobody has shown to be the tenant's. */
export function linked(f: Flow, record: SiteRecord, entry: EntryPoint | undefined): LinkedRow[] {
  const { query } = record;
  if (!entry || INSIDE.has(entry.kind) || record.table === undefined || (query.inserts.length === 0 && query.changes.length === 0)) return [];
  // Policies look at what a signed-in client writes.
  if ((query.clientKind === 'user' || query.clientKind === 'anon') && f.input.schema.tables.get(record.table)?.rls?.value === true) return [];
  const truths = allTruths(record.truths);
  if (isStaff(f, truths) || hasSecret(truths)) return [];
  const found = new Map<string, LinkedRow>();
  for (const written of [...query.inserts, ...query.changes]) {
    for (const one of inWritten(f, written, record.table, record.model, truths, query.at, 0)) if (!found.has(`${one.field} ${one.to}`)) found.set(`${one.field} ${one.to}`, one);
  }
  return [...found.values()];
}

function inWritten(f: Flow, of: Written, table: string | undefined, model: Model | undefined, truths: readonly Truth[], at: Span, depth: number): LinkedRow[] {
  if (depth > DEEPEST || table === undefined) return [];
  return of.entries.flatMap((e): LinkedRow[] => {
    const field = e.kind === 'spread' ? undefined : model?.fields.get(e.field);
    const to = field?.kind === 'relation' ? f.input.models?.models.get(field.model) : undefined;
    switch (e.kind) {
      case 'field': return key(f, table, columnOf(model, e.field) ?? e.field, e.value, truths, e.at);
      case 'link': {
        if (!to || !isOwned(f, to.table) || (field?.kind === 'relation' && holdsTenant(f, table, to.table))) return [];
        const brought = bindings(e.condition).find((b) => !b.negated && trustOf(b.value) === 'input');
        if (!brought) return [];
        const row = f.rows.make(to.table, to, TRUE, e.at);
        return unless(f, row.id, to.table, toFormula(f, e.condition, { row: row.id, model: to }), truths, { field: e.field, to: to.table, value: sourceOf(brought.value), at: e.at });
      }
      case 'insert': return inWritten(f, e.row, to?.table, to, truths, at, depth + 1);
      case 'update': return e.change ? inWritten(f, e.change, to?.table, to, truths, at, depth + 1) : [];
      case 'delete': case 'spread': return [];
    }
  });
}

/** A foreign key that names a row of a tenant, and that does not carry the tenant along. */
function key(f: Flow, table: string, name: string, value: AbstractValue, truths: readonly Truth[], at: Span): LinkedRow[] {
  const own = f.input.schema.tables.get(table);
  for (const c of own?.constraints.values() ?? []) {
    if (c.kind !== 'foreign key' || c.columns.length !== 1 || c.columns[0] !== name || !isOwned(f, c.references) || holdsTenant(f, table, c.references)) continue;
    const [referenced] = c.referenced;
    const brought = cases(value).find((one) => trustOf(one.value) === 'input');
    const term = brought && termOf(f, brought.value, at);
    if (!brought || !term || referenced === undefined) continue;
    const row = f.rows.make(c.references, undefined, TRUE, at);
    return unless(f, row.id, c.references, equals(column(row.id, referenced, at), term, at), [...truths, ...brought.truths], { field: name, to: c.references, value: sourceOf(brought.value), at });
  }
  return [];
}

function unless(f: Flow, row: number, table: string, formula: Formula, truths: readonly Truth[], found: LinkedRow): LinkedRow[] {
  return ask(f, row, table, formula, truths, 'reach', found.at).verdict === 'yes' || vouched(f, formula, truths) ? [] : [found];
}

/** Another key between the same tables holds the tenant: the database refuses rows of others. */
function holdsTenant(f: Flow, table: string, to: string): boolean {
  const tenants = tenantColumns(f, table);
  return [...(f.input.schema.tables.get(table)?.constraints.values() ?? [])].some((c) => c.kind === 'foreign key' && c.references === to && c.columns.length > 1 && c.columns.some((name) => tenants.has(name)));
}

/** Rows of a tenant's, those that may be shared and a person's row that carries its one tenant among them. */
function isOwned(f: Flow, table: string): boolean {
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  const kind = tenancy?.kind;
  return kind === 'keyed' || kind === 'through' || kind === 'pre-tenant' || kind === 'shared' || (kind === 'membership' && table === f.input.tenancy.users);
}
