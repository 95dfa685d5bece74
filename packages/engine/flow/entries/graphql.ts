import { object, settle, type AbstractValue, type CodeFile, type Span, type ValueOf } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
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
