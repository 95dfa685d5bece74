import type { AbstractValue, Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { withTruth, type Truths } from '../state.ts';
import type { SiteRecord } from './site-record.ts';

export function note(f: Flow, record: SiteRecord): void {
  f.records.push(record);
  f.recordOf.set(record.row, record);
  for (const one of record.inserted) f.recordOf.set(one.row, record);
  for (const one of record.others) f.recordOf.set(one.row, record);
}

/** Where a query is met. */
export const around = (f: Flow): Pick<SiteRecord, 'frame' | 'loop' | 'eachTenant'> => ({
  frame: f.frame,
  loop: f.frame?.loop,
  eachTenant: f.input.tenancy.root !== undefined && [...(f.frame?.turn ?? [])].some((row) => f.rows.get(row)?.table === f.input.tenancy.root),
});

const DEEPEST = 6;

/** Rows that are in a value, or that it was computed from. */
export function rowsIn(value: AbstractValue): ReadonlySet<number> {
  const rows = new Set<number>();
  collect(value, undefined, (row) => rows.add(row), 0);
  return rows;
}

/** Notes the rows in a value that is handed out, each with what is known where it is. */
export function usedBy(f: Flow, value: AbstractValue, at: Span): void {
  if (!holdsRow(value, 0)) return;
  const seen = new Set<string>();
  collect(value, f.state.truths, (row, truths) => {
    const key = `${row} ${truths?.depth ?? 0}`;
    if (!seen.has(key)) f.uses.push({ row, truths, at });
    seen.add(key);
  }, 0);
}

/** Whether `collect` finds anything: most of what is handed out is no row, and is told so at once. */
function holdsRow(value: AbstractValue, depth: number): boolean {
  if (depth > DEEPEST) return false;
  switch (value.kind) {
    case 'row': case 'column': return true;
    case 'object': return value.entries.some((e) => holdsRow(e.kind === 'spread' ? e.of : e.value, depth + 1));
    case 'array': return value.items.some((i) => holdsRow(i.value, depth + 1));
    case 'list': return holdsRow(value.of, depth + 1);
    case 'union': return value.of.some((c) => holdsRow(c.value, depth));
    case 'test': return value.test.kind === 'size' && holdsRow(value.test.of, depth + 1);
    case 'text': return value.values.some((v) => holdsRow(v, depth + 1));
    case 'symbol': return value.origin.kind === 'computed' && value.origin.of.some((v) => holdsRow(v, depth + 1));
    default: return false;
  }
}

function collect(value: AbstractValue, truths: Truths | undefined, found: (row: number, truths: Truths | undefined) => void, depth: number): void {
  if (depth > DEEPEST) return;
  const into = (inner: AbstractValue): void => collect(inner, truths, found, depth + 1);
  switch (value.kind) {
    case 'row':
      found(value.row, truths);
      for (const e of value.extra) into(e.kind === 'spread' ? e.of : e.value);
      return;
    case 'column': return found(value.row, truths);
    case 'object': for (const e of value.entries) into(e.kind === 'spread' ? e.of : e.value); return;
    case 'array': for (const i of value.items) into(i.value); return;
    case 'list': return into(value.of);
    case 'union': for (const c of value.of) collect(c.value, c.truths.reduce(withTruth, truths), found, depth); return;
    // A number of rows tells as much as the rows.
    case 'test': if (value.test.kind === 'size') into(value.test.of); return;
    case 'text': for (const v of value.values) into(v); return;
    // What a call was given was handed out when it was called.
    case 'symbol': if (value.origin.kind === 'computed') for (const v of value.origin.of) into(v); return;
    default:
  }
}
