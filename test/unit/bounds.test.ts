import { expect, test } from 'vitest';
import { createResolver } from '@tenantlint/readers/typescript';
import { readConfig } from '../../packages/cli/config-file.ts';
import { UsageError } from '../../packages/cli/usage-error.ts';
import { run } from './replay/run.ts';

const columns = (count: number): string => Array.from({ length: count }, (_, i) => `c${i} int`).join(', ');

test('the server\'s bounds on columns and keys', () => {
  expect(run([`create table t (${columns(1600)});`, 'alter table t add c int;', 'create table u (a int);', `create index on u (${Array.from({ length: 33 }, () => 'a').join(', ')});`, `create table w (${columns(2000)});`]).doubts.map((doubt) => doubt.replace(/^.*?: /, ''))).toEqual([
    'statement fails: tables can have at most 1600 columns',
    'statement fails: cannot use more than 32 columns in an index',
    'statement fails: tables can have at most 1600 columns',
  ]);
});

test('configuration that is nested without end is a mistake of its own, and says nothing to the resolver', () => {
  const deep = '['.repeat(200_000);
  expect(() => readConfig(deep, 'tenantlint.config.jsonc', new Set())).toThrow(new UsageError('tenantlint.config.jsonc:1:1: this is nested too deeply'));
  expect(createResolver(new Set(['a.ts', 'b.ts']), new Map([['package.json', deep], ['tsconfig.json', deep]]))('a.ts', './b')).toBe('b.ts');
});
