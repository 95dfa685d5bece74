import { describe, expect, test } from 'vitest';
import type { Code, CodeStatement } from '@tenantlint/model';
import { lowerFile } from './file.ts';

const lower = (text: string, path = 'a.ts') => lowerFile({ path, text });
const expression = (text: string): Code => {
  const [s] = lower(`(${text});`).body;
  if (s?.kind !== 'expression') throw new Error(`not an expression: ${JSON.stringify(s)}`);
  return s.of;
};
/** The kinds of a tree, as an S-expression without places: what a reader of the test can hold in mind. */
function shape(code: Code): string {
  switch (code.kind) {
    case 'literal': return JSON.stringify(code.value);
    case 'name': return code.name;
    case 'member': return `${shape(code.of)}${code.optional ? '?.' : '.'}${code.name}`;
    case 'index': return `${shape(code.of)}[${shape(code.key)}]`;
    case 'call': return `${code.construct ? 'new ' : ''}${shape(code.callee)}(${code.args.map(a => (a.spread ? '...' : '') + shape(a.value)).join(', ')})`;
    case 'object': return `{${code.entries.map(e => (e.kind === 'property' ? `${e.name}: ${shape(e.value)}` : e.kind === 'spread' ? `...${shape(e.of)}` : e.kind)).join(', ')}}`;
    case 'binary': case 'logical': return `(${shape(code.left)} ${code.op} ${shape(code.right)})`;
    case 'conditional': return `(${shape(code.test)} ? ${shape(code.then)} : ${shape(code.otherwise)})`;
    case 'await': return `await ${shape(code.of)}`;
    default: return code.kind;
  }
}

describe('expressions', () => {
  test.each([
    ['a?.b["c"][i]', 'a?.b.c[i]'],
    ['a === b && c !== null || d ?? e', undefined],
    ['{...base, orgId, [k]: 1, where: {id}}', '{...base, orgId: orgId, computed, where: {id: id}}'],
    ['x ? y! : (z as Foo)', '(x ? non-null : typed)'],
    ['await prisma.invoice.findMany({ where: { orgId: ctx.orgId } })', 'await prisma.invoice.findMany({where: {orgId: ctx.orgId}})'],
    ['new Client(...args)', 'new Client(...args)'],
    ['-1', '-1'],
  ])('%s', (text, want) => {
    if (want !== undefined) expect(shape(expression(text))).toBe(want);
  });

  test('== and === are one operator; so are != and !==', () => {
    expect(shape(expression('a == b'))).toBe('(a = b)');
    expect(shape(expression('a !== b'))).toBe('(a <> b)');
  });

  test('places are UTF-16 and cover the node, also behind astral characters', () => {
    const text = `const s = '😀é'; prisma.invoice.findMany();`;
    const call = lower(text).body[1];
    if (call?.kind !== 'expression' || call.of.kind !== 'call' || call.of.callee.kind !== 'member') throw new Error('no call');
    expect(text.slice(call.of.callee.at.start, call.of.callee.at.end)).toBe('prisma.invoice.findMany');
    expect(text.slice(call.of.callee.nameAt.start, call.of.callee.nameAt.end)).toBe('findMany');
  });

  test('the parts of a template carry the text between the holes, exactly', () => {
    const text = 'sql`select * from t where id = ${id} and x = ${x}`;';
    const s = lower(text).body[0];
    if (s?.kind !== 'expression' || s.of.kind !== 'template') throw new Error('no template');
    expect(s.of.texts.map(t => text.slice(t.at.start, t.at.end))).toEqual(['select * from t where id = ', ' and x = ', '']);
    expect(s.of.texts.map(t => t.text)).toEqual(['select * from t where id = ', ' and x = ', '']);
  });

  test('a chain of ten thousand operators is no recursion', () => {
    const file = lower(`x = ${Array.from({ length: 10_000 }, (_, i) => `a${i}`).join(' + ')};`);
    expect(file.unread).toEqual([]);
    expect(file.body).toHaveLength(1);
  });

  test('what nests too deeply is said, never a crash', () => {
    const file = lower(`y = ${'['.repeat(20_000)}${']'.repeat(20_000)};`);
    expect(file.unread.map(u => u.reason)).toEqual([expect.stringMatching(/nested too deeply/)]);
  });
});

describe('statements and modules', () => {
  test('destructuring keeps names, renames, defaults and the rest', () => {
    const [s] = lower('const { orgId: tenant, filter = {}, ...rest } = req.query;').body;
    expect(s).toMatchObject({ kind: 'let', target: { kind: 'object', properties: [{ name: 'orgId', target: { name: 'tenant' } }, { name: 'filter', default: { kind: 'object' } }], rest: { name: 'rest' } } });
  });

  test('default exports are reachable by name, whatever they are', () => {
    for (const text of ['export default async function handler(req, res) {}', 'export default function () {}', 'export default withAuth(handler);', 'export default class {}']) {
      const file = lower(text);
      const [e] = file.exports;
      expect(e).toMatchObject({ kind: 'local', name: 'default' });
      const local = e?.kind === 'local' ? e.local : '';
      const declares = (s: CodeStatement) => (s.kind === 'function' && s.fn.name === local) || (s.kind === 'let' && s.target.kind === 'name' && s.target.name === local);
      expect(file.body.some(declares), text).toBe(true);
    }
  });

  test('imports, re-exports and directives', () => {
    const file = lower(`'use server';\nimport db, { prisma as p, type T } from '@/lib/db';\nimport * as schema from './schema.js';\nexport * from './a';\nexport { b as c } from './b';\nexport const x = 1, { y } = z;`);
    expect(file.directives).toEqual(['use server']);
    expect(file.imports.map(i => [i.from, i.name, i.local, i.typeOnly])).toEqual([['@/lib/db', 'default', 'db', false], ['@/lib/db', 'prisma', 'p', false], ['@/lib/db', 'T', 'T', true], ['./schema.js', '*', 'schema', false]]);
    expect(file.exports.map(e => [e.kind, e.name])).toEqual([['from', '*'], ['from', 'c'], ['local', 'x'], ['local', 'y']]);
  });

  test('Nest classes: decorators, parameter properties, methods', () => {
    const [s] = lower(`@Controller('x') class C { constructor(private readonly prisma: PrismaService) {} @Get() @UseGuards(G) list(@OrgId() orgId: string, @Body() dto?: Dto) { return this.prisma.x.findMany(); } }`).body;
    if (s?.kind !== 'class') throw new Error('no class');
    expect(s.class.methods.map(m => m.name)).toEqual(['constructor', 'list']);
    expect(s.class.methods[0]?.fn.params[0]).toMatchObject({ field: 'prisma', type: { kind: 'ref', name: 'PrismaService' } });
    expect(s.class.methods[1]?.fn.decorators).toHaveLength(2);
    expect(s.class.methods[1]?.fn.params.map(p => [p.decorators.length, p.optional])).toEqual([[1, false], [1, true]]);
  });

  test('a syntax error is said once, and what can be read is read', () => {
    const file = lower('function a() { return prisma.x.findMany( }\nconst later = 1;');
    expect(file.unread).toHaveLength(1);
    expect(file.unread[0]?.reason).toMatch(/expected/i);
  });

  test('comments are found only between tokens, never in strings or JSX text', () => {
    const file = lower(`// tenantlint-disable-next-line x -- why\nconst a = "// tenantlint no";\nconst b = <p>// tenantlint neither</p>; /* tenantlint yes */`, 'a.tsx');
    expect(file.comments.map(c => c.text)).toEqual(['tenantlint-disable-next-line x -- why', 'tenantlint yes']);
  });
});
