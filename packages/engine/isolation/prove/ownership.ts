import type { ForeignKeyHop } from '@tenantlint/model';
import type { Known, KnownRow } from './known.ts';
import type { Question } from './question.ts';
import { pathOf } from './tables.ts';

/**
 * `strict`: bound by the tenant column or by the path that the tenancy itself goes.
 * `weak`: bound by another relation; true of consistent data, good enough for reaching a row and not for leaving one behind.
 */
export type Strength = 'weak' | 'strict';

/**
 * Which rows and values are the caller's: a fixpoint over three facts. A row is `own` when one of its user columns is
 * the caller; it is `mine` when its tenant is one of the caller's; a value is `mine` when it is the id of such a tenant.
 */
export class Ownership {
  private readonly known: Known;
  private readonly question: Question;
  private readonly ownRows = new Map<number, 'direct' | 'child'>();
  private readonly mineRows = new Map<number, Strength>();
  private readonly tenants = new Map<number, Strength>();
  /** Classes that are the id of a person who is the caller. */
  private readonly callers = new Set<number>();
  /** Classes that are the id of somebody who shares a tenant with the caller. */
  private readonly colleagues = new Set<number>();
  /** `table|class`: the row of that table with that key is the caller's tenant's. */
  private readonly references = new Map<string, Strength>();
  /** Classes that are the id of a row of the caller's tenant: who holds one without a key to say so is taken to mean that row. */
  private readonly ids = new Set<number>();
  private readonly parents = new Map<KnownRow, ReadonlyMap<ForeignKeyHop, KnownRow>>();
  private changed = false;

  constructor(known: Known, question: Question) {
    this.known = known;
    this.question = question;
    // Each round only adds facts, of which there are at most a few for every row and column.
    for (let round = 0; round < 12; round++) {
      this.changed = false;
      for (const row of known.rows) this.step(row);
      if (!this.changed) return;
    }
  }

  own(row: number): 'direct' | 'child' | undefined {
    return this.ownRows.get(row);
  }

  /** By the key that says whose the row is, it hangs off a row of the caller's. */
  belowOwn(row: KnownRow): boolean {
    const [hop] = pathOf(row.table.tenancy);
    const parent = hop === undefined ? undefined : this.findParent(row, hop);
    return parent !== undefined && this.ownRows.has(parent.row.id);
  }

  mine(row: number): Strength | undefined {
    return this.mineRows.get(row);
  }

  /** The class is the id of something of the caller's: a tenant, a row, a person. */
  holds(root: number): boolean {
    return this.tenants.has(root) || this.callers.has(root) || this.ids.has(root) || [...this.references.keys()].some((key) => key.endsWith(`|${root}`));
  }

  colleague(row: KnownRow): boolean {
    return row.table.whoColumns.some((name) => this.has(this.colleagues, row, name));
  }

  private step(row: KnownRow): void {
    this.findOwn(row);
    this.findMine(row);
    this.spread(row);
  }

  private findOwn(row: KnownRow): void {
    const { table } = row;
    const id = row.row.id;
    for (const name of table.whoColumns) {
      const root = this.known.closure.column(id, name);
      if (root !== undefined && (this.known.of(root).trusted || this.callers.has(root))) this.setOwn(id, 'direct');
    }
    for (const name of this.known.columnsOf(id)) {
      const root = this.known.closure.column(id, name);
      if (root === undefined) continue;
      if (this.known.of(root).caller || (this.known.of(root).email && /mail/.test(name))) this.setOwn(id, 'direct');
    }
    // Whoever presents a row's secret is its bearer: a key or an invitation, looked up by what the request brings.
    const secret = table.tenancy.kind === 'pre-tenant' ? this.known.closure.column(id, table.tenancy.secret) : undefined;
    if (secret !== undefined && this.known.of(secret).presented) this.setOwn(id, 'direct');
    if (table.key === 'storage.objects') this.findStored(row);
    // A row that lists users (or tenants) is the business of each of them.
    for (const root of this.known.elementsOf(id)) {
      if (this.known.of(root).caller || this.callers.has(root)) this.setOwn(id, 'direct');
      else if (this.tenants.has(root)) this.setMine(id, 'weak');
    }
    for (const hop of table.hops) {
      const parent = this.parentOf(row, hop);
      if (parent !== undefined && parent.table.person === undefined && this.ownRows.has(parent.row.id)) this.setOwn(id, 'child');
    }
    if (this.ownRows.get(id) === 'direct' && table.person !== undefined) {
      const root = this.known.closure.column(id, table.person);
      if (root !== undefined && !this.callers.has(root)) {
        this.callers.add(root);
        this.changed = true;
      }
    }
  }

  /** Stored files say whose they are in a folder of their path, or are what a row of the caller's keeps the path of. */
  private findStored(row: KnownRow): void {
    const { id } = row.row;
    // That a test of the path is true makes it no part of the path.
    const folders = this.known.derivedFrom(id).filter((root) => !this.known.of(root).literals.has('true') && !this.known.of(root).literals.has('false'));
    const path = this.known.closure.column(id, 'name');
    for (const root of [...folders, ...this.known.leading(id), path, this.known.closure.column(id, 'bucket_id')]) {
      if (root === undefined) continue;
      if (this.known.of(root).caller || this.callers.has(root)) this.setOwn(id, 'direct');
      if (this.known.of(root).trusted || this.tenants.get(root) === 'strict') this.setMine(id, 'strict');
      else {
        const strength = [...this.references].find(([key]) => key.endsWith(`|${root}`))?.[1] ?? (this.ids.has(root) ? 'weak' : undefined);
        if (strength !== undefined) this.setMine(id, strength);
      }
    }
    if (path === undefined) return;
    for (const other of this.known.rows) {
      const there = other.row.id;
      if (there === id || !this.known.columnsOf(there).some((name) => this.known.closure.column(there, name) === path)) continue;
      if (this.mineRows.has(there)) this.setMine(id, 'weak');
      else if (this.ownRows.has(there)) this.setOwn(id, 'child');
    }
  }

  private findMine(row: KnownRow): void {
    const { table } = row;
    const id = row.row.id;
    for (const name of table.tenantColumns) {
      const root = this.known.closure.column(id, name);
      if (root === undefined) continue;
      if (this.known.of(root).trusted) this.setMine(id, 'strict');
      const strength = this.tenants.get(root);
      if (strength !== undefined) this.setMine(id, strength);
    }
    // The row under judgement is the claim itself: that it names the caller does not make its tenant the caller's.
    if (this.ownRows.has(id) && id !== this.question.row && table.tenancy.kind !== 'user-owned') this.setMine(id, this.ownRows.get(id) === 'direct' ? 'strict' : 'weak');
    for (const hop of table.hops) this.mineByKey(row, hop);
    if (!(id === this.question.row && this.question.goal === 'write')) this.mineById(row);
    // A row about to be written has the key of a row that is there: that says nothing of what is written.
    if (table.primary.length === 1 && !(id === this.question.row && this.question.goal === 'write')) {
      const root = this.known.closure.column(id, table.primary[0] ?? '');
      const strength = root === undefined ? undefined : this.references.get(`${table.key}|${root}`);
      if (strength !== undefined) this.setMine(id, strength);
    }
  }

  private mineById(row: KnownRow): void {
    const { table } = row;
    for (const name of this.ids.size === 0 ? [] : this.known.columnsOf(row.row.id)) {
      if (table.primary.includes(name) || name === table.person || table.hops.some((hop) => hop.columns.includes(name))) continue;
      const root = this.known.closure.column(row.row.id, name);
      if (root !== undefined && this.ids.has(root)) this.setMine(row.row.id, 'weak');
    }
  }

  private mineByKey(row: KnownRow, hop: ForeignKeyHop): void {
    const { table } = row;
    const onPath = table.onPath.has(hop);
    const parent = this.parentOf(row, hop);
    const inherited = parent === undefined || parent.row.id === this.question.row ? undefined : this.mineRows.get(parent.row.id);
    if (inherited !== undefined) this.setMine(row.row.id, onPath ? inherited : 'weak');
    if (hop.columns.length !== 1) return;
    const root = this.known.closure.column(row.row.id, hop.columns[0] ?? '');
    if (root === undefined) return;
    if (onPath && this.known.of(root).trusted) this.setMine(row.row.id, 'strict');
    const strength = this.references.get(`${hop.parent}|${root}`);
    if (strength !== undefined) this.setMine(row.row.id, onPath ? strength : 'weak');
  }

  /** What a row that is the caller's says of the values in it. */
  private spread(row: KnownRow): void {
    const { table } = row;
    const id = row.row.id;
    if (id === this.question.row && this.question.goal === 'write') return;
    const strength = this.mineRows.get(id);
    if (strength !== undefined) {
      for (const name of table.tenantColumns) this.setTenant(this.known.closure.column(id, name), strength);
      if (table.primary.length === 1) {
        const root = this.known.closure.column(id, table.primary[0] ?? '');
        this.setReference(table.key, root, strength);
        if (root !== undefined && table.person === undefined && table.tenancy.kind !== 'root' && !this.ids.has(root)) {
          this.ids.add(root);
          this.changed = true;
        }
      }
      for (const hop of table.hops) {
        if (hop.columns.length === 1) this.setReference(hop.parent, this.known.closure.column(id, hop.columns[0] ?? ''), table.onPath.has(hop) ? strength : 'weak');
      }
      if (id !== this.question.row) for (const name of table.whoColumns) this.setColleague(this.known.closure.column(id, name));
    }
    if (this.ownRows.get(id) !== 'direct' || id === this.question.row) return;
    for (const hop of table.hops) {
      const column = hop.columns.length === 1 ? hop.columns[0] : undefined;
      if (column === undefined || table.userColumns.includes(column)) continue;
      const root = this.known.closure.column(id, column);
      const granted: Strength = table.grants.includes(column) ? 'strict' : 'weak';
      this.setReference(hop.parent, root, granted);
    }
    for (const name of table.tenantColumns) this.setTenant(this.known.closure.column(id, name), 'strict');
  }

  private parentOf(row: KnownRow, hop: ForeignKeyHop): KnownRow | undefined {
    let known = this.parents.get(row);
    if (known === undefined) this.parents.set(row, (known = this.findParents(row)));
    return known.get(hop);
  }

  /** Rows that the keys of a row lead to. */
  private findParents(row: KnownRow): ReadonlyMap<ForeignKeyHop, KnownRow> {
    const found = new Map<ForeignKeyHop, KnownRow>();
    for (const hop of row.table.hops) {
      const parent = this.findParent(row, hop);
      if (parent !== undefined) found.set(hop, parent);
    }
    return found;
  }

  private findParent({ row }: KnownRow, hop: ForeignKeyHop): KnownRow | undefined {
    const { known } = this;
    const [first] = hop.columns;
    if (first === undefined || known.closure.column(row.id, first) === undefined) return undefined;
    return known.rows.find((other) => other.row.id !== row.id && other.table.key === hop.parent && hop.columns.every((name, index) => known.equalColumns(row.id, name, other.row.id, hop.referenced[index] ?? '')));
  }

  private has(set: ReadonlySet<number>, row: KnownRow, name: string): boolean {
    const root = this.known.closure.column(row.row.id, name);
    return root !== undefined && set.has(root);
  }

  private setOwn(row: number, how: 'direct' | 'child'): void {
    const known = this.ownRows.get(row);
    if (known === how || known === 'direct') return;
    this.ownRows.set(row, how);
    this.changed = true;
  }

  private setMine(row: number, strength: Strength): void {
    if (raise(this.mineRows, row, strength)) this.changed = true;
  }

  private setTenant(root: number | undefined, strength: Strength): void {
    if (root !== undefined && raise(this.tenants, root, strength)) this.changed = true;
  }

  private setReference(table: string, root: number | undefined, strength: Strength): void {
    if (root !== undefined && raise(this.references, `${table}|${root}`, strength)) this.changed = true;
  }

  private setColleague(root: number | undefined): void {
    if (root === undefined || this.colleagues.has(root)) return;
    this.colleagues.add(root);
    this.changed = true;
  }
}

function raise<K>(map: Map<K, Strength>, key: K, strength: Strength): boolean {
  const known = map.get(key);
  if (known === strength || known === 'strict') return false;
  map.set(key, strength);
  return true;
}
