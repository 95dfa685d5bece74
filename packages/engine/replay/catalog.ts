import type {
  Bucket, Change, DefaultPrivilege, Extension, Index, Namespace, Publication, Role, Routine, Schema, Sequence, Table, UserType, View,
} from '@tenantlint/model';
import { usesOf, type UseParts, type Uses } from './expr/uses.ts';

/** What the catalog holds, by the object word of a `Change`. */
export interface Stores {
  schema: Namespace;
  table: Table;
  view: View;
  function: Routine;
  type: UserType;
  sequence: Sequence;
  role: Role;
  publication: Publication;
  extension: Extension;
  bucket: Bucket;
  /** One value under the empty key: the list is short and its order matters. */
  'default-privileges': readonly DefaultPrivilege[];
  /** Not part of the schema: what only the code of migrations asks for. */
  rule: Rule;
  rows: KnownRows;
  /** FOR VALUES of a partition, or DEFAULT, as written. */
  bound: string;
}

export type StoreName = keyof Stores;

/** Stores whose objects can live in the session's own schema. */
export type TemporaryStore = 'table' | 'view' | 'sequence' | 'function' | 'type';

/** A rewrite rule, kept under its table and name. */
export interface Rule {
  readonly name: string;
  readonly table: string;
}

/** Rows of a temporary table, which nobody but its own session can fill. */
export interface KnownRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

type Maps = { readonly [K in StoreName]: Map<string, Stores[K]> };

/** What a name of the relation namespace (pg_class) stands for. */
export type Relation =
  | { readonly is: 'table' | 'view' | 'sequence' | 'composite'; readonly key: string }
  /** `of` is the key of its table or materialized view. */
  | { readonly is: 'index'; readonly of: string; readonly ofView: boolean; readonly name: string };

/** An object that can depend on others, as an address. */
export type Dependent = WholeDependent | DependentPart;

export interface WholeDependent {
  readonly is: 'table' | 'view' | 'routine' | 'type' | 'sequence' | 'publication';
  readonly key: string;
}

export interface DependentPart {
  readonly is: 'column' | 'constraint' | 'index' | 'policy' | 'trigger';
  readonly of: string;
  readonly name: string;
}

interface Undo {
  readonly object: StoreName;
  readonly key: string;
  readonly before: Stores[StoreName] | undefined;
}

/**
 * The working state of a replay: maps of immutable values, changed only through `put`. Every change is
 * journaled, so that a transaction can be undone and a step can say what it changed. The derived lookups
 * (names in use, who mentions whom) follow each change in both directions.
 */
export class Catalog {
  readonly #maps: Maps = {
    schema: new Map(), table: new Map(), view: new Map(), function: new Map(), type: new Map(), sequence: new Map(),
    role: new Map(), publication: new Map(), extension: new Map(), bucket: new Map(), 'default-privileges': new Map(),
    rule: new Map(), rows: new Map(), bound: new Map(),
  };
  #journal: Undo[] = [];
  /** Grows whenever a schema comes or goes. */
  #schemaChanges = 0;
  readonly #relations = new Map<string, Relation>();
  readonly #constraintNames = new Map<string, number>();
  readonly #routines = new Map<string, Set<string>>();
  /** Grows only: a reader checks that the dependent still exists and still mentions the object. */
  readonly #mentions = new Map<string, Map<string, Dependent>>();
  readonly #existed = new Set<string>();
  #ownRoutines = 0;
  readonly #owned = new Map<string, Set<string>>();
  readonly #temporary = new Map<string, { readonly object: TemporaryStore; readonly key: string }>();

  get tables(): ReadonlyMap<string, Table> {
    return this.#maps.table;
  }

  /** A catalog of its own with the same in it, in the same order; its journal starts anew. */
  copy(): Catalog {
    const copy = new Catalog();
    const fill = <K extends StoreName>(object: K): void => fillMap<Stores[K]>(copy.#maps[object], this.#maps[object]);
    for (const object of Object.keys(this.#maps) as StoreName[]) fill(object);
    copy.#schemaChanges = this.#schemaChanges;
    copy.#ownRoutines = this.#ownRoutines;
    fillMap(copy.#relations, this.#relations);
    fillMap(copy.#constraintNames, this.#constraintNames);
    fillMap(copy.#temporary, this.#temporary);
    for (const [key, routines] of this.#routines) copy.#routines.set(key, new Set(routines));
    for (const [key, owned] of this.#owned) copy.#owned.set(key, new Set(owned));
    for (const [key, dependents] of this.#mentions) copy.#mentions.set(key, new Map(dependents));
    for (const key of this.#existed) copy.#existed.add(key);
    return copy;
  }

  map<K extends StoreName>(object: K): ReadonlyMap<string, Stores[K]> {
    return this.#maps[object];
  }

  get<K extends StoreName>(object: K, key: string): Stores[K] | undefined {
    return this.#maps[object].get(key);
  }

  put<K extends StoreName>(object: K, key: string, value: Stores[K] | undefined): void {
    const map: Map<string, Stores[K]> = this.#maps[object];
    const before = map.get(key);
    if (before === value) return;
    this.#journal.push({ object, key, before });
    this.#set(object, key, before, value);
  }

  /** What the session made for itself. */
  get temporary(): readonly { readonly object: TemporaryStore; readonly key: string }[] {
    return this.#temporary.size === 0 ? [] : [...this.#temporary.values()];
  }

  /** Whether the history made any routine that is still there. */
  get hasOwnRoutines(): boolean {
    return this.#ownRoutines > 0;
  }

  get schemaChanges(): number {
    return this.#schemaChanges;
  }

  get defaultPrivileges(): readonly DefaultPrivilege[] {
    return this.#maps['default-privileges'].get('') ?? [];
  }

  relation(key: string): Relation | undefined {
    return this.#relations.get(key);
  }

  /** Whether a relation of this name exists now or did at any time before. */
  everHad(key: string): boolean {
    return this.#existed.has(key);
  }

  constraintNameUsed(schema: string, name: string): boolean {
    return (this.#constraintNames.get(`${schema}.${name}`) ?? 0) > 0;
  }

  /** Keys of all routines of that schema-qualified name. */
  overloads(schema: string, name: string): readonly string[] {
    const keys = this.#routines.get(`${schema}.${name}`);
    return keys === undefined ? [] : [...keys];
  }

  /** Objects that may mention the one under `use`; the caller verifies each. */
  mentioning(use: string): readonly Dependent[] {
    return [...(this.#mentions.get(use)?.values() ?? [])];
  }

  /** Sequences that belong to a column, given as `schema.table.column`. */
  ownedSequences(column: string): readonly Sequence[] {
    return [...(this.#owned.get(column) ?? [])].flatMap((key) => this.#maps.sequence.get(key) ?? []);
  }

  mark(): number {
    return this.#journal.length;
  }

  undo(mark: number): void {
    while (this.#journal.length > mark) {
      const entry = this.#journal.pop();
      if (entry === undefined) return;
      this.#restore(entry.object, entry.key, entry.before);
    }
  }

  /** Net changes since the last call, one entry an object; the journal starts anew. */
  takeChanges(): readonly Change[] {
    const changes = this.changesSince(0);
    this.#journal = [];
    return changes;
  }

  /** Net changes since a mark, one entry an object. */
  changesSince(mark: number): readonly Change[] {
    const seen = new Map<StoreName, Set<string>>();
    const first: Undo[] = [];
    for (const entry of mark === 0 ? this.#journal : this.#journal.slice(mark)) {
      const keys = seen.get(entry.object);
      if (keys === undefined) seen.set(entry.object, new Set([entry.key]));
      else if (keys.has(entry.key)) continue;
      else keys.add(entry.key);
      first.push(entry);
    }
    const changes: Change[] = [];
    for (const { object, key, before } of first) {
      const after = this.#maps[object].get(key);
      if (after !== before && object !== 'rule' && object !== 'rows' && object !== 'bound') changes.push({ object, key, before, after });
    }
    return changes;
  }

  /** A copy of the present state. */
  schema(searchPath: readonly string[]): Schema {
    const maps = this.#maps;
    return {
      schemas: new Map(maps.schema), tables: new Map(maps.table), views: new Map(maps.view), functions: new Map(maps.function),
      types: new Map(maps.type), sequences: new Map(maps.sequence), roles: new Map(maps.role), publications: new Map(maps.publication),
      extensions: new Map(maps.extension), buckets: new Map(maps.bucket), defaultPrivileges: this.defaultPrivileges, searchPath,
    };
  }

  #restore<K extends StoreName>(object: K, key: string, value: Stores[StoreName] | undefined): void {
    // The journal holds what this very store gave back, so the value is of the store's type.
    const typed = value as Stores[K] | undefined;
    this.#set(object, key, this.#maps[object].get(key), typed);
  }

  #set<K extends StoreName>(object: K, key: string, before: Stores[K] | undefined, after: Stores[K] | undefined): void {
    const map: Map<string, Stores[K]> = this.#maps[object];
    if (after === undefined) map.delete(key);
    else map.set(key, after);
    if (key.startsWith('pg_temp.')) this.#followTemporary(object, key, after !== undefined);
    if (object === 'schema') this.#schemaChanges++;
    else if (object === 'table') this.#followTable(key, before as Table | undefined, after as Table | undefined);
    else if (object === 'view') this.#followView(key, before as View | undefined, after as View | undefined);
    else if (object === 'function') this.#followRoutine(key, before as Routine | undefined, after as Routine | undefined);
    else if (object === 'type') this.#followType(key, before as UserType | undefined, after as UserType | undefined);
    else if (object === 'sequence') {
      this.#followSequence(key, before as Sequence | undefined, after as Sequence | undefined);
    } else if (object === 'publication' && after !== undefined) {
      this.#mention(usesOf('publication', after as Publication), { is: 'publication', key });
    }
  }

  #followTemporary(object: StoreName, key: string, present: boolean): void {
    if (object !== 'table' && object !== 'view' && object !== 'sequence' && object !== 'function' && object !== 'type') return;
    if (present) this.#temporary.set(`${object}\n${key}`, { object, key });
    else this.#temporary.delete(`${object}\n${key}`);
  }

  #name(key: string, relation: Relation): void {
    this.#relations.set(key, relation);
    this.#existed.add(key);
  }

  #followSequence(key: string, before: Sequence | undefined, after: Sequence | undefined): void {
    if (after === undefined) this.#relations.delete(key);
    else if (before === undefined) this.#name(key, { is: 'sequence', key });
    if (before?.ownedBy === after?.ownedBy) return;
    if (before?.ownedBy !== undefined) this.#owned.get(before.ownedBy)?.delete(key);
    if (after?.ownedBy === undefined) return;
    const owned = this.#owned.get(after.ownedBy) ?? new Set();
    this.#owned.set(after.ownedBy, owned.add(key));
  }

  #followTable(key: string, before: Table | undefined, after: Table | undefined): void {
    if (before === undefined && after !== undefined) this.#name(key, { is: 'table', key });
    if (after === undefined) this.#relations.delete(key);
    this.#followIndexes(key, false, before?.schema ?? after?.schema ?? '', before?.indexes, after?.indexes);
    if (before?.constraints !== after?.constraints) {
      const schema = before?.schema ?? after?.schema ?? '';
      for (const name of before?.constraints.keys() ?? []) if (!after?.constraints.has(name)) this.#countConstraint(schema, name, -1);
      for (const name of after?.constraints.keys() ?? []) if (!before?.constraints.has(name)) this.#countConstraint(schema, name, 1);
    }
    if (after === undefined) return;
    if (before?.parents !== after.parents) this.#mention(usesOf('table', after), { is: 'table', key });
    this.#mentionParts('column', key, before?.columns, after.columns);
    this.#mentionParts('constraint', key, before?.constraints, after.constraints);
    this.#mentionParts('policy', key, before?.policies, after.policies);
    this.#mentionParts('trigger', key, before?.triggers, after.triggers);
  }

  #followView(key: string, before: View | undefined, after: View | undefined): void {
    if (before === undefined && after !== undefined) this.#name(key, { is: 'view', key });
    if (after === undefined) this.#relations.delete(key);
    this.#followIndexes(key, true, before?.schema ?? after?.schema ?? '', before?.indexes, after?.indexes);
    if (after === undefined) return;
    if (before?.select !== after.select || before.reads !== after.reads) this.#mention(usesOf('view', after), { is: 'view', key });
    this.#mentionParts('trigger', key, before?.triggers, after.triggers);
  }

  #followIndexes(of: string, ofView: boolean, schema: string, before: ReadonlyMap<string, Index> | undefined, after: ReadonlyMap<string, Index> | undefined): void {
    if (before === after) return;
    for (const name of before?.keys() ?? []) if (!after?.has(name)) this.#relations.delete(`${schema}.${name}`);
    for (const [name, index] of after ?? []) {
      if (before?.get(name) === index) continue;
      this.#name(`${schema}.${name}`, { is: 'index', of, ofView, name });
      this.#mention(usesOf('index', index), { is: 'index', of, name });
    }
  }

  #followRoutine(key: string, before: Routine | undefined, after: Routine | undefined): void {
    const routine = after ?? before;
    if (routine === undefined) return;
    const name = `${routine.schema}.${routine.name}`;
    this.#ownRoutines += (after?.platform === false ? 1 : 0) - (before?.platform === false ? 1 : 0);
    if (after === undefined) this.#routines.get(name)?.delete(key);
    else {
      const keys = this.#routines.get(name) ?? new Set();
      this.#routines.set(name, keys.add(key));
      this.#mention(usesOf('routine', after), { is: 'routine', key });
    }
  }

  #followType(key: string, before: UserType | undefined, after: UserType | undefined): void {
    if (before?.form.is === 'composite') this.#relations.delete(key);
    if (after?.form.is === 'composite') this.#name(key, { is: 'composite', key });
    if (before?.form.is === 'domain') for (const name of before.form.checks.keys()) this.#countConstraint(before.schema, name, -1);
    if (after?.form.is === 'domain') for (const name of after.form.checks.keys()) this.#countConstraint(after.schema, name, 1);
    if (after !== undefined) this.#mention(usesOf('type', after), { is: 'type', key });
  }

  #countConstraint(schema: string, name: string, by: number): void {
    const key = `${schema}.${name}`;
    this.#constraintNames.set(key, (this.#constraintNames.get(key) ?? 0) + by);
  }

  #mentionParts<P extends Part>(is: P, of: string, before: ReadonlyMap<string, UseParts[P]> | undefined, after: ReadonlyMap<string, UseParts[P]>): void {
    if (before === after) return;
    for (const [name, part] of after) {
      if (before?.get(name) === part) continue;
      const uses = usesOf(is, part);
      if (uses.length > 0) this.#mention(uses, { is, of, name });
    }
  }

  #mention(uses: Uses, by: Dependent): void {
    if (uses.length === 0) return;
    const id = 'of' in by ? `${by.is}\n${by.of}\n${by.name}` : `${by.is}\n${by.key}`;
    for (const use of uses) {
      const known = this.#mentions.get(use);
      if (known === undefined) this.#mentions.set(use, new Map([[id, by]]));
      else known.set(id, by);
    }
  }
}

function fillMap<T>(into: Map<string, T>, from: ReadonlyMap<string, T>): void {
  for (const [key, value] of from) into.set(key, value);
}

type Part = 'column' | 'constraint' | 'policy' | 'trigger';
