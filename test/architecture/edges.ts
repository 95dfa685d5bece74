/** A part of the house: the files of `folder` that no later part claims. */
export interface Part {
  readonly name: string;
  /** Matches the files from the repository's root. */
  readonly files: RegExp;
  /** Names of the parts that it may import; itself always. */
  readonly may: readonly string[];
  /** Packages from outside that it may import; `node:` ones are listed like others. */
  readonly packages: readonly string[];
  readonly because: string;
}

const ANY: readonly string[] = ['*'];

/** Who may know whom. The first part that matches a file owns it. */
export const PARTS: readonly Part[] = [
  { name: 'test', files: /^test\/|\.test\.ts$|^packages\/.*\/testing\//, may: ANY, packages: ANY, because: 'it checks the house from outside' },
  { name: 'cli', files: /^packages\/cli\//, may: ['model', 'engine', 'sql', 'prisma', 'typescript', 'clients', 'python', 'sqlalchemy', 'alembic', 'scripted', 'reporters', 'rules', 'registry'], packages: ANY, because: 'the only place that knows all names' },
  { name: 'eslint-plugin', files: /^packages\/eslint-plugin\//, may: ['cli', 'sql', 'prisma', 'rules', 'registry', 'model'], packages: ANY, because: 'it shows in ESLint and oxlint what the engine found, and finds nothing itself' },
  { name: 'github-action', files: /^packages\/github-action\//, may: ['cli', 'reporters', 'model'], packages: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:url'], because: 'it shows on a pull request what the engine found, and finds nothing itself' },
  { name: 'registry', files: /\.gen\.ts$/, may: ['model', 'rules', 'clients'], packages: [], because: 'generated from the folders, so that nobody edits a list' },
  { name: 'rules', files: /^rules\//, may: ['model'], packages: [], because: 'a rule asks about facts and never how they were found; no rule knows another' },
  { name: 'reporters', files: /^packages\/reporters\//, may: ['model'], packages: ['node:util'], because: 'a format shows what was found and decides nothing' },
  { name: 'clients', files: /^packages\/readers\/(?:typescript|python)\/clients\//, may: ['model'], packages: [], because: 'one folder is one database client; it knows neither schema nor tenancy' },
  { name: 'typescript', files: /^packages\/readers\/typescript\//, may: ['model'], packages: ['@ts-morph/common', 'jsonc-parser', 'node:path'], because: 'TypeScript syntax dies here' },
  { name: 'prisma', files: /^packages\/readers\/prisma\//, may: ['model'], packages: ['@prisma/prisma-schema-wasm'], because: 'Prisma syntax dies here; SQL in a schema is read by a function that is handed in' },
  { name: 'sql', files: /^packages\/readers\/sql\//, may: ['model'], packages: ['libpg-query', '@pgsql/types', 'node:fs', 'node:module', 'node:path', 'node:url', 'node:v8', 'node:vm'], because: 'SQL syntax dies here' },
  { name: 'python', files: /^packages\/readers\/python\//, may: ['model'], packages: ['web-tree-sitter', 'node:fs', 'node:fs/promises', 'node:module', 'node:path', 'node:url'], because: 'Python syntax dies here' },
  { name: 'sqlalchemy', files: /^packages\/readers\/sqlalchemy\//, may: ['model', 'python'], packages: ['node:crypto'], because: 'models of SQLAlchemy become schema events; what their Python says, the Python reader tells' },
  { name: 'alembic', files: /^packages\/readers\/alembic\//, may: ['model', 'python', 'sqlalchemy'], packages: ['node:crypto'], because: 'revisions of Alembic become histories; they are Python, and name columns as SQLAlchemy does' },
  { name: 'scripted', files: /^packages\/readers\/scripted\//, may: ['model', 'typescript'], packages: [], because: 'migrations that are programs of Knex, TypeORM or node-pg-migrate become histories; what their code says, the TypeScript reader tells' },
  { name: 'engine', files: /^packages\/engine\//, may: ['model'], packages: ['node:crypto'], because: 'it decides from plain data: it reads no file, parses nothing and names no rule' },
  { name: 'model', files: /^packages\/model\//, may: [], packages: [], because: 'nouns only: what everybody agrees on depends on nobody' },
];

/** Walkers of one grammar call one another: an expression holds a query holds an expression. Such circles stay inside. */
export const RECURSIVE: readonly RegExp[] = [/^packages\/readers\/sql\/(?:lower|plpgsql)-/, /^packages\/readers\/python\/(?:lower|constant)\//, /^packages\/engine\/replay\/interpret\//, /^packages\/engine\/isolation\/bind\//];

/** Parts of the engine, each of which answers one question with the answers of those before it. */
export const ENGINE: readonly { readonly name: string; readonly may: readonly string[]; readonly because: string }[] = [
  { name: 'replay', may: [], because: 'events in, catalog out' },
  { name: 'tenancy', may: [], because: 'whose rows are these? asked of the catalog alone' },
  { name: 'isolation', may: ['tenancy'], because: 'does a condition imply the caller\'s tenant?' },
  { name: 'flow', may: ['tenancy', 'isolation'], because: 'what do the queries of the code ask for? judged by the same prover as policies' },
  { name: 'migrations', may: ['replay', 'tenancy', 'isolation'], because: 'what does a step do to the state before it, and how is it undone?' },
  { name: 'run', may: [], because: 'asks rules, honours suppressions; knows no fact itself' },
];
