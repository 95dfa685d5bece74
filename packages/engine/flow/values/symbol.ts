import type { AbstractValue, Span, ValueOf } from '@tenantlint/model';

const DEEPEST_PATH = 8;

export function computed(op: string, of: readonly AbstractValue[], detail: string, at: Span): AbstractValue {
  return { kind: 'symbol', origin: { kind: 'computed', op: detail ? `${op} ${detail}` : op, of }, path: [], at };
}

const SENT = new Set(['body', 'query', 'params', 'headers', 'cookies', 'signedCookies', 'url', 'originalUrl', 'nextUrl', 'method', 'path', 'ip', 'ips', 'hostname', 'host', 'protocol', 'file', 'files', 'req', 'request', 'rawBody', 'rawHeaders', 'json', 'text', 'formData', 'blob', 'arrayBuffer', 'bytes', 'get', 'header', 'param', 'parts', 'raw', 'href', 'origin', 'search', 'searchParams', 'geo', 'cf', 'signal', 'clone', 'resolvedUrl', 'asPath', 'pathname', 'locale', 'locals', 'parseBody', 'queries', 'valid', 'event', 'args', 'input', 'connection', 'socket', 'baseUrl', 'data']);
const isSent = (name: string): boolean => SENT.has(name);

/** What is read of something that nobody knows more of than where it comes from. */
export function symbolProperty(of: ValueOf<'symbol'>, name: string, at: Span): AbstractValue {
  if (name === 'length' || name === 'size') return { kind: 'test', test: { kind: 'size', of }, at };
  if (of.origin.kind === 'input' && of.origin.channel === 'request' && of.path.length === 0 && !isSent(name)) {
    // Nobody sends `req.user`: what is no part of the protocol was put there by the server.
    return { kind: 'symbol', origin: { kind: 'identity', library: 'request' }, path: [name], at };
  }
  if (of.path.length >= DEEPEST_PATH) return computed('property', [of], name, at);
  // A promise's own members are not properties of what it resolves to.
  return { kind: 'symbol', origin: of.origin, path: [...of.path, /^\d+$/.test(name) ? '[]' : name], at };
}
