import type { Span } from '@tenantlint/model';
import type { World } from '../world.ts';

const AT: Span = { file: '', start: 0, end: 0 };

/** Makes what the database holds before the first step. */
export function layBase(world: World, _base: 'supabase' | 'plain'): void {
  const { catalog } = world;
  catalog.put('role', 'postgres', { name: 'postgres', at: AT, options: { superuser: true, bypassRls: true, login: true, inherit: true, createRole: true, createDb: true, replication: true }, memberOf: [], settings: {}, platform: true });
  catalog.put('schema', 'public', { name: 'public', at: AT, owner: 'postgres', grants: [{ role: 'public', privilege: 'usage', grantOption: false, at: AT }], platform: true });
}
