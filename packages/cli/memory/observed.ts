import type { Unread } from '@tenantlint/model';
import type { AnalyseOptions } from '../analyse.ts';
import type { Workspace } from '../workspace.ts';
import { hashed } from './folder.ts';
import type { Contents } from './files.ts';
import { answering, type Question } from './questions.ts';

/** What is asked of a change, file by file. */
export type Asked = Pick<AnalyseOptions, 'pending' | 'merged' | 'removed' | 'deployed'>;

/**
 * All that an answer took from the files: by file its content, where it was read for good, or else what was answered to
 * the questions that were asked of it.
 */
export interface Trace {
  /** By the names under which answers are kept. */
  readonly questions: Readonly<Record<string, Question>>;
  /** What was asked of the change: of which file, and what was answered. */
  readonly change: readonly (readonly [question: 'pending' | 'merged', file: string, answer: string])[];
  readonly files: readonly (readonly [file: string, hash: string, asked?: readonly (readonly [question: string, answer: string])[]])[];
}

interface Told {
  readonly value: unknown;
  /** What reading the text had to say about it. */
  readonly unread: readonly string[];
}

/** A workspace that notes what is taken from it. */
export class Observed {
  readonly workspace: Workspace;
  readonly #contents: Contents;
  readonly #read = new Set<string>();
  readonly #asked = new Map<string, Map<string, Told>>();
  readonly #questions: Record<string, Question> = {};
  /** Files of another state were looked at, and nothing is known of those. */
  #elsewhere = false;
  readonly #change = new Map<string, readonly ['pending' | 'merged', string, string]>();
  /** What was said of texts that are not read this time. */
  readonly #mentioned: Unread[] = [];

  constructor(of: Workspace, contents: Contents) {
    this.#contents = contents;
    const mentioned = this.#mentioned;
    this.workspace = {
      ...of,
      get unread() {
        return [...of.unread, ...mentioned.filter((m) => !of.unread.some((u) => u.at.file === m.at.file))];
      },
      text: (path) => {
        if (of.files.has(path)) {
          contents.of(path);
          this.#read.add(path);
        }
        return of.text(path);
      },
      asked: (question) => {
        const key = nameOf(question);
        this.#questions[key] = question as Question;
        return (path, compute) => {
          const content = of.files.has(path) ? contents.of(path) : undefined;
          if (!content) return compute(undefined);
          let told = content.answers.get(key) as Told | undefined;
          if (told) this.#mentioned.push(...told.unread.map((reason) => ({ at: { file: path, start: 0, end: 0 }, reason })));
          else {
            const value = compute(of.text(path));
            told = { value, unread: of.unread.filter((u) => u.at.file === path).map((u) => u.reason) };
            content.answers.set(key, told);
            contents.changed = true;
          }
          const all = this.#asked.get(path) ?? new Map<string, Told>();
          this.#asked.set(path, all.set(key, told));
          return told.value;
        };
      },
    };
  }

  /** The same answers, noted. */
  change({ pending, merged, removed, deployed }: Asked): Asked {
    const noted = <T>(question: 'pending' | 'merged', file: string, answer: T): T => {
      this.#change.set(`${question} ${file}`, [question, file, short(answer)]);
      return answer;
    };
    return {
      pending: typeof pending === 'function' ? (file) => noted('pending', file, pending(file)) : pending,
      merged: merged && ((file) => noted('merged', file, merged(file))),
      removed: removed && { ...removed, steps: () => {
        this.#elsewhere = true;
        return removed.steps();
      } },
      deployed: deployed && (() => {
        this.#elsewhere = true;
        return deployed();
      }),
    };
  }

  /** Undefined where a file was written to meanwhile: nobody knows which of its contents was seen. */
  trace(): Trace | undefined {
    if (this.#elsewhere) return undefined;
    const files: [string, string, [string, string][]?][] = [];
    for (const file of [...new Set([...this.#read, ...this.#asked.keys()])].sort()) {
      const content = this.#contents.of(file);
      if (!content || !this.#contents.isStill(file)) return undefined;
      if (this.#read.has(file)) files.push([file, content.hash]);
      else files.push([file, content.hash, [...(this.#asked.get(file) ?? [])].map(([key, told]) => [key, digest(told)])]);
    }
    return { questions: this.#questions, change: [...this.#change.values()], files };
  }
}

/** Whether an analysis of what is there now would see what this one saw. */
export async function holds({ questions, files, change }: Trace, workspace: Workspace, contents: Contents, { pending, merged }: Asked): Promise<boolean> {
  const now = { pending: (file: string) => (typeof pending === 'function' ? pending(file) : undefined), merged: (file: string) => merged?.(file) };
  if (change.some(([question, file, answer]) => short(now[question](file)) !== answer)) return false;
  for (const [file, hash, asked] of files) {
    const content = contents.of(file);
    if (content?.hash === hash) continue;
    if (!content || !asked) return false;
    for (const [key, answer] of asked) {
      const question = questions[key];
      if (!question) return false;
      let told = content.answers.get(key) as Told | undefined;
      if (!told) {
        const answers = await answering(question);
        const text = workspace.text(file);
        if (text === undefined) return false;
        told = { value: answers(file, text), unread: workspace.unread.filter((u) => u.at.file === file).map((u) => u.reason) };
        content.answers.set(key, told);
        contents.changed = true;
      }
      if (digest(told) !== answer) return false;
    }
  }
  return true;
}

const nameOf = (question: object): string => hashed(JSON.stringify(question)).slice(0, 12);
const short = (value: unknown): string => hashed(JSON.stringify([value])).slice(0, 22);
const digest = (told: Told): string => short([told.value, told.unread]);
