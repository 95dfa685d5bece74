import { nothing, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { packageOf } from '../known/auth.ts';
import { tidy } from '../values/join.ts';

export const identity = (library: string, path: readonly string[], at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'identity', library }, path, at });

/** A variable of the server's environment. */
export const environment = (name: string, at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'global', name: 'process' }, path: ['env', name.toUpperCase()], at });

/** Functions whose result is the caller's verified token or session; `optional` ones may give None. `path`: what part of it. */
const VERIFIERS: readonly { readonly packages: RegExp; readonly call: RegExp; readonly path?: readonly string[]; readonly optional?: boolean }[] = [
  { packages: /^(?:jwt|jose|authlib|joserfc|jwcrypto|python_jose)\b/, call: /^(?:decode|decode_complete|verify)$/ },
  { packages: /^firebase_admin\b/, call: /^verify_(?:id_token|session_cookie)$/ },
  { packages: /^google\.oauth2\b/, call: /^verify_(?:oauth2_token|firebase_token|token)$/ },
  { packages: /^itsdangerous\b/, call: /^loads$/ },
  { packages: /^flask_jwt_extended\b/, call: /^get_jwt_identity$/, path: ['sub'] },
  { packages: /^flask_jwt_extended\b/, call: /^(?:get_jwt|get_current_user)$/ },
  { packages: /^fastapi_users\b/, call: /^(?:current_user)$/ },
  { packages: /^clerk_backend_api\b/, call: /^authenticate_request$/ },
  { packages: /^(?:supabase|gotrue)\b/, call: /^get_user$/ },
];

export function pythonVerified(f: Flow, callee: ValueOf<'symbol'>, at: Span): AbstractValue | undefined {
  const from = packageOf(callee);
  if (from === undefined) return undefined;
  const name = callee.path.at(-1) ?? (callee.origin.kind === 'package' ? callee.origin.name : '');
  const one = VERIFIERS.find((v) => v.packages.test(from) && v.call.test(name));
  if (!one) return undefined;
  const value = identity(from, one.path ?? [], at);
  if (one.optional) return tidy([{ value, truths: [{ kind: 'defined', of: value, at }] }, { value: nothing(at), truths: [] }], at);
  // What is no valid token raises.
  f.state.learn([{ kind: 'defined', of: value, at }]);
  return value;
}

/** Names that frameworks bind to the request that is being served, and to who sent it. */
export function ambient(from: string, name: string, at: Span): AbstractValue | undefined {
  const input = (channel: string): AbstractValue => ({ kind: 'symbol', origin: { kind: 'input', channel }, path: [], at });
  switch (`${from}.${name}`) {
    case 'flask.request': case 'quart.request': case 'sanic.request': return input('request');
    case 'flask.session': case 'quart.session': return identity('flask', ['session'], at);
    case 'flask.g': case 'quart.g': return identity('flask.g', [], at);
    case 'flask_login.current_user': case 'flask_jwt_extended.current_user': case 'flask_security.current_user': case 'quart_auth.current_user': return identity(from, ['user'], at);
    default: return undefined;
  }
}
