import { describe, expect, test } from 'vitest';
import { BASE, READABLE } from './base.ts';
import { product } from './product.ts';

const verdict = (condition: string, before = ''): string => product(`${BASE}${READABLE}${before} create policy p on projects for select to authenticated using (${condition});`).verdict('projects', 'authenticated', 'select');
const times = (n: number, of: (i: number) => string, by: string): string => Array.from({ length: n }, (_, i) => of(i)).join(by);
const member = 'org_id in (select org_id from members where user_id = auth.uid())';

/** Normal forms are bounded: what is too large is unknown, unless what matters is found before. */
describe('conditions of any size', () => {
  test('many alternatives beside the test that decides', () => {
    expect(verdict(`${times(60, (i) => `(name = 'a${i}' or status = 'b${i}')`, ' and ')} and ${member}`)).toBe('isolated');
  });
  test('many alternatives and no test that decides', () => {
    expect(verdict(times(60, (i) => `(name <> 'a${i}' or status <> 'b${i}')`, ' and '))).toBe('leak');
  });
  test('alternatives that only together bind the row are followed as far as the bound', () => {
    expect(verdict(times(14, () => `(${member} or created_by = auth.uid())`, ' and '))).toBe('isolated');
    expect(['isolated', 'unknown']).toContain(verdict(`${times(20, (i) => `(status = 'a${i}' or name = 'b${i}' or is_public)`, ' and ')} and (${member} or created_by = auth.uid())`));
  });
  test('long lists', () => {
    expect(verdict(`status in (${times(3000, (i) => `'s${i}'`, ', ')}) and ${member}`)).toBe('isolated');
    expect(verdict(`status in (${times(3000, (i) => `'s${i}'`, ', ')})`)).toBe('leak');
    expect(verdict(`status not in (${times(3000, (i) => `'s${i}'`, ', ')}) or ${member}`)).toBe('leak');
  });
  test('long chains of OR and AND', () => {
    expect(verdict(`${times(500, (i) => `name = 'n${i}'`, ' or ')}`)).toBe('leak');
    expect(verdict(`${times(500, (i) => `name <> 'n${i}'`, ' and ')} and ${member}`)).toBe('isolated');
    expect(verdict(`${times(5000, (i) => `name = 'n${i}'`, ' or ')}`)).toBe('unknown');
  });
  test('deep nesting', () => {
    expect(['isolated', 'unknown']).toContain(verdict(`${'('.repeat(300)}${member}${')'.repeat(300)}`));
    expect(['isolated', 'unknown']).toContain(verdict(`${'not (not ('.repeat(150)}${member}${'))'.repeat(150)}`));
    expect(['isolated', 'unknown']).toContain(verdict(times(60, () => 'coalesce(', '') + member + times(60, () => ', false)', '')));
  });
  test('functions that call themselves, and each other many times over', () => {
    expect(verdict('f(org_id)', `create function f(o uuid) returns boolean language sql stable as $$ select f(o) $$;`)).toBe('unknown');
    const chain = times(12, (i) => `create function g${i}(o uuid) returns boolean language sql stable as $$ select ${i === 0 ? 'o is null' : `g${i - 1}(o) or g${i - 1}(o) or g${i - 1}(o)`} $$;`, '\n');
    expect(['unknown', 'isolated', 'denied']).toContain(verdict('g11(org_id)', chain));
  });
  test('views over views', () => {
    const chain = `create view v0 as select org_id, user_id from members;${times(20, (i) => `create view v${i + 1} as select a.org_id, b.user_id from v${i} a join v${i} b on a.org_id = b.org_id;`, '\n')}`;
    expect(['unknown', 'isolated', 'leak']).toContain(verdict('org_id in (select org_id from v20 where user_id = auth.uid())', chain));
  });
});
