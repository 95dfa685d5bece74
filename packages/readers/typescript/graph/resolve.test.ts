import { expect, test } from 'vitest';
import { createResolver } from './resolve.ts';

const files = new Set([
  'apps/web/src/app/page.tsx', 'apps/web/src/lib/db.ts', 'apps/web/src/lib/index.ts',
  'packages/db/src/index.ts', 'packages/db/src/client.ts', 'packages/db-extra/index.ts', 'packages/ui/dist/not-source.js', 'packages/ui/src/button.tsx',
]);
const configs = new Map([
  ['tsconfig.base.json', '{ "compilerOptions": { "baseUrl": ".", "paths": { "@shared/*": ["packages/db/src/*"] } } }'],
  ['apps/web/tsconfig.json', `{ // comments and trailing commas are allowed
    "extends": "../../tsconfig.base.json", "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"], "@/db": ["src/lib/db"], }, } }`],
  ['packages/db/package.json', '{ "name": "@acme/db", "exports": { ".": { "import": "./dist/index.js" }, "./client": "./dist/client.js" } }'],
  ['packages/db/tsconfig.json', '{ "extends": "../../tsconfig.base.json" }'],
  ['packages/db-extra/package.json', '{ "name": "@acme/db-extra" }'],
  ['packages/ui/package.json', '{ "name": "@acme/ui" }'],
  ['packages/loop/tsconfig.json', '{ "extends": "./tsconfig.json" }'],
]);
const resolve = createResolver(files, configs);

test.each([
  ['apps/web/src/app/page.tsx', '../lib/db', 'apps/web/src/lib/db.ts'],
  ['apps/web/src/app/page.tsx', '../lib/db.js', 'apps/web/src/lib/db.ts'],
  ['apps/web/src/app/page.tsx', '../lib', 'apps/web/src/lib/index.ts'],
  ['apps/web/src/app/page.tsx', '@/lib/db', 'apps/web/src/lib/db.ts'],
  ['apps/web/src/app/page.tsx', '@/db', 'apps/web/src/lib/db.ts'],
  ['packages/db/src/index.ts', '@shared/client', 'packages/db/src/client.ts'],
  ['apps/web/src/app/page.tsx', '@acme/db', 'packages/db/src/index.ts'],
  ['apps/web/src/app/page.tsx', '@acme/db/client', 'packages/db/src/client.ts'],
  ['apps/web/src/app/page.tsx', '@acme/db-extra', 'packages/db-extra/index.ts'],
  ['apps/web/src/app/page.tsx', '@acme/ui/button', 'packages/ui/src/button.tsx'],
  ['apps/web/src/app/page.tsx', 'react', undefined],
  ['apps/web/src/app/page.tsx', './missing', undefined],
  ['packages/loop/x.ts', '@/lib/db', undefined],
])('%s imports %s', (from, specifier, want) => expect(resolve(from, specifier)).toBe(want));
