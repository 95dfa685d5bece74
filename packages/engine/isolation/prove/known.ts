import type { Formula, Row, Term } from '@tenantlint/model';
import { Closure } from './closure.ts';
import type { Database, Question } from './question.ts';
import type { TableFacts } from './tables.ts';
import { tableFacts } from './tables.ts';
import { JOINS, termTrust } from './terms.ts';
import type { Vocabulary, Word } from './vocabulary.ts';

export type Atom = Extract<Formula, { kind: 'compare' | 'null' | 'opaque' | 'not' }>;

export interface KnownRow {
  readonly row: Row;
  readonly table: TableFacts;
}

interface ClassInfo {
  readonly literals: ReadonlySet<string>;
  readonly trusted: boolean;
  readonly caller: boolean;
  readonly email: boolean;
  /** Something that only a signed-in user's token holds. */
  readonly personal: boolean;
  /** Something that comes with the request. */
  readonly presented: boolean;
}

/** What follows from a set of atoms by equality alone, before anything is said about tenants. */
export class Known {
  readonly closure: Closure;
  readonly rows: readonly KnownRow[];
  /** The atoms cannot hold together; the text says why. */
  readonly contradiction: string | undefined;
  private readonly words: Vocabulary;
  private readonly info = new Map<number, ClassInfo>();
  private readonly derived = new Map<number, readonly number[]>();
  private readonly elements = new Map<number, readonly number[]>();
  private readonly question: Question;
  /** How many of the atoms and rows that are given were taken in. */
  private readonly taken: { readonly atoms: number; readonly rows: number };
  private readonly nonNull: number[];
  private readonly isNull: Term[];
  private readonly different: (readonly [number, number])[];
  private readonly asksRole: boolean;

  /** `before`: what is known of the first of the atoms and rows. */
  constructor(atoms: readonly Atom[], rows: readonly Row[], question: Question, db: Database, words: Vocabulary, before?: Known) {
    this.question = question;
    this.words = words;
    this.closure = new Closure(words, before?.closure);
    const known = before?.rows ?? [];
    const added = rows.slice(before?.taken.rows ?? 0).filter((row): row is Row & { table: string } => row.table !== undefined);
    this.rows = added.length === 0 ? known : [...known, ...added.map((row) => ({ row, table: tableFacts(db, row.table) }))];
    this.taken = { atoms: atoms.length, rows: rows.length };
    this.nonNull = before?.nonNull.slice() ?? [];
    this.isNull = before?.isNull.slice() ?? [];
    this.different = before?.different.slice() ?? [];
    let asks = before?.asksRole === true;
    for (let i = before?.taken.atoms ?? 0; i < atoms.length; i++) {
      const atom = atoms[i];
      if (atom === undefined) continue;
      this.take(atom);
      asks ||= asksRole(atom);
    }
    this.asksRole = asks;
    if (asks) this.assumeRole();
    this.saturate();
    this.contradiction = this.refute();
  }

  private take(atom: Atom): void {
    const { closure } = this;
    if (atom.kind === 'compare') {
      const left = closure.node(atom.left);
      const right = closure.node(atom.right);
      this.nonNull.push(left, right);
      if (atom.op === '=') closure.union(left, right);
      if (atom.op === '<>' || atom.op === '<' || atom.op === '>') this.different.push([left, right]);
    } else if (atom.kind === 'null') {
      const of = closure.node(atom.of);
      if (atom.negated) this.nonNull.push(of);
      else this.isNull.push(atom.of);
    }
  }

  /** The role that asks is known: PostgREST sets both the database role and the claim of that name. */
  private assumeRole(): void {
    const role = this.question.caller?.role;
    if (role === undefined) return;
    const at = this.question.at;
    const name = this.closure.node({ kind: 'value', value: { kind: 'literal', value: role }, at });
    this.closure.union(name, this.closure.node({ kind: 'value', value: { kind: 'role', which: 'current_user' }, at }));
    if (this.question.caller?.signedIn !== undefined) this.closure.union(name, this.closure.node({ kind: 'value', value: { kind: 'claim', path: 'role', trusted: true }, at }));
  }

  private saturate(): void {
    for (let round = 0; round < 8; round++) {
      const congruent = this.closure.congruence();
      if (!this.mergeRows() && !congruent) return;
    }
  }

  /** Two rows of one table that agree on a unique key are one row; a composite foreign key ties all its columns at once. */
  private mergeRows(): boolean {
    if (this.rows.length < 2) return false;
    let changed = false;
    for (let i = 0; i < this.rows.length; i++) {
      for (let j = i + 1; j < this.rows.length; j++) {
        const a = this.rows[i];
        const b = this.rows[j];
        if (a === undefined || b === undefined) continue;
        if (a.table.key === b.table.key && this.mayBeOne(a, b)) changed = this.mergeIfEqual(a, b) || changed;
        changed = this.tieByKey(a, b) || changed;
        changed = this.tieByKey(b, a) || changed;
      }
    }
    return changed;
  }

  /** A row about to be written is not yet the row of the same key that a sub-select finds: that one is the state before. */
  private mayBeOne(a: KnownRow, b: KnownRow): boolean {
    return this.question.goal !== 'write' || (a.row.id !== this.question.row && b.row.id !== this.question.row);
  }

  private mergeIfEqual(a: KnownRow, b: KnownRow): boolean {
    if (!a.table.uniques.some((key) => key.every((name) => this.equalColumns(a.row.id, name, b.row.id, name)))) return false;
    let changed = false;
    for (const name of this.namedColumns(a.row.id, b.row.id)) changed = this.unite(a.row, name, b.row, name) || changed;
    return changed;
  }

  private tieByKey(child: KnownRow, parent: KnownRow): boolean {
    let changed = false;
    for (const hop of child.table.composite) {
      if (hop.parent !== parent.table.key) continue;
      const equal = hop.columns.map((name, index) => this.equalColumns(child.row.id, name, parent.row.id, hop.referenced[index] ?? ''));
      const covers = parent.table.uniques.some((key) => key.every((name) => equal[hop.referenced.indexOf(name)] === true));
      if (!covers || equal.every(Boolean) || !hop.required) continue;
      hop.columns.forEach((name, index) => {
        changed = this.unite(child.row, name, parent.row, hop.referenced[index] ?? '') || changed;
      });
    }
    return changed;
  }

  private unite(a: Row, left: string, b: Row, right: string): boolean {
    const one = this.closure.node({ kind: 'column', row: a.id, column: left, at: a.at });
    return this.closure.union(one, this.closure.node({ kind: 'column', row: b.id, column: right, at: b.at }));
  }

  equalColumns(a: number, left: string, b: number, right: string): boolean {
    const one = this.closure.column(a, left);
    return one !== undefined && one === this.closure.column(b, right);
  }

  private namedColumns(a: number, b: number): ReadonlySet<string> {
    return new Set([...this.closure.columnsOf(a), ...this.closure.columnsOf(b)]);
  }

  private refute(): string | undefined {
    this.index();
    const { closure, nonNull, isNull } = this;
    for (const info of this.info.values()) if (info.literals.size > 1) return `${[...info.literals].join(' and ')} at once`;
    for (const [a, b] of this.different) if (closure.find(a) === closure.find(b)) return 'a value different from itself';
    const { caller } = this.question;
    for (const id of nonNull) {
      if (this.words.of(id).literal === null) return 'compared with NULL';
      if (caller?.signedIn === false && this.of(closure.find(id)).personal) return `${caller.role} is nobody: no user id and no claims`;
    }
    if (isNull.length === 0) return undefined;
    const present = new Set(nonNull.map((id) => closure.find(id)));
    for (const term of isNull) {
      const root = this.root(term);
      if (present.has(root)) return 'both NULL and not';
      if (this.of(root).caller && caller?.signedIn === true) return `${caller.role} is signed in`;
      if (this.of(root).literals.size > 0) return 'a constant is not NULL';
      if (term.kind === 'column' && this.rows.find((one) => one.row.id === term.row)?.table.notNull.has(term.column) === true) return `${term.column} is never NULL`;
    }
    return undefined;
  }

  root(term: Term): number {
    return this.closure.find(this.closure.node(term));
  }

  of(root: number): ClassInfo {
    return this.info.get(root) ?? NOTHING;
  }

  /** Classes of what some atom takes out of an array column of the row. */
  elementsOf(row: number): readonly number[] {
    return this.elements.get(row) ?? [];
  }

  /** Classes of what some atom computes from the row's columns alone. */
  derivedFrom(row: number): readonly number[] {
    return this.derived.get(row) ?? [];
  }

  /** Classes of what a stored file's path begins with, up to the first part that somebody else may have chosen. */
  leading(row: number): readonly number[] {
    const { closure } = this;
    const paths = PATH.map((column) => closure.column(row, column));
    const members = closure.named().filter((id) => paths.includes(closure.find(id)));
    return members.flatMap((id) => begins(this.words.of(id).term)).map((part) => closure.find(closure.node(part)));
  }

  /** The columns of a row that occur in any atom. */
  columnsOf(row: number): readonly string[] {
    return this.closure.columnsOf(row);
  }

  /** Reads the classes once they are final. */
  private index(): void {
    const { closure, words } = this;
    for (const id of closure.named()) {
      const word = words.of(id);
      if (word.telling) this.tell(closure.find(id), word);
    }
    for (const id of closure.computed()) {
      const { source, elementOf } = words.of(id);
      if (source !== undefined) this.derived.set(source, [...(this.derived.get(source) ?? []), closure.find(id)]);
      if (elementOf !== undefined) this.elements.set(elementOf, [...(this.elements.get(elementOf) ?? []), closure.find(id)]);
    }
  }

  private tell(root: number, word: Word): void {
    const known = this.info.get(root) ?? NOTHING;
    this.info.set(root, {
      literals: typeof word.literal === 'string' ? new Set([...known.literals, word.literal]) : known.literals,
      trusted: known.trusted || word.trusted,
      caller: known.caller || word.caller,
      email: known.email || word.email,
      personal: known.personal || word.personal,
      presented: known.presented || word.presented,
    });
  }
}

/** A stored file is named by its bucket and by its path in it. */
const PATH: readonly string[] = ['bucket_id', 'name'];

function begins(path: Term): readonly Term[] {
  if (path.kind === 'column') return [];
  const parts = joined(path);
  const end = parts.findIndex((part) => part.kind !== 'column' && termTrust(part) !== 'trusted' && !isLiteral(part));
  return (end < 0 ? parts : parts.slice(0, end + 1)).filter((part) => !isLiteral(part));
}

/** What a concatenation puts together, in order. */
function joined(term: Term): readonly Term[] {
  return term.kind === 'apply' && JOINS.has(term.fn) ? term.of.flatMap(joined) : [term];
}

const isLiteral = (term: Term): boolean => term.kind === 'value' && term.value.kind === 'literal';

const NOTHING: ClassInfo = { literals: new Set(), trusted: false, caller: false, email: false, personal: false, presented: false };

/** Only what names the role, or the claim of that name, can tell who asks. */
function asksRole(atom: Atom): boolean {
  return atom.kind === 'compare' ? namesRole(atom.left) || namesRole(atom.right) : atom.kind === 'null' && namesRole(atom.of);
}

function namesRole(term: Term): boolean {
  if (term.kind === 'apply') return term.of.some(namesRole);
  return term.kind === 'value' && (term.value.kind === 'role' || (term.value.kind === 'claim' && term.value.path === 'role'));
}
