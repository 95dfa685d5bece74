import type { SchemaEvent } from '@tenantlint/model';
import { doubt, type World } from '../world.ts';
import { Budget, type Context } from './context.ts';
import { Procedure } from './statements.ts';

/** Steps of one top-level statement before it counts as endless. */
const STEPS = 2_000_000;

export function topLevel(world: World, at: SchemaEvent['at']): Context {
  return { world, budget: new Budget(world, STEPS), rows: [], outer: undefined, variables: undefined, params: [], tables: new Map(), at };
}

/** A DO block, followed against the replayed catalog. */
export function runBlock(world: World, event: SchemaEvent & { readonly kind: 'do' }): void {
  const body = world.parser.functionBody(event.body, event.language);
  if (body.kind !== 'plpgsql') {
    doubt(world, event.at, body.kind === 'opaque' ? body.reason : 'the block is not written in PL/pgSQL', []);
    return;
  }
  for (const unread of body.unread) doubt(world, unread.at, unread.reason, []);
  new Procedure(topLevel(world, event.at), undefined).run(body.block);
}
