import type { Outcome } from '@tenantlint/model';
import type { Overlay } from '../overlay.ts';
import type { Project } from '../project.ts';
import type { Workspace } from '../workspace.ts';
import { Contents, type Content, type Known } from './files.ts';
import { Folder, hashed } from './folder.ts';
import { holds, Observed, type Asked, type Trace } from './observed.ts';
import { Parsed } from './parsed.ts';
export type { Asked } from './observed.ts';

/** What a run has to say, without the texts. */
export interface Answer {
  readonly outcome: Omit<Outcome, 'text'>;
  readonly nothing: string | undefined;
}

interface Kept {
  readonly trace: Trace;
  readonly answer: Answer;
}

/** States of a project whose answers are kept: what is being worked on, and what it is compared with. */
const MOST = 3;
const FILES = 'files';

/**
 * What was answered before. An answer is kept with all that it took from the files, and holds for as long as the same
 * would be taken: not a word is believed of a file whose content is another, unless it says the same to what was asked.
 */
export class Memory {
  readonly #projects = new Map<string, ProjectMemory>();
  readonly #options: { readonly persistent: boolean; readonly resident: boolean };

  /** @param options `persistent`: for later processes as well; `resident`: this one goes on to ask */
  constructor(options: { readonly persistent: boolean; readonly resident: boolean }) {
    this.#options = options;
  }

  of(dir: string): ProjectMemory {
    const known = this.#projects.get(dir) ?? new ProjectMemory(dir, this.#options.persistent ? Folder.of(dir) : undefined, this.#options.resident);
    this.#projects.set(dir, known);
    return known;
  }
}

export class ProjectMemory {
  readonly #dir: string;
  readonly #folder: Folder | undefined;
  readonly #known: Known;
  readonly #answers = new Map<string, readonly Kept[]>();
  readonly #parsed: Parsed | undefined;

  /** @param resident asked again and again by one process */
  constructor(dir: string, folder: Folder | undefined, resident: boolean) {
    this.#dir = dir;
    this.#parsed = resident ? new Parsed() : undefined;
    this.#folder = folder;
    this.#known = new Map(((folder?.read(FILES) ?? []) as [string, string, string, [string, unknown][]][]).map(([file, stamp, hash, answers]): [string, Content] => [file, { stamp, hash, answers: new Map(answers) }]));
  }

  /**
   * @param about all that the answer depends on besides the files, and which of them are pending
   * @param judge finds it out
   */
  async answer(project: Project, overlay: Overlay | undefined, { about, ...change }: Asked & { readonly about: readonly unknown[] }, judge: (project: Project, asked: Asked) => Promise<Answer>): Promise<Answer> {
    const { workspace } = project;
    const key = hashed(JSON.stringify([about, aboutFiles(project)])).slice(0, 24);
    const contents = new Contents(this.#dir, overlay, this.#known);
    const kept = this.#kept(key);
    for (const one of kept) {
      if (!(await holds(one.trace, workspace, contents, change))) continue;
      if (overlay?.passing !== true) this.#save(contents);
      return one.answer;
    }
    const observed = new Observed(workspace, contents);
    const answer = await judge({ ...project, workspace: observed.workspace, parsed: this.#parsed }, observed.change(change));
    const trace = observed.trace();
    if (trace) {
      const now = [{ trace, answer }, ...kept].slice(0, MOST);
      this.#answers.set(key, now);
      if (overlay?.passing === true) return answer;
      this.#forget(workspace, now);
      this.#folder?.write(key, now);
      this.#save(contents);
    }
    return answer;
  }

  /** Files that are gone, and answers to what nobody asks any more. */
  #forget({ files }: Workspace, kept: readonly Kept[]): void {
    const asked = new Set(kept.flatMap((one) => Object.keys(one.trace.questions)));
    for (const [file, { answers }] of this.#known) {
      if (!files.has(file)) this.#known.delete(file);
      else for (const question of answers.keys()) if (!asked.has(question)) answers.delete(question);
    }
  }

  #kept(key: string): readonly Kept[] {
    const kept = this.#answers.get(key) ?? ((this.#folder?.read(key) ?? []) as readonly Kept[]);
    this.#answers.set(key, kept);
    return kept;
  }

  #save(contents: Contents): void {
    if (contents.changed) this.#folder?.write(FILES, [...this.#known].map(([file, { stamp, hash, answers }]) => [file, stamp, hash, [...answers]]));
  }
}

/** Which files there are, and what is said of them before they are read. */
function aboutFiles({ workspace, system, config }: Project): readonly unknown[] {
  const { root, prefix, files, only, named, unread } = workspace;
  const all = [...files];
  return [root, prefix, config, all, only && [...only].sort(), [...named].sort(), unread, all.filter(system)];
}

/** An outcome whose texts are those of the workspace. */
export function withTexts({ outcome }: Answer, workspace: Workspace): Outcome {
  return { ...outcome, text: (path) => workspace.text(path) };
}
