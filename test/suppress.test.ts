import { describe, expect, test } from 'vitest';
import { LineIndex, type Finding } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { suppress, type FileLines } from '@tenantlint/engine';

const KNOWN = new Set(['one', 'two']);

/** Findings of rule `one` where the text says ONE, of `two` where it says TWO; which of them are answered for, and what is wrong. */
function run(text: string) {
  const file = createSqlParser().file({ path: 'a.sql', text });
  const index = new LineIndex(text);
  const lineOf = (offset: number) => index.position(offset).line;
  const ends = new Map(file.events.map((e) => [lineOf(e.at.start), lineOf(e.at.end)]));
  const lines: FileLines = { comments: file.comments, lineOf, lines: index.lines, endOf: (line) => ends.get(line) ?? line };
  const findings = [...text.matchAll(/\b(?:ONE|TWO)\b/g)].map((m): Finding => ({
    rule: m[0].toLowerCase(), message: 'm', text: '', why: '', fix: '', severity: 'error', certainty: 'proven', at: { file: 'a.sql', start: m.index, end: m.index + 3 },
    related: [], subject: { kind: 'file', name: 'a.sql' }, fixes: [], fingerprint: '',
  }));
  const out = suppress(findings, new Map([['a.sql', lines]]), KNOWN, KNOWN);
  return { answered: out.findings.map((f) => f.suppressed?.reason), problems: out.problems.map((p) => `${lineOf(p.at.start)} ${p.kind} ${p.rule}`.trim()) };
}

describe('a directive answers for', () => {
  test.each([
    ['the next line', '-- tenantlint-disable-next-line one -- why\nselect ONE;\nselect ONE;', ['why', undefined]],
    ['the whole statement that starts there', '-- tenantlint-disable-next-line one -- why\nselect 1,\n  ONE;\nselect ONE;', ['why', undefined]],
    ['its own line', 'select ONE; -- tenantlint-disable-line one -- why\nselect ONE;', ['why', undefined]],
    ['the file', 'select ONE;\n-- tenantlint-disable-file one -- why\nselect ONE;', ['why', 'why']],
    ['a region', 'select ONE;\n-- tenantlint-disable one -- why\nselect ONE;\n-- tenantlint-enable one\nselect ONE;', [undefined, 'why', undefined]],
    ['a region without an end', 'select ONE;\n-- tenantlint-disable one -- why\nselect ONE;', [undefined, 'why']],
    ['several rules, each with what it names', '-- tenantlint-disable-next-line one, two -- why\nselect ONE, TWO;', ['why', 'why']],
    ['the code below, when stacked', '-- tenantlint-disable-next-line one -- first\n-- tenantlint-disable-next-line two -- second\nselect ONE, TWO;', ['first', 'second']],
    ['the code below, from a block comment', '/* tenantlint-disable-next-line one\n   -- why, at length */\nselect ONE;', ['why, at length']],
    ['no other rule', '-- tenantlint-disable-next-line two -- why\nselect ONE, TWO;', [undefined, 'why']],
    ['reasons with dashes', '-- tenantlint-disable-next-line one -- a -- b\nselect ONE;', ['a -- b']],
  ])('%s', (_, text, answered) => expect(run(text)).toEqual({ answered, problems: [] }));
});

describe('what is wrong with a directive', () => {
  test.each([
    ['no reason', '-- tenantlint-disable-next-line one\nselect ONE;', ['1 no-reason one']],
    ['an empty reason', '-- tenantlint-disable-next-line one --\nselect ONE;', ['1 no-reason one']],
    ['no rule', '-- tenantlint-disable-line -- why\nselect ONE;', ['1 no-rule']],
    ['an unknown rule', '-- tenantlint-disable-next-line noe -- why\nselect ONE;', ['1 unknown-rule noe']],
    ['nothing to answer for', '-- tenantlint-disable-next-line one, two -- why\nselect ONE;', ['1 unused two']],
    ['nothing: words about directives are none', '-- see tenantlint-disable-next-line in the manual\nselect 1;', []],
    ['nothing: directives in strings are none', "select '-- tenantlint-disable-line one -- why';", []],
  ])('%s', (_, text, problems) => expect(run(text).problems).toEqual(problems));
});
