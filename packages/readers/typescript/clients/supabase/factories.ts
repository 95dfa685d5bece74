import { constantText, type AbstractValue, type ClientContext } from '@tenantlint/model';
import { kindOfClient, schemaOf } from './keys.ts';
import { connection, handle, type Connection } from './state.ts';

/** Where key and options stand among the arguments of a factory. */
type Shape =
  /** `(url, key, options)` */
  | 'positional'
  /** `({ supabaseUrl, supabaseKey, options })`, the last argument; the key defaults to the public one. */
  | 'named'
  | 'user'
  | 'service-role';

const FACTORIES: Readonly<Record<string, Shape>> = {
  createClient: 'positional',
  SupabaseClient: 'positional',
  // @supabase/ssr, and the older helpers of the same name
  createServerClient: 'positional',
  createBrowserClient: 'positional',
  // @supabase/auth-helpers-*
  createClientComponentClient: 'named',
  createServerComponentClient: 'named',
  createRouteHandlerClient: 'named',
  createServerActionClient: 'named',
  createMiddlewareClient: 'named',
  createPagesBrowserClient: 'named',
  createPagesServerClient: 'named',
  createBrowserSupabaseClient: 'named',
  createServerSupabaseClient: 'named',
  createMiddlewareSupabaseClient: 'named',
  createSupabaseLoadClient: 'named',
  createSupabaseServerClient: 'named',
  useSupabaseClient: 'user',
  // @nuxtjs/supabase
  serverSupabaseClient: 'user',
  serverSupabaseServiceRole: 'service-role',
};

const PACKAGE = /(?:^|[/:])@supabase\/(?:supabase-js|ssr|postgrest-js|auth-helpers-[\w-]+)(?:@(\d[\w.-]*))?(?:$|[/?+])|^#supabase\/server$|^supabase$/;

export function isPackage(from: string): boolean {
  return PACKAGE.test(from);
}

export function isFactory(name: string): boolean {
  return Object.hasOwn(FACTORIES, name);
}

export function made(name: string, from: string, args: readonly AbstractValue[], context: ClientContext): AbstractValue | undefined {
  const made = connectionOf(name, PACKAGE.exec(from)?.[1], args, context);
  return made && handle(made, context.at);
}

function connectionOf(name: string, version: string | undefined, args: readonly AbstractValue[], context: ClientContext): Connection | undefined {
  const shape = FACTORIES[name];
  switch (shape) {
    case 'positional': {
      const [, key, options] = args;
      return connection(withSession(name, kindOfClient(key, options, context)), version, schemaOf(options, context));
    }
    case 'named': {
      const last = args.at(-1);
      const key = last && context.property(last, 'supabaseKey');
      const stated = key && key.kind !== 'undefined' && !(key.kind === 'symbol' && key.origin.kind !== 'global');
      const options = last && context.property(last, 'options');
      return connection(stated ? withSession(name, kindOfClient(key, options, context)) : 'user', version, schemaOf(options, context));
    }
    case 'user': return connection('user', version);
    case 'service-role': return connection('service-role', version);
    case undefined: return undefined;
  }
}

/** Clients made with cookies act for the caller whose cookies they are, whatever `auth` options say. */
function withSession(name: string, kind: Connection['kind']): Connection['kind'] {
  return kind === 'anon' && name !== 'createClient' && name !== 'SupabaseClient' ? 'user' : kind;
}

/** `new PostgrestClient(url, { headers, schema })`. */
export function bareClient(args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const [, options] = args;
  const headers = options && context.property(options, 'headers');
  const keys = headers ? ['apikey', 'Authorization', 'authorization'].map((name) => context.property(headers, name)) : [];
  const kinds = keys.filter((k) => k.kind !== 'undefined').map((k) => kindOfClient(k, undefined, context));
  const kind = kinds.find((k) => k === 'service-role') ?? kinds.find((k) => k === 'user') ?? 'unknown';
  return handle(connection(kind, undefined, options && constantText(context.property(options, 'schema'))), context.at);
}
