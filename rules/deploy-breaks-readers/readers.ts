import type { Column, Facts, Narrowing, QuerySite, SchemaEvent, Span, Step, Table } from '@tenantlint/model';
import { isAnother } from './family.ts';
import { arrivesAs, asksFor, type Readers } from './sites.ts';

/** Something that a step takes away or asks for, and the queries of the code that do not know it. */
export type Break = { readonly at: Span; readonly sites: readonly QuerySite[] } & (
  | { readonly kind: 'table'; readonly table: Table; readonly to: string | undefined }
  | { readonly kind: 'column'; readonly table: Table; readonly column: Column; readonly to: string | undefined }
  | { readonly kind: 'required'; readonly table: Table; readonly column: Column }
  | { readonly kind: 'retyped'; readonly table: Table; readonly column: Column; readonly to: Column }
  | { readonly kind: 'refused'; readonly narrowing: Narrowing }
);

export function breaksOf(facts: Facts, step: Step, index: number, readers: Readers): readonly Break[] {
  const events = facts.timeline.executed(index);
  const out: Break[] = [];
  for (const { object, before, after } of facts.timeline.changes(index)) {
    if (object !== 'table' || before === undefined) continue;
    const [was, is] = [before as Table, after as Table | undefined];
    if (was.platform || was.temporary || was.inferred) continue;
    const now = facts.schema.tables.get(was.key);
    if (is === undefined) out.push(...(now === undefined ? goneTable(facts, events, was, readers) : []));
    else if (now !== undefined) out.push(...changedColumns(events, { was, is, now }, facts.pending(step), readers));
  }
  for (const narrowing of facts.migrations.narrowed(index)) {
    out.push({ kind: 'refused', narrowing, at: narrowing.at, sites: readers.of(narrowing.table).filter((site) => arrivesAs(site, narrowing, facts)) });
  }
  return out.filter((one) => one.sites.length > 0);
}

function goneTable(facts: Facts, events: readonly SchemaEvent[], was: Table, readers: Readers): readonly Break[] {
  // A view under the old name keeps serving who asks for it.
  if (facts.schema.views.has(was.key)) return [];
  const renamed = renameOf(events, 'table', was.name);
  const dropped = events.find((e) => e.kind === 'drop' && e.object === 'table' && e.names.some((name) => name.name === was.name));
  const at = renamed?.at ?? (dropped?.kind === 'drop' ? dropped.names.find((name) => name.name === was.name)?.at : undefined);
  // The code as it was knows the table by its name.
  if (readers.deployed) return at === undefined ? [] : [{ kind: 'table', table: was, to: renamed?.to, at, sites: readers.of(was.key) }];
  const quoted = new RegExp(`['"\`]${was.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"\`]`);
  return at === undefined ? [] : [{ kind: 'table', table: was, to: renamed?.to, at, sites: readers.all.filter((site) => site.table === undefined && quoted.test(facts.text(site.at))) }];
}

interface Versions {
  readonly was: Table;
  readonly is: Table;
  /** After all migrations. */
  readonly now: Table;
}

function changedColumns(events: readonly SchemaEvent[], { was, is, now }: Versions, pending: boolean, readers: Readers): readonly Break[] {
  if (was.columns === is.columns) return [];
  const sites = readers.of(was.key);
  const out: Break[] = [];
  for (const column of was.columns.values()) {
    const same = is.columns.get(column.name);
    const using = () => sites.filter((site) => asksFor(site, column.name, readers));
    const sending = () => sites.filter(({ shape }) => [...shape.filters, ...shape.orders, ...shape.writes].includes(column.name));
    const at = actionOn(events, was.name, column.name);
    if (same === undefined && !now.columns.has(column.name)) {
      const renamed = renameOf(events, 'column', column.name, was.name);
      const place = renamed?.at ?? at;
      if (place) out.push({ kind: 'column', table: was, column, to: renamed?.to, at: place, sites: using() });
    } else if (pending && same !== undefined && at && isAnother(column, same)) {
      out.push({ kind: 'retyped', table: was, column, to: same, at, sites: sending() });
    }
  }
  for (const column of is.columns.values()) {
    const lastly = now.columns.get(column.name);
    if (was.columns.get(column.name)?.notNull === true || !isRequired(column) || lastly === undefined || !isRequired(lastly) || isFilled(now)) continue;
    // Models of an ORM tell it to the compiler, and may fill the column themselves.
    const without = sites.filter(({ verb, shape, model }) => model === undefined && (verb === 'insert' || verb === 'upsert') && shape.writesMore !== true && shape.writes.length > 0 && !shape.writes.includes(column.name));
    // A renamed column was required under its other name.
    if (![...was.columns.values()].some((old) => old.at.start === column.at.start && old.at.file === column.at.file && old.notNull)) out.push({ kind: 'required', table: is, column, at: actionOn(events, was.name, column.name) ?? column.at, sites: without });
  }
  return out;
}

function isRequired(column: Column): boolean {
  return column.notNull && column.default === undefined && column.identity === undefined && column.generated === undefined;
}

/** A trigger may fill what the statement leaves out. */
function isFilled(table: Table): boolean {
  return [...table.triggers.values()].some((t) => t.timing === 'before' && t.perRow && t.events.includes('insert'));
}

function renameOf(events: readonly SchemaEvent[], object: 'table' | 'column', name: string, of?: string): { readonly at: Span; readonly to: string } | undefined {
  for (const e of events) if (e.kind === 'rename' && e.object === object && e.name.name === name && (of === undefined || e.of?.name === of)) return { at: e.name.at, to: e.to };
  return undefined;
}

function actionOn(events: readonly SchemaEvent[], table: string, column: string): Span | undefined {
  for (const e of events) {
    if (e.kind !== 'alter-table' || e.table.name !== table) continue;
    for (const action of e.actions) {
      if ('columnAt' in action && action.column === column) return action.columnAt;
      if (action.do === 'add-column' && action.column.name === column) return action.column.at;
    }
  }
  return undefined;
}
