import type { SchemaEvent } from './events.ts';
import type { Step, WaysBack } from './history.ts';

/** Of a history that keeps ways back, so many steps may lack one until that is how it is done there: this many, or a tenth. */
const EXCEPTIONS = 3;

/**
 * Whether a way back is expected of each step: not where hardly any has one, for then nobody goes back that way.
 * @param because what makes one expect it where enough steps have one
 */
export function expectation(steps: readonly Step[], because: string): WaysBack {
  const having = steps.filter((step) => step.down !== undefined).length;
  if (having === 0) return { expected: false, why: 'no migration of this folder has a way back', because };
  if (having * 3 < steps.length) return { expected: false, why: `only ${having} of ${steps.length} migrations have a way back`, because };
  return { expected: true, why: `${because}; ${having} of ${steps.length} have one`, because, ...scattered(steps) };
}

/** Where many steps lack a way back, the applied ones among them are how it is done there. */
export function scattered(steps: readonly Step[]): Pick<WaysBack, 'scattered'> {
  const lacking = steps.filter((step) => lacksWayBack(step) && !step.up.every(leavesSchema)).length;
  return lacking > Math.max(EXCEPTIONS, steps.length / 10) ? { scattered: true } : {};
}

/** There is none, or it does nothing. */
export function lacksWayBack({ down }: Step): boolean {
  return down === undefined || (down.known && down.value.every(isIdle));
}

/** What does nothing for a way back. */
export function isIdle(event: SchemaEvent): boolean {
  return event.kind === 'transaction' || event.kind === 'set' || event.kind === 'run';
}

function leavesSchema(event: SchemaEvent): boolean {
  return isIdle(event) || event.kind === 'data';
}
