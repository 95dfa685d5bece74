import { literal, type AbstractValue, type ClientAdapter, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { contextAt, PROXY } from '../interpret/clients.ts';

type State = { readonly target: AbstractValue; readonly traps: AbstractValue };

/** `new Proxy(target, traps)`: what is read goes through the program's own function. Of a client's handle its adapter has more to say. */
export function proxied(f: Flow, target: AbstractValue, traps: AbstractValue, at: Span): AbstractValue {
  const own = target.kind === 'client' ? f.adapters.get(target.client)?.proxied?.(target, traps, contextAt(f, at)) : undefined;
  return own ?? { kind: 'client', client: proxies.id, state: { target, traps } satisfies State, at };
}

/** Proxies of the language, as a client that sends nothing: lazily made clients, checked environments. */
export const proxies: ClientAdapter = {
  id: PROXY,
  packages: [],
  methods: new Set(),
  imported: () => undefined,
  get(of, name, context) {
    const { target, traps } = of.state as State;
    const trap = context.property(traps, 'get');
    return trap.kind === 'function' ? context.apply(trap, [target, literal(name, context.nameAt), of]) : context.property(target, name);
  },
  call(of, args, context) {
    const { target, traps } = of.state as State;
    const trap = context.property(traps, context.construct ? 'construct' : 'apply');
    const given: AbstractValue = { kind: 'array', items: args.map((value) => ({ value, spread: false })), at: context.at };
    return trap.kind === 'function' ? context.apply(trap, context.construct ? [target, given] : [target, { kind: 'undefined', at: context.at }, given]) : context.apply(target, args);
  },
};
