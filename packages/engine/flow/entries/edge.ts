import { settle, type AbstractValue, type EntryPoint, type ValueOf } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
import { byPackage } from '../known/by-package.ts';
import { property } from '../values/property.ts';
import { input, type Convention } from './entry.ts';
import type { CallSite } from '../call-site.ts';

/** Servers that are one function of a request: `Deno.serve(handler)`, `Bun.serve({ fetch })`, and schedules beside them. */
export function edge(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): boolean {
  const { origin, path } = callee;
  const name = origin.kind === 'global' ? [origin.name, ...path].join('.') : origin.kind === 'package' && isServer(origin.package) ? [origin.name, ...path].at(-1) : undefined;
  if (name === undefined) return false;
  const handlers = args.flatMap((a): AbstractValue[] => (a.kind === 'function' ? [a] : a.kind === 'object' ? settle(a).fields.filter((x) => HANDLERS.has(x.name) && x.value.kind === 'function').map((x) => x.value) : []));
  const [handler] = handlers;
  if (!handler) return false;
  const kind: EntryPoint['kind'] | undefined = SERVES.has(name) ? 'route' : name === 'Deno.cron' ? 'cron' : undefined;
  if (!kind) return false;
  f.registered.push(entry(handler, kind, 'edge', `${site.at.file}#${site.at.start}`, site));
  return true;
}

const SERVER = /(?:^|\/)std(?:@[\d.]+)?\/http\/server(?:\.ts)?$|^(?:jsr:)?@std\/http/;
const isServer = byPackage((from) => SERVER.test(from));
const SERVES = new Set(['Deno.serve', 'Bun.serve', 'serve', 'addEventListener']);
const HANDLERS = new Set(['handler', 'fetch']);

function entry(handler: AbstractValue, kind: EntryPoint['kind'], framework: string, name: string, site: Pick<CallSite, 'at' | 'nameAt'>): Entry {
  const args = kind === 'cron' ? [] : [input('request', [], site.at), input('environment', [], site.at)];
  return {
    point: { kind, framework, name, at: site.nameAt, authenticates: kind === 'cron' ? 'secret' : 'unknown' },
    fn: handler.kind === 'function' ? handler : undefined,
    run: (flow) => flow.apply(handler, args, { at: site.at, nameAt: site.at, construct: false }),
  };
}

const WORKERS: Readonly<Record<string, EntryPoint['kind']>> = { fetch: 'route', scheduled: 'cron', queue: 'queue' };

/** `export default { fetch(request, env) {…}, scheduled() {…}, queue() {…} }`: workers. */
export const workers: Convention = (f, file) => {
  const at = file.exports.find((e) => e.name === 'default')?.at;
  const value = at && f.exported(file.path, 'default', at);
  if (!at || value?.kind !== 'object') return [];
  return Object.entries(WORKERS).flatMap(([name, kind]) => {
    const handler = property(f, value, name, at);
    return handler?.kind === 'function' ? [entry(handler, kind, 'worker', `${file.path}#${name}`, { at, nameAt: handler.fn.nameAt })] : [];
  });
};
