import type { Span, SqlExpr, Term, Value } from '@tenantlint/model';
import { literal, valueTerm } from '../logic/formula.ts';
import type { Bind } from './bind.ts';
import type { Scope } from './scope.ts';

/** Functions that say who is asking, by their qualified names; the platform's own, whatever their bodies. */
const KNOWN: Readonly<Record<string, Value>> = {
  'auth.uid': { kind: 'caller' },
  'auth.user_id': { kind: 'caller' },
  'auth.jwt': { kind: 'claim', path: '', trusted: true },
  'auth.session': { kind: 'claim', path: '', trusted: true },
  'auth.role': { kind: 'claim', path: 'role', trusted: true },
  'auth.email': { kind: 'claim', path: 'email', trusted: true },
};

export function identityOf(b: Bind, call: Extract<SqlExpr, { kind: 'call' }>): Term | undefined {
  const { name } = call;
  const full = name.schema === undefined ? name.name : `${name.schema}.${name.name}`;
  const known = KNOWN[full];
  if (known !== undefined) return valueTerm(known, call.at);
  if (b.world.helpers.currentUser.has(name.name) || b.world.helpers.currentUser.has(full)) return valueTerm({ kind: 'caller' }, call.at);
  if (b.world.helpers.currentTenant.has(name.name) || b.world.helpers.currentTenant.has(full)) return valueTerm({ kind: 'tenant', from: `${full}()` }, call.at);
  if (name.name === 'current_setting' && (name.schema === undefined || name.schema === 'pg_catalog')) return setting(b, call);
  return undefined;
}

function setting(b: Bind, call: Extract<SqlExpr, { kind: 'call' }>): Term {
  const name = textOf(call.args[0]);
  if (name === undefined) return valueTerm({ kind: 'unknown', why: 'current_setting of a computed name' }, call.at);
  const quiet = call.args[1];
  const missing = quiet?.kind === 'literal' && (quiet.value === true || /^t/i.test(String(quiet.value))) ? 'null' : 'error';
  return valueTerm(settingValue(b, name.toLowerCase(), missing), call.at);
}

function settingValue(b: Bind, name: string, missing: 'null' | 'error'): Value {
  if (name === 'role') return { kind: 'role', which: 'current_user' };
  // PostgREST verifies the token and hands its claims on; headers, cookies, method and path are the client's own words.
  if (name === 'request.jwt.claims' || name === 'request.jwt.claim' || name === 'request.jwt') return { kind: 'claim', path: '', trusted: true };
  const claim = /^(?:request\.jwt\.claims?|jwt\.claims?)\.(.+)$/.exec(name)?.[1];
  if (claim !== undefined) return claimValue(claim);
  const request = /^request\.(headers?|cookies?|method|path)(?:\.(.+))?$/.exec(name);
  if (request !== null) return { kind: 'claim', path: name, trusted: false };
  if (b.world.trustedSettings.has(name)) return { kind: 'tenant', from: `setting ${name}` };
  return { kind: 'setting', name, missing, callerCanSet: b.world.callerCanSet(name) };
}

/** A claim of the token by its path. */
export function claimValue(path: string): Value {
  if (path === 'sub') return { kind: 'caller' };
  return { kind: 'claim', path, trusted: !/^(user_metadata|raw_user_meta_data|user_meta_data)(\.|$)/.test(path) };
}

/** A key of a jsonb value that came with the request. */
export function claimAt(term: Term, keys: readonly string[], at: Span): Term | undefined {
  if (term.kind !== 'value' || term.value.kind !== 'claim') return undefined;
  const path = [term.value.path, ...keys].filter((part) => part !== '').join('.');
  return valueTerm(term.value.trusted ? claimValue(path) : { kind: 'claim', path, trusted: false }, at);
}

export function keywordValue(name: string, scope: Scope, at: Span): Term {
  switch (name.toLowerCase()) {
    case 'current_user': case 'user': case 'current_role':
      // Inside SECURITY DEFINER the current user is the function's owner, whoever calls.
      return scope.routine.definer && scope.routine.owner !== undefined ? literal(scope.routine.owner, at) : valueTerm({ kind: 'role', which: 'current_user' }, at);
    case 'session_user': return valueTerm({ kind: 'role', which: 'session_user' }, at);
    default: return { kind: 'apply', fn: name.toLowerCase(), of: [], at };
  }
}

function textOf(expr: SqlExpr | undefined): string | undefined {
  if (expr === undefined) return undefined;
  if (expr.kind === 'cast') return textOf(expr.of);
  if (expr.kind === 'operator' && expr.op === '||') {
    const left = textOf(expr.left);
    const right = textOf(expr.right);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return expr.kind === 'literal' && typeof expr.value === 'string' ? expr.value : undefined;
}
