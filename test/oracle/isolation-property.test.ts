import { prove, type Database, type Goal } from '@tenantlint/engine';
import type { Formula, Row, Span, Term, Value } from '@tenantlint/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { product } from '../unit/isolation/product.ts';

/**
 * The prover against brute force: every formula is evaluated in every small world, and "isolated" must mean that no
 * world holds a row that satisfies it and is not the caller's; "leak" that some world does.
 */
const at: Span = { file: 'p.sql', start: 0, end: 1 };
const db: Database = product(`
create table organizations (id int primary key);
create table users (id int primary key);
create table members (org_id int not null references organizations(id), user_id int not null references users(id), role text, primary key (org_id, user_id));
create table projects (id int primary key, org_id int not null references organizations(id), created_by int references users(id), flag boolean not null);
create table tasks (id int primary key, project_id int not null references projects(id));
`).facts.database;

interface World {
  readonly members: readonly { readonly org_id: number; readonly user_id: number }[];
  readonly projects: readonly { readonly id: number; readonly org_id: number; readonly created_by: number | null; readonly flag: boolean }[];
  readonly claim: number;
}
const CALLER = 1;

const column = (row: number, name: string): Term => ({ kind: 'column', row, column: name, at });
const value = (of: Value): Term => ({ kind: 'value', value: of, at });
const literal = (of: number | boolean): Term => value({ kind: 'literal', value: of });
const caller = value({ kind: 'caller' });
const tenant = value({ kind: 'tenant', from: 'token' });
const equal = (left: Term, right: Term): Formula => ({ kind: 'compare', op: '=', left, right, at });
const row = (id: number, table: string): Row => ({ id, table: `public.${table}`, alias: `${table}${id}`, at });

/** Terms by what they hold, for the rows in scope. */
function terms(kind: 'org' | 'user' | 'project', scope: readonly Row[]): Term[] {
  const out: Term[] = [];
  for (const one of scope) {
    const table = one.table?.slice(7);
    if (kind === 'org' && (table === 'members' || table === 'projects')) out.push(column(one.id, 'org_id'));
    if (kind === 'user' && table === 'members') out.push(column(one.id, 'user_id'));
    if (kind === 'user' && table === 'projects') out.push(column(one.id, 'created_by'));
    if (kind === 'project' && table === 'projects') out.push(column(one.id, 'id'));
    if (kind === 'project' && table === 'tasks') out.push(column(one.id, 'project_id'));
  }
  return kind === 'org' ? [...out, tenant] : kind === 'user' ? [...out, caller] : out;
}

/** `full`: with what only a larger world than ours could satisfy, negations and inequalities. */
function atom(scope: readonly Row[], full: boolean): fc.Arbitrary<Formula> {
  const pairs = (['org', 'user', 'project'] as const).flatMap((kind) => {
    const all = terms(kind, scope);
    return all.length < 2 ? [] : [fc.tuple(fc.constantFrom(...all), fc.constantFrom(...all)).filter(([a, b]) => a !== b).map(([a, b]) => equal(a, b))];
  });
  const unequal = !full ? [] : pairs.map((pair) => pair.map((made): Formula => (made.kind === 'compare' ? { ...made, op: '<>' } : made)));
  const nulls = scope.filter((one) => one.table === 'public.projects').map((one) => fc.boolean().map((negated): Formula => ({ kind: 'null', of: column(one.id, 'created_by'), negated, at })));
  const flags = scope.filter((one) => one.table === 'public.projects').map((one) => fc.boolean().map((flag) => equal(column(one.id, 'flag'), literal(flag))));
  return pairs.length + flags.length === 0 ? fc.constant<Formula>({ kind: 'true' }) : fc.oneof(...pairs, ...pairs, ...flags, ...nulls, ...unequal);
}

function formula(scope: readonly Row[], depth: number, next: number, full: boolean): fc.Arbitrary<Formula> {
  if (depth === 0) return atom(scope, full);
  const inner = formula(scope, depth - 1, next, full);
  const nested = fc.constantFrom('members', 'projects', 'tasks').chain((table) => {
    const made = row(next, table);
    return formula([...scope, made], depth - 1, next + 1, full).map((where): Formula => ({ kind: 'exists', rows: [made], where, at }));
  });
  const both = fc.tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(inner, { minLength: 2, maxLength: 3 })).map(([kind, of]): Formula => ({ kind, of }));
  return fc.oneof({ weight: 2, arbitrary: atom(scope, full) }, { weight: 4, arbitrary: both }, { weight: 3, arbitrary: nested }, ...(full ? [{ weight: 1, arbitrary: inner.map((of): Formula => ({ kind: 'not', of })) }] : []));
}

type Values = Readonly<Record<string, number | boolean | null>>;
type Env = ReadonlyMap<number, Values>;

function evaluate(what: Formula, world: World, env: Env): boolean {
  switch (what.kind) {
    case 'true': return true;
    case 'and': return what.of.every((one) => evaluate(one, world, env));
    case 'or': return what.of.some((one) => evaluate(one, world, env));
    case 'not': return !evaluate(what.of, world, env);
    case 'compare': {
      const left = read(what.left, world, env);
      const right = read(what.right, world, env);
      return left !== null && right !== null && (what.op === '=' ? left === right : left !== right);
    }
    case 'null': return (read(what.of, world, env) === null) !== what.negated;
    case 'exists': {
      const [one] = what.rows;
      const table: readonly Values[] = one?.table === 'public.members' ? world.members : one?.table === 'public.tasks' ? TASKS : world.projects;
      return one !== undefined && table.some((candidate) => evaluate(what.where, world, new Map([...env, [one.id, candidate]])));
    }
    default: throw new Error(what.kind);
  }
}

function read(term: Term, world: World, env: Env): number | boolean | null | undefined {
  if (term.kind === 'column') return env.get(term.row)?.[term.column];
  if (term.kind !== 'value') throw new Error(term.kind);
  if (term.value.kind === 'caller') return CALLER;
  if (term.value.kind === 'tenant') return world.claim;
  return term.value.kind === 'literal' ? (term.value.value as number | boolean) : undefined;
}

const ORGS = [1, 2, 3];
const PAIRS = ORGS.flatMap((org_id) => [1, 2].map((user_id) => ({ org_id, user_id })));
/** One task in each project. */
const TASKS = [{ id: 1, project_id: 1 }, { id: 2, project_id: 2 }];
const PROJECTS = ORGS.flatMap((org_id) => [1, 2, null].flatMap((created_by) => [true, false].map((flag) => ({ org_id, created_by, flag }))));

/** All worlds with up to two memberships and two projects; the token names the second tenant. */
function* worlds(): Iterable<World> {
  for (let i = 0; i <= PAIRS.length; i++) {
    for (let j = i; j <= PAIRS.length; j++) {
      const members = [PAIRS[i], PAIRS[j]].filter((one, index, all) => one !== undefined && all.indexOf(one) === index) as World['members'];
      for (const [index, first] of PROJECTS.entries()) for (const second of PROJECTS.slice(index)) yield { members, projects: [{ id: 1, ...first }, { id: 2, ...second }], claim: 2 };
    }
  }
}
const WORLDS = [...worlds()];

/** Tenants of the caller: by the token, by membership, by rows of the caller's own. */
function tenantsOf(world: World): ReadonlySet<number> {
  return new Set([world.claim, ...world.members.filter((one) => one.user_id === CALLER).map((one) => one.org_id), ...world.projects.filter((one) => one.created_by === CALLER).map((one) => one.org_id)]);
}

/** Is there a world in which a row satisfies the formula and is not the caller's to reach (to leave behind)? */
function escapes(what: Formula, table: 'projects' | 'tasks', goal: Goal): boolean {
  return WORLDS.some((world) => {
    if (table === 'tasks') {
      return world.projects.some((project) => evaluate(what, world, new Map([[0, { id: 1, project_id: project.id }]])) && !tenantsOf(world).has(project.org_id));
    }
    // A row about to be written is not in the table yet; one with the key of a row that is there replaces it.
    if (goal === 'write') return [1, 9].some((id) => PROJECTS.some((made) => evaluate(what, world, new Map([[0, { id, ...made }]])) && !tenantsOf(world).has(made.org_id)));
    return world.projects.some((project) => evaluate(what, world, new Map([[0, project]])) && !tenantsOf(world).has(project.org_id));
  });
}

/** A row that is about to be written is tried in every world: fewer formulas, so that it takes no longer than the others. */
const cases = [['projects', 'reach', 400], ['projects', 'write', 120], ['tasks', 'reach', 400], ['tasks', 'write', 400]] as const;

describe('prove() against brute force over small worlds', () => {
  for (const [table, goal, numRuns] of cases) {
    const judge = (what: Formula) => prove({ formula: what, row: 0, table: `public.${table}`, goal, at }, db);
    test(`isolated is never contradicted: ${table}, ${goal}`, () => {
      fc.assert(fc.property(formula([row(0, table)], 3, 1, true), (what) => judge(what).verdict !== 'yes' || !escapes(what, table, goal)), { numRuns });
    });
    test(`a leak is real: ${table}, ${goal}`, () => {
      fc.assert(fc.property(formula([row(0, table)], 3, 1, false), (what) => judge(what).verdict !== 'no' || escapes(what, table, goal)), { numRuns: 250 });
    });
  }

  test('both answers occur', () => {
    const found = fc.sample(formula([row(0, 'projects')], 3, 1, false), { numRuns: 200 }).map((what) => prove({ formula: what, row: 0, table: 'public.projects', goal: 'reach', at }, db).verdict);
    expect(found.filter((one) => one === 'yes').length).toBeGreaterThan(20);
    expect(found.filter((one) => one === 'no').length).toBeGreaterThan(20);
  });
});
