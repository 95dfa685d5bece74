import type { SchemaEvent } from '@tenantlint/model';
import { doubt, type World } from '../world.ts';

export function runBlock(world: World, event: SchemaEvent & { readonly kind: 'do' }): void {
  doubt(world, event.at, 'DO block not executed', []);
}
