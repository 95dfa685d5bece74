import { object, settle, type AbstractValue, type CodeFile, type Span, type ValueOf } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
import { byPackage } from '../known/by-package.ts';
import { input } from './entry.ts';
import { exportedNames } from './next.ts';

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

/** GraphQL: exported maps of resolvers, whatever put them together. */
export function graphql(f: Flow, file: CodeFile): Entry[] {
  return exportedNames(file).flatMap((name) => {
    const at = file.exports.find((e) => e.name === name)?.at;
    const value = at && f.exported(file.path, name, at);
    if (value?.kind !== 'object') return [];
    return settle(value).fields.filter((field) => ROOTS.has(field.name) && field.value.kind === 'object').flatMap((field) => resolvers(field.value as ValueOf<'object'>));
  });
}

const SERVERS = byPackage((from) => /^(?:@apollo\/(?:server|subgraph)|apollo-server.*|@graphql-tools\/schema|graphql-yoga|mercurius|@as-integrations\/.*)$/.test(from));

/** GraphQL: what a server is given as resolvers. */
export function graphqlServer(f: Flow, args: readonly AbstractValue[], from: string): boolean {
  if (!SERVERS(from)) return false;
  const given = args.flatMap((a) => (a.kind === 'object' ? settle(a).fields.filter((x) => x.name === 'resolvers').map((x) => x.value) : []));
  const maps = given.flatMap((value) => (value.kind === 'array' ? value.items.map((i) => i.value) : [value]));
  const found = maps.flatMap((map) => (map.kind === 'object' ? settle(map).fields.filter((field) => ROOTS.has(field.name)) : [])).flatMap((field) => (field.value.kind === 'object' ? resolvers(field.value) : []));
  // What is exported as well is found there.
  f.registered.push(...found.filter((one) => !f.registered.some((other) => other.point.name === one.point.name && other.point.at === one.point.at)));
  return found.length > 0;
}

function resolvers(of: ValueOf<'object'>): Entry[] {
  return settle(of).fields.flatMap(({ name, value, at }): Entry[] => {
    const fn = value.kind === 'function' ? value : value.kind === 'object' ? settle(value).fields.find((x) => (x.name === 'resolve' || x.name === 'subscribe') && x.value.kind === 'function')?.value : undefined;
    if (fn?.kind !== 'function') return [];
    return [{
      point: { kind: 'resolver', framework: 'graphql', name: `${at.file}#${name}`, at, authenticates: 'unknown' },
      fn,
      run: (flow) => flow.applyFunction(fn, [object({}, at), input('args', [], at), context(at), object({}, at)], at),
    }];
  });
}

/** What the server puts into the context is the server's. */
const context = (at: Span): AbstractValue => ({ kind: 'symbol', origin: { kind: 'identity', library: 'context' }, path: [], at });
