import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Span, SqlExpr, SqlSelect } from '@tenantlint/model';
import { createSqlParser } from './index.ts';

const sql = createSqlParser();
const EXPRESSIONS = new Set([
  'literal', 'column', 'param', 'call', 'keyword', 'cast', 'and', 'or', 'not', 'operator', 'prefix', 'is-null', 'is-bool', 'distinct', 'in',
  'any-array', 'all-array', 'any-select', 'all-select', 'exists', 'scalar', 'array-select', 'case', 'coalesce', 'greatest', 'least', 'nullif',
  'array', 'row', 'subscript', 'field',
]);
const RELATIONS = new Set(['table', 'join', 'subselect', 'function']);

/** Without places: what remains must not depend on where the text stands. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== 'at' && !key.endsWith('At')).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, bare(item)]),
  );
}

interface Placed {
  readonly kind?: string;
  readonly at: Span;
}

function isPlaced(value: object): value is Placed {
  return 'at' in value && typeof value.at === 'object' && value.at !== null && 'start' in value.at;
}

/** Every node of a reading with the placed node that holds it. */
function* nodes(value: unknown, parent?: Placed): Generator<{ node: Placed; parent: Placed | undefined }> {
  if (typeof value !== 'object' || value === null) return;
  if (isPlaced(value)) yield { node: value, parent };
  const holder = isPlaced(value) ? value : parent;
  for (const item of Object.values(value)) yield* nodes(item, holder);
}

/** Reads the text of each node's place once more: it must give the same node. Returns what was checked. */
function recheck(text: string, value: unknown): number {
  let checked = 0;
  const again = { file: 'again.sql', start: 0, end: 0 };
  for (const { node, parent } of nodes(value)) {
    const { start, end } = node.at;
    const own = text.slice(start, end);
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end, JSON.stringify(bare(node))).toBeGreaterThan(start);
    if (!('text' in node)) expect(own.trim(), 'a place starts and ends with a token').toBe(own);
    // BETWEEN is spelled once and read as several nodes.
    if (parent?.kind !== undefined && EXPRESSIONS.has(parent.kind) && parent.at.start === start && parent.at.end === end) continue;
    if (node.kind !== undefined && EXPRESSIONS.has(node.kind) && !isWord(node, parent) && !isShared(node, parent)) {
      expect(bare(sql.expression(own, again, false)), own).toEqual(bare(node));
      checked++;
    } else if (node.kind === 'select' && parent !== undefined && !('into' in node) && !isShared(node, parent)) {
      expect(bare(sql.statements(own, again, false)[0]), own).toEqual(bare(node));
      checked++;
    } else if (node.kind !== undefined && RELATIONS.has(node.kind)) {
      const select = sql.statements(`select from ${own}`, again, false)[0] as SqlSelect;
      expect(bare(select.from[0]), own).toEqual(bare(node));
      checked++;
    }
  }
  return checked;
}

/** Parts of constructs that are no expressions of their own: EXTRACT(year …), [1, 2] within ARRAY, DEFAULT, the star of TABLE t. */
function isWord(node: Placed, parent: Placed | undefined): boolean {
  const { kind, name } = node as { kind: string; name?: { name?: string } | string };
  if (kind === 'keyword' && name === 'default') return true;
  if (kind === 'column' && (node as unknown as { path: string[] }).path[0] === '*' && node.at.end - node.at.start > 1) return true;
  if (kind === 'array' && parent?.kind === 'array') return true;
  if (kind === 'call' && typeof name === 'object' && name.name?.endsWith('_escape') === true) return true;
  const construct = parent as { name?: { schema?: string } } | undefined;
  return kind === 'literal' && construct?.name?.schema === 'pg_catalog';
}

/** `(a, b) = (select x, y)`: each column's value is one column of a select that is written once. */
function isShared(node: Placed, parent: Placed | undefined): boolean {
  const several = (of: Placed | undefined): boolean => of?.kind === 'scalar' && (of as unknown as { select: SqlSelect }).select.targets.length === 1;
  if (parent !== undefined && 'column' in parent) return several(node);
  return node.kind === 'select' && several(parent) && (node as unknown as SqlSelect).targets.length === 1;
}

const EXPRESSION_TEXTS = [
  'a', 'm.org_id', '"Mixed Case"."Ünïcode😀"', 's.t.c', 't.*', '$1', "'it''s'", "E'a\\'b'", "'a'\n  'b'", '$tag$ body $tag$', "U&'d\\0061t'", "B'101'",
  '-1', '- 5.5', '1e-3', 'true', 'null',
  'a = b', '(a) = (b)', '((a)) + b * (c - d)', 'a OPERATOR(pg_catalog.=) b', '-a', '@ x', 'not a', 'not (a or b)',
  'a and b and c', '(a or b) and (c)', 'a or b and not c',
  'a is null', '(a + b) is not null', 'a isnull', 'a notnull', 'a is true', 'a is not false', 'a is unknown', 'a is distinct from b', 'a is not distinct from (b)',
  'a in (1, 2)', 'a not in ((1))', 'a in (select b from t)', 'a not in (select b from t)', '(a, b) in (select c, d from t)',
  'a = any (b)', 'a = any ((b))', "a <> all ('{1}'::int[])", 'a = any (select 1)', 'a > some (select 1)', "a like any (array['x'])",
  "a like 'x%'", "a not like 'x' escape '!'", "a ilike b", "a similar to 'b'", "a ~ 'b' || 'c'", 'a between 1 and 2', 'a not between (1) and (2) + 3', 'a between symmetric 2 and 1',
  'f()', 'pg_catalog . now ( )', 'f(a, (b), variadic c)', 'f(a => 1, b := (2))', 'count(*)', 'count(distinct a) filter (where b) over (partition by c order by d)',
  'sum(a) over w', 'percentile_cont(0.5) within group (order by a)', "string_agg(a, ',' order by b)",
  "extract(year from a)", "substring(a from 1 for 2)", "trim(both 'x' from a)", "position('a' in b)", "overlay(a placing 'x' from 1)", 'normalize(a)', "collation for (a)",
  "a at time zone 'utc'", '(a) at time zone (b)', 'a at local', '(a, b) overlaps (c, d)', 'a is normalized', 'a is not nfc normalized',
  'a::text', '(a + b)::numeric(10, 2)', 'cast(a as double precision)', 'a::timestamp(3) with time zone', 'a::character varying(9)[]', 'a::int array[3]', 'a::s.t', "a::\"char\"",
  "date '2020-01-01'", "interval '1 day'", "interval '1' day to second(3)", "interval(3) '1'", "a::interval year to month", 'a::bit varying(3)', 'a::national character varying(3)',
  'case when a then b else (c) end', 'case a when 1 then (b) end', 'coalesce(a, (b))', 'greatest(a, b)', 'least(a)', 'nullif(a, b)',
  'array[1, 2]', 'array[[1], [2]]', "array(select a from t)", 'row(a, b)', 'row()', '(a, b)', '(a).b', '(a).b.c', '(f(a)).*', 'a[1]', 'a.b[1:2][3]', '(a)[1].b', '$1.f',
  'exists (select 1)', 'exists ((select 1))', '(select a)', '((select a)) + 1', "(select a union select b order by 1)", '(with w as (select 1) select * from w)', '(values (1), (2))',
  '(select a from t, lateral (select b) u where u.b = t.a limit 1)', '(select a from only t as u (x))', "(select * from t join u using (a) left join (v cross join w) on (v.a = w.a))",
  "(select * from f(1) with ordinality as g (a, b))", '(select * from rows from (f(1), g(2)) as r)', "(select * from f() as t (a int, b text))", '(select * from (values (1)) v (a))',
  'current_user', 'current_timestamp(3)', 'session_user', 'a collate "C" = b', 'a = b collate "de_DE"', 'grouping(a)',
  'a /* ) */ = -- (\n b', '( /* c */ a) = b', '/* x */ a', "a->'b'->>'c'", "a #>> '{b}'", "a @> b", 'a ? b', 'a || b || c', 'not a = b', '- - 1',
];

describe('the place of an expression', () => {
  test.each(EXPRESSION_TEXTS)('%s', (text) => {
    const before = `-- é日本😀\nselect 'é😀', `;
    const file = `${before}${text}`;
    const { events } = sql.file({ path: 'a.sql', text: file });
    expect(events).toHaveLength(1);
    expect(recheck(file, events)).toBeGreaterThan(0);
    const target = (events[0] as { statement: SqlSelect }).statement.targets.at(-1);
    // Comments before the first token are no part of it.
    const first = text.replace(/^(?:\/\*.*?\*\/\s*)+/, '');
    expect(file.slice(target?.at.start, target?.at.end)).toBe(first);
  });

  test('leaves out parentheses that only group, and takes those of its parts in', () => {
    const text = 'select ((a = (b)) and ((c)))';
    const { statement } = sql.file({ path: 'a.sql', text }).events[0] as unknown as { statement: SqlSelect };
    const and = statement.targets[0]?.expr as SqlExpr & { kind: 'and' };
    const words = (at: Span | undefined): string => text.slice(at?.start, at?.end);
    expect(words(and.at)).toBe('(a = (b)) and ((c))');
    expect(and.of.map(({ at }) => words(at))).toEqual(['a = (b)', 'c']);
  });

  test('a whole condition is underlined from its first to its last character', () => {
    const text = 'create policy p on t using ( (a = b or c) and m.org_id in (select 1) ) with check ((true))';
    const [event] = sql.file({ path: 'a.sql', text }).events;
    if (event?.kind !== 'create-policy') throw new Error('no policy');
    expect(text.slice(event.using?.at.start, event.using?.at.end)).toBe('(a = b or c) and m.org_id in (select 1)');
    expect(text.slice(event.check?.at.start, event.check?.at.end)).toBe('true');
  });
});

const STATEMENTS = [
  'insert into public.t (a, b) select x, y from u where x in (select 1) on conflict (a) do update set b = excluded.b + (1) where t.a = 1 returning t.*, a as b',
  'insert into t(a)values(1)', 'insert into t as q values (default, (2)) returning q.a', 'insert into t default values', 'insert into t overriding system value table u',
  'update only public.t as x set a = (1), (b, c) = (select 1, 2), d = default from u join v on u.a = v.a where x.a = u.a returning *',
  'with w as (update t set a = 1 returning *), v(a) as materialized (select 1) delete from t using w, v where t.a = w.a',
  'select distinct on (a) a, b as "B" from t where a > 1 group by a, rollup (b, c) having count(*) > 1 order by a desc nulls last limit 5 offset (2) for update of t',
  '(select 1) union all (select 2 intersect select 3) except select 4 order by 1', 'select 1 union select 2 union all select 3', 'values (1, (2)), (3, 4)', 'table t',
  'select a from t tablesample system (1), xmltable(\'/a\' passing x columns b int) as q',
];

describe('the places of a query', () => {
  test.each(STATEMENTS)('%s', (statement) => {
    const file = `/* ü */ ${statement};\n`;
    const { events, unread } = sql.file({ path: 'a.sql', text: file });
    expect(unread).toEqual([]);
    recheck(file, events);
  });

  test('each arm of a set operation has its own', () => {
    const text = 'select 1 union (select 2 intersect select 3) order by 1';
    const { statement } = sql.file({ path: 'a.sql', text }).events[0] as unknown as { statement: SqlSelect };
    const words = (select: SqlSelect | undefined): string => text.slice(select?.at.start, select?.at.end);
    expect(words(statement)).toBe(text);
    expect(words(statement.set?.left)).toBe('select 1');
    expect(words(statement.set?.right)).toBe('select 2 intersect select 3');
    expect(words(statement.set?.right.set?.right)).toBe('select 3');
  });
});

/** All SQL of the fixtures: real shapes, none of them written for this test. */
function fixtureFiles(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const own = path.join(folder, entry.name);
    if (entry.isDirectory()) return fixtureFiles(own);
    return entry.name.endsWith('.sql') ? [own] : [];
  });
}

test('every node of every fixture reads the same at its place', () => {
  const root = path.resolve(import.meta.dirname, '../../../fixtures');
  let checked = 0;
  for (const file of fixtureFiles(root)) {
    const text = fs.readFileSync(file, 'utf8');
    checked += recheck(text, sql.file({ path: file, text }).events);
  }
  expect(checked).toBeGreaterThan(100);
});
