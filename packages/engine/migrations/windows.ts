import type { SchemaEvent, Span, Step, Table, Timeline, Window } from '@tenantlint/model';
import type { Changes } from './changes.ts';
import type { States } from './states.ts';

export interface WindowSources {
  readonly timeline: Timeline;
  readonly changes: Changes;
  readonly states: States;
}

const PRIVILEGES = ['select', 'insert', 'update', 'delete'] as const;

/** Tables that this step made or left open and that something later, in another transaction, protected. */
export function windows({ timeline, changes, states }: WindowSources, n: number): readonly Window[] {
  const step = timeline.steps[n];
  if (step === undefined) return [];
  const out: Window[] = [];
  for (const { object, before, after } of timeline.changes(n)) {
    if (object !== 'table' || after === undefined) continue;
    const table = after as Table;
    if (table.platform || table.temporary || table.inferred || table.partitionOf !== undefined || !states.owned(table)) continue;
    const made = before === undefined;
    const found = made && table.rls?.value !== true ? laterStep(changes, n, table) : (made || (before as Table).rls?.value === true) && table.rls?.value === true ? laterStatement(step, n, timeline.executed(n), table, made) : undefined;
    if (found === undefined) continue;
    const roles = reaching(states, table);
    if (roles.length > 0) out.push({ table: table.key, roles, ...found });
  }
  return out;
}

function reaching(states: States, table: Table): readonly string[] {
  return [...new Set(PRIVILEGES.flatMap((privilege) => states.reachableBy(table, privilege)))].sort();
}

type Found = Pick<Window, 'at' | 'closedAt' | 'closedIn' | 'reopened'>;

/** Protected at last, by a later step. */
function laterStep(changes: Changes, n: number, table: Table): Found | undefined {
  for (const { n: step, after } of changes.of('table', table.key)) {
    if (step <= n) continue;
    const now = after as Table | undefined;
    if (now?.at.start !== table.at.start || now.at.file !== table.at.file) return undefined;
    if (now.rls?.value === true) return { at: table.at, closedAt: now.rls.at, closedIn: step, reopened: false };
  }
  return undefined;
}

/** Made (or opened) in one transaction of the file and protected in another. */
function laterStatement(step: Step, n: number, executed: readonly SchemaEvent[], table: Table, made: boolean): Found | undefined {
  const rls = table.rls?.at;
  if (rls === undefined || rls.file !== step.file) return undefined;
  const opens = made ? executed.find((e) => (e.kind === 'create-table' || e.kind === 'create-table-as') && e.name.name === table.name) : executed.find((e) => e.kind === 'alter-table' && e.table.name === table.name && e.actions.some((a) => a.do === 'rls' && !a.enabled));
  if (opens === undefined || opens.at.file !== step.file) return undefined;
  const number = transactions(step);
  const [first, last] = [number(opens.at), number(rls)];
  if (first === last) return undefined;
  return { at: made ? table.at : opens.at, closedAt: rls, closedIn: n, reopened: !made };
}

/** Number of the transaction in which a place of the step's file runs. */
function transactions(step: Step): (at: Span) => number {
  const starts: { readonly start: number; readonly n: number }[] = [];
  let n = 0;
  let open = step.transactional;
  for (const event of step.up) {
    if (event.kind === 'transaction') {
      if (event.verb === 'begin' && !open) {
        n++;
        open = true;
      } else if (event.verb === 'commit' || event.verb === 'rollback') {
        n++;
        open = false;
      }
      continue;
    }
    if (!open && starts.at(-1)?.start !== event.at.start) n++;
    starts.push({ start: event.at.start, n });
  }
  return (at) => starts.findLast(({ start }) => start <= at.start)?.n ?? 0;
}
