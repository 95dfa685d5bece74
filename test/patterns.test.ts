import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Rules whose page has a case of the form. */
const cases = new Map<number, string[]>();
for (const rule of readdirSync(path.join(root, 'rules'))) {
  if (!existsSync(path.join(root, 'rules', rule, 'README.md'))) continue;
  for (const [, number] of text(`rules/${rule}/README.md`).matchAll(/^\s*(?:\/\/|--) Pattern (\d+):/gm)) {
    const found = cases.get(Number(number)) ?? [];
    if (!found.includes(rule)) cases.set(Number(number), [...found, rule]);
  }
}

const rows = [...text('docs/patterns.md').matchAll(/^\| (?<number>\d+) \| (?<form>[^|]+) \| (?<verdict>[^|]+) \| (?<where>[^|]+) \|$/gm)].map(({ groups }) => ({ number: Number(groups?.['number']), where: groups?.['where'] ?? '' }));
const clients = readdirSync(path.join(root, 'packages/readers/typescript/clients'));

test('all 106 forms are listed', () => expect(rows.map((r) => r.number)).toEqual(Array.from({ length: 106 }, (_, i) => i + 1)));

test('the list names the pages that show the form, and no others', () => {
  const listed = ({ where }: { where: string }): string[] => [...where.matchAll(/\[([a-z-]+)\]/g)].map((m) => m[1] ?? '').sort();
  expect(rows.filter((r) => listed(r).join() !== [...(cases.get(r.number) ?? [])].sort().join()).map((r) => `${r.number}: ${listed(r).join()} instead of ${(cases.get(r.number) ?? []).join()}`)).toEqual([]);
});

test('a form without a case waits for a client that is not read yet, or has no rule', () => {
  const waiting = rows.filter((r) => !cases.has(r.number));
  expect(waiting.filter((r) => r.where !== 'no rule' && !/^awaits [a-z-]+$/.test(r.where)).map((r) => r.number)).toEqual([]);
  expect(waiting.filter((r) => clients.includes(r.where.replace('awaits ', ''))).map((r) => `${r.number} ${r.where}, which is read now`)).toEqual([]);
});
