import type { CodeFile, EntryPoint } from '@tenantlint/model';

/** Files that no tenant's request reaches, by the names that tools give them. */
const FILES: readonly { readonly kind: EntryPoint['kind']; readonly path: RegExp }[] = [
  { kind: 'test', path: /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|playwright|cypress|test-utils|testing|fixtures)\/|\.(?:test|spec|e2e|cy|stories)\.[cm]?[jt]sx?$/ },
  { kind: 'seed', path: /(?:^|\/)seeds?\/|(?:^|\/)(?:seed|seeder|seeds)(?:[-.][\w.-]+)?\.[cm]?[jt]s$|(?:^|\/)[\w-]+[-.]seed(?:er)?\.[cm]?[jt]s$/ },
  { kind: 'script', path: /(?:^|\/)(?:scripts?|bin|cli|migrations?|data-migrations?|backfills?)\/|^(?:(?:apps|packages)\/[^/]+\/)?(?:tasks|tools)\// },
];

/** Served by the framework, whatever the folder above is called: products have tests, tasks and tools of their own. */
const SERVED = /(?:^|\/)(?:app|pages)\/(?:.*\/)?(?:route|page|layout|\[[^/]*\])\.[jt]sx?$|(?:^|\/)pages\/api\/|\.(?:controller|resolver|gateway)\.[jt]s$/;

export function systemKind(file: CodeFile): EntryPoint['kind'] | undefined {
  const kind = FILES.find((one) => one.path.test(file.path))?.kind;
  return kind !== undefined && SERVED.test(file.path) ? undefined : kind;
}
