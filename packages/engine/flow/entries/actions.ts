import type { ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { State } from '../state.ts';
import { actionArgs } from './next.ts';

/**
 * A function with `'use server'` of its own, made while a page is rendered: the browser calls it later, and what it
 * closes over comes back as it was.
 */
export function inlineAction(f: Flow, value: ValueOf<'function'>): void {
  const { fn } = value;
  if (!fn.directives.includes('use server') || f.actions.has(fn.id)) return;
  f.actions.add(fn.id);
  const { state } = f;
  f.kept ||= state !== f.loaded;
  f.registered.push({
    point: { kind: 'action', framework: 'next', name: fn.id, at: fn.nameAt, authenticates: 'unknown' },
    fn: value,
    run: (flow) => {
      flow.state = new State(state);
      return flow.applyFunction(value, actionArgs(fn.at), fn.at);
    },
  });
}
