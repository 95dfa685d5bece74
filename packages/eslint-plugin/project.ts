import { createHash } from 'node:crypto';
import path from 'node:path';
import type { FileReport, Snapshot } from 'tenantlint/session';
import { Link } from './link.ts';
import { sharedSnapshot } from './shared.ts';

const NOTHING: FileReport = { findings: [], unread: [] };

/** A project as one thread of a linter sees it. */
class Project {
  readonly #root: string;
  #link: Link | undefined;
  #shared: Snapshot | undefined;
  #last: { readonly file: string; readonly text: string; readonly report: FileReport } | undefined;
  #asked = false;

  constructor(root: string) {
    this.#root = root;
  }

  about(absolute: string, text: string): FileReport {
    const file = path.relative(this.#root, absolute).split(path.sep).join('/');
    if (file.startsWith('../') || path.isAbsolute(file)) return { ...NOTHING, problem: `This file lies outside of ${path.basename(this.#root)}, the project that is linted, and was not judged.` };
    // Every rule asks about the same file in turn.
    const last = this.#last;
    if (last?.file === file && last.text === text) return last.report;
    const report = this.#fromOthers(file, text) ?? this.#ask(file, text);
    this.#last = { file, text, report };
    return report;
  }

  #fromOthers(file: string, text: string): FileReport | undefined {
    if (!this.#asked) {
      this.#asked = true;
      this.#shared = sharedSnapshot(this.#root, () => {
        const answer = this.#connected().ask({ kind: 'snapshot' });
        return answer.kind === 'snapshot' ? answer.snapshot : undefined;
      });
    }
    const [hash, report] = this.#shared?.files[file] ?? [];
    return hash !== undefined && hash === createHash('sha1').update(text).digest('base64') ? report : undefined;
  }

  #ask(file: string, text: string): FileReport {
    const answer = this.#connected().ask({ kind: 'report', file, text });
    if (answer.kind === 'report') return answer.report;
    return { ...NOTHING, problem: answer.kind === 'failed' ? `tenantlint failed: ${answer.reason}` : 'tenantlint failed' };
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
