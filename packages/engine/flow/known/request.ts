import { constantText, type AbstractValue, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { CallSite } from '../call-site.ts';
import { computed } from '../values/symbol.ts';

const BODIES = new Set(['json', 'text', 'formData', 'arrayBuffer', 'blob', 'bytes', 'parseBody', 'valid']);
const READS = new Set(['get', 'getAll', 'header', 'param', 'query', 'queries', 'queryParam', 'cookie']);

/** Methods of the request: whatever they give was sent by the caller. */
export function requestCall(callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  if (callee.origin.kind === 'package' && callee.origin.package === 'next/headers') {
    return { kind: 'symbol', origin: { kind: 'input', channel: callee.origin.name }, path: [], at: site.at };
  }
  if (callee.origin.kind !== 'input') return undefined;
  // `step.run('name', async () => …)`: what a job is given runs its steps.
  if (callee.origin.channel === 'payload' && args.some((a) => a.kind === 'function')) return undefined;
  const method = callee.path.at(-1) ?? '';
  const of = { ...callee, path: callee.path.slice(0, -1), at: site.at };
  if (BODIES.has(method)) return { ...of, path: [...of.path, 'body'] };
  const [name] = args;
  if (READS.has(method)) {
    const path = method === 'get' || method === 'getAll' ? of.path : [...of.path, method];
    if (!name) return { ...of, path };
    const constant = constantText(name);
    return constant === undefined ? computed('read', [of, name], '', site.at) : { ...of, path: [...path, constant] };
  }
  // Anything else that is made of the request is the request's.
  return computed(method, [of, ...args.filter((a) => a.kind !== 'function')], '', site.at);
}

/** `request.jwtVerify()` of @fastify/jwt: throws, or puts the token's claims on the request. */
export function verified(f: Flow, at: Span): AbstractValue {
  const user: AbstractValue = { kind: 'symbol', origin: { kind: 'identity', library: '@fastify/jwt' }, path: [], at };
  f.state.learn([{ kind: 'defined', of: user, at }]);
  const request = f.state.get(f.shared);
  if (request?.kind === 'object') f.state.set(f.shared, { ...request, entries: [...request.entries, { kind: 'property', name: 'user', nameAt: at, value: user }] });
  return user;
}
