import { createHash } from 'node:crypto';
import path from 'node:path';
import type { FileReport, Snapshot } from 'tenantlint/session';
import { Link } from './link.ts';
import { moved } from './moved.ts';
import { sharedSnapshot } from './shared.ts';

const NOTHING: FileReport = { findings: [], unread: [] };
/** Between two looks at a project that takes long. */
const PAUSE_MS = 1_000;
const UNSAVED = 'judging the project takes long, so what was changed here since is judged behind the scenes, once it is saved; findings elsewhere in the file are as they were.';

/**
 * A project as one thread of a linter sees it. Usually each question waits for its answer. Where another thread knows
 * the answers, or they take long, they come from a snapshot of all files; a project that takes long is judged anew
 * while the linter goes on, and a text that is not in the snapshot is told what is known of its earlier state.
 */
class Project {
  readonly #root: string;
  #link: Link | undefined;
  #snapshot: Snapshot | undefined;
  /** A snapshot is on its way. */
  #sent = false;
  #takenAt = -Infinity;
  #slow = false;
  #asked = false;

  constructor(root: string) {
    this.#root = root;
  }

  about(absolute: string, text: string): FileReport {
    const file = path.relative(this.#root, absolute).split(path.sep).join('/');
    if (file.startsWith('../') || path.isAbsolute(file)) return { ...NOTHING, problem: `This file lies outside of ${path.basename(this.#root)}, the project that is linted, and was not judged.` };
    return this.#fromSnapshot(file, text) ?? this.#ask(file, text);
  }

  #fromSnapshot(file: string, text: string): FileReport | undefined {
    if (!this.#asked) {
      this.#asked = true;
      this.#snapshot = sharedSnapshot(this.#root, () => this.#whole());
    }
    if (!this.#snapshot) return undefined;
    if (this.#slow) this.#refresh();
    const { problem } = this.#snapshot;
    if (problem !== undefined) return this.#slow ? { ...NOTHING, problem } : undefined;
    const known = this.#snapshot.files[file];
    if (known?.hash === createHash('sha1').update(text).digest('base64')) return known.report;
    if (!this.#slow) return undefined;
    if (!known) return NOTHING;
    const told = known.text === undefined ? NOTHING : moved(known.report, known.text, text);
    return known.text !== undefined || /\.(?:sql|prisma)$/i.test(file) ? { ...told, problem: UNSAVED } : told;
  }

  /** Takes the snapshot that was asked for; asks for the next one now and then. */
  #refresh(): void {
    const link = this.#connected();
    if (this.#sent) {
      const answer = link.taken();
      if (!answer) return;
      this.#sent = false;
      this.#takenAt = performance.now();
      if (answer.kind === 'snapshot') this.#snapshot = answer.snapshot;
    }
    if (performance.now() - this.#takenAt < PAUSE_MS) return;
    this.#sent = true;
    link.send({ kind: 'snapshot' });
  }

  #whole(): Snapshot | undefined {
    const answer = this.#connected().ask({ kind: 'snapshot' });
    return answer.kind === 'snapshot' ? answer.snapshot : undefined;
  }

  #ask(file: string, text: string): FileReport {
    const answer = this.#connected().ask({ kind: 'report', file, text });
    if (answer.kind !== 'report') return { ...NOTHING, problem: answer.kind === 'failed' ? `tenantlint failed: ${answer.reason}` : 'tenantlint failed' };
    if (answer.slow) {
      this.#slow = true;
      this.#snapshot = this.#whole();
    }
    return answer.report;
  }

  #connected(): Link {
    return (this.#link ??= new Link(this.#root));
  }
}

const projects = new Map<string, Project>();

/** @param text of the file as the linter has it, byte order mark included */
export function about(root: string, file: string, text: string): FileReport {
  const absolute = path.resolve(root);
  let project = projects.get(absolute);
  if (!project) projects.set(absolute, (project = new Project(absolute)));
  return project.about(path.resolve(absolute, file), text);
}
