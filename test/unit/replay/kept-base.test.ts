import { deserialize } from 'node:v8';
import { keepBase, replay } from '@tenantlint/engine';
import type { Change } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { expect, test } from 'vitest';
import { baseFile } from '../../../packages/cli/base.ts';

const TEXT = `create table public.a (id uuid primary key references auth.users (id));
create policy p on storage.objects for select to authenticated using (owner = auth.uid());
drop table auth.sessions cascade;
revoke all on auth.users from service_role;`;

test('a project starts from the kept state as from the SQL that it was made of', () => {
  const after = (base: readonly Change[] | undefined) => {
    const parser = createSqlParser();
    if (base !== undefined) keepBase(parser, base);
    const up = parser.file({ path: '1.sql', text: TEXT }).events;
    const step = { file: '1.sql', id: '1', tool: 'plain' as const, up, down: undefined, downAt: undefined, transactional: true, unread: [] };
    return replay([{ tool: 'plain', root: '.', steps: [step], downs: { expected: false, why: '' }, skipped: [], seeds: [] }], parser, { base: 'supabase' });
  };
  const made = after(undefined);
  const kept = after(deserialize(baseFile()) as readonly Change[]);
  expect(kept.last).toEqual(made.last);
  expect(kept.changes(0)).toEqual(made.changes(0));
  expect(kept.at(-1).tables.size).toBe(made.at(-1).tables.size);
  expect(kept.doubts).toEqual(made.doubts);
  expect(kept.last.tables.get('storage.objects')?.policies.has('p')).toBe(true);
});
