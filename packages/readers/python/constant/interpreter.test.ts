import { describe, expect, test } from 'vitest';
import { loadPython } from '../grammar.ts';
import { PythonProject } from '../graph/project.ts';
import { Interpreter, OutOfFuel, TextPlaces, textOf, type Value } from './index.ts';

async function interpreter(texts: Readonly<Record<string, string>>, fuel?: number): Promise<Interpreter> {
  const project = new PythonProject({ files: new Set(Object.keys(texts)), text: (p) => texts[p] }, await loadPython());
  return new Interpreter(project, {}, fuel);
}

/** What `x` is at the end of a module, as plain data. */
async function valueOf(text: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const run = await interpreter({ 'a.py': text, ...more });
  return plain(run.module('a.py')?.own('x'));
}

function plain(value: Value | undefined): unknown {
  switch (value?.kind) {
    case 'text': return textOf(value);
    case 'number': case 'boolean': return value.value;
    case 'none': return null;
    case 'list': return [...value.items.map(plain), ...(value.open ? ['…'] : [])];
    case 'dict': return Object.fromEntries(value.entries.map((e) => [String(plain(e.key)), plain(e.value)]));
    case 'symbol': return `<${value.path}>`;
    case 'enum-member': return `${value.of.class.name ?? ''}.${value.name}`;
    case 'either': return { either: value.of.map(plain) };
    default: return `?${value?.kind ?? ''}`;
  }
}

describe('constants', () => {
  test.each<[string, unknown]>([
    ['x = "a" + "b" * 1 if False else "c"', 'c'],
    ['t = "users"\nx = f"drop {t}" "!"', 'drop users!'],
    ['x = "%s.%s" % ("a", "b")', 'a.b'],
    ['x = "{} {name} {0!r}".format("a", name="b")', "a b 'a'"],
    ['x = ", ".join(c.upper() for c in ["a", "b"] if c != "b")', 'A'],
    ['x = {**{"a": 1}, "b": 2}["b"]', 2],
    ['x = [i for i, t in enumerate(("a", "b"), start=1)]', [1, 2]],
    ['x = list(reversed(sorted({"b", "a"})))', ['b', 'a']],
    ['x = []\nfor t in ("a", "b"):\n  if t == "b":\n    continue\n  x.append(t)', ['a']],
    ['x = 0\nwhile x < 3:\n  x += 1', 3],
    ['def f(a, *rest, b="y", **more):\n  return [a, list(rest), b, more]\nx = f(1, 2, 3, c=4)', [1, [2, 3], 'y', { c: 4 }]],
    ['class C:\n  LIMIT = 3\n  def __init__(self, n): self.n = n + self.LIMIT\nx = C(1).n', 4],
    ['from enum import Enum\nclass E(str, Enum):\n  A = "a"\n  B = "b"\nx = [e.value for e in E] + [E.A.name]', ['a', 'b', 'A']],
    ['import re\nx = re.sub(r"(?<!^)(?=[A-Z])", "_", "AuditEvent").lower()', 'audit_event'],
    ['def g():\n  yield "a"\n  yield "b"\nx = [*g()]', ['a', 'b']],
    ['x = "abcdef"[1:-1]', 'bcde'],
    ['import sqlalchemy as sa\nx = sa.Column', '<sqlalchemy.Column>'],
    ['from sqlalchemy import *\nx = Column', '<sqlalchemy.Column>'],
  ])('%s', async (text, want) => expect(await valueOf(text)).toEqual(want));

  test('modules of the project are read, circles included', async () => {
    expect(await valueOf('from b import NAME, helper\nx = helper(NAME)\nOTHER = "o"', { 'b.py': 'import a\nNAME = "n"\ndef helper(n): return n + a.OTHER' })).toBe('no');
  });

  test('a branch on what is not constant leaves both ways open', async () => {
    expect(await valueOf('import os\nif os.environ.get("A"):\n  x = 1\nelse:\n  x = 2')).toEqual({ either: [1, 2] });
    expect(await valueOf('import os\nx = ["a"]\nif os.environ.get("A"):\n  x.append("b")')).toEqual(['a', 'b', '…']);
  });

  test('whoever asks which database it is, it is Postgres', async () => {
    expect(await valueOf('from alembic import op\nx = "p" if op.get_bind().dialect.name == "postgresql" else "s"')).toBe('p');
    expect(await valueOf('import os\nx = "s" if os.environ["URL"].startswith("sqlite") else "p"')).toBe('p');
  });

  test('a program without end is given up', async () => {
    const text = 'def f():\n  for i in range(9999):\n    for j in range(9999):\n      n = 1\n';
    const run = await interpreter({ 'a.py': `${text}x = f()`, 'b.py': text }, 50_000);
    expect(run.module('a.py')?.own('x')?.kind).not.toBe('number');
    expect([...run.unfinished]).toEqual(['a.py']);
    const f = run.module('b.py')?.own('f');
    expect(() => f?.kind === 'function' && run.perform(f)).toThrow(OutOfFuel);
  });

  test('functions that call each other without end are cut off', async () => {
    expect(await valueOf('def f(n): return g(n)\ndef g(n): return f(n)\nx = f(1)')).toBe('?unknown');
  });
});

describe('places of a text', () => {
  const placesOf = async (text: string): Promise<(part: string) => string> => {
    const run = await interpreter({ 'a.py': text });
    const value = run.module('a.py')?.own('x');
    if (value?.kind !== 'text') throw new Error('no text');
    const words = textOf(value) ?? '';
    const places = new TextPlaces(value);
    return (part) => {
      const start = words.indexOf(part);
      const at = places.at(start, start + part.length);
      return text.slice(at.start, at.end);
    };
  };

  test('characters of one string stand where they are written, escapes or not', async () => {
    const at = await placesOf('x = "a\\tb \\"table\\" c"');
    expect(at('table')).toBe('table');
    expect(at('"table"')).toBe('\\"table\\"');
  });

  test('what is put into a hole stands where it comes from; what spans it, in the string around it', async () => {
    const at = await placesOf('t = "users"\nx = f"alter table {t} enable {{x}}"');
    expect(at('users')).toBe('users');
    expect(at('alter table users')).toBe('alter table ');
    expect(at('table users enable')).toBe('table {t} enable');
    expect(at('{x}')).toBe('{{x}}');
  });

  test('strings side by side, and sums', async () => {
    const at = await placesOf('x = ("create policy p "\n     "on t") + " using (true)"');
    expect(at('policy p on')).toBe('policy p "\n     "on');
    expect(at('using')).toBe('using');
  });
});
