import type { Edit } from '@tenantlint/model';
import type { Project } from './project.ts';
import type { Workspace } from './workspace.ts';

/** Files as they would be: what is written is judged before anything is touched. */
export class Draft {
  readonly #base: Project;
  readonly #texts: Map<string, string>;

  constructor(base: Project, texts: ReadonlyMap<string, string> = new Map()) {
    this.#base = base;
    this.#texts = new Map(texts);
  }

  fork(): Draft {
    return new Draft(this.#base, this.#texts);
  }

  text(file: string): string | undefined {
    return this.#texts.get(file) ?? this.#base.workspace.text(file);
  }

  set(file: string, text: string): void {
    this.#texts.set(file, text);
  }

  /** @param edits of one file, none within another */
  edit(file: string, edits: readonly Edit[]): void {
    let text = this.text(file) ?? '';
    for (const { at, text: by } of [...edits].sort((a, b) => b.at.start - a.at.start || b.at.end - a.at.end)) text = text.slice(0, at.start) + by + text.slice(at.end);
    this.set(file, text);
  }

  isNew(file: string): boolean {
    return this.#texts.has(file) && !this.#base.workspace.files.has(file);
  }

  /** Files whose text is another one, by name, with the one they had. */
  changes(): readonly { readonly file: string; readonly before: string | undefined; readonly after: string }[] {
    return [...this.#texts].map(([file, after]) => ({ file, before: this.isNew(file) ? undefined : this.#base.workspace.text(file), after })).filter(({ before, after }) => before !== after).sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  /** The project with these files; what is new was asked for as what it was made for. */
  project(): Project {
    const { workspace } = this.#base;
    const fresh = [...this.#texts.keys()].filter((file) => this.isNew(file));
    const plus = (files: ReadonlySet<string>): ReadonlySet<string> => new Set([...files, ...fresh]);
    const files = new Set([...plus(workspace.files)].sort());
    const view: Workspace = { ...workspace, files, only: workspace.only && plus(workspace.only), named: workspace.named.size > 0 ? plus(workspace.named) : workspace.named, text: (file) => this.text(file) };
    return { ...this.#base, workspace: view };
  }
}
