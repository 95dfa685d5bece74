import type { CodeFile, Span, Unread } from '@tenantlint/model';
import type { PythonProject } from '../python/graph/project.ts';
import { isTooMuch, textOf, type Interpreter, type Value, type ValueOf } from '../python/constant/index.ts';

/** One revision file. */
export interface Revision {
  readonly id: string;
  readonly file: string;
  /** `down_revision`: empty at the base of a tree, several after a merge. */
  readonly down: readonly string[];
  /** What it builds on: `down_revision` and `depends_on`. */
  readonly after: readonly string[];
  readonly idAt: Span;
  readonly upgrade: ValueOf<'function'> | undefined;
  readonly downgrade: ValueOf<'function'> | undefined;
  readonly code: CodeFile;
  readonly unread: readonly Unread[];
}

const REVISION = /^revision\b[^\n]*=/m;
const DOWN = /^down_revision\b[^\n]*=/m;

/** Whether a Python file can be a revision. Cheap: called for every file. */
export function isRevision(path: string, text: string): boolean {
  return path.endsWith('.py') && REVISION.test(text) && DOWN.test(text);
}

/** Reads what a revision file says of itself; undefined where it is none after all. */
export function readRevision(project: PythonProject, run: Interpreter, path: string, fuel: number): Revision | undefined {
  const code = project.load(path);
  if (!code) return undefined;
  run.fuel = fuel;
  const unread = [...code.unread];
  try {
    const scope = run.module(path);
    const revision = scope?.own('revision');
    const id = textOf(revision);
    if (!scope || !revision || id === undefined) return undefined;
    const down = idsOf(scope.own('down_revision'), unread);
    const after = [...new Set([...down, ...idsOf(scope.own('depends_on'), unread)])];
    return { id, file: path, down, after, idAt: revision.at, upgrade: functionOf(scope.own('upgrade')), downgrade: functionOf(scope.own('downgrade')), code, unread };
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return undefined;
  }
}

function functionOf(value: Value | undefined): ValueOf<'function'> | undefined {
  return value?.kind === 'function' ? value : undefined;
}

function idsOf(value: Value | undefined, unread: Unread[]): string[] {
  if (!value || value.kind === 'none') return [];
  const text = textOf(value);
  if (text !== undefined) return [text];
  if (value.kind === 'list') return value.items.flatMap((item) => idsOf(item, unread));
  unread.push({ at: value.at, reason: 'which revision comes before is not constant' });
  return [];
}
