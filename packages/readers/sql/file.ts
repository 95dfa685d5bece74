import type { Comment, Source, SqlFile } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import { splitStatements, type Chunk } from './lexer.ts';
import { readStatement, refuse, type Reading } from './statement.ts';
import { DUMP } from './stored-insert.ts';

/** Reads a whole file: cut into statements, each parsed alone, so that a bad one costs no other. */
export function readFile(source: Source): SqlFile {
  const { path, text } = source;
  const { chunks, comments } = splitStatements(text);
  const reading: Reading = { events: [], unread: [] };
  const dump = text.length >= DUMP ? source : undefined;
  for (const chunk of chunks) readChunk(reading, path, text, chunk, 0, dump);
  return { source, ...reading, comments: comments.map(({ start, end, text: words }): Comment => ({ at: { file: path, start, end }, text: words })) };
}

/** Reads one piece of a text that starts at `base` in its file. */
export function readChunk(reading: Reading, file: string, text: string, chunk: Chunk, base: number, dump?: Source): void {
  const own = text.slice(chunk.start, chunk.end);
  switch (chunk.kind) {
    case 'statement':
      readStatement(reading, file, own, base + chunk.start, dump);
      return;
    case 'problem': {
      const at = base + chunk.at;
      const end = Math.min(base + chunk.end, at + 1);
      refuse(reading, new Excerpt(file, own, base + chunk.start), chunk.reason, { file, start: at, end });
      return;
    }
    case 'psql':
      readCommand(reading, new Excerpt(file, own, base + chunk.start));
      return;
    case 'copy-data':
      return;
    default:
      chunk satisfies never;
  }
}

/** psql commands by which SQL from elsewhere, or only some of the SQL here, is run. */
const RUNS: ReadonlyMap<string, string> = new Map([
  ['i', 'includes another file'], ['ir', 'includes another file'], ['include', 'includes another file'], ['include_relative', 'includes another file'],
  ['gexec', 'runs the SQL that a query returns'],
  ['if', 'runs what follows only under a condition'], ['elif', 'runs what follows only under a condition'],
]);

function readCommand(reading: Reading, e: Excerpt): void {
  const name = /^\\([A-Za-z_]+)/.exec(e.text)?.[1] ?? '';
  const effect = RUNS.get(name);
  if (effect !== undefined) {
    reading.events.push({ kind: 'unread', at: e.whole(), verb: `\\${name}`, reason: `\\${name} ${effect}` });
    reading.unread.push({ at: e.whole(), reason: `\\${name} ${effect}` });
  }
}
