import { describe, expect, test } from 'vitest';
import type { BodyText, FunctionBody, PlBlock, PlStatement, Span } from '@tenantlint/model';
import { parsePlpgsql, type Json } from './grammar.ts';
import { createSqlParser } from './index.ts';

const sql = createSqlParser();
const BEFORE = "-- é😀\ndo $$";

function bodyOf(text: string): FunctionBody {
  const [event] = sql.file({ path: 'a.sql', text: `${BEFORE}${text}$$;` }).events;
  if (event?.kind !== 'do') throw new Error('no DO block');
  return sql.functionBody(event.body, 'plpgsql');
}

function blockOf(text: string): PlBlock {
  const body = bodyOf(text);
  if (body.kind !== 'plpgsql') throw new Error(body.kind === 'opaque' ? body.reason : body.kind);
  expect(body.unread).toEqual([]);
  return body.block;
}

function words(text: string, at: Span | undefined): string {
  return at === undefined ? '' : `${BEFORE}${text}`.slice(at.start, at.end);
}

/** One statement between BEGIN and END. */
function only(text: string): PlStatement {
  const [statement, ...more] = blockOf(`begin ${text}; end`).body;
  expect(more).toEqual([]);
  if (statement === undefined) throw new Error('nothing read');
  expect(words(`begin ${text}; end`, statement.at)).toBe(text);
  return statement;
}

describe('a statement is read whole, at its place', () => {
  test.each<readonly [string, object]>([
    ['v := 1', { kind: 'assign', target: 'v', value: { kind: 'literal' } }],
    ['new."Tenant" = coalesce(x, y)', { kind: 'assign', target: 'new.Tenant', value: { kind: 'coalesce' } }],
    ['a[1].b := 2', { kind: 'assign', target: 'a.b' }],
    ['v := count(*) from t where a', { kind: 'assign', value: { kind: 'scalar', select: { from: [{ name: { name: 't' } }], where: { kind: 'column' } } } }],
    ['if a then v := 1; elsif b then v := 2; elseif c then null; else v := 3; end if', { kind: 'if', branches: [{ body: [{}] }, { body: [{}] }, { body: [] }], otherwise: [{ kind: 'assign' }] }],
    ['case a when 1, 2 then null; else v := 1; end case', { kind: 'case', of: { kind: 'column' }, branches: [{ tests: [{}, {}] }], otherwise: [{}] }],
    ['case when a then null; end case', { kind: 'case', branches: [{ tests: [{ kind: 'column' }] }] }],
    ['<<l>> loop exit l when a; continue; end loop l', { kind: 'loop', label: 'l', body: [{ kind: 'exit', label: 'l', when: { kind: 'column' } }, { kind: 'continue' }] }],
    ['while a loop null; end loop', { kind: 'loop', while: { kind: 'column' }, body: [] }],
    ['for i in reverse 10..1 by 2 loop null; end loop', { kind: 'for-range', variable: 'i', reverse: true, from: { value: 10 }, to: { value: 1 }, by: { value: 2 } }],
    ['for r in select a from t loop null; end loop', { kind: 'for-query', targets: ['r'], query: { kind: 'select' } }],
    ['for a, b in (select 1, 2) loop null; end loop', { kind: 'for-query', targets: ['a', 'b'] }],
    ['for r in update t set a = 1 returning * loop null; end loop', { kind: 'for-query', query: { kind: 'update' } }],
    ["for r in execute 'select ' || a using b, c loop null; end loop", { kind: 'for-execute', targets: ['r'], sql: { kind: 'operator' }, using: [{}, {}] }],
    ["foreach t slice 1 in array array['a', 'b'] loop null; end loop", { kind: 'foreach', target: 't', slice: 1, array: { kind: 'array' } }],
    ["execute format('alter table %I enable row level security', t) into strict a, b using c", { kind: 'execute', sql: { kind: 'call' }, into: ['a', 'b'], strict: true, using: [{}] }],
    ['perform f(x) from t', { kind: 'perform', select: { targets: [{}], from: [{}] } }],
    ['call s.p(1)', { kind: 'call', call: { kind: 'call', name: { schema: 's', name: 'p' } } }],
    ['return', { kind: 'return' }],
    ['return next v', { kind: 'return', next: true, value: { kind: 'column' } }],
    ['return query select 1', { kind: 'return-query', query: { kind: 'select' } }],
    ["return query execute 'select 1' using a", { kind: 'return-query', sql: { kind: 'literal' }, using: [{}] }],
    ["raise exception 'no %', a using errcode = '42501'", { kind: 'raise', level: 'exception', message: 'no %', args: [{}], condition: '42501' }],
    ["raise 'x'", { kind: 'raise', level: 'exception', message: 'x' }],
    ['raise notice unique_violation', { kind: 'raise', level: 'notice', condition: 'unique_violation' }],
    ["raise sqlstate '22012'", { kind: 'raise', condition: '22012' }],
    ["raise using message = 'm', hint = 'h'", { kind: 'raise', message: 'm' }],
    ["assert a > 1, 'm'", { kind: 'assert', test: { kind: 'operator' } }],
    ['get stacked diagnostics a = message_text, b := returned_sqlstate', { kind: 'diagnostics', targets: [{ target: 'a', item: 'message_text' }, { target: 'b', item: 'returned_sqlstate' }] }],
    ['commit and chain', { kind: 'transaction', verb: 'commit' }],
    ['select a, b into strict r.x, y from t', { kind: 'sql', statement: { kind: 'select', targets: [{}, {}], from: [{}] }, events: [], into: ['r.x', 'y'], strict: true }],
    ['select into v a from t', { kind: 'sql', into: ['v'], statement: { targets: [{ expr: { path: ['a'] } }] } }],
    ['with w as (insert into t values (1) returning a) select a into v from w', { kind: 'sql', into: ['v'], statement: { with: [{ statement: { kind: 'insert' } }] } }],
    ['insert into t values (1) returning a into v', { kind: 'sql', into: ['v'], statement: { kind: 'insert', returning: [{}] } }],
    ['alter table t enable row level security', { kind: 'sql', statement: { kind: 'other' }, events: [{ kind: 'alter-table', actions: [{ do: 'rls' }] }] }],
    ['create function f() returns int begin atomic select 1; select case when a then 2 end; end', { kind: 'sql', events: [{ kind: 'create-function' }] }],
    ['open c for select 1', { kind: 'sql', statement: { kind: 'select' } }],
    ["open c for execute 'x' using a", { kind: 'execute', using: [{}] }],
    ['fetch next from c into a, b', { kind: 'sql', statement: { kind: 'other' }, into: ['a', 'b'] }],
  ])('%s', (text, expected) => {
    expect(only(text)).toMatchObject(expected);
  });

  test('the SQL inside has the places of the file', () => {
    const text = `declare v int := 'é'; begin\n  select m.org_id into v from public.members m where m.user_id = auth.uid();\n  if v in (select 1) then perform s.f(v); end if; end`;
    const block = blockOf(text);
    const [query, condition] = block.body;
    if (query?.kind !== 'sql' || query.statement.kind !== 'select' || condition?.kind !== 'if') throw new Error('misread');
    expect(words(text, query.statement.where?.at)).toBe('m.user_id = auth.uid()');
    expect(words(text, query.statement.targets[0]?.at)).toBe('m.org_id');
    expect(words(text, condition.branches[0]?.test.at)).toBe('v in (select 1)');
    const call = condition.branches[0]?.body[0];
    expect(call?.kind === 'perform' && words(text, call.select.targets[0]?.at)).toBe('s.f(v)');
    expect(words(text, block.declare[0]?.value?.at)).toBe("'é'");
  });
});

test('declarations, handlers and nested blocks', () => {
  const text = `#variable_conflict use_column
    <<outer>> declare
      a constant uuid not null default gen_random_uuid();
      b public.orders%rowtype; c public.orders.id%type := 1; d text[] collate "C"; e record; f alias for $1;
      g scroll cursor (k int) for select x from t where y = k;
    begin
      begin raise 'a'; exception when unique_violation or sqlstate '23503' then v := 1; when others then null; end;
      for r in g(1) loop null; end loop;
      open g(2);
    end outer;`;
  const block = blockOf(text);
  expect(block).toMatchObject({
    label: 'outer',
    declare: [
      { name: 'a', constant: true, type: { name: 'uuid' }, value: { kind: 'call' } },
      { name: 'b', typeOf: 'public.orders%rowtype' },
      { name: 'c', typeOf: 'public.orders.id%type', value: { kind: 'literal' } },
      { name: 'd', type: { name: 'text', dims: 1 } },
      { name: 'e', type: { name: 'record' } },
      { name: 'f', value: { kind: 'param', index: 1 } },
      { name: 'g', cursor: { kind: 'select' } },
    ],
    body: [
      { kind: 'block', body: [{ kind: 'raise' }], handlers: [{ conditions: ['unique_violation', '23503'], body: [{ kind: 'assign' }] }, { conditions: ['others'], body: [] }] },
      { kind: 'for-query', query: { kind: 'select', where: { kind: 'operator' } } },
      { kind: 'sql', statement: { kind: 'select', where: { kind: 'operator' } } },
    ],
  });
});

describe('what cannot be read is said', () => {
  test('bad SQL in a good block leaves the rest', () => {
    const body = bodyOf('begin selec 1; v := 1 +; v := 2; end');
    if (body.kind !== 'plpgsql') throw new Error('not read');
    expect(body.block.body.map(({ kind }) => kind)).toEqual(['sql', 'assign', 'assign']);
    expect(body.unread.map(({ reason }) => reason)).toEqual(['syntax error at or near "selec"', 'syntax error at end of input']);
    expect(words('begin selec 1; v := 1 +; v := 2; end', body.unread[0]?.at)).toBe('selec');
  });

  test.each([
    ['begin if a then null; end', 'END IF expected at or near "end"'],
    ['begin', 'END expected at end of body'],
    ['', 'BEGIN expected at end of body'],
    ['begin end x y', 'syntax error at or near "y"'],
    [`begin ${'begin '.repeat(2000)}`, 'nested too deeply at or near "begin"'],
  ])('%s', (text, reason) => {
    const body = bodyOf(text);
    expect(body.kind).toBe('opaque');
    expect(body.kind === 'opaque' && body.reason).toBe(reason);
  });

  test('a body in another language', () => {
    expect(sql.functionBody({ text: 'x', at: { file: 'a', start: 0, end: 1 }, verbatim: true }, 'plv8')).toEqual({ kind: 'opaque', reason: 'the body is written in plv8' });
  });

  test('of a body with escapes every place is the body itself', () => {
    const [event] = sql.file({ path: 'a.sql', text: "do 'begin v := ''a''; end'" }).events;
    const body = event?.kind === 'do' ? sql.functionBody(event.body, 'plpgsql') : undefined;
    if (event?.kind !== 'do' || body?.kind !== 'plpgsql') throw new Error('misread');
    expect(body.block.body[0]).toMatchObject({ kind: 'assign', at: event.body.at, value: { value: 'a', at: event.body.at } });
  });
});

const SQL_BODIES: readonly (readonly [string, readonly string[]])[] = [
  ['$$ select 1; insert into t values ($1) $$', ['select', 'insert']],
  ["'select ''a'''", ['select']],
  ['begin atomic update t set a = 1; select case when a then 1 end; end', ['update', 'select']],
  ['return a + 1', ['select']],
];

test.each(SQL_BODIES)('SQL body: %s', (text, kinds) => {
  const [event] = sql.file({ path: 'a.sql', text: `create function f(a int) returns int language sql ${text.startsWith('b') || text.startsWith('r') ? '' : 'as '}${text}` }).events;
  const body: BodyText | undefined = event?.kind === 'create-function' ? event.body : undefined;
  const read = body === undefined ? undefined : sql.functionBody(body, 'sql');
  if (read?.kind !== 'sql') throw new Error('misread');
  expect(read.unread).toEqual([]);
  expect(read.statements.map(({ kind }) => kind)).toEqual(kinds);
});

/** The statements of libpg-query's PL/pgSQL tree, flat, with the lines it tells. */
const KINDS: { readonly [kind: string]: string } = {
  assign: 'assign', if: 'if', case: 'case', loop: 'loop', while: 'loop', fori: 'for-range', fors: 'for-query', forc: 'for-query', foreach_a: 'foreach',
  exit: 'exit', return: 'return', return_next: 'return', return_query: 'return-query', raise: 'raise', assert: 'assert', execsql: 'sql', dynexecute: 'execute',
  dynfors: 'for-execute', getdiag: 'diagnostics', open: 'sql', fetch: 'sql', close: 'sql', perform: 'perform', call: 'call', commit: 'transaction', block: 'block',
};

type JsonRecord = { readonly [key: string]: Json };

function flatten(node: Json, out: string[]): void {
  if (Array.isArray(node)) {
    for (const item of node as readonly Json[]) flatten(item, out);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node as JsonRecord)) {
    const kind = key.startsWith('PLpgSQL_stmt_') ? KINDS[key.slice('PLpgSQL_stmt_'.length)] ?? key : undefined;
    const { lineno } = (value ?? {}) as { lineno?: Json };
    // A return at the end is supplied by the parser; of a block it tells the line of BEGIN.
    if (kind !== undefined && lineno !== undefined) out.push(kind === 'block' ? kind : `${kind}@${JSON.stringify(lineno)}`);
    flatten(value, out);
  }
}

function flattenOwn(statement: PlStatement, lineOf: (at: Span) => number, out: string[]): void {
  const kind = statement.kind === 'continue' ? 'exit' : statement.kind;
  out.push(kind === 'block' ? kind : `${kind}@${lineOf(statement.at)}`);
  const inner: PlStatement[] = [];
  if (statement.kind === 'block') inner.push(...statement.body, ...statement.handlers.flatMap(({ body }) => body));
  else if (statement.kind === 'if') inner.push(...statement.branches.flatMap(({ body }) => body), ...statement.otherwise);
  else if (statement.kind === 'case') inner.push(...statement.branches.flatMap(({ body }) => body), ...(statement.otherwise ?? []));
  else if ('body' in statement) inner.push(...statement.body);
  for (const one of inner) flattenOwn(one, lineOf, out);
}

test("agrees with libpg-query's own PL/pgSQL parser on what statements there are and on which lines", () => {
  const text = `
declare
  v int := 0; r record; t text; c cursor for select 1 as a;
begin
  v := v + 1;
  if v > 1 then
    raise notice '%', v;
  elsif v = 0 then
    perform 1;
  else
    return;
  end if;
  case v when 1 then null; else v := 2; end case;
  loop
    exit when v > 3;
    v := v + 1;
  end loop;
  while v > 0 loop v := v - 1; end loop;
  for i in 1..3 loop
    execute 'select ' || i into v;
  end loop;
  for r in select 1 as a loop null; end loop;
  for r in execute 'select 1' loop null; end loop;
  for r in c loop null; end loop;
  foreach t in array array['a'] loop null; end loop;
  select 1
    into v;
  get diagnostics v = row_count;
  begin
    insert into x values (1);
  exception when others then
    raise;
  end;
  open c; fetch c into r; close c;
  assert v > 0;
end`;
  const statement = `do $$${text}$$`;
  const theirs = parsePlpgsql(statement);
  if (!theirs.ok) throw new Error(theirs.message);
  const expected: string[] = [];
  flatten(theirs.functions, expected);
  const [event] = sql.file({ path: 'a.sql', text: statement }).events;
  const body = event?.kind === 'do' ? sql.functionBody(event.body, 'plpgsql') : undefined;
  if (event?.kind !== 'do' || body?.kind !== 'plpgsql') throw new Error('not read');
  const own: string[] = [];
  flattenOwn(body.block, (at) => statement.slice(event.body.at.start, at.start).split('\n').length, own);
  expect(own.sort()).toEqual(expected.sort());
});
