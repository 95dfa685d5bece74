import { createHash } from 'node:crypto';
import { statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { SUPPRESSION, type Preset } from '@tenantlint/engine';
import type { Certainty, Finding, Fix, Outcome } from '@tenantlint/model';
import { rules } from '@tenantlint/rules';
import { UsageError } from './usage-error.ts';
import { checkAll } from './check.ts';
import { Memory } from './memory/memory.ts';
import type { Overlay } from './overlay.ts';
import { sameStatements, uncommitted } from './uncommitted.ts';
import { READ } from './walk.ts';
import { diskWorkspace, locate, type Base } from './workspace.ts';

/** What is known about one file. Plain data, which passes from thread to thread. */
export interface FileReport {
  readonly findings: readonly FileFinding[];
  readonly unread: readonly { readonly start: number; readonly end: number; readonly reason: string }[];
  /** Why the project could not be judged, told to files that would have been. */
  readonly problem?: string;
}

export interface FileFinding {
  readonly rule: string;
  readonly message: string;
  readonly text: string;
  readonly fix: string;
  readonly certainty: Certainty;
  readonly start: number;
  readonly end: number;
  /** Edits of this file that would mend it. */
  readonly fixes: readonly { readonly title: string; readonly safe: boolean; readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[] }[];
  /** For suppressions that have become useless: the preset that first contains the rule they name. */
  readonly preset?: Preset;
}

/** A judged state of a project. */
export interface Judged {
  readonly outcome: Outcome | undefined;
  readonly problem: string | undefined;
}

/** Everything about every file, for threads that ask about the same project, and for projects that take long. */
export interface Snapshot {
  readonly root: string;
  /** By file: a hash of the text that was judged, and what is told of it. */
  readonly files: Readonly<Record<string, FileSnapshot>>;
  /** Why nothing could be judged. */
  readonly problem?: string;
}

export interface FileSnapshot {
  readonly hash: string;
  readonly report: FileReport;
  /** The text that was judged, where there is anything to tell. */
  readonly text?: string;
}

/** Processor time from which on a judgement is too long to be waited for at each edit. */
const LONG_MS = Number(process.env['TENANTLINT_LONG_MS'] ?? 3_000);
const NOTHING: FileReport = { findings: [], unread: [] };
const KNOWN: ReadonlySet<string> = new Set([...rules.map((r) => r.id), SUPPRESSION]);
/** Whoever shows the findings chooses among all of them. */
const ALL = { preset: 'audit' as const, rules: rules.map((r) => ({ ...r, preview: false })), known: KNOWN };
const PRESET_OF: ReadonlyMap<string, Preset> = new Map(rules.filter((r) => !r.preview).map((r) => [r.id, r.preset]));

/**
 * A project that is asked about file by file, by an editor or by another linter. It is judged once, and again when a
 * file on disk changed; a text that differs from its file is judged in the file's place, for that question alone.
 */
export class Session {
  readonly #base: Base;
  readonly #memory = new Memory({ persistent: true, resident: true });
  #stamps = new Map<string, string>();
  /** Migrations that are being written are judged as not applied yet. */
  #uncommitted: ReadonlySet<string> = new Set();
  #current: Judged | undefined;
  #checked = { at: -Infinity, cost: 0 };
  /** Processor time of the last judgement. */
  #cost = 0;
  #buffer: { readonly of: Judged; readonly file: string; readonly text: string; readonly judged: Judged } | undefined;

  constructor(root: string) {
    this.#base = locate(path.resolve(root), []);
  }

  /** @param file seen from the project's folder, with forward slashes */
  async about(file: string, text: string): Promise<FileReport> {
    if (!READ.test(file)) return NOTHING;
    const current = await this.judged();
    const onDisk = current.outcome?.text(file);
    if (current.outcome && onDisk === undefined && statSync(path.join(this.#base.dir, file), { throwIfNoEntry: false })) return NOTHING;
    return report(onDisk === text ? current : await this.#withBuffer(current, file, text), file, text);
  }

  /** Whether a judgement takes too long to be made for each text of an editor. */
  get slow(): boolean {
    return this.#cost > LONG_MS;
  }

  async snapshot(): Promise<Snapshot> {
    const { outcome, problem } = await this.judged();
    const files: Record<string, FileSnapshot> = {};
    const byFile = new Map<string, Finding[]>();
    for (const f of outcome?.findings ?? []) {
      const list = byFile.get(f.at.file);
      if (list) list.push(f);
      else byFile.set(f.at.file, [f]);
    }
    for (const file of this.#stamps.keys()) {
      const text = LINTED.test(file) ? outcome?.text(file) : undefined;
      if (text === undefined || !outcome) continue;
      const told = report({ outcome: { ...outcome, findings: byFile.get(file) ?? [] }, problem }, file, text);
      files[file] = { hash: hash(text), report: told, ...(told.findings.length + told.unread.length > 0 ? { text } : {}) };
    }
    return { root: this.#base.dir, files, ...(outcome || problem === undefined ? {} : { problem }) };
  }

  /** The state on disk. How long an answer may be old is bound by what looking costs: a tenth of the time at most. */
  async judged(): Promise<Judged> {
    const now = performance.now();
    if (this.#current && now - this.#checked.at < 10 * this.#checked.cost) return this.#current;
    const stamps = this.#look();
    const end = performance.now();
    this.#checked = { at: end, cost: end - now };
    if (!this.#current || !same(stamps, this.#stamps)) {
      this.#stamps = stamps;
      this.#uncommitted = uncommitted(this.#base.dir);
      this.#current = await this.#judge(undefined);
    }
    return this.#current;
  }

  async #withBuffer(of: Judged, file: string, text: string): Promise<Judged> {
    const known = this.#buffer;
    if (known?.of === of && known.file === file && known.text === text) return known.judged;
    const absolute = path.join(this.#base.dir, file);
    const bytes = Buffer.from(text);
    const onDisk = of.outcome?.text(file);
    const edited = onDisk !== undefined && /\.sql$/i.test(file) && sameStatements(onDisk, text) ? undefined : absolute;
    const judged = await this.#judge({ present: [absolute], passing: true, at: (f) => (f === absolute ? { content: bytes } : undefined) }, edited);
    this.#buffer = { of, file, text, judged };
    return judged;
  }

  /** When each file was last written. */
  #look(): Map<string, string> {
    const stamps = new Map<string, string>();
    for (const file of diskWorkspace(this.#base, () => false).files) {
      const stat = statSync(path.join(this.#base.dir, file), { throwIfNoEntry: false });
      if (stat) stamps.set(file, `${stat.mtimeMs}:${stat.size}:${stat.ino}`);
    }
    return stamps;
  }

  /** @param edited a migration that is being written */
  async #judge(overlay: Overlay | undefined, edited?: string): Promise<Judged> {
    const start = process.cpuUsage();
    try {
      const { outcome, nothing } = await checkAll({ ...this.#base, overlay }, undefined, { ...ALL, memory: this.#memory, pending: (file) => this.#uncommitted.has(path.join(this.#base.top, file)) || path.join(this.#base.top, file) === edited });
      const { user, system } = process.cpuUsage(start);
      this.#cost = (user + system) / 1000;
      if (process.env['TENANTLINT_DEBUG']) writeSync(2, `tenantlint: ${overlay ? 'a buffer' : 'the project'} judged in ${Math.round(this.#cost)} ms of processor time (${outcome.summary.files} files)\n`);
      return { outcome, problem: nothing };
    } catch (error) {
      if (error instanceof UsageError) return { outcome: undefined, problem: error.message };
      return { outcome: undefined, problem: `internal error: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
}

/** Kinds of file that other linters show. */
const LINTED = /\.(?:sql|prisma|[cm]?[jt]sx?)$/i;

export function hash(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [file, stamp] of a) if (b.get(file) !== stamp) return false;
  return true;
}

/** What is told to whoever shows one file. */
export function report({ outcome, problem }: Judged, file: string, text: string): FileReport {
  return {
    findings: (outcome?.findings ?? []).filter((f) => f.at.file === file && !f.suppressed).map(told),
    unread: (outcome?.unread ?? []).filter((u) => u.at.file === file).map(({ at, reason }) => ({ start: at.start, end: at.end, reason })),
    ...(problem !== undefined && concerns(file, text) ? { problem } : {}),
  };
}

/** Files that are about the database, so that silence about them would be taken for an answer. */
function concerns(file: string, text: string): boolean {
  return /\.(?:sql|prisma)$/i.test(file) || /['"](?:@prisma\/client|@supabase\/[\w-]+|@[\w-]+\/prisma)['"/]/.test(text);
}

function told(f: Finding): FileFinding {
  const { rule, message, text, fix, certainty, at } = f;
  const about = rule === SUPPRESSION && message === 'unused' ? PRESET_OF.get(/^`([\w-]+)`/.exec(text)?.[1] ?? '') : undefined;
  return { rule, message, text, fix, certainty, start: at.start, end: at.end, fixes: f.fixes.filter(here(at.file)).map(({ title, safe, edits }) => ({ title, safe, edits: edits.map((e) => ({ start: e.at.start, end: e.at.end, text: e.text })) })), ...(about === undefined ? {} : { preset: about }) };
}

/** Whether a fix is nothing but edits of this file: another one cannot be offered from here. */
function here(file: string): (fix: Fix) => boolean {
  return (fix) => fix.migration === undefined && fix.edits.length > 0 && fix.edits.every((e) => e.at.file === file);
}
