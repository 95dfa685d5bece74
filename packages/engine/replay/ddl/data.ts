import type { SqlStatement } from '@tenantlint/model';
import type { World } from '../world.ts';

export function data(_world: World, _statement: SqlStatement): void {}
