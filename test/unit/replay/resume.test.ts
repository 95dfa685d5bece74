import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { History, Source, SqlFile, Timeline } from '@tenantlint/model';
import { createSqlParser, sqlHistories } from '@tenantlint/readers/sql';
import { expect, test } from 'vitest';
import { replay, Replayed } from '../../../packages/engine/replay/index.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));

/** All of it, in the order in which it is told. */
function told({ steps, last, doubts, at, changes, executed, executions, undone }: Timeline): string {
  const order = (_: string, value: unknown): unknown => (value instanceof Set ? [...value] : value !== null && typeof value === 'object' && Symbol.iterator in value && 'get' in value ? [...(value as ReadonlyMap<string, unknown>)] : value);
  return JSON.stringify([last, doubts, steps.map((_, n) => [changes(n), executed(n), executions(n), undone(n)]), at(Math.floor(steps.length / 2))], order);
}

/** Every file is parsed once for each text, as a resident process does. */
function reader() {
  const sql = createSqlParser();
  const files = new Map<string, SqlFile>();
  const once = { ...sql, file: (source: Source) => {
    const key = `${source.path}\n${source.text}`;
    const file = files.get(key) ?? sql.file(source);
    files.set(key, file);
    return file;
  } };
  return { sql, read: (sources: readonly Source[]): readonly History[] => sqlHistories.read(sources, once) };
}

const systems = readdirSync(fixtures).flatMap((system): [string, Source[]][] => {
  const folder = path.join(fixtures, system);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().filter((f) => sqlHistories.wants(f)).map((f) => ({ path: f, text: readFileSync(path.join(folder, f), 'utf8') }));
  return sources.length > 2 ? [[system, sources]] : [];
});

test.each(systems)('%s: a history that is taken up again is the one that is replayed whole', (_, sources) => {
  const { sql, read } = reader();
  const resume = new Replayed();
  let seed = sources.length;
  const roll = (sides: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % sides;
  // A table that was there is not taken for granted.
  const [first = { path: '', text: '' }, ...others] = sources;
  const edited = [{ path: first.path, text: `${first.text}\ncreate table gone (id int);\ndrop table gone;\n` }, ...others];
  let focus = roll(sources.length);
  for (let n = 0; n < 40; n++) {
    // Mostly the same file again, as whoever writes one edits it.
    if (roll(4) === 0) focus = roll(sources.length);
    const { path: file, text } = edited[focus] ?? { path: '', text: '' };
    const statements = text.split(/(?<=;)/);
    const at = roll(statements.length);
    switch (roll(6)) {
      case 0: statements.splice(at, 1); break;
      case 1: statements.splice(at, 0, statements[roll(statements.length)] ?? ''); break;
      case 2: statements.push(`\ndrop table if exists t${n} cascade;\ncreate table t${n} (id uuid primary key, other uuid);\n`); break;
      case 3: edited[focus] = sources[focus] ?? { path: file, text }; break;
      case 4: statements.push(`\nalter table gone add column c${n} int;\n`); break;
      default: statements.splice(at, 0, `\nalter schema public rename to p${n};\nalter schema p${n} rename to public;\n`);
    }
    if (statements.join('') !== text) edited[focus] = { path: file, text: statements.join('') };
    const base = roll(8) === 0 ? 'plain' : 'supabase';
    const watch = (step: { readonly file: string }): boolean => step.file === file;
    const histories = read(edited.filter((__, i) => roll(20) !== 0 || i === focus));
    expect(told(replay(histories, sql, { base, watch, resume })) === told(replay(histories, sql, { base, watch })), `edit ${n} of ${file}`).toBe(true);
  }
});
