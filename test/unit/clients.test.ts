import { expect, test } from 'vitest';
import { unreadClients } from '../../packages/cli/packages.ts';
import { memoryWorkspace } from '../../packages/cli/workspace.ts';

test('packages that send queries which nobody reads are named, from all package.json files', () => {
  const workspace = memoryWorkspace([
    { path: 'package.json', text: '{"dependencies":{"@prisma/client":"6","pg":"8"}}' },
    { path: 'apps/api/package.json', text: '{"dependencies":{"drizzle-orm":"0.44","pg":"8"},"devDependencies":{"vitest":"4"}}' },
    { path: 'apps/odd/package.json', text: '{"dependencies":{"__proto__":"1","constructor":"1"}' },
  ]);
  expect(unreadClients(workspace)).toEqual(['drizzle-orm', 'pg']);
});
