import { literal, mapCases, type AbstractValue, type ClientContext, type ClientHandle, type Span } from '@tenantlint/model';
import { calledAt, handle, isOwn, stateOf, type Builder, type Filter, type Proxied, type Trap } from './state.ts';

/** Reads a name through the `get` trap of a proxy; without one, from what stands behind it. */
export function throughTrap(of: ClientHandle, state: Proxied, name: string, context: ClientContext): AbstractValue {
  const trap = context.property(state.traps, 'get');
  if (trap.kind !== 'function') return context.property(state.target, name);
  const value = context.apply(trap, [state.target, literal(name, context.nameAt), of]);
  return mapCases(value, (one) => (one.kind === 'function' ? handle({ is: 'trap', name, fn: one, before: filtersOf(state.target).length }, context.at) : one));
}

/** Calls what a trap gave, and marks what the wrapper did to the request on the way. */
export function callTrap(state: Trap, args: readonly AbstractValue[], context: ClientContext): AbstractValue {
  const result = context.apply(state.fn, args);
  return mapCases(result, (one) => {
    const built = isOwn(one) ? stateOf(one) : undefined;
    if (!isOwn(one) || built?.is !== 'builder') return asked(one, calledAt(context));
    // The method that was asked for adds what its caller wants, the wrapper everything else.
    let own = built.filters.length > state.before && built.filters[state.before] !== undefined && FILTERS.test(state.name) ? 1 : 0;
    const filters = built.filters.map((filter, i): Filter => (i < state.before || own-- > 0 || !('condition' in filter) ? filter : { ...filter, added: true }));
    const changed = filters.some((f, i) => f !== built.filters[i]) || (built.values !== undefined && built.values !== args[0]);
    return changed ? handle({ ...built, filters, wrapped: true } satisfies Builder, one.at) : one;
  });
}

/** Who asks for a table is who calls the wrapper, not the wrapper. */
function asked(value: AbstractValue, at: Span): AbstractValue {
  if (!isOwn(value)) return value;
  const state = stateOf(value);
  if (state.is === 'table') return handle({ ...state, at }, value.at);
  return state.is === 'proxy' ? handle({ ...state, target: asked(state.target, at) }, value.at) : value;
}

const FILTERS = /^(?:eq|neq|gte?|lte?|i?like|is|in|not|or|filter|match|contains|containedBy|overlaps|textSearch)$/;

function filtersOf(target: AbstractValue): readonly Filter[] {
  const state = isOwn(target) ? stateOf(target) : undefined;
  return state?.is === 'builder' ? state.filters : [];
}
