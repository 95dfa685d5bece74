import type { Formula, Row, Term } from '@tenantlint/model';
import { Closure } from './closure.ts';
import type { Database, Question } from './question.ts';
import type { TableFacts } from './tables.ts';
import { tableFacts } from './tables.ts';
import { columnsOf, ELEMENT, termTrust } from './terms.ts';

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
  readonly closure = new Closure();
  readonly rows: readonly KnownRow[];
  /** The atoms cannot hold together; the text says why. */
  readonly contradiction: string | undefined;
  private readonly info = new Map<number, ClassInfo>();
  private readonly columns = new Map<number, Set<string>>();
  private readonly derived = new Map<number, readonly number[]>();
  private readonly elements = new Map<number, readonly number[]>();
  private readonly paths = new Map<number, readonly Term[]>();
  private readonly stored: ReadonlySet<number>;
  private readonly question: Question;

  constructor(atoms: readonly Atom[], rows: readonly Row[], question: Question, db: Database) {
    this.question = question;
    this.rows = rows.filter((row): row is Row & { table: string } => row.table !== undefined).map((row) => ({ row, table: tableFacts(db, row.table) }));
    this.stored = new Set(this.rows.filter(({ table }) => table.key === 'storage.objects').map(({ row }) => row.id));
    const nonNull: Term[] = [];
    const isNull: Term[] = [];
    const different: (readonly [Term, Term])[] = [];
    for (const atom of atoms) this.take(atom, nonNull, isNull, different);
    if (atoms.some(asksRole)) this.assumeRole();
    this.saturate();
    this.contradiction = this.refute(nonNull, isNull, different);
  }

  private take(atom: Atom, nonNull: Term[], isNull: Term[], different: (readonly [Term, Term])[]): void {
    const { closure } = this;
    if (atom.kind === 'compare') {
      const left = closure.node(atom.left);
      const right = closure.node(atom.right);
      nonNull.push(atom.left, atom.right);
      if (atom.op === '=') closure.union(left, right);
      if (atom.op === '<>' || atom.op === '<' || atom.op === '>') different.push([atom.left, atom.right]);
    } else if (atom.kind === 'null') {
      closure.node(atom.of);
      (atom.negated ? nonNull : isNull).push(atom.of);
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
    for (const hop of child.table.hops) {
      if (hop.parent !== parent.table.key || hop.columns.length < 2) continue;
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
    const out = new Set<string>();
    for (const members of this.closure.classes().values()) {
      for (const term of members) if (term.kind === 'column' && (term.row === a || term.row === b)) out.add(term.column);
    }
    return out;
  }

  private refute(nonNull: readonly Term[], isNull: readonly Term[], different: readonly (readonly [Term, Term])[]): string | undefined {
    this.index();
    for (const info of this.info.values()) if (info.literals.size > 1) return `${[...info.literals].join(' and ')} at once`;
    for (const [a, b] of different) if (this.closure.same(a, b)) return 'a value different from itself';
    const present = new Set(nonNull.map((term) => this.root(term)));
    const { caller } = this.question;
    for (const term of nonNull) {
      const members = this.info.get(this.root(term));
      if (members?.personal === true && caller?.signedIn === false) return `${caller.role} is nobody: no user id and no claims`;
      if (term.kind === 'value' && term.value.kind === 'literal' && term.value.value === null) return 'compared with NULL';
    }
    for (const term of isNull) {
      const root = this.root(term);
      if (present.has(root)) return 'both NULL and not';
      if (this.info.get(root)?.caller === true && caller?.signedIn === true) return `${caller.role} is signed in`;
      if ((this.info.get(root)?.literals.size ?? 0) > 0) return 'a constant is not NULL';
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
    const parts = (this.paths.get(row) ?? []).flatMap(begins);
    return parts.map((part) => this.closure.find(this.closure.node(part)));
  }

  /** The columns that occur in any atom, by row. */
  columnsByRow(): ReadonlyMap<number, ReadonlySet<string>> {
    return this.columns;
  }

  /** Reads the classes once they are final. */
  private index(): void {
    for (const [root, members] of this.closure.classes()) {
      this.info.set(root, describe(members));
      for (const term of members) {
        columnsOf(term, (row, column) => {
          const known = this.columns.get(row);
          if (known === undefined) this.columns.set(row, new Set([column]));
          else known.add(column);
        });
        if (term.kind === 'column' && this.stored.has(term.row) && PATH.has(term.column)) this.paths.set(term.row, [...(this.paths.get(term.row) ?? []), ...members]);
        const source = term.kind === 'apply' ? soleRow(term) : undefined;
        if (source !== undefined) this.derived.set(source, [...(this.derived.get(source) ?? []), root]);
        const array = term.kind === 'apply' && term.fn.startsWith(ELEMENT) ? term.of[0] : undefined;
        if (array?.kind === 'column') this.elements.set(array.row, [...(this.elements.get(array.row) ?? []), root]);
      }
    }
  }
}

/** A stored file is named by its bucket and by its path in it. */
const PATH: ReadonlySet<string> = new Set(['bucket_id', 'name']);

function begins(path: Term): readonly Term[] {
  if (path.kind === 'column') return [];
  const parts = joined(path);
  const end = parts.findIndex((part) => part.kind !== 'column' && termTrust(part) !== 'trusted' && !isLiteral(part));
  return (end < 0 ? parts : parts.slice(0, end + 1)).filter((part) => !isLiteral(part));
}

/** What a concatenation puts together, in order. */
function joined(term: Term): readonly Term[] {
  return term.kind === 'apply' && (term.fn === 'concat' || term.fn === '||') ? term.of.flatMap(joined) : [term];
}

const isLiteral = (term: Term): boolean => term.kind === 'value' && term.value.kind === 'literal';

/** The one row that a term speaks of. */
function soleRow(term: Term): number | undefined {
  const rows = new Set<number>();
  columnsOf(term, (row) => rows.add(row));
  const [only] = rows;
  return rows.size === 1 ? only : undefined;
}

const NOTHING: ClassInfo = { literals: new Set(), trusted: false, caller: false, email: false, personal: false, presented: false };

function describe(members: readonly Term[]): ClassInfo {
  const literals = new Set<string>();
  let trusted = false;
  let caller = false;
  let email = false;
  let personal = false;
  let presented = false;
  for (const term of members) {
    const trust = termTrust(term);
    if (trust === 'trusted') trusted = true;
    if (trust === 'untrusted') presented = true;
    if (term.kind !== 'value') continue;
    if (term.value.kind === 'literal' && term.value.value !== null) literals.add(String(term.value.value));
    if (term.value.kind === 'caller') caller = true;
    if (term.value.kind === 'claim' && term.value.trusted && /(^|[.:])email$/.test(term.value.path)) email = true;
    if (term.value.kind === 'caller' || (term.value.kind === 'claim' && !/^(request\.|role$|iss$|aud$|ref$|exp$|iat$|$)/.test(term.value.path))) personal = true;
  }
  return { literals, trusted, caller, email, personal, presented };
}

/** Only what names the role, or the claim of that name, can tell who asks. */
function asksRole(atom: Atom): boolean {
  return atom.kind === 'compare' ? namesRole(atom.left) || namesRole(atom.right) : atom.kind === 'null' && namesRole(atom.of);
}

function namesRole(term: Term): boolean {
  if (term.kind === 'apply') return term.of.some(namesRole);
  return term.kind === 'value' && (term.value.kind === 'role' || (term.value.kind === 'claim' && term.value.path === 'role'));
}
