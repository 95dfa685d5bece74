import { object, type AbstractValue, type Span } from '@tenantlint/model';
import { input, type Convention } from './entry.ts';
import { entry, exportedNames } from './next.ts';

const EXPORTS = new Set(['loader', 'action']);
const FRAMEWORK = /^(?:@remix-run\/(?:react|node|serve|server-runtime|cloudflare|deno)|react-router)$/;

/** Remix and React Router: `loader` and `action` of route modules. What runs in the browser is none. */
export const remix: Convention = (f, file) => {
  if (!/(?:^|\/)app\/(?:.*\/)?[^/]+\.[cm]?[jt]sx?$/.test(file.path) || ![...f.program.packages.keys()].some((name) => FRAMEWORK.test(name))) return [];
  return exportedNames(file).filter((name) => EXPORTS.has(name)).flatMap((name) => entry(f, file, name, name === 'loader' ? 'page' : 'action', given, 'remix'));
};

const given = (at: Span): AbstractValue[] => [object({ request: input('request', [], at), params: input('params', [], at), context: { kind: 'symbol', origin: { kind: 'identity', library: 'context' }, path: [], at } }, at)];
