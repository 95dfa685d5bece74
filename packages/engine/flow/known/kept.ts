import { cases, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { awaited } from '../interpret/clients.ts';
import { namesOwner } from '../judge/owners.ts';
import { trustOf } from '../judge/trust.ts';
import { rowsIn } from '../queries/record.ts';
import { packageOf } from './auth.ts';
import { byPackage } from './by-package.ts';
import type { CallSite } from '../call-site.ts';
import type { SiteRecord } from '../queries/site-record.ts';

/** Packages that keep values under keys, and where their methods take the key and the value. */
const STORES: readonly { readonly packages: RegExp; readonly calls: Readonly<Record<string, readonly [key: number, value: number]>> }[] = [
  { packages: /^(?:ioredis|redis|@upstash\/redis|@vercel\/kv|node-cache|lru-cache|quick-lru|keyv|@keyv\/.+|cacheable|flat-cache|memcached|memjs|@cacheable\/.+)$/, calls: { set: [0, 1], setex: [0, 2], setEx: [0, 2], psetex: [0, 2], setnx: [0, 1], getset: [0, 1], hset: [0, 2], wrap: [0, 1] } },
  { packages: /^(?:cache-manager|@nestjs\/cache-manager)$/, calls: { set: [0, 1], wrap: [0, 1] } },
  // Of Python.
  { packages: /^(?:redis|aioredis|valkey|aiocache|cashews|diskcache|pymemcache|flask_caching|django\.core\.cache)(?:\.|$)/, calls: { set: [0, 1], setex: [0, 2], psetex: [0, 2], setnx: [0, 1], getset: [0, 1], hset: [0, 2], add: [0, 1] } },
  { packages: /^next\/cache$/, calls: { unstable_cache: [1, 0] } },
];

const storeOf = byPackage((from) => STORES.find((s) => s.packages.test(from)));

/** Rows of one tenant that are put where every tenant's request looks for them. */
export function keeps(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): void {
  const { tell } = f.input;
  if (!tell || f.offline) return;
  const from = packageOf(callee);
  const name = callee.path.at(-1) ?? (callee.origin.kind === 'package' ? callee.origin.name : '');
  const call = from === undefined ? undefined : storeOf(from)?.calls[name];
  const [key, value] = [args[call?.[0] ?? -1], args[call?.[1] ?? -1]];
  if (call && key && value) kept(f, key, value, site.at);
}

/** A value is kept under a key. */
export function kept(f: Flow, key: AbstractValue, value: AbstractValue, at: Span): void {
  if (!isSame(key)) return;
  const query = tenantQuery(f, value, at);
  if (query?.table === undefined) return;
  const shown = cases(key)[0]?.value ?? key;
  f.input.tell?.({ kind: 'kept', key: text(shown), table: query.table, at: key.at, query: query.query.at });
}

/** Whoever asks, the key is this one. */
function isSame(key: AbstractValue): boolean {
  switch (key.kind) {
    case 'literal': return typeof key.value === 'string';
    case 'text': return key.values.every((v) => v.kind === 'literal' || isEnvironment(v));
    case 'array': return key.items.length > 0 && key.items.every((i) => !i.spread && isSame(i.value));
    case 'union': return key.of.every((c) => isSame(c.value));
    default: return false;
  }
}

const isEnvironment = (value: AbstractValue): boolean => value.kind === 'symbol' && value.origin.kind === 'global' && value.origin.name === 'process';

function text(key: AbstractValue): string {
  switch (key.kind) {
    case 'literal': return String(key.value);
    case 'text': return key.texts.join('…');
    case 'array': return key.items.map((i) => text(i.value)).join(', ');
    default: return 'the key';
  }
}

/** The query that the value's rows came from, where it asked for one tenant's. */
function tenantQuery(f: Flow, value: AbstractValue, at: Span): SiteRecord | undefined {
  // What is handed in to be called later: here, to see what it gives.
  if (value.kind === 'function' && value.fn.params.length > 0) return undefined;
  let given = value;
  if (value.kind === 'function') {
    f.branch([], () => {
      given = awaited(f, f.applyFunction(value, [], at), at);
    });
  }
  for (const row of rowsIn(given)) {
    const record = f.recordOf.get(row);
    if (!record || record.table === undefined || !namesOwner(f, record, record.query.stated ?? record.query.condition)) continue;
    const kind = f.input.tenancy.of.get(record.table)?.tenancy.kind;
    if (kind === 'global' || kind === 'unknown' || kind === undefined) continue;
    if (isFixed(record)) continue;
    return record;
  }
  return undefined;
}

/** The tenant is written down: then the rows are the same for all. */
const isFixed = (record: SiteRecord): boolean => record.query.condition.kind === 'compare' && trustOf(record.query.condition.value) === 'program';
