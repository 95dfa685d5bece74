import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asksOf, textOf } from './asked.ts';
import { sent } from './client.ts';
import { asksFor } from './postgrest.ts';
import { inRoute } from './product.ts';

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const word = fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/);
const value = fc.oneof(word, fc.string({ minLength: 1, maxLength: 12 }).filter((t) => !/[\ue000-\uf8ff\ud800-\udfff]/.test(t)).map(quoted));
const column = fc.oneof(fc.constantFrom('id', 'org_id', 'status', 'amount', 'data->>kind', '"a column"'), fc.stringMatching(/^[a-z_]{3,8}$/).filter((t) => t !== 'and' && t !== 'not'));
const filter = fc.oneof(
  fc.tuple(column, fc.boolean(), fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'fts', 'fts(english)', 'match'), value).map(([c, not, op, v]) => `${c}.${not ? 'not.' : ''}${op}.${v}`),
  fc.tuple(column, fc.boolean(), fc.constantFrom('null', 'true', 'false')).map(([c, not, v]) => `${c}.${not ? 'not.' : ''}is.${v}`),
  fc.tuple(column, fc.boolean(), fc.array(value, { minLength: 1, maxLength: 3 })).map(([c, not, v]) => `${c}.${not ? 'not.' : ''}in.(${v.join(',')})`),
  fc.tuple(column, fc.array(value, { minLength: 1, maxLength: 3 })).map(([c, v]) => `${c}.ov.{${v.join(',')}}`),
);
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, depthSize: 'small' }, filter, fc.tuple(fc.boolean(), fc.constantFrom('and', 'or'), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })).map(([not, op, of]) => `${not ? 'not.' : ''}${op}(${of.join(',')})`)),
}));

/** What is asked by one text, and by the same text with one of its parts put in at run time. */
function read(code: string): string {
  const { queries } = inRoute(`const part = 'p-1';\n  await db.from('projects').select('id').or(${code});`);
  return queries[0] ? textOf(queries[0].condition) : 'no query';
}

describe('or=(…) is read as PostgREST reads it', () => {
  test('any tree of filters', async () => {
    await fc.assert(fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 4 }), async (of) => {
      const text = of.join(',');
      const { queries } = inRoute(`await db.from('projects').select('id').or(${JSON.stringify(text)});`);
      const [query] = queries;
      expect(query && asksOf(query)).toEqual(asksFor(await sent('db.from("projects").select("id").or(text)', { text })));
    }), { numRuns: 150, seed: 5 });
  });

  test('damaged texts are told apart from others, or not told, and never thrown over', () => {
    fc.assert(fc.property(fc.array(tree, { minLength: 1, maxLength: 2 }), fc.nat(), fc.string({ maxLength: 3 }), (of, at, noise) => {
      const text = of.join(',');
      const cut = at % (text.length + 1);
      expect(read(JSON.stringify(text.slice(0, cut) + noise + text.slice(cut + 1)))).not.toBe('no query');
    }), { numRuns: 100, seed: 6 });
  });
});

describe('values put in at run time', () => {
  test.each([
    ['a value', "`org_id.eq.${part},is_public.is.true`", 'any(is_public = "true"; org_id = "p-1")'],
    ['inside text', '`name.ilike.%${part}%,status.eq.open`', 'any(name ~; status = "open")'],
    ['in quotes', '`name.eq."${part}",status.eq.open`', 'any(name = "p-1"; status = "open")'],
    ['by concatenation', "'org_id.eq.' + part + ',status.is.null'", 'any(org_id = "p-1"; status is null)'],
    ['a list', "`id.in.(${[part, 'b'].join(',')})`", 'id in ["p-1","b"]'],
    ['a mapped list', "`id.in.(${[part].map((x) => `\"${x}\"`).join(',')})`", 'id in ["p-1"]'],
    ['a whole filter from a function of the program', "((f: string) => `${f},status.is.null`)('org_id.eq.' + part)", 'any(org_id = "p-1"; status is null)'],
    ['a value that cannot be told', '`org_id.eq.${unknownThing()},status.is.null`', 'any(org_id = "<symbol>"; status is null)'],
    ['a column that cannot be told', '`${unknownThing()}.eq.${part},status.is.null`', 'any(opaque; status is null)'],
    ['a filter that cannot be told', '`${unknownThing()},status.is.null`', 'opaque'],
    ['filters joined elsewhere', 'unknownThing().join(",")', 'opaque'],
    ['no text', 'undefined', 'opaque'],
  ])('%s', (_, code, want) => {
    expect(read(code)).toBe(want);
  });

  test('text of the request may add filters of its own', () => {
    const { queries } = inRoute("const { q } = await request.json();\n  await db.from('projects').select('id').eq('org_id', params.id).or(`name.ilike.%${q}%,status.eq.open`);");
    expect(queries[0] && textOf(queries[0].condition)).toBe('all(any(name ~; opaque; status = "open"); org_id = "<symbol>")');
  });
});
