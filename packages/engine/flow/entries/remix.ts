import { object, type AbstractValue, type Span } from '@tenantlint/model';
import { input, type Convention } from './entry.ts';
import { entry, exportedNames } from './next.ts';

const EXPORTS = new Set(['loader', 'action']);
/** Packages whose presence says that the product is built with the framework. */
export const REMIX: readonly string[] = ['@remix-run/react', '@remix-run/node', '@remix-run/serve', '@remix-run/server-runtime', '@remix-run/cloudflare', '@remix-run/deno', 'react-router'];

/** Remix and React Router: `loader` and `action` of route modules. What runs in the browser is none. */
export const remix: Convention = (f, file) => {
  if (!/(?:^|\/)app\/(?:.*\/)?[^/]+\.[cm]?[jt]sx?$/.test(file.path) || !REMIX.some((name) => f.program.packages.has(name))) return [];
  return exportedNames(file).filter((name) => EXPORTS.has(name)).flatMap((name) => entry(f, file, name, name === 'loader' ? 'page' : 'action', given, 'remix'));
};

const given = (at: Span): AbstractValue[] => [object({ request: input('request', [], at), params: input('params', [], at), context: { kind: 'symbol', origin: { kind: 'identity', library: 'context' }, path: [], at } }, at)];
