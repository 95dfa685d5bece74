import { beforeAll, describe, expect, test } from 'vitest';
import type { Code, CodeFile, CodeStatement, CodeType } from '@tenantlint/model';
import { loadPython, type PythonParser } from '../grammar.ts';
import { lowerFile } from './file.ts';

let parser: PythonParser;
beforeAll(async () => { parser = await loadPython(); });

const lower = (text: string): CodeFile => lowerFile({ path: 'a.py', text }, parser);
const first = <K extends CodeStatement['kind']>(text: string, kind: K): Extract<CodeStatement, { kind: K }> => {
  const found = lower(text).body.find((s): s is Extract<CodeStatement, { kind: K }> => s.kind === kind);
  if (!found) throw new Error(`no ${kind} in ${text}`);
  return found;
};
const expression = (text: string): Code => first(`(${text})`, 'expression').of;
const type = (text: string): CodeType | undefined => first(`x: ${text} = y`, 'let').type;

/** The kinds of a tree without places: what a reader of the test can hold in mind. */
function shape(code: Code): string {
  switch (code.kind) {
    case 'literal': return JSON.stringify(code.value);
    case 'name': return code.name;
    case 'this': case 'super': return code.kind;
    case 'member': return `${shape(code.of)}.${code.name}`;
    case 'index': return `${shape(code.of)}[${shape(code.key)}]`;
    case 'call': return `${shape(code.callee)}(${code.args.map((a) => (a.name === '**' ? '**' : a.spread ? '*' : a.name === undefined ? '' : `${a.name}=`) + shape(a.value)).join(', ')})`;
    case 'object': return `{${code.entries.map((e) => (e.kind === 'property' ? `${e.name}: ${shape(e.value)}` : e.kind === 'spread' ? `**${shape(e.of)}` : e.kind === 'computed' ? `[${shape(e.key)}]: ${shape(e.value)}` : e.kind)).join(', ')}}`;
    case 'array': return `[${code.items.map((i) => (i.spread ? '*' : '') + shape(i.value)).join(', ')}]`;
    case 'binary': case 'logical': return `(${shape(code.left)} ${code.op} ${shape(code.right)})`;
    case 'unary': return `${code.op} ${shape(code.of)}`;
    case 'conditional': return `(${shape(code.test)} ? ${shape(code.then)} : ${shape(code.otherwise)})`;
    case 'await': case 'yield': return `${code.kind} ${shape(code.of)}`;
    case 'assign': return `${code.target.kind === 'name' ? code.target.name : code.target.kind} ${code.op === '=' ? '' : code.op}= ${shape(code.value)}`;
    case 'each': return `each(${shape(code.element)} for ${code.clauses.map((c) => `${shape(c.over)}${c.tests.map((t) => ` if ${shape(t)}`).join('')}`).join(' for ')})`;
    case 'template': return `\`${code.texts.map((t, i) => t.text + (code.values[i] ? `\${${shape(code.values[i])}}` : '')).join('')}\``;
    case 'function': return `(${code.fn.params.length}) => ${code.fn.body.map((s) => (s.kind === 'return' && s.value ? shape(s.value) : s.kind)).join('; ')}`;
    default: return code.kind;
  }
}

describe('expressions', () => {
  test.each([
    ['a.b(c, *d, key=e, **f)', 'a.b(c, *d, key=e, **f)'],
    ["{'a': 1, b: 2, **c}", '{a: 1, [b]: 2, **c}'],
    ['{1, *b}', '[1, *b]'],
    ['a, *b', '[a, *b]'],
    ['[*f(x), *a.b[0]]', '[*f(x), *a.b[0]]'],
    ['not a and b or c', '((not a and b) or c)'],
    ['a if b else c', '(b ? a : c)'],
    ['x is None', '(x = null)'],
    ['x is not None', '(x <> null)'],
    ['x == y != z', '((x = y) and (y <> z))'],
    ['x not in y', '(x not in y)'],
    ['a & b | ~c', '((a & b) | invert c)'],
    ['-1 + -x', '(-1 + minus x)'],
    ["row['id'][0]", 'row.id[0]'],
    ['x[1:]', 'x[slice(1, null)]'],
    ['x[::2]', 'x[slice(null, null, 2)]'],
    ['x[1:2, 3]', 'x[[slice(1, 2), 3]]'],
    ['[i for i in x if i if j for k in i]', 'each(i for x if i if j for i)'],
    ['{k: v for k, v in x}', 'dict(each([k, v] for x))'],
    ['f(i for i in x)', 'f(each(i for x))'],
    ['lambda a, *b: a', '(2) => a'],
    ['await f(x)', 'await f(x)'],
    ['(n := f()) > 2', '(n = f() > 2)'],
    ["f'{a} and {b!r:>3} {{c}}'", '`${a} and ${format(repr(b), ">3")} {c}`'],
    ["'a' 'b' f'{c}'", '(("a" + "b") + `${c}`)'],
    ['"""three"""', '`three`'],
    ["r'\\d'", '`\\d`'],
    ["'it\\'s\\n\\x41\\u00e9'", '"it\'s\\nAé"'],
    ['super().__init__(a)', 'super(a)'],
    ['0xff + 1_000 + 1.5e3', '((255 + 1000) + 1500)'],
  ])('%s', (text, want) => expect(shape(expression(text))).toBe(want));

  test('places are UTF-16 and cover the node, also behind astral characters', () => {
    const text = 's = "😀é"; session.execute(select(Project))';
    const call = first(text, 'expression').of;
    if (call.kind !== 'call' || call.callee.kind !== 'member') throw new Error('no call');
    expect(text.slice(call.callee.at.start, call.callee.at.end)).toBe('session.execute');
    expect(text.slice(call.callee.nameAt.start, call.callee.nameAt.end)).toBe('execute');
  });

  test('the parts of a string in three quotes, or with holes, carry the text between them, exactly', () => {
    for (const [text, want] of [['q = f"""select {a} from t\n where x = {b}"""', ['select ', ' from t\n where x = ', '']], ["q = rf'a{b}c'", ['a', 'c']]] as const) {
      const value = first(text, 'let').value;
      if (value?.kind !== 'template') throw new Error('no template');
      expect(value.texts.map((t) => text.slice(t.at.start, t.at.end))).toEqual(want);
    }
  });

  test('a chain of ten thousand operators is no recursion', () => {
    const file = lower(`x = ${Array.from({ length: 10_000 }, (_, i) => `a${i}`).join(' + ')}`);
    expect(file.unread).toEqual([]);
    expect(file.body).toHaveLength(1);
  });

  test('what nests too deeply is said, never a crash', () => {
    const file = lower(`y = ${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(file.unread.map((u) => u.reason)).toEqual([expect.stringMatching(/too deeply/)]);
  });
});

describe('types', () => {
  const ref = (name: string, ...args: CodeType[]): CodeType => ({ kind: 'ref', name, args });
  test.each<[string, CodeType]>([
    ['Mapped[str | None]', ref('Mapped', { kind: 'union', of: [ref('str'), { kind: 'null' }] })],
    ['t.Optional[t.List["X"]]', { kind: 'union', of: [{ kind: 'array', of: ref('X') }, { kind: 'null' }] }],
    ['"A | None"', { kind: 'union', of: [ref('A'), { kind: 'null' }] }],
    ['dict[str, Any]', ref('dict', ref('str'), ref('Any'))],
    ['Literal["a", 1]', { kind: 'union', of: [{ kind: 'literal', value: 'a' }, { kind: 'literal', value: 1 }] }],
    ['Annotated[Session, Depends(get_db)]', ref('Session')],
    ['sa.orm.Mapped[a.B]', ref('sa.orm.Mapped', ref('a.B'))],
  ])('%s', (text, want) => expect(type(text)).toEqual(want));

  test('what Annotated adds to a parameter stands with it like a decorator', () => {
    const [param] = first('def f(db: Annotated[Session, Depends(get_db)], q: str = "x", *args, **more): pass', 'function').fn.params;
    expect(param).toMatchObject({ type: { kind: 'ref', name: 'Session' }, decorators: [{ kind: 'call', callee: { name: 'Depends' } }] });
  });

  test('an alias of a type is a value and a type', () => {
    for (const text of ['Db = Annotated[Session, Depends(get_db)]', 'type Db = Annotated[Session, Depends(get_db)]']) expect(lower(text).body.map((s) => s.kind)).toEqual(['let', 'type']);
  });
});

describe('variables', () => {
  test('a name is declared where it is first assigned, and constant if it is assigned once', () => {
    const { fn } = first('def f():\n  a = 1\n  b = 2\n  b = 3\n  return a', 'function');
    expect(fn.body.map((s) => (s.kind === 'let' ? `let ${s.constant}` : s.kind))).toEqual(['let true', 'let false', 'expression', 'return']);
  });

  test('a name first assigned inside a branch belongs to the function', () => {
    const { fn } = first('def f(x):\n  if x:\n    q = 1\n  else:\n    q = 2\n  return q', 'function');
    expect(fn.body.map((s) => s.kind)).toEqual(['let', 'if', 'return']);
    expect(fn.body[0]).toMatchObject({ target: { name: 'q' }, constant: false });
  });

  test('what a function declares global is not declared in it', () => {
    const { fn } = first('def f():\n  global q\n  q = 1', 'function');
    expect(fn.body.map((s) => s.kind)).toEqual(['expression']);
  });
});

describe('statements', () => {
  test('assert is a guard', () => {
    expect(first('assert row.tenant_id == tenant, "no"', 'if')).toMatchObject({ test: { kind: 'unary', op: 'not' }, then: [{ kind: 'throw' }] });
  });

  test('with, try, for and while keep their parts', () => {
    expect(first('async with a() as (b, c), d:\n  e()', 'with')).toMatchObject({ items: [{ value: { kind: 'call' }, target: { kind: 'array' } }, { value: { name: 'd' } }], body: [{ kind: 'expression' }] });
    expect(first('try:\n  a()\nexcept (B, C) as e:\n  pass\nexcept D:\n  raise X from e\nelse:\n  f()\nfinally:\n  g()', 'try')).toMatchObject({
      body: [{}, {}], handlers: [{ target: { name: 'e' }, types: [{ name: 'B' }, { name: 'C' }] }, { types: [{ name: 'D' }], body: [{ kind: 'throw', value: { name: 'X' } }] }], finally: [{}],
    });
    expect(first('for a, *b in c:\n  d()', 'for-each')).toMatchObject({ target: { kind: 'array', rest: { name: 'b' } }, over: { name: 'c' } });
    expect(first('while x:\n  break', 'loop')).toMatchObject({ testFirst: true, body: [{ kind: 'break' }] });
  });

  test('match is a chain of conditions', () => {
    const chain = first('match role:\n  case "admin" | "owner":\n    a()\n  case User(kind=K.x) as u if ok:\n    b()\n  case other:\n    c(other)', 'if');
    expect(shape(chain.test)).toBe('((role = "admin") or (role = "owner"))');
    const [second] = chain.otherwise;
    if (second?.kind !== 'if') throw new Error('no second case');
    expect(shape(second.test)).toBe('((isinstance(role, User) and (role.kind = K.x)) and ok)');
    expect(second.then[0]).toMatchObject({ kind: 'let', target: { name: 'u' } });
    expect(second.otherwise[0]).toMatchObject({ kind: 'let', target: { name: 'other' } });
  });

  test('docstrings and notes in strings are dropped', () => {
    expect(lower('"""module"""\nx = 1\n"""about x"""\ndef f():\n  """doc"""\n  ...').body.map((s) => s.kind)).toEqual(['let', 'function']);
  });
});

describe('classes', () => {
  const cls = (text: string) => first(text, 'class').class;

  test('bases, named arguments, fields, and methods whose object is `this`', () => {
    const found = cls('class C(Base, table=True):\n  id: Mapped[int] = mapped_column(primary_key=True)\n  LIMIT = 3\n  @property\n  def x(self): return self.id\n  @classmethod\n  def make(cls, a): return cls(a)\n  @staticmethod\n  def s(a): return a\n  def __init__(self, a): self.a = a');
    expect(found.bases.map(shape)).toEqual(['Base']);
    expect(found.keywords).toMatchObject([{ name: 'table', value: { value: true } }]);
    expect(found.fields.map((f) => [f.name, f.static])).toEqual([['id', false], ['LIMIT', true]]);
    expect(found.methods.map((m) => [m.name, m.kind, m.static, m.fn.params.length])).toEqual([['x', 'get', false, 0], ['make', 'method', true, 1], ['s', 'method', true, 1], ['__init__', 'constructor', false, 1]]);
    expect(found.methods[0]?.fn.body[0]).toMatchObject({ kind: 'return', value: { kind: 'member', of: { kind: 'this' } } });
  });

  test('a function inside a method still has the method\'s object, unless it takes the name', () => {
    const [method] = cls('class C:\n  def f(self):\n    def a(): return self.x\n    def b(self): return self.x').methods;
    const [a, b] = method?.fn.body ?? [];
    expect(a?.kind === 'function' && a.fn.body[0]).toMatchObject({ value: { of: { kind: 'this' } } });
    expect(b?.kind === 'function' && b.fn.body[0]).toMatchObject({ value: { of: { kind: 'name', name: 'self' } } });
  });

  test('a dataclass has the constructor that its fields make', () => {
    const found = cls('@dataclass(frozen=True)\nclass Scope:\n  tenant_id: UUID\n  limit: int = 10\n  KIND: ClassVar[str] = "x"');
    expect(found.methods.map((m) => [m.kind, m.fn.params.map((p) => [p.field, p.optional])])).toEqual([['constructor', [['tenant_id', false], ['limit', true]]]]);
  });
});

describe('modules', () => {
  test('imports, also inside functions; those for types only are marked', () => {
    const file = lower('from . import x\nfrom ..a.b import (c as d, e)\nimport f.g, h as i\nfrom j import *\nif TYPE_CHECKING:\n  from k import L\ndef fn():\n  from m import n');
    expect(file.imports.map((i) => [i.from, i.name, i.local, i.typeOnly])).toEqual([
      ['.', 'x', 'x', false], ['..a.b', 'c', 'd', false], ['..a.b', 'e', 'e', false], ['f', '*', 'f', false], ['f.g', '', '', false], ['h', '*', 'i', false], ['j', '*', '', false], ['k', 'L', 'L', true], ['m', 'n', 'n', false],
    ]);
  });

  test('every name of a module is exported, what it imports as well', () => {
    const file = lower('from a import b\nfrom c import *\nX = 1\ntry:\n  import fast\nexcept ImportError:\n  fast = None\ndef f(): pass\nclass C: pass');
    expect(file.exports.map((e) => [e.kind, e.name])).toEqual([['from', 'b'], ['from', '*'], ['local', 'fast'], ['local', 'X'], ['local', 'f'], ['local', 'C']]);
  });

  test('of a file that is no valid Python nothing is certain, and its place is said', () => {
    const file = lower('class A(Base:\n    id = 1\n\nclass B(Base):\n    pass\n');
    expect(file.unread).toMatchObject([{ reason: 'not fully analysed: this is no valid Python', at: { file: 'a.py' } }]);
  });

  test('comments are read where a directive stands', () => {
    expect(lower('x = 1  # note\n').comments).toEqual([]);
    expect(lower('# tenantlint-disable-next-line rule -- why\nx = "# tenantlint no"').comments.map((c) => c.text)).toEqual(['tenantlint-disable-next-line rule -- why']);
  });
});
