import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startParser } from './grammar-instance.ts';
import { splitStatements } from './lexer.ts';
import { positionsOf } from './positions.ts';

/** Valid statements whose ends are hard to see; Postgres' own scanner is the judge of where they are. */
const statement = fc.constantFrom(
  'select 1',
  "select 'it''s; fine', e'it\\'s; \\\\', U&'\\0061;', b'01', x'ff'",
  "select E'a'\r\n  'b\\'; c'",
  "select 'a'\n 'b;'",
  "select 'é日本😀;' as \"sp;al\"\"te\"",
  'select $$;$$, $a$ $$;$$ $b$ ; $a$, $été$;$été$',
  'select a$b$, c from t where d = $1',
  'select 2*/* ; /* -- */ ; */3, 4 - -5, 6 -- ;\n + 7',
  'create function f() returns int begin atomic select case when true then 1 else 2 end; select 3; end',
  'create or replace procedure p(a int) language sql begin atomic insert into t values (1); select 1 as end, t.case from t; end',
  'create function g(begin int) returns int language plpgsql as $$ begin return 1; end; $$',
  'create rule r as on insert to t do also (insert into a values (1); delete from b where c in (1, 2);)',
  'create or replace rule r as on update to t do instead nothing',
  'begin',
  'commit',
  'table begin',
  'create table atomic (begin int, "end" int, rule text)',
  'copy t (a) from \'/file\' with (format csv)',
  "do 'begin perform 1; end'",
);
const gap = fc.constantFrom('', ' ', '\n', '\r\n', ' -- ; comment\n', '/* ; /* nested */ */', '\t;');

test('statements end where the Postgres scanner says that they end', () => {
  const parser = startParser();
  const script = fc.array(fc.tuple(gap, statement, gap), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(script, (parts) => {
      const text = parts.map((part) => `${part.join('')};`).join('');
      const raw = parser.parse(text);
      if (!raw.ok) throw new Error(`${raw.message} in ${text}`);
      const { stmts } = JSON.parse(raw.json) as { stmts: { stmt_location?: number; stmt_len: number }[] };
      const positions = positionsOf(text);
      const theirs = stmts.map(({ stmt_location: start = 0, stmt_len: length }) => positions.fromByte(start + length));
      // Their statement runs to the semicolon, ours to its last token.
      const ours = splitStatements(text).chunks.map((chunk) => text.indexOf(';', pastComments(text, chunk.end)));
      expect(ours).toEqual(theirs);
      expect(splitStatements(text).chunks.every((chunk) => chunk.kind === 'statement' && chunk.terminated)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

function pastComments(text: string, i: number): number {
  const { comments } = splitStatements(text);
  for (;;) {
    while (/\s/.test(text.charAt(i))) i++;
    const comment = comments.find((one) => one.start === i);
    if (comment === undefined) return i;
    i = comment.end;
  }
}
