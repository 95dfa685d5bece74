import { cases, constantText, type AbstractValue, type ClientContext, type ClientKind } from '@tenantlint/model';

/** What the client is made with decides what row level security does to it: the role stands in the key or in the token. */
export type KeyKind = 'service-role' | 'anon' | 'unknown';

/** The secret that tokens are signed with is no key: a token signed by the program is its user's. */
const SERVICE = /SERVICE_?ROLE|SERVICE_?KEY|(?<!JWT_?)SECRET|ADMIN_?KEY/i;
const ANON = /ANON|PUBLISHABLE|PUBLIC_?KEY/i;
/** A variable that bundlers put into browser code holds no secret that deserves the name. */
const BROWSER = /^(?:NEXT_PUBLIC|VITE|PUBLIC|EXPO_PUBLIC|REACT_APP|NUXT_PUBLIC|GATSBY)_.*KEY/i;

/** Told by the variable or argument that the key comes from, or by the key itself. Of several, the mightiest counts. */
export function kindOfKey(key: AbstractValue): KeyKind {
  const kinds = cases(key).flatMap((one) => oneKey(one.value) ?? []);
  return kinds.find((k) => k === 'service-role') ?? (kinds.length > 0 && kinds.every((k) => k === 'anon') ? 'anon' : 'unknown');
}

/** Undefined: there is no key here (`env.A || undefined`). */
function oneKey(key: AbstractValue): KeyKind | undefined {
  if (key.kind === 'undefined') return undefined;
  const constant = constantText(key);
  if (constant !== undefined) return constant === '' ? undefined : fromText(constant);
  const names = namesOf(key, 0);
  if (names.some((n) => SERVICE.test(n))) return 'service-role';
  return names.some((n) => ANON.test(n) || BROWSER.test(n)) ? 'anon' : 'unknown';
}

/** Keys are JWTs that name their role, or tell their kind by their first letters; a placeholder opens nothing. */
function fromText(key: string): KeyKind {
  if (key.startsWith('sb_secret_')) return 'service-role';
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(key)?.[1];
  if (payload === undefined) return 'anon';
  const role = /"role"\s*:\s*"(\w+)"/.exec(atob(payload.replaceAll('-', '+').replaceAll('_', '/').replace(/[^A-Za-z0-9+/]/g, '')))?.[1];
  return role === 'service_role' ? 'service-role' : role === 'anon' ? 'anon' : 'unknown';
}

const DEEPEST = 6;

/** Names that a value was read under: of variables of the environment, properties, arguments of `env.get('…')`. */
function namesOf(value: AbstractValue, depth: number): string[] {
  if (depth > DEEPEST) return [];
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string' ? [value.value] : [];
    case 'text': return value.values.flatMap((v) => namesOf(v, depth + 1));
    case 'union': return value.of.flatMap((c) => namesOf(c.value, depth + 1));
    case 'symbol': {
      const { origin, path } = value;
      switch (origin.kind) {
        case 'package': return [origin.name, ...path];
        case 'global': return [origin.name, ...path];
        case 'call': return [...path, ...origin.args.flatMap((a) => namesOf(a, depth + 1))];
        case 'computed': return [...path, ...origin.of.flatMap((a) => namesOf(a, depth + 1))];
        default: return [...path];
      }
    }
    default: return [];
  }
}

/** `createClient(url, key, options)`: the caller's token, where one is passed on, is what counts. */
export function kindOfClient(key: AbstractValue | undefined, options: AbstractValue | undefined, context: ClientContext): ClientKind {
  const kind = key ? kindOfKey(key) : 'unknown';
  if (!options || options.kind === 'undefined') return kind === 'anon' ? 'user' : kind;
  const read = (...path: readonly string[]): AbstractValue => path.reduce<AbstractValue>((of, name) => context.property(of, name), options);
  if (given(read('accessToken'))) return 'user';
  const headers = read('global', 'headers');
  const token = [context.property(headers, 'Authorization'), context.property(headers, 'authorization')].find(given);
  if (token) return kindOfKey(token) === 'service-role' ? 'service-role' : 'user';
  if (kind !== 'anon') return kind;
  // A client that keeps a session acts for whoever signs in with it.
  const keeps = read('auth', 'persistSession');
  return keeps.kind === 'literal' && keeps.value === false && options.kind === 'object' ? 'anon' : 'user';
}

/** Stated by the program: a property of something that could not be told is not. */
function given(value: AbstractValue): boolean {
  return value.kind !== 'undefined' && !(value.kind === 'symbol' && value.origin.kind === 'unknown');
}

export function schemaOf(options: AbstractValue | undefined, context: ClientContext): string | undefined {
  return options && constantText(context.property(context.property(options, 'db'), 'schema'));
}
