import type { Access, AccessCommand, Change, Opening, Role, Routine, Schema, SchemaEvent, Span, Subject, Table, Timeline, View, Weakening } from '@tenantlint/model';
import { policyText } from './parts.ts';
import { sidesOf } from './inverse.ts';
import type { Changes } from './changes.ts';
import type { Helpers } from './helpers.ts';
import type { States } from './states.ts';

export interface WeakenedSources {
  readonly timeline: Timeline;
  readonly changes: Changes;
  readonly states: States;
  readonly helpers: Helpers;
}

/**
 * What is open after a step and was not before it. Only what the step changed is asked about, and only where the change
 * could have opened anything: the prover is asked about the state before and the one after.
 */
export function weakened(sources: WeakenedSources, n: number): readonly Weakening[] {
  const { timeline } = sources;
  const changes = timeline.changes(n);
  if (changes.length === 0) return [];
  const executed = timeline.executed(n);
  const found: Weakening[] = [];
  const tables = sidesOf<Table>(changes.filter((c) => c.object === 'table'));
  const recreated = tables.gone.flatMap((was) => tables.made.filter((is) => is.key === was.key).map((is) => [was, is] as const));
  const judged = new Set<string>();
  for (const [was, is] of [...tables.kept, ...recreated]) {
    if (was.platform || was.inferred || is.temporary || !mayOpen(was, is) || !(isOpenAtLast(sources, is.key) || leftOpen(was, is))) continue;
    judged.add(is.key);
    found.push(...ofTable(sources, n, was, is, executed));
  }
  found.push(...ofRoles(sources, n, changes, judged));
  found.push(...ofHelpers(sources, n, changes, judged));
  for (const [was, is] of sidesOf<View>(changes.filter((c) => c.object === 'view')).kept) if (!is.platform) found.push(...ofView(sources, n, was, is));
  const routines = sidesOf<Routine>(changes.filter((c) => c.object === 'function'));
  for (const [was, is] of routines.kept) if (!is.platform) found.push(...ofRoutine(sources, n, was, is));
  for (const is of routines.made) if (!is.platform) found.push(...ofNewRoutine(sources, n, is));
  return found.sort((a, b) => (a.at.file === b.at.file ? a.at.start - b.at.start : a.at.file < b.at.file ? -1 : 1) || (a.object.name < b.object.name ? -1 : 1));
}

/** What is closed at last was open for a while at most; who reaches what at last is asked anyway. */
function isOpenAtLast({ states, timeline }: WeakenedSources, key: string): boolean {
  return states.access(timeline.steps.length - 1, key).some((a) => a.verdict === 'leak');
}

/** Open until something later closes it, whatever its policies say. */
function leftOpen(was: Table, is: Table): boolean {
  return was.rls?.value === true && is.rls?.value !== true;
}

/** Something changed that may let more through than before; equal definitions may be other values. */
function mayOpen(was: Table, is: Table): boolean {
  if (was.rls?.value !== is.rls?.value || was.forced?.value !== is.forced?.value || was.owner !== is.owner) return true;
  if (was.grants !== is.grants && is.grants.some((g) => !was.grants.some((h) => h.role === g.role && h.privilege === g.privilege && (h.columns === undefined || h.columns.join() === g.columns?.join())))) return true;
  if (was.policies === is.policies) return false;
  const texts = new Set([...was.policies.values()].map(policyText));
  const now = new Set([...is.policies.values()].map(policyText));
  return [...is.policies.values()].some((p) => p.permissive && !texts.has(policyText(p))) || [...was.policies.values()].some((p) => !p.permissive && !now.has(policyText(p)));
}

export interface Opened {
  readonly role: string;
  readonly command: AccessCommand;
  readonly access: Access;
}

/** Role by role and command by command: closed before, open after. */
export function opened(before: readonly Access[], after: readonly Access[]): readonly Opened[] {
  const was = new Map(before.map((a) => [`${a.role} ${a.command}`, a.verdict]));
  return after.filter((a) => a.verdict === 'leak' && closed(was.get(`${a.role} ${a.command}`))).map((access) => ({ role: access.role, command: access.command, access }));
}

export function closed(verdict: Access['verdict'] | undefined): boolean {
  return verdict === 'isolated' || verdict === 'denied';
}

function ofTable(sources: WeakenedSources, n: number, was: Table, is: Table, executed: readonly SchemaEvent[]): Weakening[] {
  const { states } = sources;
  const open = opened(states.access(n - 1, was.key), states.access(n, is.key));
  const groups = new Map<string, { opening: Opening; at: Span; of: Opened[] }>();
  for (const one of open) {
    const { opening, at } = openingOf(was, is, one, executed);
    const key = `${JSON.stringify(opening)} ${at.file} ${at.start}`;
    const group = groups.get(key) ?? { opening, at, of: [] };
    group.of.push(one);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ opening, at, of }) => weakening({ kind: 'table', name: is.key }, opening, at, of, () => closedTable(sources, n, is.key, of)));
}

export function openingOf(was: Table, is: Table, { access }: Opened, executed: readonly SchemaEvent[]): { readonly opening: Opening; readonly at: Span } {
  if (was.at.file !== is.at.file || was.at.start !== is.at.start) return { opening: { kind: 'recreated' }, at: is.at };
  if (was.rls?.value === true && is.rls?.value === false) return { opening: { kind: 'rls-off' }, at: is.rls.at };
  if (was.forced?.value === true && is.forced?.value === false && access.policy === undefined) return { opening: { kind: 'force-off' }, at: is.forced.at };
  if (was.owner !== is.owner && access.policy === undefined) return { opening: { kind: 'owner' }, at: ownerAt(executed, is) ?? is.at };
  const policy = access.policy === undefined ? undefined : is.policies.get(access.policy);
  const before = policy && was.policies.get(policy.name);
  if (policy && (before === undefined || policyText(before) !== policyText(policy))) return { opening: { kind: 'policy', policy: policy.name, made: before === undefined }, at: policy.changedAt };
  const restriction = [...was.policies.values()].find((p) => !p.permissive && (is.policies.get(p.name) === undefined || policyText(is.policies.get(p.name) ?? p) !== policyText(p)));
  if (policy && restriction) return { opening: { kind: 'restriction-dropped', policy: restriction.name }, at: is.policies.get(restriction.name)?.changedAt ?? dropOf(executed, restriction.name) ?? policy.at };
  const grants = is.grants.filter((g) => (g.privilege === access.command || g.privilege === 'all') && !was.grants.includes(g));
  return { opening: { kind: 'granted', privileges: [...new Set(grants.map((g) => g.privilege))].sort() }, at: grants[0]?.at ?? is.at };
}

function dropOf(executed: readonly SchemaEvent[], policy: string): Span | undefined {
  for (const event of executed) if (event.kind === 'drop' && event.object === 'policy') for (const name of event.names) if (name.name === policy) return name.at;
  return undefined;
}

function ownerAt(executed: readonly SchemaEvent[], table: Table): Span | undefined {
  return executed.find((e) => (e.kind === 'set-owner' && e.name.name === table.name) || (e.kind === 'alter-table' && e.table.name === table.name && e.actions.some((a) => a.do === 'owner')))?.at;
}

/** BYPASSRLS and membership of a role in one that owns tables. */
function ofRoles(sources: WeakenedSources, n: number, changes: readonly Change[], judged: Set<string>): Weakening[] {
  const { states, timeline } = sources;
  const out: Weakening[] = [];
  for (const change of changes) {
    if (change.object !== 'role' || change.before === undefined || change.after === undefined) continue;
    const [was, is] = [change.before as Role, change.after as Role];
    const bypass = (is.options.bypassRls === true && was.options.bypassRls !== true) || (is.options.superuser === true && was.options.superuser !== true);
    const joined = is.memberOf.find((role) => !was.memberOf.includes(role));
    if (!bypass && joined === undefined) continue;
    const open: Opened[] = [];
    const tables: string[] = [];
    for (const table of timeline.at(n).tables.values()) {
      if (table.platform || table.rls?.value !== true || judged.has(table.key) || table.createdIn === n) continue;
      const found = opened(states.access(n - 1, table.key), states.access(n, table.key)).filter((one) => states.rolesOf(n, one.role).has(is.name));
      open.push(...found);
      if (found.length > 0) tables.push(table.key);
    }
    const [first] = tables;
    if (first === undefined) continue;
    const event = timeline.executed(n).find((e) => (e.kind === 'alter-role' && e.name === is.name) || (e.kind === 'grant-role' && e.grant && e.to.includes(is.name)));
    const opening: Opening = bypass ? { kind: 'bypass' } : { kind: 'membership', of: joined ?? '' };
    out.push(weakening({ kind: 'role', name: is.name }, opening, event?.kind === 'alter-role' ? event.nameAt : (event?.at ?? is.at), open, () => closedTable(sources, n, first, open)));
  }
  return out;
}

/** A function that policies ask, changed so that they let more through. */
function ofHelpers(sources: WeakenedSources, n: number, changes: readonly Change[], judged: Set<string>): Weakening[] {
  const { helpers, states, timeline } = sources;
  const out: Weakening[] = [];
  for (const { object, before, after } of changes) {
    if (object !== 'function' || before === undefined || after === undefined) continue;
    const [was, is] = [before as Routine, after as Routine];
    if (was.body?.text === is.body?.text && was.securityDefiner.value === is.securityDefiner.value) continue;
    const state: Schema = timeline.at(n);
    for (const key of helpers.tablesAsking(state, is)) {
      if (judged.has(key) || !isOpenAtLast(sources, key)) continue;
      judged.add(key);
      const open = opened(states.access(n - 1, key), states.access(n, key));
      if (open.length > 0) out.push(weakening({ kind: 'table', name: key }, { kind: 'helper', fn: is.key }, is.at, open, () => closedTable(sources, n, key, open)));
    }
  }
  return out;
}

function ofView(sources: WeakenedSources, n: number, was: View, is: View): Weakening[] {
  if (was.select === is.select && was.options === is.options && was.grants === is.grants && was.owner === is.owner) return [];
  const { states } = sources;
  if (!states.viewAccess(sources.timeline.steps.length - 1, is.key).some((a) => a.verdict === 'leak')) return [];
  const open = opened(states.viewAccess(n - 1, was.key), states.viewAccess(n, is.key));
  if (open.length === 0) return [];
  const closedIn = (): Weakening['closed'] => laterStep(sources, n, 'view', is.key, (step) => !stillOpen(states.viewAccess(step, is.key), open), (after) => (after === undefined ? [] : [(after as View).optionsAt]));
  return [weakening({ kind: 'view', name: is.key }, { kind: 'view' }, is.optionsAt, open, closedIn)];
}

/** Rights of its owner, or an EXECUTE that strangers did not have. */
function ofRoutine(sources: WeakenedSources, n: number, was: Routine, is: Routine): Weakening[] {
  if (!is.securityDefiner.value || (was.securityDefiner.value && was.body?.text === is.body?.text && was.grants === is.grants)) return [];
  const { states } = sources;
  const leaks = (step: number, key: string) => states.reach(step, key).filter((r) => r.isolation.verdict === 'no');
  if (leaks(sources.timeline.steps.length - 1, is.key).length === 0) return [];
  const before = new Set(leaks(n - 1, was.key).map((r) => `${r.role} ${r.command} ${r.table}`));
  const made = leaks(n, is.key).filter((r) => !before.has(`${r.role} ${r.command} ${r.table}`));
  if (made.length === 0) return [];
  const open = made.map((r): Opened => ({ role: r.role, command: r.command, access: { role: r.role, command: r.command, verdict: 'leak', why: [], ...(r.isolation.verdict === 'no' ? { escape: r.isolation.escape } : {}) } }));
  const closedIn = (): Weakening['closed'] => laterStep(sources, n, 'function', is.key, (step) => leaks(step, is.key).length === 0, (after) => (after === undefined ? [] : [(after as Routine).at]));
  return [weakening({ kind: 'function', name: is.key }, { kind: 'function' }, was.securityDefiner.value ? is.at : is.securityDefiner.at, open, closedIn)];
}

/** A way past the policies of tables that were there before, and closed. A question that policies ask tells no rows. */
function ofNewRoutine({ states, timeline, helpers }: WeakenedSources, n: number, is: Routine): Weakening[] {
  if (!is.securityDefiner.value || is.returns?.name === 'trigger') return [];
  const last = timeline.steps.length - 1;
  // What it reaches at last is asked by others too; the state of the step only where the function became another one since.
  const lastly = timeline.last.functions.get(is.key);
  if (lastly === undefined || !states.reach(last, is.key).some((r) => r.isolation.verdict === 'no')) return [];
  const open = states.reach(lastly === is ? last : n, is.key).flatMap((r): Opened[] => {
    if (r.isolation.verdict !== 'no' || (r.command === 'select' && !returnsRows(is)) || !timeline.at(n - 1).tables.has(r.table)) return [];
    if (!closed(states.access(n - 1, r.table).find((a) => a.role === r.role && a.command === r.command)?.verdict)) return [];
    return [{ role: r.role, command: r.command, access: { role: r.role, command: r.command, verdict: 'leak', why: [], escape: r.isolation.escape } }];
  });
  if (open.length === 0 || (open.every(({ command }) => command === 'select') && helpers.tablesAsking(timeline.last, is).length > 0)) return [];
  return [weakening({ kind: 'function', name: is.key }, { kind: 'function' }, is.securityDefiner.at, open, () => undefined)];
}

/** Rows, or something made of them: more than a number or a yes. */
function returnsRows({ returns, args }: Routine): boolean {
  return returns?.setof === true || /^(?:jsonb?|record|xml)$/.test(returns?.name ?? '') || args.some((arg) => arg.mode === 'table' || arg.mode === 'out' || arg.mode === 'inout');
}

export function weakening(object: Subject, opening: Opening, at: Span, open: readonly Opened[], closedIn: () => Weakening['closed']): Weakening {
  return {
    object, opening, at,
    roles: [...new Set(open.map((o) => o.role))].sort(),
    commands: (['select', 'insert', 'update', 'delete'] as const).filter((command) => open.some((o) => o.command === command)),
    escape: open.find((o) => o.access.escape)?.access.escape,
    closed: closedIn(),
  };
}

function stillOpen(now: readonly Access[], open: readonly Opened[]): boolean {
  return open.some((o) => now.some((a) => a.role === o.role && a.command === o.command && !closed(a.verdict)));
}

/** The later step after which none of it is open any more. */
function closedTable(sources: WeakenedSources, n: number, key: string, open: readonly Opened[]): Weakening['closed'] {
  return laterStep(sources, n, 'table', key, (step) => !stillOpen(sources.states.access(step, key), open), (after) => {
    const table = after as Table | undefined;
    return table === undefined ? [] : [...(table.rls?.value === true ? [table.rls.at] : []), ...[...table.policies.values()].map((p) => p.changedAt)];
  });
}

function laterStep({ timeline, changes }: WeakenedSources, n: number, object: Change['object'], key: string, isClosed: (step: number) => boolean, places: (after: unknown) => readonly Span[]): Weakening['closed'] {
  const last = timeline.steps.length - 1;
  if (!isClosed(last)) return undefined;
  for (const { n: step, after } of changes.of(object, key)) {
    if (step <= n || (step < last && !isClosed(step))) continue;
    const file = timeline.steps[step]?.file;
    const [at] = places(after).filter((p) => p.file === file).sort((a, b) => a.start - b.start);
    return { step, at: at ?? timeline.executed(step)[0]?.at };
  }
  return { step: last, at: undefined };
}
