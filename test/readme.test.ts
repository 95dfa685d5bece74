import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { reporters } from '@tenantlint/reporters';
import { lint } from 'tenantlint';
import { HELP } from '../packages/cli/args.ts';
import { readCases, rewritten } from './harness/literate.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = path.join(root, 'README.md');
const markdown = readFileSync(file, 'utf8');

test('the README shows what a run prints', async () => {
  const [example] = readCases(markdown).filter((c) => c.rendered);
  if (!example?.rendered) throw new Error('the README shows no run');
  const now = reporters.pretty(await lint({ sources: example.sources }), { color: false, width: 100, suppressed: false });
  if (process.env['UPDATE'] === '1') writeFileSync(file, rewritten(markdown, [{ at: example.rendered, text: now }]));
  else expect(now).toBe(example.rendered.text);
});

test('links in the pages lead somewhere', () => {
  const broken = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'].flatMap((page) =>
    [...readFileSync(path.join(root, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((m) => m[1] ?? '').filter((link) => !existsSync(path.join(root, link))).map((link) => `${page}: ${link}`));
  expect(broken).toEqual([]);
});

test('files that ARCHITECTURE.md names are there', () => {
  const named = [...readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(/`((?:packages|test|rules|fixtures)\/[\w./-]+|[\w./-]+\.(?:test\.ts|ts|mjs))`/g)].map((m) => m[1] ?? '');
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
});

test('what is installed, and every command and option of the pages is there', () => {
  const names = ['packages/cli', 'packages/eslint-plugin'].map((folder) => (JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as { name: string }).name);
  const pages = ['README.md', 'packages/cli/HOOKS.md', 'packages/eslint-plugin/README.md'].map((page) => readFileSync(path.join(root, page), 'utf8')).join('\n');
  const installed = [...pages.matchAll(/npm install --save-dev ([\w-]+)/g)].map((m) => m[1]);
  expect([...new Set(installed)].sort()).toEqual([...names].sort());
  const help = HELP.split('\n').map((line) => line.trim());
  const commands = /## Commands\s+```\n([\s\S]*?)```/.exec(markdown)?.[1]?.trim().split('\n') ?? [];
  expect(commands.map((line) => line.split(/ \[--| {2,}/)[0] ?? '').filter((line) => !help.some((known) => known.startsWith(line)))).toEqual([]);
  const options = [...markdown.matchAll(/`(?:tenantlint |fix )?(--[a-z-]+)/g)].map((m) => m[1] ?? '');
  expect(options.length).toBeGreaterThan(8);
  expect(options.filter((option) => !HELP.includes(option))).toEqual([]);
});

test('CI runs the command that the README names', () => {
  const command = /^npx -y pnpm@\S+ verify/m.exec(markdown)?.[0];
  expect(readFileSync(path.join(root, '.ci/run'), 'utf8')).toContain(`exec ${command}`);
  expect((JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { packageManager: string }).packageManager).toBe(/pnpm@[\d.]+/.exec(command ?? '')?.[0]);
});
