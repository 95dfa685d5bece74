import { describe, expect, test } from 'vitest';
import { format, like, regex } from './text.ts';
import { parseArray, textOf, Unknown } from './values.ts';

describe('format', () => {
  test.each([
    ['%s', ['a'], 'a'],
    ['%I.%I', ['public', 'My Table'], 'public."My Table"'],
    ['%L, %L', ["it's", null], "'it''s', NULL"],
    ['%1$s %2$s %1$s', ['a', 'b'], 'a b a'],
    ['%%%s%%', ['x'], '%x%'],
    ['[%5s] [%-5s]', ['ab', 'cd'], '[   ab] [cd   ]'],
    ['%I', ['user'], '"user"'],
    ['alter table %%I x', ['t'], 'alter table t x'],
    ['%s', [['a', 'b c']], '{a,"b c"}'],
  ])('%s with %j', (template, args, result) => expect(format(template, args)).toBe(result));

  test('does not know what one of its arguments does not say', () => {
    expect(format('%s', [new Unknown('rows')])).toBeInstanceOf(Unknown);
  });
});

describe('like', () => {
  test.each([
    ['tenant_id', 'tenant%', true],
    ['tenant_id', '%id', true],
    ['tenant_id', '%nt_i%', true],
    ['tenantXid', 'tenant\\_id', false],
    ['abc', 'a_c', true],
    ['abc', 'a_', false],
    ['', '%', true],
    ['aXbXc', 'a%b%c', true],
    ['ab', 'a%a%b', false],
  ])('%s like %s', (text, pattern, result) => expect(like(text, pattern, false)).toBe(result));

  test('ignores case when asked', () => expect(like('ABC', 'a%', true)).toBe(true));
});

test('patterns that could run away are not run', () => {
  expect(regex('^(a+)+$', '')).toBeUndefined();
  expect(regex('(a|a)*b', '')).toBeUndefined();
  expect(regex('^part_[0-9]+$', '')?.test('part_12')).toBe(true);
});

test('array literals', () => {
  expect(parseArray('{a,"b c",NULL,"d\\"e"}')).toEqual(['a', 'b c', null, 'd"e']);
  expect(parseArray('{}')).toEqual([]);
  expect(parseArray('a')).toBeUndefined();
  expect(textOf(['a', null, '', 'x,y'])).toBe('{a,NULL,"","x,y"}');
});
