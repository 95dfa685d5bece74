import type { Term } from '@tenantlint/model';
import type { Vocabulary } from './vocabulary.ts';

/** Not named by any atom. */
const ABSENT = -1;

/** Equality classes of terms: union-find with congruence over function applications. */
export class Closure {
  private readonly words: Vocabulary;
  /** By the number of a term; the smallest number of a class stands for it. */
  private readonly parent: number[];
  private readonly present: number[];
  private readonly applications: number[];

  /** `before`: what was known of fewer atoms. */
  constructor(words: Vocabulary, before?: Closure) {
    this.words = words;
    this.parent = before === undefined ? [] : before.parent.slice();
    this.present = before === undefined ? [] : before.present.slice();
    this.applications = before === undefined ? [] : before.applications.slice();
  }

  node(term: Term): number {
    const id = this.words.number(term);
    this.add(id);
    return id;
  }

  private add(id: number): void {
    const { parent } = this;
    if (id < parent.length && parent[id] !== ABSENT) return;
    while (parent.length <= id) parent.push(ABSENT);
    parent[id] = id;
    this.present.push(id);
    const parts = this.words.of(id).parts;
    if (parts === undefined) return;
    for (const part of parts) this.add(part);
    this.applications.push(id);
  }

  private has(id: number): boolean {
    return (this.parent[id] ?? ABSENT) !== ABSENT;
  }

  /** The class of a column, if any atom names it. */
  column(row: number, column: string): number | undefined {
    const id = this.words.column(row, column);
    return id === undefined || !this.has(id) ? undefined : this.find(id);
  }

  /** Columns of a row that some atom names. */
  columnsOf(row: number): readonly string[] {
    const out: string[] = [];
    for (const [column, id] of this.words.columnsOf(row)) if (this.has(id)) out.push(column);
    return out;
  }

  find(id: number): number {
    const { parent } = this;
    let root = id;
    for (let up = parent[root]; up !== undefined && up !== root && up !== ABSENT; up = parent[root]) root = up;
    for (let at = id; at !== root; ) {
      const up = parent[at] ?? root;
      parent[at] = root;
      at = up;
    }
    return root;
  }

  union(a: number, b: number): boolean {
    const left = this.find(a);
    const right = this.find(b);
    if (left === right) return false;
    this.parent[Math.max(left, right)] = Math.min(left, right);
    return true;
  }

  /** Equal functions of equal arguments are equal. Returns whether anything was joined. */
  congruence(): boolean {
    if (this.applications.length < 2) return false;
    let changed = false;
    for (let again = true; again; ) {
      again = false;
      const seen = new Map<string, number>();
      for (const id of this.applications) {
        const { fn, parts = [] } = this.words.of(id);
        const signature = `${fn ?? ''}(${parts.map((part) => this.find(part)).join(',')})`;
        const other = seen.get(signature);
        if (other === undefined) seen.set(signature, id);
        else if (this.union(id, other)) again = changed = true;
      }
    }
    return changed;
  }

  /** Numbers of the terms that some atom names. */
  named(): readonly number[] {
    return this.present;
  }

  /** Of these, those that are functions of others. */
  computed(): readonly number[] {
    return this.applications;
  }

  /** Members of every class, by its representative. */
  classes(): ReadonlyMap<number, readonly Term[]> {
    const out = new Map<number, Term[]>();
    for (const id of this.present) {
      const root = this.find(id);
      const members = out.get(root);
      if (members === undefined) out.set(root, [this.words.of(id).term]);
      else members.push(this.words.of(id).term);
    }
    return out;
  }
}
