import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

/** Notes every module that Node loads, and every script and file of WebAssembly that is read. */
const TRACE = {
  'trace.mjs': `import fs from 'node:fs';
import module from 'node:module';
module.register('./hooks.mjs', import.meta.url);
const note = (of, read) => (file, ...more) => {
  if (/\\.(?:js|wasm)$/.test(String(file))) fs.appendFileSync(process.env.TRACE, String(file) + '\\n');
  return read.call(of, file, ...more);
};
fs.readFileSync = note(fs, fs.readFileSync);
fs.promises.readFile = note(fs.promises, fs.promises.readFile);
module.syncBuiltinESMExports();
`,
  'hooks.mjs': `import { appendFileSync } from 'node:fs';
export function load(url, context, next) {
  appendFileSync(process.env.TRACE, url + '\\n');
  return next(url, context);
}
`,
  loaded: '',
};

const BASE = {
  'migrations/001_start.sql': 'create table tenants (id uuid primary key);\ncreate table projects (id uuid primary key, tenant_id uuid not null references tenants (id), name text);\n',
  'package.json': '{ "name": "shop", "dependencies": { "@prisma/client": "6.2.0" } }',
  'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n}\nmodel projects {\n  id        String @id @db.Uuid\n  tenant_id String @db.Uuid\n  name      String?\n}\n',
  'src/list.ts': "import { PrismaClient } from '@prisma/client';\nexport const list = () => new PrismaClient().projects.findMany();\n",
};

/** Of the files that a run loaded those that are Python's: its grammar, the parser, the readers of its code and models. */
async function python(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { dir: traced } = project(TRACE);
  const { dir } = project({ ...BASE, ...files });
  const { err } = await tenantlint(dir, ['check'], { NODE_OPTIONS: `--import ${pathToFileURL(path.join(traced, 'trace.mjs')).href}`, TRACE: path.join(traced, 'loaded') });
  expect(err).toBe('');
  const loaded = [...new Set(readFileSync(path.join(traced, 'loaded'), 'utf8').trim().split('\n'))].map((one) => (one.startsWith('file:') ? fileURLToPath(one) : one));
  // The trace saw the run: it came as far as the code, by way of the other grammar.
  expect(loaded.some((file) => file.endsWith('libpg-query.wasm'))).toBe(true);
  expect(loaded.some((file) => readsOf(file, /\.findMany|findMany\b/))).toBe(true);
  return [...new Set(loaded.flatMap((file) => (/tree-sitter/.test(path.basename(file)) ? [path.basename(file)] : readsOf(file, /tree-sitter-python\.wasm/) ? ['the parser'] : readsOf(file, /__tablename__/) ? ['models'] : [])))].sort();
}

const readsOf = (file: string, what: RegExp): boolean => path.isAbsolute(file) && file.endsWith('.js') && what.test(readFileSync(file, 'utf8'));

test('nothing of Python is loaded where the product has none', async () => {
  expect(await python({})).toEqual([]);
});

test('nor where its Python has nothing to do with the database', async () => {
  expect(await python({ 'scripts/hello.py': 'print("hello")\n' })).toEqual([]);
});

test('it is where there are models', async () => {
  expect(await python({ 'app/models.py': 'from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass Tenant(Base):\n    __tablename__ = "tenants"\n    id: Mapped[int] = mapped_column(primary_key=True)\n' })).toEqual(expect.arrayContaining(['models', 'the parser', 'tree-sitter-python.wasm']));
});
