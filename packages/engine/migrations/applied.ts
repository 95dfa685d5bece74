import { isOwned, type Access, type Routine, type Schema, type Table, type TenancyModel, type View, type Weakening } from '@tenantlint/model';
import type { Changed } from './changes.ts';
import { policyText } from './parts.ts';
import { closed, opened, openingOf, weakening, type WeakenedSources } from './weakened.ts';

/**
 * What opened the tables, views and functions that are open today, by the step that did, and tables that were open for a
 * while. Only what is open at last is asked about, and the prover only about the one state before what is to blame: a
 * history of a thousand applied migrations must not cost a thousand proofs.
 */
export function openedOnce(sources: WeakenedSources, tenancy: TenancyModel): ReadonlyMap<number, readonly Weakening[]> {
  const { timeline, states } = sources;
  const last = timeline.steps.length - 1;
  const out = new Map<number, Weakening[]>();
  const note = (n: number, one: Weakening): void => void out.set(n, [...(out.get(n) ?? []), one]);
  const schema: Schema = timeline.last;
  const { changes } = sources;
  for (const table of schema.tables.values()) {
    if (table.platform || table.inferred || !isOwned(tenancy.of.get(table.key)?.tenancy ?? { kind: 'unknown' })) continue;
    const steps = changes.of('table', table.key);
    if (steps.length < 2) continue;
    for (const { n, before, after } of steps) {
      const [was, is] = [before as Table | undefined, after as Table | undefined];
      if (was?.rls?.value === true && is?.rls?.value === false && is.at.start === was.at.start) reopened(sources, n, is, steps, note);
    }
    const leaks = states.access(last, table.key).filter((a) => a.verdict === 'leak');
    if (leaks.length > 0) blame(sources, table, leaks, steps, note);
  }
  for (const { n, before, after } of [...changes.all('view').values()].flat()) {
    if (before === undefined || after === undefined || schema.views.get((after as View).key) !== after || (after as View).platform) continue;
    const [was, is] = [before as View, after as View];
    const leaks = states.viewAccess(last, is.key).filter((a) => a.verdict === 'leak');
    const open = leaks.length === 0 ? [] : opened(states.viewAccess(n - 1, was.key), leaks);
    if (open.length > 0) note(n, weakening({ kind: 'view', name: is.key }, { kind: 'view' }, is.optionsAt, open, () => undefined));
  }
  for (const { n, before, after } of [...changes.all('function').values()].flat()) {
    if (before === undefined || after === undefined || schema.functions.get((after as Routine).key) !== after) continue;
    const [was, is] = [before as Routine, after as Routine];
    if (!is.securityDefiner.value || was.securityDefiner.value || is.platform) continue;
    const open = states.reach(last, is.key).flatMap((r) => (r.isolation.verdict === 'no' ? [{ role: r.role, command: r.command, access: { role: r.role, command: r.command, verdict: 'leak' as const, why: [], escape: r.isolation.escape } }] : []));
    if (open.length > 0) note(n, weakening({ kind: 'function', name: is.key }, { kind: 'function' }, is.securityDefiner.at, open, () => undefined));
  }
  return out;
}

/** From the last change of a table back to the one that made what is to blame; the state before that is asked about. */
function blame(sources: WeakenedSources, table: Table, leaks: readonly Access[], steps: readonly Changed[], note: (n: number, one: Weakening) => void): void {
  const { states, timeline } = sources;
  const left = new Set(leaks);
  for (const { n, before, after } of [...steps].reverse()) {
    const [was, is] = [before as Table | undefined, after as Table | undefined];
    if (was === undefined || is === undefined || left.size === 0) return;
    const suspects = [...left].filter((access) => explains(was, is, access));
    // The first policy for a command weakens nothing that was there: what is wrong with it, the rules on policies say.
    for (const access of suspects) if (isFirst(was, access)) left.delete(access);
    if (!suspects.some((access) => left.has(access))) continue;
    const earlier = states.access(n - 1, table.key);
    const groups = new Map<string, { readonly first: Access; readonly of: Access[] }>();
    for (const access of suspects) {
      if (!left.delete(access)) continue;
      if (!closed(earlier.find((a) => a.role === access.role && a.command === access.command)?.verdict)) continue;
      const key = JSON.stringify(openingOf(was, is, { role: access.role, command: access.command, access }, timeline.executed(n)));
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { first: access, of: [access] });
      else group.of.push(access);
    }
    for (const { first, of } of groups.values()) {
      const { opening, at } = openingOf(was, is, { role: first.role, command: first.command, access: first }, timeline.executed(n));
      note(n, weakening({ kind: 'table', name: table.key }, opening, at, of.map((access) => ({ role: access.role, command: access.command, access })), () => undefined));
    }
  }
}

/** The step changed what lets the role through today. */
function explains(was: Table, is: Table, { policy, role, command }: Access): boolean {
  const grants = (t: Table) => t.grants.some((g) => (g.role === role || g.role === 'public') && (g.privilege === command || g.privilege === 'all'));
  // Whoever is granted a table meets its policies, or that it has none: the rules on tables and policies speak of that.
  if (grants(is) && !grants(was)) return false;
  if (policy === undefined) return was.rls?.value !== is.rls?.value || was.forced?.value !== is.forced?.value || was.owner !== is.owner;
  if (was.rls?.value !== true) return false;
  const [a, b] = [was.policies.get(policy), is.policies.get(policy)];
  if (b !== undefined && (a === undefined || policyText(a) !== policyText(b))) return true;
  return [...was.policies.values()].some((p) => !p.permissive && is.policies.get(p.name) === undefined);
}

/** Row level security let nothing through for the command, for want of a policy. */
function isFirst(was: Table, { policy, command }: Access): boolean {
  return policy !== undefined && was.rls?.value === true && ![...was.policies.values()].some((p) => p.permissive && (p.command === 'all' || p.command === command));
}

/** Row level security was off from one step to a later one. */
function reopened({ states, timeline }: WeakenedSources, n: number, table: Table, steps: readonly Changed[], note: (n: number, one: Weakening) => void): void {
  const later = steps.find((s) => s.n > n && (s.after as Table | undefined)?.rls?.value === true);
  const rls = (later?.after as Table | undefined)?.rls;
  const last = timeline.last.tables.get(table.key);
  if (later === undefined || rls === undefined || table.rls === undefined || last === undefined) return;
  const commands = ['select', 'insert', 'update', 'delete'] as const;
  const open = commands.flatMap((command) => states.reachableBy(last, command).map((role) => ({ role, command, access: { role, command, verdict: 'leak' as const, why: [] } })));
  if (open.length > 0) note(n, weakening({ kind: 'table', name: table.key }, { kind: 'rls-off' }, table.rls.at, open, () => ({ step: later.n, at: rls.at })));
}
