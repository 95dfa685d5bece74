import { PGlite } from '@electric-sql/pglite';
import type { AccessCommand } from '@tenantlint/model';

/** Enough of Supabase for policies to mean what they mean there. */
const BOOTSTRAP = `
create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
create schema auth;
create table auth.users (id uuid primary key, email text);
create function auth.uid() returns uuid language sql stable as $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' $$;
create function auth.jwt() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
grant usage on schema auth, public to anon, authenticated, service_role;
alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
`;

/** Whether a foreign key would stop a statement that policies let through is luck. */
const UNTIE = `do $$ declare k record; begin for k in select conname, conrelid::regclass as of from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace loop execute format('alter table %s drop constraint %I', k.of, k.conname); end loop; end $$`;

const id = (kind: number, tenant: 'a' | 'b' | 'c'): string => `00000000-0000-4000-8000-000000${String(kind).padStart(2, '0')}000${tenant}`;
export const USER = { a: id(1, 'a'), b: id(1, 'b'), c: id(1, 'c') } as const;
const ORG = { a: id(2, 'a'), b: id(2, 'b') } as const;

interface Seeded {
  readonly table: string;
  /** Values of a row by tenant; the key comes first. */
  row(tenant: 'a' | 'b', n: number): Readonly<Record<string, string>>;
  /** Columns that say whose the row is, with what each may be set to. */
  readonly owner: Readonly<Record<string, (tenant: 'a' | 'b') => readonly string[]>>;
  readonly text: string;
  /** A row of the tenant's that everybody may see, and nobody else change. */
  open?(tenant: 'a' | 'b'): Readonly<Record<string, string>>;
  /** Rows are nobody's: everybody may see them, and none of the callers change them. */
  readonly nobodys?: true;
}

const rows = (kind: number) => ({ a: id(kind, 'a'), b: id(kind, 'b') });
const PROJECT = rows(5);
const TASK = rows(6);
const NOTE = rows(9);
const both = (pair: { readonly a: string; readonly b: string }): readonly string[] => [pair.a, pair.b];

/** Parents before children. */
const SEEDS: readonly Seeded[] = [
  { table: 'organizations', text: 'name', owner: {}, row: (t) => ({ id: ORG[t], name: t, owner_id: USER[t] }) },
  { table: 'members', text: 'role', owner: { org_id: (t) => [ORG[t]] }, row: (t) => ({ id: id(3, t), org_id: ORG[t], user_id: USER[t], role: 'admin' }) },
  { table: 'profiles', text: 'role', owner: { org_id: (t) => [ORG[t]] }, row: (t) => ({ id: USER[t], org_id: ORG[t], role: 'admin' }) },
  { table: 'projects', text: 'name', owner: { org_id: (t) => [ORG[t]] }, row: (t) => ({ id: PROJECT[t], org_id: ORG[t], created_by: USER[t], name: t, is_public: 'false' }), open: (t) => ({ id: id(10, t), org_id: ORG[t], created_by: USER[t], name: t, is_public: 'true' }) },
  { table: 'tasks', text: 'title', owner: { project_id: (t) => [PROJECT[t]] }, row: (t) => ({ id: TASK[t], project_id: PROJECT[t], title: t }) },
  { table: 'comments', text: 'body', owner: { task_id: (t) => [TASK[t]] }, row: (t) => ({ id: id(7, t), task_id: TASK[t], author_id: USER[t], body: t }) },
  { table: 'docs', text: 'body', owner: { org_id: (t) => [ORG[t]] }, row: (t) => ({ id: id(8, t), org_id: ORG[t], project_id: PROJECT[t], body: t }) },
  { table: 'notes', text: 'body', owner: { user_id: (t) => [USER[t]] }, row: (t) => ({ id: NOTE[t], user_id: USER[t], body: t }) },
  { table: 'note_lines', text: 'body', owner: { note_id: (t) => [NOTE[t]] }, row: (t) => ({ id: id(11, t), note_id: NOTE[t], body: t }) },
  { table: 'plans', text: 'name', owner: {}, row: (t) => ({ id: id(4, t), name: t }), nobodys: true },
];

/** Values that an attacker tries in columns that do not say whose the row is. */
const TRIES: Readonly<Record<string, readonly string[]>> = { user_id: [USER.a, USER.c], created_by: [USER.a], author_id: [USER.a], project_id: both(PROJECT), id: [] };

/** A statement, and a query that finds a row where it did no harm: a trigger may have set it right. */
interface Try {
  readonly statement: string;
  readonly intact: string;
}

export interface Attack {
  /** `role table command` of everything that succeeded against the other tenant. */
  readonly succeeded: ReadonlySet<string>;
}

export class Attacker {
  private readonly db: PGlite;

  private constructor(db: PGlite) {
    this.db = db;
  }

  static async start(): Promise<Attacker> {
    const db = await PGlite.create();
    await db.exec(BOOTSTRAP);
    return new Attacker(db);
  }

  stop(): Promise<void> {
    return this.db.close();
  }

  /** Builds the product, seeds two tenants, and tries every table as user a of tenant a, who wants what is b's. */
  async attack(sql: string): Promise<Attack> {
    const succeeded = new Set<string>();
    await this.db.exec('begin');
    try {
      await this.db.exec(sql);
      await this.seed();
      await this.db.exec(UNTIE);
      for (const role of ['anon', 'authenticated']) for (const seeded of SEEDS) for (const command of await this.table(role, seeded)) succeeded.add(`${role} ${seeded.table} ${command}`);
    } finally {
      await this.db.exec('rollback');
    }
    return { succeeded };
  }

  /** Rows are put in as they are, past the product's own triggers. */
  private async seed(): Promise<void> {
    await this.db.exec('set local session_replication_role = replica');
    for (const user of Object.values(USER)) await this.db.exec(`insert into auth.users values ('${user}', '${user}@example.org')`);
    for (const seeded of SEEDS) for (const tenant of ['a', 'b'] as const) for (const row of [seeded.row(tenant, 0), ...(seeded.open === undefined ? [] : [seeded.open(tenant)])]) await this.db.exec(insert(seeded.table, row));
    await this.db.exec('set local session_replication_role = origin');
  }

  private async table(role: string, seeded: Seeded): Promise<readonly AccessCommand[]> {
    const out: AccessCommand[] = [];
    const theirs = idIs(seeded.row('b', 0));
    // What everybody sees may be changed by nobody else all the same.
    const kept = [theirs, ...(seeded.open === undefined ? [] : [idIs(seeded.open('b'))])];
    const mine = idIs(seeded.row('a', 0));
    if (seeded.nobodys !== true && (await this.as(role, `select 1 from ${seeded.table} where ${theirs}`)) > 0) out.push('select');
    const taken = `update ${seeded.table} set ${seeded.text} = 'taken'`;
    // What may not stay the other tenant's may still be taken into one's own.
    const seized = Object.entries(seeded.owner).flatMap(([column, values]) => values('a').flatMap((value) => kept.map((one) => ({ statement: `${taken}, ${column} = '${value}' where ${one}`, intact: `select 1 from ${seeded.table} where ${one} and ${column} <> '${value}'` }))));
    const reached = (await this.loses(role, taken, `${seeded.text} <> 'taken'`, seeded, kept)) || (await this.any(role, seized));
    // With a WHERE and without: the two go through different policies.
    const moves = Object.entries(seeded.owner).flatMap(([column, values]) =>
      values('b').flatMap((value) => {
        const intact = `select 1 from ${seeded.table} where ${mine} and ${column} <> '${value}'`;
        return [{ statement: `update ${seeded.table} set ${column} = '${value}' where ${mine}`, intact }, { statement: `update ${seeded.table} set ${column} = '${value}'`, intact }];
      }),
    );
    if (reached || (await this.any(role, moves))) out.push('update');
    if (await this.loses(role, `delete from ${seeded.table}`, 'true', seeded, kept)) out.push('delete');
    if (await this.any(role, forgeries(seeded))) out.push('insert');
    return out;
  }

  /** Whether a statement gets hold of one of the rows, with a WHERE or by taking everything. */
  private async loses(role: string, statement: string, intact: string, seeded: Seeded, rows: readonly string[]): Promise<boolean> {
    for (const one of rows) if ((await this.as(role, `${statement} where ${one}`)) > 0 || (await this.as(role, statement, `select 1 from ${seeded.table} where ${one} and ${intact}`)) > 0) return true;
    return false;
  }

  private async any(role: string, tries: readonly Try[]): Promise<boolean> {
    for (const { statement, intact } of tries) if ((await this.as(role, statement, intact)) > 0) return true;
    return false;
  }

  /** The most that any caller in the role gets: a member of tenant a, and one whose token does not name a tenant yet. */
  private async as(role: string, statement: string, intact?: string): Promise<number> {
    if (role === 'anon') return this.with(role, { role }, statement, intact);
    const user = { sub: USER.a, role, user_metadata: { org_id: ORG.b } };
    const found = await this.with(role, { ...user, app_metadata: { org_id: ORG.a, orgs: [ORG.a] } }, statement, intact);
    return found > 0 ? found : this.with(role, user, statement, intact);
  }

  /** Rows that the statement got hold of. */
  private async with(role: string, claims: object, statement: string, intact: string | undefined): Promise<number> {
    await this.db.exec('savepoint s');
    try {
      await this.db.exec(`set local role ${role}; set local "request.jwt.claims" = '${JSON.stringify(claims)}'; set local "request.headers" = '${JSON.stringify({ 'x-org': ORG.b })}'`);
      const result = await this.db.query(statement);
      if (intact !== undefined) {
        await this.db.exec('reset role');
        return (await this.db.query(intact)).rows.length === 0 ? 1 : 0;
      }
      return Math.max(result.rows.length, result.affectedRows ?? 0);
    } catch {
      return 0;
    } finally {
      await this.db.exec('rollback to s; reset role');
    }
  }
}

/** Rows with the other tenant's mark, and every plausible value in the columns beside it. */
function forgeries(seeded: Seeded): readonly Try[] {
  const base = seeded.row('b', 0);
  if (Object.keys(seeded.owner).length === 0 && seeded.nobodys !== true) return [];
  let variants: Readonly<Record<string, string>>[] = [{}];
  for (const column of Object.keys(base)) {
    const owner = seeded.owner[column];
    const values = owner?.('b') ?? (seeded.table === 'profiles' && column === 'id' ? [USER.c] : column === 'id' ? ['00000000-0000-4000-8000-00000000f00d'] : (TRIES[column] ?? [base[column] ?? '']));
    variants = variants.flatMap((variant) => values.map((value) => ({ ...variant, [column]: value })));
  }
  const marks = Object.keys(seeded.owner);
  return variants.map((variant) => {
    const arrived = [...marks, 'id'].map((column) => `${column} = '${variant[column] ?? ''}'`).join(' and ');
    return { statement: insert(seeded.table, variant), intact: `select 1 where not exists (select 1 from ${seeded.table} where ${arrived})` };
  });
}

function idIs(row: Readonly<Record<string, string>>): string {
  return `id = '${row['id'] ?? ''}'`;
}

function insert(table: string, row: Readonly<Record<string, string>>): string {
  return `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.values(row).map((value) => `'${value}'`).join(', ')})`;
}
