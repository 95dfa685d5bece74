import type { AccessCommand, Narrowing, SchemaEvent, Span, Table } from '@tenantlint/model';
import { sidesOf } from './inverse.ts';
import { closed, type WeakenedSources } from './weakened.ts';

/** Roles that a step refuses what they could do before: row level security without a policy for them, REVOKE, a policy that is gone. */
export function narrowed({ timeline, states }: WeakenedSources, n: number): readonly Narrowing[] {
  const last = timeline.steps.length - 1;
  const out: Narrowing[] = [];
  for (const [was, is] of sidesOf<Table>(timeline.changes(n).filter((c) => c.object === 'table')).kept) {
    if (was.platform || was.inferred || (was.rls?.value === is.rls?.value && was.grants === is.grants && was.policies === is.policies)) continue;
    const before = states.access(n - 1, was.key);
    const now = [states.access(n, is.key), states.access(last, is.key)];
    const roles = new Map<string, AccessCommand[]>();
    for (const { role, command, verdict } of before) {
      if (verdict === 'denied' || !now.every((state) => state.some((a) => a.role === role && a.command === command && a.verdict === 'denied' && closed(a.verdict)))) continue;
      roles.set(role, [...(roles.get(role) ?? []), command]);
    }
    for (const [role, commands] of roles) out.push({ table: is.key, role, commands, at: placeOf(was, is, timeline.executed(n)) });
  }
  return out;
}

function placeOf(was: Table, is: Table, executed: readonly SchemaEvent[]): Span {
  if (was.rls?.value !== true && is.rls?.value === true) return is.rls.at;
  for (const event of executed) {
    if (event.kind === 'grant' && !event.grant && (event.names.some((name) => name.name === is.name) || event.allInSchemas.includes(is.schema))) return event.toAt;
    const [dropped] = event.kind === 'drop' && event.object === 'policy' && event.table?.name === is.name ? event.names : [];
    if (dropped) return dropped.at;
  }
  return is.at;
}
