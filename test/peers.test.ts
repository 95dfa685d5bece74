import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rules } from '@tenantlint/rules';
import { PEERS, UNANSWERED } from './peers.ts';

const answers = new Map<string, string[]>();
for (const rule of rules) for (const source of rule.sources) answers.set(`${source.tool} ${source.rule}`, [...(answers.get(`${source.tool} ${source.rule}`) ?? []), rule.id]);
const reasonOf = (tool: string, check: string) => UNANSWERED[tool]?.[check];

test('every check of the peers is answered by a rule or left out for a reason', () => {
  const open = Object.entries(PEERS).flatMap(([tool, checks]) => checks.filter((check) => !answers.has(`${tool} ${check}`) && reasonOf(tool, check) === undefined).map((check) => `${tool} ${check}`));
  expect(open).toEqual([]);
});

test('nothing is left out that a rule answers, and no rule names a check that its peer does not have', () => {
  const both = Object.entries(UNANSWERED).flatMap(([tool, checks]) => Object.keys(checks).filter((check) => answers.has(`${tool} ${check}`) || !(PEERS[tool] ?? []).includes(check)));
  const unknown = rules.flatMap((rule) => rule.sources.filter(({ tool, rule: check }) => PEERS[tool] !== undefined && !(PEERS[tool] ?? []).includes(check)).map((s) => `${rule.id}: ${s.tool} ${s.rule}`));
  expect({ both, unknown }).toEqual({ both: [], unknown: [] });
});

test('the page that tells so is up to date', () => {
  const file = fileURLToPath(new URL('../rules/PEERS.md', import.meta.url));
  const link = (id: string) => `[${id}](${id}/README.md)`;
  const table = (tool: string, checks: readonly string[]) => [`## ${tool}`, '', '| check | rule |', '|---|---|', ...[...checks].sort().map((check) => `| ${check} | ${(answers.get(`${tool} ${check}`) ?? []).sort().map(link).join(', ') || `none: ${reasonOf(tool, check) ?? ''}`} |`), ''];
  const page = ['# Checks of other linters', '', 'Where each check of six linters for migrations is found here. Printed by `test/peers.test.ts -u`.', '', ...Object.entries(PEERS).flatMap(([tool, checks]) => table(tool, checks))].join('\n');
  if (process.env['UPDATE'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});
