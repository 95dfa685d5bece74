import type { CodeFile, EntryPoint } from '@tenantlint/model';

/** Files that no tenant's request reaches, by the names that tools give them. */
const FILES: readonly { readonly kind: EntryPoint['kind']; readonly path: RegExp }[] = [
  { kind: 'test', path: /(?:^|\/)(?:__tests__|__mocks__|tests?|e2e|playwright|cypress|test-utils|testing|fixtures)\/|\.(?:test|spec|e2e|cy|stories)\.[cm]?[jt]sx?$/ },
  { kind: 'seed', path: /(?:^|\/)seeds?\/|(?:^|\/)(?:seed|seeder|seeds)(?:[-.][\w.-]+)?\.[cm]?[jt]s$|(?:^|\/)[\w-]+[-.]seed(?:er)?\.[cm]?[jt]s$/ },
  { kind: 'script', path: /(?:^|\/)(?:scripts?|bin|cli|tasks|migrations?|data-migrations?|backfills?|tools)\// },
];

export function systemKind(file: CodeFile): EntryPoint['kind'] | undefined {
  return FILES.find((one) => one.path.test(file.path))?.kind;
}
