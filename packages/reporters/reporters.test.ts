import { describe, expect, test } from 'vitest';
import type { Finding, Outcome, ReporterOptions } from '@tenantlint/model';
import { reporters } from './index.ts';

const OPTIONS: ReporterOptions = { color: false, width: 80, suppressed: false };
const FILE = 'db/001.sql';

function finding(text: string, flagged: string, changes: Partial<Finding> = {}): Finding {
  const start = text.indexOf(flagged);
  return {
    rule: 'table-without-rls', message: 'neverEnabled', text: 'It is open.', why: 'Because.', fix: 'Close it.', severity: 'error', certainty: 'proven',
    at: { file: FILE, start, end: start + flagged.length }, related: [], subject: { kind: 'table', name: 'public.t' }, fixes: [], fingerprint: 'f00', ...changes,
  };
}

function outcome(text: string, findings: readonly Finding[], changes: Partial<Outcome> = {}): Outcome {
  const ledger = { sites: {}, tables: {} };
  return {
    tool: '1.2.3', root: '.', findings, notRun: [], unread: [], notes: [], rules: [{ id: 'table-without-rls', what: 'Open.', why: 'Because.' }],
    summary: { files: 1, steps: 1, tables: 1, sites: 0, errors: findings.length, warnings: 0, notes: 0, suppressed: 0, ledger },
    text: (file) => (file === FILE ? text : undefined), ...changes,
  };
}

describe('pretty', () => {
  test('shows the flagged text with its mark below it', () => {
    const text = 'create table t (id int);';
    expect(reporters.pretty(outcome(text, [finding(text, 't (')]), OPTIONS)).toBe(
      'error table-without-rls  db/001.sql:1:14\n' +
      '  It is open.\n' +
      '     1 | create table t (id int);\n' +
      '       |              ^^^\n' +
      '  why: Because.\n' +
      '  fix: Close it.\n\n' +
      '1 error; 1 file, 1 migration, 1 table, 0 queries read\n',
    );
  });

  test.each([
    ['tabs', '\tcreate table t (id int);', 't ('],
    ['wide characters', "comment on x is '日本'; drop t;", 't;'],
    ['characters outside of the basic plane', "comment on x is '🏥'; drop t;", 't;'],
    ['combining marks', "comment on x is 'e\u0301'; drop t;", 't;'],
  ])('the mark stands under what it marks after %s', (_, text, flagged) => {
    const [source = '', mark = ''] = reporters.pretty(outcome(text, [finding(text, flagged)]), OPTIONS).split('\n').slice(2);
    const width = (s: string) => [...s].reduce((n, c) => n + (/\p{M}/u.test(c) ? 0 : /[\u3000-\u9fff]|\p{Emoji_Presentation}/u.test(c) ? 2 : 1), 0);
    expect(width(source.slice(0, source.indexOf(flagged)))).toBe(width(mark.slice(0, mark.indexOf('^'))));
    expect(mark.trimEnd().endsWith('^'.repeat(flagged.length))).toBe(true);
  });

  test('a line of a megabyte is cut to the width around the mark', () => {
    const text = `${'a'.repeat(600_000)} HERE ${'b'.repeat(600_000)}`;
    const lines = reporters.pretty(outcome(text, [finding(text, 'HERE')]), OPTIONS).split('\n');
    expect(lines[2]).toContain('HERE');
    for (const line of lines) expect(line.length).toBeLessThan(100);
  });

  test('suppressed findings are counted, and shown when asked for', () => {
    const text = 'create table t (id int);';
    const one = outcome(text, [finding(text, 't (', { suppressed: { by: 'comment', reason: 'on purpose' } })], { summary: { ...outcome(text, []).summary, suppressed: 1 } });
    expect(reporters.pretty(one, OPTIONS)).not.toContain('It is open.');
    expect(reporters.pretty(one, OPTIONS)).toContain('1 suppressed with a reason');
    expect(reporters.pretty(one, { ...OPTIONS, suppressed: true })).toContain('on purpose');
  });
});

describe('a hostile repository', () => {
  const ESC = '\u001b]0;owned\u0007\u001b[2J';
  const text = `::error::forged\n##[add-matcher]x ${ESC} drop t;\n`;
  const file = '::stop-commands::x\n::warning::forged,line=1';
  const all = outcome(text, [
    finding(text, 'drop t', { related: [{ at: { file, start: 0, end: 1 }, note: `::error::${ESC}` }] }),
    finding(text, '::error', { at: { file, start: 0, end: 3 }, text: `::warning::${ESC}\n::error::forged` }),
  ], { unread: [{ at: { file, start: 0, end: 0 }, reason: `${ESC}\n::error::forged` }], notes: [`::error::${ESC}`] });

  test.each(['pretty', 'github'] as const)('cannot forge terminal output or workflow commands through %s', (format) => {
    const out = reporters[format](all, OPTIONS);
    // What a terminal would obey.
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    for (const line of out.split('\n')) {
      // What a build log would obey: `::` at a line's start is ours alone, `##[` nobody's.
      if (/^\s*::/.test(line)) expect(line).toMatch(/^::(?:error|warning|notice) file=[^\s:,]*,line=\d+/);
      expect(line).not.toMatch(/##\[|##vso\[/);
      expect(line).not.toMatch(/^\s*::(?:stop-commands|add-mask|set-output)/);
    }
    if (format === 'pretty') expect(out).not.toMatch(/^\s*::/m);
    if (format === 'github') expect(out.trimEnd().split('\n')).toHaveLength(3);
  });

  test('json and sarif stay one document', () => {
    expect((JSON.parse(reporters.json(all)) as { findings: unknown[] }).findings).toHaveLength(2);
    expect((JSON.parse(reporters.sarif(all)) as { runs: unknown[] }).runs).toHaveLength(1);
  });
});

test('sarif counts columns as UTF-16 and keeps what was suppressed', () => {
  const text = "comment on x is '🏥'; drop t;";
  const { runs: [run] } = JSON.parse(reporters.sarif(outcome(text, [finding(text, 'drop t', { suppressed: { by: 'comment', reason: 'on purpose' } })]))) as { runs: [{ columnKind: string; results: { locations: { physicalLocation: { region: object } }[]; suppressions: object[] }[] }] };
  expect(run.columnKind).toBe('utf16CodeUnits');
  expect(run.results[0]?.locations[0]?.physicalLocation.region).toMatchObject({ startLine: 1, startColumn: 23, endColumn: 29, charOffset: 22, charLength: 6 });
  expect(run.results[0]?.suppressions).toEqual([{ kind: 'inSource', justification: 'on purpose' }]);
});
