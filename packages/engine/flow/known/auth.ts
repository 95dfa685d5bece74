import { nothing, object, type AbstractValue, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { tidy } from '../values/join.ts';
import { byPackage } from './by-package.ts';
import type { CallSite } from '../call-site.ts';

/** What a library's function hands out: the caller's session or verified token, or an object that holds it. */
interface Authority {
  /** Path of names at the end of the call: `auth.api.getSession`. */
  readonly call: readonly string[];
  /** Undefined result where nobody is signed in. */
  readonly optional: boolean;
  /** Throws unless somebody is signed in: whoever comes after it is known. */
  readonly throws?: boolean;
  /** Where the identity stands in what is returned; empty: it is the result. */
  readonly at?: readonly string[];
}

const anyName = (...names: string[]): readonly Authority[] => names.map((name) => ({ call: [name], optional: true }));

/** Recognised by the package that they come from, directly or through the value that one of its functions made. */
const LIBRARIES: readonly { readonly packages: RegExp; readonly calls: readonly Authority[] }[] = [
  { packages: /^(?:next-auth|@auth\/|@\/auth$)/, calls: [...anyName('getServerSession', 'unstable_getServerSession', 'getSession', 'getToken', 'auth', 'useSession')] },
  { packages: /^@clerk\//, calls: [...anyName('currentUser', 'getAuth'), { call: ['auth'], optional: false }, { call: ['auth', 'protect'], optional: false, throws: true }, { call: ['verifyToken'], optional: false, throws: true }, { call: ['useAuth'], optional: true }] },
  { packages: /^better-auth/, calls: anyName('getSession', 'api.getSession', 'verifyApiKey') },
  { packages: /^(?:lucia|@lucia-auth)/, calls: [...anyName('validateSession', 'validate', 'validateSessionToken')] },
  { packages: /^@supabase\//, calls: [{ call: ['auth', 'getUser'], optional: true, at: ['data', 'user'] }, { call: ['auth', 'getSession'], optional: true, at: ['data', 'session'] }, { call: ['auth', 'getClaims'], optional: true, at: ['data', 'claims'] }] },
  { packages: /^(?:jsonwebtoken|jose|@hono\/jwt|hono\/jwt|fast-jwt|@fastify\/jwt|@nestjs\/jwt)$/, calls: [{ call: ['verify'], optional: false, throws: true }, { call: ['jwtVerify'], optional: false, throws: true }, { call: ['verifyAsync'], optional: false, throws: true }] },
  { packages: /^@auth0\//, calls: anyName('getSession') },
  { packages: /^@workos-inc\//, calls: [{ call: ['withAuth'], optional: false }, { call: ['authkitLoader'], optional: false }, { call: ['getUser'], optional: true }] },
  { packages: /^@kinde-oss\//, calls: anyName('getUser', 'getOrganization', 'getClaim') },
  { packages: /^@stackframe\//, calls: anyName('getUser') },
  { packages: /^firebase-admin/, calls: [{ call: ['verifyIdToken'], optional: false, throws: true }, { call: ['verifySessionCookie'], optional: false, throws: true }] },
  // Cookies that the server signed; `remix-auth` keeps what it verified in them.
  { packages: /^(?:@remix-run\/|react-router$|remix-auth)/, calls: [{ call: ['getSession'], optional: false }, ...anyName('isAuthenticated')] },
  { packages: /^iron-session/, calls: [{ call: ['getIronSession'], optional: false }] },
  { packages: /^@ory\//, calls: anyName('toSession') },
];

const librariesOf = byPackage((from) => LIBRARIES.filter((l) => l.packages.test(from)));

/** The package that a value began at, through properties and calls. */
export function packageOf(value: AbstractValue): string | undefined {
  let at: AbstractValue = value;
  for (let depth = 0; depth < 30 && at.kind === 'symbol'; depth++) {
    if (at.origin.kind === 'package') return at.origin.package;
    if (at.origin.kind !== 'call') return undefined;
    at = at.origin.callee;
  }
  return undefined;
}

/** Names at the end of the callee, the package's own name for it included. */
function names(callee: ValueOf<'symbol'>): string[] {
  const own = callee.origin.kind === 'package' && callee.origin.name !== 'default' && callee.origin.name !== '*' ? [callee.origin.name] : [];
  return [...own, ...callee.path];
}

export function authCall(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  const from = packageOf(callee);
  if (from === undefined || librariesOf(from).length === 0) return undefined;
  const read = names(callee);
  const last = read.at(-1);
  for (const library of librariesOf(from)) {
    for (const authority of library.calls) {
      const wanted = authority.call.join('.').split('.');
      if (last !== wanted.at(-1) || read.slice(-wanted.length).join('.') !== wanted.join('.')) continue;
      // `auth(handler)` wraps; it hands out no session here.
      if (args.some((a) => a.kind === 'function')) return undefined;
      return session(f, from, authority, site);
    }
  }
  return undefined;
}

function session(f: Flow, library: string, authority: Authority, site: CallSite): AbstractValue {
  const { at } = site;
  const identity: AbstractValue = { kind: 'symbol', origin: { kind: 'identity', library }, path: [...(authority.at ?? []).slice(-1).map((n) => (n === 'claims' ? 'claims' : n))].filter((n) => n !== 'session'), at };
  if (authority.throws) f.thrown++;
  if (authority.throws) f.state.learn([{ kind: 'defined', of: identity, at }]);
  const value = authority.optional ? tidy([{ value: identity, truths: [{ kind: 'defined', of: identity, at }] }, { value: nothing(at), truths: [] }], at) : identity;
  if (!authority.at) return value;
  return authority.at.reduceRight((inner, name) => object({ [name]: inner, ...(name === 'data' ? { error: { kind: 'symbol', origin: { kind: 'computed', op: 'auth error', of: [] }, path: [], at } } : {}) }, at), value);
}
