import type { AbstractValue, Code, CodeFunction, ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { awaited } from '../interpret/clients.ts';
import { packageOf } from './auth.ts';
import type { CallSite } from '../call-site.ts';

/**
 * `storage.run(tenant, () => db.invoice.findMany())`: the promise of a lazy client is only started by whoever awaits it,
 * after `run` has returned, and an extension that asks the storage finds nothing there.
 */
export function inContext(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], site: CallSite): AbstractValue | undefined {
  if (callee.path.at(-1) !== 'run' || !/^(?:node:)?async_hooks$/.test(packageOf(callee) ?? '')) return undefined;
  const [, run, ...more] = args;
  const next = run?.kind === 'symbol' && run.origin.kind === 'global' && f.continuations.has(run.origin.name);
  if (!run || (run.kind !== 'function' && !next)) return undefined;
  const before = f.records.length;
  const value = f.applyFunction(run, more, site.at);
  const sent = f.records.slice(before).filter((r) => r.query.extension !== undefined || r.query.beside !== undefined);
  const last = sent.at(-1);
  const handed = run.kind !== 'function' || run.fn.async ? undefined : returned(run.fn);
  if (last && handed && handed.at.file === last.query.at.file && handed.at.start <= last.query.at.start && last.query.at.end <= handed.at.end) f.input.tell?.({ kind: 'context-lost', at: site.nameAt, query: last.query.at });
  return f.state.live ? awaited(f, value, site.at) : value;
}

/** The call whose promise the function gives back as it is. */
function returned(fn: CodeFunction): Code | undefined {
  const last = fn.body.at(-1);
  return fn.body.length === 1 && last?.kind === 'return' && last.value?.kind === 'call' ? last.value : undefined;
}
