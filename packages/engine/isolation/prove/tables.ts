import type { ForeignKeyHop, Tenancy } from '@tenantlint/model';
import { primaryKey, tenantKeys, uniqueKeys } from '../../tenancy/index.ts';
import type { Database } from './question.ts';

/** What the prover asks of a table again and again. */
export interface TableFacts {
  readonly key: string;
  readonly name: string;
  readonly tenancy: Tenancy;
  readonly tenantColumns: readonly string[];
  readonly userColumns: readonly string[];
  /** These, and the person's own id. */
  readonly whoColumns: readonly string[];
  /** The person's own id, where rows are persons. */
  readonly person: string | undefined;
  readonly hops: readonly ForeignKeyHop[];
  /** Of these, those of several columns. */
  readonly composite: readonly ForeignKeyHop[];
  /** Of these, the first step of the table's way to its tenant. */
  readonly onPath: ReadonlySet<ForeignKeyHop>;
  readonly uniques: readonly (readonly string[])[];
  readonly primary: readonly string[];
  readonly notNull: ReadonlySet<string>;
  /** Columns of a row of the caller's own that give access to what they point to. */
  readonly grants: readonly string[];
}

/** The way from the table's rows to the row that says whose they are. */
export function pathOf(tenancy: Tenancy): readonly ForeignKeyHop[] {
  return tenancy.kind === 'through' || tenancy.kind === 'user-owned' ? (tenancy.path ?? []) : [];
}

/** Do rows of the table belong to somebody: a tenant or a user? */
export function isOwned(table: TableFacts): boolean {
  return table.tenancy.kind !== 'global' && table.tenancy.kind !== 'unknown';
}

/** Columns that say whose a row of the table is. */
export function tellingColumns(db: Database, key: string): ReadonlySet<string> {
  const facts = tableFacts(db, key);
  return new Set([...facts.tenantColumns, ...facts.userColumns, ...(pathOf(facts.tenancy)[0]?.columns ?? []), ...facts.primary]);
}

const memo = new WeakMap<Database, Map<string, TableFacts>>();

export function tableFacts(db: Database, key: string): TableFacts {
  let all = memo.get(db);
  if (all === undefined) memo.set(db, (all = new Map<string, TableFacts>()));
  const known = all.get(key);
  if (known !== undefined) return known;
  const facts = build(db, key);
  all.set(key, facts);
  return facts;
}

function build(db: Database, key: string): TableFacts {
  const table = db.schema.tables.get(key);
  const tenancy: Tenancy = db.tenancy.of.get(key)?.tenancy ?? { kind: 'unknown' };
  const hops: ForeignKeyHop[] = [];
  for (const constraint of table?.constraints.values() ?? []) {
    if (constraint.kind !== 'foreign key') continue;
    const referenced = constraint.referenced.length > 0 ? constraint.referenced : primaryKey(db.schema.tables.get(constraint.references));
    hops.push({ table: key, columns: constraint.columns, parent: constraint.references, referenced, required: constraint.columns.every((name) => table?.columns.get(name)?.notNull === true), at: constraint.at });
  }
  const [first] = pathOf(tenancy);
  if (first !== undefined && !hops.some((hop) => hop.parent === first.parent && hop.columns.join() === first.columns.join())) hops.push(first);
  const person = db.tenancy.people.get(key);
  const userColumns = db.tenancy.userColumns.get(key) ?? [];
  // A key to a person says who, not whose: what a colleague wrote elsewhere is not the tenant's.
  const own = hops.filter((hop) => !db.tenancy.people.has(hop.parent));
  return {
    key,
    name: key.slice(key.indexOf('.') + 1),
    tenancy,
    tenantColumns: tenantKeys(tenancy),
    userColumns,
    whoColumns: person === undefined ? userColumns : [person, ...userColumns],
    person,
    hops: own,
    composite: own.filter((hop) => hop.columns.length > 1),
    onPath: new Set(own.filter((hop) => first !== undefined && first.parent === hop.parent && first.columns.join() === hop.columns.join())),
    uniques: table === undefined ? [] : uniqueKeys(table),
    primary: primaryKey(table),
    notNull: new Set([...(table?.columns.values() ?? [])].filter((column) => column.notNull).map((column) => column.name)),
    grants: db.tenancy.links.get(key)?.to ?? [],
  };
}
