import * as current from '@supabase/postgrest-js';
import * as older from '@supabase/postgrest-js-1';

/** A request as the client would send it. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

type Client = new (url: string, options: { readonly fetch: typeof fetch }) => unknown;
export type Version = '2.109.0' | '1.19.4';

/** Versions of the client on both sides of the one in which `.match()` changed. */
const VERSIONS: Readonly<Record<Version, Client>> = { '2.109.0': current.PostgrestClient, '1.19.4': older.PostgrestClient };

/** Runs a chain, given as text, with the real client; nothing leaves the process. */
export async function sent(chain: string, values: Readonly<Record<string, unknown>>, version: Version = '2.109.0'): Promise<Sent> {
  const requests: Sent[] = [];
  const record = (input: unknown, init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<Response> => {
    requests.push({ method: init.method ?? 'GET', url: new URL(String(input)), body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined, headers: { ...init.headers } });
    return Promise.resolve(new Response('[]', { status: 200 }));
  };
  const db = new VERSIONS[version]('http://postgrest.test', { fetch: record as typeof fetch });
  const run = new Function('db', ...Object.keys(values), `return (async () => { await ${chain}; })();`) as (...args: unknown[]) => Promise<void>;
  await run(db, ...Object.values(values));
  const [only] = requests;
  if (!only || requests.length > 1) throw new Error(`${requests.length} requests: ${chain}`);
  return only;
}
