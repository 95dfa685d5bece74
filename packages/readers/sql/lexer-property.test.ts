import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStatements } from './lexer.ts';

/** Pieces that open, close or escape something, so that random texts meet the corners of the lexer. */
const piece = fc.constantFrom(
  'select', 'a', ' ', '\n', '\r\n', ';', "'", '"', '$$', '$t$', '$1', '--', '/*', '*/', '(', ')', 'E', "E'", '\\', '\\g', '\\.',
  'copy t from stdin', 'create function f()', 'create rule r', 'begin atomic', 'case', 'end', '\0', '\ufeff', 'é', '😀', ',', '.',
  '-- migrate:up\n', '\\copy t from stdin\n', '\\if x\n',
);
const sql = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

test('chunks are ordered, apart, and leave nothing but blanks, comments and what separates them', () => {
  fc.assert(
    fc.property(sql, (text) => {
      const { chunks, comments } = splitStatements(text);
      let last = 0;
      for (const { start, end } of chunks) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      const units = text.split('');
      for (const { start, end } of [...chunks, ...comments]) units.fill(' ', start, end);
      // `\;` and `\\` separate statements in psql.
      expect(units.join('').replace(/^\ufeff/, '').replace(/\\[;\\]|;/g, '').trim()).toBe('');
    }),
    { numRuns: 3000 },
  );
});

test('comments are ordered and lie either within one chunk or between two', () => {
  fc.assert(
    fc.property(sql, (text) => {
      const { chunks, comments } = splitStatements(text);
      let last = 0;
      for (const comment of comments) {
        expect(comment.start).toBeGreaterThanOrEqual(last);
        last = comment.end;
        const nul = text.slice(comment.start, comment.end).includes('\0');
        const across = chunks.some(({ start, end }) => start < comment.end && comment.start < end && !(start <= comment.start && comment.end <= end));
        expect(across && !nul).toBe(false);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a statement split again is the same statement', () => {
  fc.assert(
    fc.property(sql, (text) => {
      for (const { kind, start, end } of splitStatements(text).chunks) {
        // A byte order mark is one only at the start of a text.
        if (kind !== 'statement' || text.charCodeAt(start) === 0xfeff) continue;
        expect(splitStatements(text.slice(start, end)).chunks).toEqual([
          { kind: 'statement', start: 0, end: end - start, terminated: false },
        ]);
      }
    }),
    { numRuns: 3000 },
  );
});

const units = ["'a' ", '$a$ ', '-- x\0\n', '/*', '(', '$', "E'a'\n", '\\x ', "\\x '", '\\copy t from stdin\n', 'create rule (;', 'case '];

test.each(units)('%j many times over is read in one pass', (unit) => {
  const text = `create function f() begin atomic select ${unit.repeat(200_000)}`;
  for (const hostile of [unit.repeat(200_000), text]) expect(splitStatements(hostile).chunks.length).toBeGreaterThan(0);
});
