import { scattered, type CodeStatement, type History, type Known, type SchemaEvent, type Span, type SqlParser, type Step, type Unread } from '@tenantlint/model';
import type { PythonProject } from '../python/graph/project.ts';
import { dirname } from '../python/graph/resolve.ts';
import { Interpreter, isTooMuch, type ValueOf } from '../python/constant/index.ts';
import { Reading } from '../sqlalchemy/reading.ts';
import type { Naming } from '../sqlalchemy/table.ts';
import { readEnvironment } from './environment.ts';
import { Operations } from './operations.ts';
import { inOrder } from './order.ts';
import { isRevision, readRevision, type Revision } from './revisions.ts';
import { Shapes } from './shapes.ts';

/** Steps that one direction of a revision may take. */
const FUEL = 1_000_000;

/** Reads the revisions of a project, one history an environment (`env.py`). Never throws, and nothing is run. */
export function readAlembic(project: PythonProject, sql: SqlParser): History[] {
  let current: Operations | undefined;
  const run = new Interpreter(project, {
    call: (callee, args, at) => current?.call(callee, args, at),
    enter: (value) => current?.enter(value),
    leave: (value) => current?.leave(value),
  }, FUEL);
  const of = new Reading(run, sql, new Map());
  const perform = (operations: Operations, direction: ValueOf<'function'>): 'done' | 'raises' | 'endless' => {
    current = operations;
    run.fuel = FUEL;
    run.guards.length = 0;
    try {
      return run.perform(direction).kind === 'raise' ? 'raises' : 'done';
    } catch (error) {
      if (!isTooMuch(error)) throw error;
      return 'endless';
    } finally {
      current = undefined;
      run.guards.length = 0;
    }
  };
  return environments(project, run).map(({ root, revisions, skipped, strays, broken }) => {
    const naming = readEnvironment(project, of, root, FUEL);
    const shapes = new Shapes();
    const steps = inOrder(revisions).map((revision) => step(revision, strays.get(revision) ?? [], of, naming, shapes, perform));
    return { tool: 'alembic', root, steps, downs: { expected: true, why: 'alembic writes a downgrade into every revision', ...scattered(steps) }, skipped, seeds: [], ...(broken.length > 0 && { broken }) };
  });
}

interface Environment {
  readonly root: string;
  /** Sorted by file name, as alembic lists them. */
  readonly revisions: readonly Revision[];
  readonly skipped: History['skipped'];
  readonly broken: readonly Unread[];
  /** What is wrong with a revision's place in the graph. */
  readonly strays: ReadonlyMap<Revision, readonly Unread[]>;
}

function environments(project: PythonProject, run: Interpreter): Environment[] {
  const byRoot = new Map<string, Revision[]>();
  const folders = new Map<string, Set<string>>();
  for (const path of project.paths) {
    const text = project.text(path);
    if (text === undefined || !isRevision(path, text)) continue;
    const revision = readRevision(project, run, path, FUEL);
    if (!revision) continue;
    const root = rootOf(project, path);
    byRoot.set(root, [...(byRoot.get(root) ?? []), revision]);
    folders.set(root, (folders.get(root) ?? new Set<string>()).add(dirname(path)));
  }
  return [...byRoot].sort(([a], [b]) => (a < b ? -1 : 1)).map(([root, all]) => {
    const skipped: { file: string; reason: string }[] = [];
    const byId = new Map<string, Revision>();
    const broken: Unread[] = [];
    for (const revision of all) {
      if (byId.has(revision.id)) skipped.push({ file: revision.file, reason: `another file is revision ${revision.id} as well` });
      else byId.set(revision.id, revision);
    }
    const strays = new Map<Revision, Unread[]>();
    const revisions = [...byId.values()].map((revision): Revision => {
      const known = revision.after.map((id) => (byId.has(id) ? id : [...byId.keys()].find((k) => k.startsWith(id) && id.length >= 4)));
      const lost = revision.after.filter((_, i) => known[i] === undefined);
      const linked = { ...revision, after: known.filter((id) => id !== undefined) };
      for (const id of lost) broken.push({ at: revision.idAt, reason: `the revision ${id} that comes before is not among the files` });
      if (lost.length > 0) strays.set(linked, lost.map((id) => ({ at: revision.idAt, reason: `the revision ${id} that comes before is not among the files` })));
      return linked;
    });
    for (const path of project.paths) {
      if (folders.get(root)?.has(dirname(path)) !== true || all.some((r) => r.file === path) || path.endsWith('__init__.py') || path.endsWith('/env.py')) continue;
      skipped.push({ file: path, reason: 'no revision' });
    }
    return { root, revisions, skipped, strays, broken };
  });
}

/** The folder of the nearest `env.py` above; that of the revisions where there is none. */
function rootOf(project: PythonProject, path: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (project.text(folder === '' ? 'env.py' : `${folder}/env.py`) !== undefined) return folder;
    if (folder === '') return dirname(path);
  }
}

type Perform = (operations: Operations, direction: ValueOf<'function'>) => 'done' | 'raises' | 'endless';

function step(revision: Revision, strays: readonly Unread[], of: Reading, naming: Naming, shapes: Shapes, perform: Perform): Step {
  const { file, id } = revision;
  const unread: Unread[] = [...revision.unread, ...strays];
  const noted = of.unread.length;
  const up = new Operations(of, naming, shapes);
  if (!revision.upgrade) unread.push({ at: revision.idAt, reason: 'the revision has no upgrade' });
  else if (perform(up, revision.upgrade) === 'endless') unread.push({ at: revision.upgrade.fn.nameAt, reason: 'upgrade is too much to follow' });
  unread.push(...up.unread, ...of.unread.slice(noted).filter((u) => u.at.file === file));
  const { down, downAt, unread: more } = downOf(revision, of, naming, shapes, perform);
  return { file, id, tool: 'alembic', after: revision.after, up: up.events, down, downAt, transactional: true, unread: distinct([...unread, ...more]) };
}

function downOf({ downgrade, file, code }: Revision, of: Reading, naming: Naming, shapes: Shapes, perform: Perform): { down: Known<readonly SchemaEvent[]> | undefined; downAt: Span; unread: readonly Unread[] } {
  if (!downgrade) {
    const end = Math.max(0, ...code.body.map((s) => s.at.end));
    return { down: undefined, downAt: { file, start: end, end }, unread: [] };
  }
  const { fn } = downgrade;
  // Undoing changes nothing of what later revisions find.
  const operations = new Operations(of, naming, new Shapes(shapes));
  const end = perform(operations, downgrade);
  if (end === 'endless') return { down: { known: false, why: { at: fn.nameAt, reason: 'downgrade is too much to follow' } }, downAt: fn.at, unread: operations.unread };
  // `raise NotImplementedError` says that there is no way back.
  if (end === 'raises' && operations.events.length === 0) return { down: undefined, downAt: raiseOf(fn.body) ?? fn.at, unread: [] };
  return { down: { known: true, value: operations.events }, downAt: operations.events.length === 0 && fn.body.length === 0 ? passOf(of, fn.at) : fn.at, unread: operations.unread };
}

function raiseOf(body: readonly CodeStatement[]): Span | undefined {
  return body.find((s) => s.kind === 'throw')?.at;
}

/** The `pass` of a function that does nothing else. */
function passOf(of: Reading, at: Span): Span {
  const text = (of.run.project.text(at.file) ?? '').slice(at.start, at.end);
  const match = /\bpass\b(?=[^\n]*$)|\bpass\b/.exec(text);
  return match ? { file: at.file, start: at.start + match.index, end: at.start + match.index + match[0].length } : at;
}

function distinct(unread: readonly Unread[]): Unread[] {
  const seen = new Set<string>();
  return unread.filter((u) => {
    const key = `${u.at.file}:${u.at.start}:${u.reason}`;
    return !seen.has(key) && seen.add(key);
  });
}
