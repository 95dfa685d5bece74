import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rules } from '@tenantlint/rules';
import { diagram, printed, withDiagram } from './architecture/diagram.ts';
import { ENGINE, PARTS, RECURSIVE, type Part } from './architecture/edges.ts';
import { cycles, importsOf } from './architecture/imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { files, imports } = importsOf(root);
const text = (file: string) => readFileSync(path.join(root, file), 'utf8');
const partOf = (file: string): Part | undefined => PARTS.find((p) => p.files.test(file));
const sourcesOf = (...names: string[]) => files.filter((f) => names.includes(partOf(f)?.name ?? ''));

test('every file belongs to a part', () => expect(files.filter((f) => !partOf(f))).toEqual([]));

test('parts import only what the table allows', () => {
  const wrong = imports.flatMap(({ from, to, inside }) => {
    const part = partOf(from);
    if (!part || part.may.includes('*')) return [];
    const target = inside ? partOf(to)?.name : to;
    const allowed = inside ? target === part.name || part.may.includes(target ?? '') : part.packages.includes('*') || part.packages.includes(to);
    return allowed ? [] : [`${from} imports ${to}: ${part.name} may not, because ${part.because}`];
  });
  expect(wrong).toEqual([]);
});

test('a rule, and a client, knows no other one', () => {
  const home = (file: string) => /^(?:rules|packages\/readers\/(?:typescript|python)\/clients)\/[^/]+/.exec(file)?.[0];
  const wrong = imports.filter(({ from, to, inside }) => inside && ['rules', 'clients'].includes(partOf(from)?.name ?? '') && partOf(to)?.name === partOf(from)?.name && home(from) !== home(to));
  expect(wrong.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('parts of the engine import only those before them', () => {
  const area = (file: string) => /^packages\/engine\/(\w+)\//.exec(file)?.[1];
  const wrong = imports.flatMap(({ from, to, inside }) => {
    const [own, other] = [area(from), inside ? area(to) : undefined];
    const row = ENGINE.find((e) => e.name === own);
    if (own === undefined || other === undefined || own === other || partOf(from)?.name !== 'engine') return [];
    return row?.may.includes(other) ? [] : [`${from} imports ${to}`];
  });
  expect(wrong).toEqual([]);
});

test('only the command line and the tests know the list of rules', () => {
  expect(imports.filter(({ from, to }) => to.startsWith('rules/') && to.endsWith('.gen.ts') && !['cli', 'eslint-plugin', 'test'].includes(partOf(from)?.name ?? '')).map((i) => i.from)).toEqual([]);
});

test('no file imports itself by way of others, except where one grammar is walked', () => {
  const inOne = (cycle: readonly string[]) => RECURSIVE.some((r) => cycle.every((file) => r.test(file)));
  expect(cycles(imports).filter((c) => !inOne(c)).map((c) => c.join(' → '))).toEqual([]);
});

test('nothing below the command line names a rule', () => {
  const ids = new RegExp(`['"\`](?:${rules.map((r) => r.id).join('|')})['"\`/]`);
  expect(sourcesOf('engine', 'reporters', 'model', 'sql', 'prisma', 'typescript', 'clients').filter((f) => ids.test(text(f)))).toEqual([]);
});

test('no rule names an ORM', () => {
  const ORM = /prisma|drizzle|sqlalchemy|typeorm|knex|sequelize|kysely|mikro-?orm/i;
  expect(sourcesOf('rules').filter((f) => ORM.test(text(f)))).toEqual([]);
});

test('ARCHITECTURE.md shows the table', () => {
  const file = path.join(root, 'ARCHITECTURE.md');
  if (process.env['UPDATE'] === '1') writeFileSync(file, withDiagram(readFileSync(file, 'utf8')));
  expect(printed(readFileSync(file, 'utf8'))).toBe(diagram());
});
