import { readFileSync } from 'node:fs';
import type { Database } from './pg-database.ts';
import { DUMP_SQL, EXPRESSIONS_SQL } from './pg-dump-sql.ts';

const QUERIES = [`set local search_path = public; ${DUMP_SQL}`, `set local search_path = ''; ${EXPRESSIONS_SQL}`];
const BUCKETS = `select coalesce(json_agg(json_build_object('name', id, 'public', public)), '[]'::json) from storage.buckets`;
const SUPABASE = readFileSync(new URL('../postgres/supabase.sql', import.meta.url), 'utf8');

export interface Read {
  readonly catalog: unknown;
  /** Of the statements that Postgres refused. */
  readonly errors: readonly string[];
}

/** What a real Postgres holds after some statements, in a form that can be compared. `more`: queries of one value each. */
export async function readCatalog(db: Database, base: 'supabase' | 'plain', statements: readonly string[], more: readonly string[] = []): Promise<Read> {
  const supabase = base === 'supabase';
  // The comparison runs inside a transaction, which CONCURRENTLY does not.
  const { answers, errors } = await db.rehearse(supabase ? SUPABASE : '', statements.map((s) => s.replace(/\bconcurrently\b/i, '')), [...QUERIES, ...(supabase ? [BUCKETS] : []), ...more]);
  return { catalog: comparable(answers), errors: errors.map((error, i) => (error === undefined ? '' : `${statements[i] ?? ''}: ${error}`)).filter((line) => line !== '') };
}

/** Empty where both are the same; else the first difference. */
export function sameCatalog(a: unknown, b: unknown, at = ''): string {
  if (JSON.stringify(a) === JSON.stringify(b)) return '';
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${at}: ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = sameCatalog((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${at}/${key}`);
    if (found !== '') return found;
  }
  return '';
}

/** A column that comes back stands behind the others: no statement gives it its place again. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.every(hasName) ? items.sort((a, b) => (a.name < b.name ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, comparable(item)]));
}

function hasName(item: unknown): item is { readonly name: string } {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string';
}
