import type { Term } from '@tenantlint/model';
import { termKey } from './terms.ts';

/** Equality classes of terms: union-find with congruence over function applications. */
export class Closure {
  private readonly ids = new Map<string, number>();
  private readonly parent: number[] = [];
  private readonly terms: Term[] = [];
  private readonly applications: number[] = [];
  private readonly columns = new Map<number, Map<string, number>>();

  node(term: Term): number {
    if (term.kind === 'column') return this.columnNode(term);
    const key = termKey(term);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.parent.length;
    this.ids.set(key, id);
    this.parent.push(id);
    this.terms.push(term);
    if (term.kind === 'apply') {
      for (const part of term.of) this.node(part);
      this.applications.push(id);
    }
    return id;
  }

  private columnNode(term: Extract<Term, { kind: 'column' }>): number {
    let of = this.columns.get(term.row);
    if (of === undefined) this.columns.set(term.row, (of = new Map<string, number>()));
    const known = of.get(term.column);
    if (known !== undefined) return known;
    const id = this.parent.length;
    of.set(term.column, id);
    this.parent.push(id);
    this.terms.push(term);
    return id;
  }

  /** The class of a column, if any atom names it. */
  column(row: number, column: string): number | undefined {
    const id = this.columns.get(row)?.get(column);
    return id === undefined ? undefined : this.find(id);
  }

  find(id: number): number {
    let root = id;
    for (let up = this.parent[root]; up !== undefined && up !== root; up = this.parent[root]) root = up;
    for (let at = id; at !== root; ) {
      const up = this.parent[at] ?? root;
      this.parent[at] = root;
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

  same(a: Term, b: Term): boolean {
    return this.find(this.node(a)) === this.find(this.node(b));
  }

  /** Equal functions of equal arguments are equal. Returns whether anything was joined. */
  congruence(): boolean {
    let changed = false;
    for (let again = true; again; ) {
      again = false;
      const seen = new Map<string, number>();
      for (const id of this.applications) {
        const term = this.terms[id];
        if (term?.kind !== 'apply') continue;
        const signature = `${term.fn}(${term.of.map((part) => this.find(this.node(part))).join(',')})`;
        const other = seen.get(signature);
        if (other === undefined) seen.set(signature, id);
        else if (this.union(id, other)) again = changed = true;
      }
    }
    return changed;
  }

  /** Members of every class, by its representative. */
  classes(): ReadonlyMap<number, readonly Term[]> {
    const out = new Map<number, Term[]>();
    for (let id = 0; id < this.terms.length; id++) {
      const root = this.find(id);
      const term = this.terms[id];
      if (term === undefined) continue;
      const members = out.get(root);
      if (members === undefined) out.set(root, [term]);
      else members.push(term);
    }
    return out;
  }
}
