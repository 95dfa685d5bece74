import type { CodeFile, EntryPoint } from '@tenantlint/model';

/** Files that no tenant's request reaches, by the names that tools give them. */
/** The same for Python. */
const PYTHON: readonly { readonly kind: EntryPoint['kind']; readonly path: RegExp }[] = [
  { kind: 'test', path: /(?:^|\/)(?:tests?|testing|e2e|fixtures)\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/ },
  { kind: 'seed', path: /(?:^|\/)seeds?\/|(?:^|\/)(?:[\w]*_)?(?:seed|seeds|seeder|initial_data|sample_data)(?:_\w+)?\.py$/ },
  { kind: 'script', path: /(?:^|\/)(?:scripts?|bin|migrations?|alembic|versions|backfills?)\/|^(?:tools|examples?|docs?)\/|(?:^|\/)(?:manage|setup|noxfile)\.py$/ },
];

const FILES: readonly { readonly kind: EntryPoint['kind']; readonly path: RegExp }[] = [
  { kind: 'test', path: /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|playwright|cypress|test-utils|testing|fixtures)\/|\.(?:\w*test|spec|e2e|cy|stories)\.[cm]?[jt]sx?$/ },
  { kind: 'seed', path: /(?:^|\/)seeds?\/|(?:^|\/)(?:seed|seeder|seeds)(?:[-.][\w.-]+)?\.[cm]?[jt]s$|(?:^|\/)[\w-]+[-.]seed(?:er)?\.[cm]?[jt]s$/ },
  { kind: 'script', path: /(?:^|\/)(?:scripts?|bin|cli|migrations?|data-migrations?|backfills?)\/|^(?:(?:apps|packages)\/[^/]+\/)?(?:tasks|tools)\// },
];

/** Served by the framework, whatever the folder above is called: products have tests, tasks and tools of their own. */
const SERVED = /(?:^|\/)(?:app|pages)\/(?:.*\/)?(?:route|page|layout|\[[^/]*\])\.[jt]sx?$|(?:^|\/)pages\/api\/|\.(?:controller|resolver|gateway)\.[jt]s$/;

export function systemKind(file: CodeFile): EntryPoint['kind'] | undefined {
  if (file.language === 'python') return PYTHON.find((one) => one.path.test(file.path))?.kind;
  return offlineKind(file.path);
}

/** Routes that are there for the tests of a browser; no product has anything of that name. */
const END_TO_END = /(?:^|\/)(?:e2e|__tests__|playwright|cypress)\//;

/** What a TypeScript or JavaScript file is by its path, if it is no part of what serves requests. */
export function offlineKind(path: string): EntryPoint['kind'] | undefined {
  if (END_TO_END.test(path)) return 'test';
  const kind = FILES.find((one) => one.path.test(path))?.kind;
  return kind !== undefined && SERVED.test(path) ? undefined : kind;
}
