import type { Condition, Formula, Model, Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { bindings, trustOf } from '../judge/trust.ts';
import { column, equals } from './formulas.ts';
import { columnOf } from './ends.ts';
import { snake } from './identity.ts';

/** Whoever has one of these is who it was given to. */
const CREDENTIAL = /token|secret|hash|api_?key|session(?:_?id)?$|_?key$|nonce|otp/i;
/** Whoever has one of these may see what it stands for. */
const CAPABILITY = /token|secret|hash|key|code|nonce|otp|invit|signature|webhook|external|stripe|verif|slug|domain|subdomain|hostname|host$|share|public|customer_?id|subscription_?id|installation|provider|account_?id$|(?:^|_)uid$|[a-z]Uid$/i;

/** A table of keys or tokens by which callers are told. */
export const holdsCredentials = (f: Flow, table: string): boolean => /(?:api_?key|token|credential)s?$/i.test(table) && [...(f.input.schema.tables.get(table)?.columns.keys() ?? [])].some((name) => CREDENTIAL.test(name));

/** A condition that finds its row by a secret, and which one. */
export function secretOf(f: Flow, condition: Condition, table: string | undefined, model: Model | undefined, kind: 'credential' | 'capability'): { readonly column: string; readonly at: Span } | undefined {
  if (table === undefined) return undefined;
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  const test = kind === 'credential' ? CREDENTIAL : CAPABILITY;
  for (const b of bindings(condition)) {
    if (b.negated || (b.op !== '=' && b.op !== 'in')) continue;
    // `tokens: { some: { hashedKey } }`: the row to whom the credential was given.
    if (b.related) {
      if (kind === 'credential' && CREDENTIAL.test(b.field) && trustOf(b.value) !== 'row') return { column: b.field, at: b.at };
      continue;
    }
    const name = columnOf(model, b.field) ?? b.field;
    const trust = trustOf(b.value);
    if (trust !== 'input' && trust !== 'unknown' && trust !== 'param') continue;
    if (tenancy?.kind === 'pre-tenant' && tenancy.secret === name) return { column: name, at: b.at };
    if (test.test(name) && (isUnique(f, table, name) || isDrawn(f, table, name))) return { column: name, at: b.at };
  }
  return undefined;
}

function isUnique(f: Flow, table: string, name: string): boolean {
  const of = f.input.schema.tables.get(table);
  if (!of) return false;
  for (const c of of.constraints.values()) if (c.kind === 'unique' && c.columns.length === 1 && c.columns[0] === name) return true;
  for (const i of of.indexes.values()) if (i.unique && !i.primary && i.keys.length === 1 && i.keys[0]?.column === name) return true;
  return false;
}

/** Its values are drawn at random, or its name says that they are: nobody comes upon one by counting. */
function isDrawn(f: Flow, table: string, name: string): boolean {
  if (/(?:^|_)(?:token|secret|nonce|otp|api_?key)(?:_?hash(?:ed)?)?$/.test(snake(name))) return true;
  const value = f.input.schema.tables.get(table)?.columns.get(name)?.default?.value;
  return value !== undefined && RANDOM.test(JSON.stringify(value));
}

const RANDOM = /"(?:gen_random_bytes|gen_random_uuid|uuid_generate_v4|nanoid)"/;

/** A row found by the caller's credential is the caller's: its user is the caller, its tenant the caller's. */
export function credentialFacts(f: Flow, condition: Condition, row: number, table: string | undefined, model: Model | undefined): Formula[] {
  const secret = secretOf(f, condition, table, model, 'credential');
  if (!secret || table === undefined) return [];
  const { at } = secret;
  const tenancy = f.input.tenancy.of.get(table)?.tenancy;
  const tenants = tenancy?.kind === 'root' ? [tenancy.key] : tenancy?.kind === 'keyed' || tenancy?.kind === 'pre-tenant' || tenancy?.kind === 'shared' ? tenancy.columns : tenancy?.kind === 'membership' ? [tenancy.tenant] : [];
  // Where a path leads to the user's row, the column is no user's id.
  const users = [...(f.input.tenancy.userColumns.get(table) ?? []), ...(tenancy?.kind === 'user-owned' && tenancy.path === undefined ? [tenancy.column] : [])].slice(0, 1);
  return [
    ...tenants.map((name) => equals(column(row, name, at), { kind: 'value', value: { kind: 'tenant', from: secret.column }, at }, at)),
    ...users.map((name) => equals(column(row, name, at), { kind: 'value', value: { kind: 'caller' }, at }, at)),
  ];
}
