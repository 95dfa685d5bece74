import type { SchemaEvent, Step, Table, Timeline, Window } from '@tenantlint/model';
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
  const known = openings.get(step) ?? openingsOf(step, executed);
  openings.set(step, known);
  const opens = (made ? known.made : known.opened).get(table.name);
  if (opens === undefined || opens.at.file !== step.file) return undefined;
  const [first, last] = [known.transaction(opens.at.start), known.transaction(rls.start)];
  if (first === last) return undefined;
  return { at: made ? table.at : opens.at, closedAt: rls, closedIn: n, reopened: !made };
}

/** What a step says of when its tables stand open: the first statement that made one of a name, and that switched row level security off. */
interface Openings {
  readonly made: ReadonlyMap<string, SchemaEvent>;
  readonly opened: ReadonlyMap<string, SchemaEvent>;
  /** Number of the transaction in which a place of the step's file runs. */
  transaction(at: number): number;
}

const openings = new WeakMap<Step, Openings>();

/** Of a step that is one transaction as a whole: nothing of it is seen half done. */
const AT_ONCE: Openings = { made: new Map(), opened: new Map(), transaction: () => 0 };

function openingsOf(step: Step, executed: readonly SchemaEvent[]): Openings {
  if (step.transactional && !step.up.some((event) => event.kind === 'transaction')) return AT_ONCE;
  const made = new Map<string, SchemaEvent>();
  const opened = new Map<string, SchemaEvent>();
  for (const event of executed) {
    if (event.kind === 'create-table' || event.kind === 'create-table-as') {
      if (!made.has(event.name.name)) made.set(event.name.name, event);
    } else if (event.kind === 'alter-table' && !opened.has(event.table.name) && event.actions.some((a) => a.do === 'rls' && !a.enabled)) opened.set(event.table.name, event);
  }
  return { made, opened, transaction: transactions(step) };
}

function transactions(step: Step): (at: number) => number {
  const starts: number[] = [];
  const numbers: number[] = [];
  let n = 0;
  let open = step.transactional;
  let ascending = true;
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
    const { start } = event.at;
    const before = starts.at(-1);
    if (!open && before !== start) n++;
    ascending &&= before === undefined || before <= start;
    starts.push(start);
    numbers.push(n);
  }
  return (at) => numbers[lastUpTo(starts, at, ascending)] ?? 0;
}

/** Index of the last one that is not behind the place. */
function lastUpTo(starts: readonly number[], at: number, ascending: boolean): number {
  if (!ascending) return starts.findLastIndex((start) => start <= at);
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
