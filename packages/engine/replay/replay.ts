import type { Change, History, RoleName, SchemaEvent, SqlParser, Step, Timeline, Undoing } from '@tenantlint/model';
import { Catalog } from './catalog.ts';
import { Failure } from './failure.ts';
import { inOrder } from './order.ts';
import { apply } from './run.ts';
import { Session, type Settings } from './session.ts';
import type { Done, Replayed } from './resume.ts';
import { Recorder } from './timeline.ts';
import { Watch } from './watch.ts';
import { doubt, type World } from './world.ts';
import { layBase } from './base/index.ts';

export interface ReplayOptions {
  /** What the database holds before the first step. */
  readonly base?: 'supabase' | 'plain';
  /**
   * `infer` (the default): what the history uses and never made is taken for granted. `fail`: as on an empty
   * database, which is what the comparison with a real one needs.
   */
  readonly missing?: 'infer' | 'fail';
  /** Steps whose `executions` will be asked for. */
  readonly watch?: (step: Step) => boolean;
  /** The replay before this one, in a process that replays again and again; what both begin with is taken from it. */
  readonly resume?: Replayed | undefined;
}

/** Steps of interpreted code in one replay: some seconds. */
const ALL_STEPS = 20_000_000;

/** Role that owns what a history creates unless it says otherwise. */
const OWNER: RoleName = 'postgres';

/** Replays migration histories into the catalog that Postgres would hold after each step. */
export function replay(histories: readonly History[], sql: SqlParser, options: ReplayOptions = {}): Timeline {
  const base = options.base ?? 'plain';
  const steps = inOrder(histories);
  const watched = (step: Step): boolean => options.watch?.(step) === true;
  const start = `${base} ${options.missing ?? 'infer'}`;
  const before = options.resume?.before(start, steps, watched);
  const from = before?.point;
  const catalog = from?.catalog.copy() ?? new Catalog();
  const session = new Session({ searchPath: base === 'supabase' ? ['$user', 'public', 'extensions'] : ['$user', 'public'], role: OWNER });
  const world: World = {
    catalog, session, parser: sql, step: -1, platform: true, infers: false, doubts: [], ran: [], steps: ALL_STEPS, statement: undefined, transaction: undefined, watch: undefined,
    run(event) {
      // What a block or a call does stands for it.
      if (event.kind !== 'do' && event.kind !== 'run') {
        world.ran.push(event);
        world.watch?.see(world, event);
      }
      apply(world, event);
    },
    silently(event) {
      const { platform } = world;
      world.platform = true;
      apply(world, event);
      world.platform = platform;
    },
  };
  const recorder = new Recorder();
  const started = from?.started ?? layBase(world, base);
  recorder.base(started);
  session.reset();
  if (from) {
    world.doubts.push(...from.doubts);
    world.steps = from.left;
  }
  world.platform = false;
  world.infers = options.missing !== 'fail';
  const done: Done[] = before?.done.slice(0, from?.step ?? 0) ?? [];
  let point = from;
  for (const [n, step] of steps.entries()) {
    // From here on it is another history: whoever edits this step goes on to do so.
    if (before && n === before.same && n > (from?.step ?? 0)) point = { step: n, started, catalog: catalog.copy(), doubts: [...world.doubts], left: world.steps };
    const one = done[n] ?? stepped(world, n, step, watched(step));
    done[n] = one;
    recorder.step(one.changes, one.executed, one.undone);
  }
  options.resume?.keep(start, done, point);
  return { ...recorder.timeline(histories, steps, catalog.schema(session.searchPath), world.doubts), executions: (n) => done[n]?.executions ?? [] };
}

/** Runs a step, and its way back, which is then taken back. */
function stepped(world: World, n: number, step: Step, isWatched: boolean): Done {
  world.step = n;
  world.ran.length = 0;
  if (isWatched) world.watch = new Watch();
  runStep(world, step);
  const executions = world.watch?.standing(world.ran);
  world.watch = undefined;
  const changes = world.catalog.takeChanges();
  const executed = [...world.ran];
  return { step, changes, executed, undone: step.down?.known === true ? undone(world, { ...step, up: step.down.value }, changes) : undefined, executions };
}

/** What differs from the state before a step after its way back was run as well. The catalog is left as the step left it. */
function undone(world: World, back: Step, changes: readonly Change[]): Undoing {
  const { catalog } = world;
  const { steps } = world;
  const mark = catalog.mark();
  const doubts = world.doubts.length;
  world.ran.length = 0;
  runStep(world, back);
  const left = new Map(changes.map((change) => [`${change.object}\n${change.key}`, change]));
  for (const change of catalog.changesSince(mark)) {
    const id = `${change.object}\n${change.key}`;
    const first = left.get(id);
    left.set(id, first === undefined ? change : { ...first, after: change.after });
  }
  catalog.undo(mark);
  world.steps = steps;
  return { left: [...left.values()].filter((change) => change.before !== change.after), executed: [...world.ran], doubts: world.doubts.splice(doubts) };
}

interface Frame {
  readonly name: string | undefined;
  readonly mark: number;
  readonly ran: number;
  readonly settings: Settings;
}

/** Runs a step on a connection of its own. What it leaves open at its end is kept: the migration did run. */
function runStep(world: World, step: Step): void {
  world.session.reset();
  let open: Frame[] = step.transactional ? [frame(world, undefined)] : [];
  world.transaction = step.transactional ? { by: 'tool', at: undefined } : undefined;
  for (let i = 0; i < step.up.length; i++) {
    const event = step.up[i];
    if (event === undefined) continue;
    if (event.kind !== 'transaction') {
      const parts = elementsOf(step.up, i);
      world.statement = event;
      const alone = world.transaction?.by === 'tool' && world.transaction.at === undefined && runsAlone(step, event);
      if (alone) world.transaction = undefined;
      attempt(world, event, parts, open.length > 0);
      if (alone) world.transaction = { by: 'tool', at: undefined };
      i += parts.length;
      continue;
    }
    switch (event.verb) {
      case 'begin':
        if (open.length === 0) open = [frame(world, undefined)];
        // Behind `autocommit_block()` Alembic begins again by itself.
        if (world.transaction?.by === 'tool') world.transaction = { by: 'tool', at: event.at };
        else world.transaction ??= step.tool === 'alembic' ? { by: 'tool', at: undefined } : { by: 'script', at: event.at };
        break;
      case 'commit':
        open = [];
        world.transaction = undefined;
        world.session.endTransaction();
        break;
      case 'rollback':
        back(world, open[0]);
        open = [];
        world.transaction = undefined;
        break;
      case 'savepoint':
        if (open.length > 0) open.push(frame(world, event.savepoint));
        break;
      case 'rollback-to': {
        const i = open.findLastIndex((item) => item.name === event.savepoint);
        if (i < 0) break;
        back(world, open[i]);
        open.length = i + 1;
        break;
      }
      case 'release': {
        const i = open.findLastIndex((item) => item.name === event.savepoint);
        if (i >= 0) open.length = i;
        break;
      }
      case 'other':
        break;
    }
  }
  world.session.endTransaction();
  dropTemporary(world);
}

/** The Supabase CLI ends its batch before what cannot run in one, and begins another behind it. */
function runsAlone({ tool }: Step, event: SchemaEvent): boolean {
  if (tool !== 'supabase') return false;
  if (event.kind === 'create-index' || (event.kind === 'drop' && event.object === 'index')) return event.concurrently;
  return event.kind === 'other' && ((event.verb === 'reindex' && event.concurrently === true) || /^(?:vacuum|alter system|cluster)$/.test(event.verb));
}

function frame(world: World, name: string | undefined): Frame {
  return { name, mark: world.catalog.mark(), ran: world.ran.length, settings: world.session.settings };
}

function back(world: World, to: Frame | undefined): void {
  if (to === undefined) return;
  world.catalog.undo(to.mark);
  world.ran.length = to.ran;
  world.session.restore(to.settings);
}

/** The elements of a CREATE SCHEMA: events of the same statement that follow its own. */
function elementsOf(events: readonly SchemaEvent[], i: number): readonly SchemaEvent[] {
  const first = events[i];
  if (first?.kind !== 'create-schema') return [];
  let end = i + 1;
  while (events[end]?.at.start === first.at.start && events[end]?.at.end === first.at.end && events[end]?.kind !== 'create-schema') end++;
  return events.slice(i + 1, end);
}

/** One statement: all of it or, where Postgres would refuse it, nothing. */
function attempt(world: World, event: SchemaEvent, parts: readonly SchemaEvent[], inTransaction: boolean): void {
  const start = frame(world, undefined);
  try {
    world.run(event);
    if (event.kind === 'create-schema' && parts.length > 0) {
      world.session.set('search_path', [event.name, ...world.session.searchPath], true);
      for (const part of parts) world.run(part);
      world.session.restore(start.settings);
    }
  } catch (cause) {
    back(world, start);
    doubt(world, event.at, reasonOf(cause), []);
  }
  // SET LOCAL outside of a transaction lasts as long as its own statement.
  if (!inTransaction) world.session.endTransaction();
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Failure) return `statement fails: ${cause.message}`;
  // An expression nested deeper than the stack: nothing is known of its effect.
  if (cause instanceof RangeError) return 'statement nested too deeply';
  // One statement that we cannot cope with must not cost the others.
  return `statement could not be replayed: ${cause instanceof Error ? cause.message : String(cause)}`;
}

function dropTemporary(world: World): void {
  for (const { object, key } of world.catalog.temporary) world.catalog.put(object, key, undefined);
  for (const key of world.catalog.map('rows').keys()) world.catalog.put('rows', key, undefined);
}

