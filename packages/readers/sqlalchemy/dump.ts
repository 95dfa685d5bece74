import type { Model, ModelField, SchemaEvent, Source, SqlParser, Unread } from '@tenantlint/model';
import { TextPlaces, type ValueOf } from '../python/constant/index.ts';
import { readJson, type JsonString, type JsonText } from './json-text.ts';
import type { SqlalchemyModels } from './reader.ts';
import { relocated } from './reading.ts';

/** Whether a JSON file is what `dump_models.py` writes. Cheap: called for every JSON file. */
export function isModelDump(text: string): boolean {
  return /^\uFEFF?\s*\{\s*"format"\s*:\s*"tenantlint-models"/.test(text.slice(0, 200));
}

/** Models as `dump_models.py` describes them; undefined where the file is something else. Places are those in the file. */
export function readModelDump({ path, text }: Source, sql: SqlParser): SqlalchemyModels | undefined {
  if (!isModelDump(text)) return undefined;
  const json = readJson(path, text);
  const whole = { file: path, start: 0, end: 0 };
  const unread: Unread[] = [];
  const root = record(json?.value);
  if (!json) unread.push({ at: whole, reason: 'the dump of models is no valid JSON' });
  else if (root['version'] !== 1) unread.push({ at: whole, reason: `the dump of models has version ${String(root['version'])}; version 1 is read` });
  const readable = json !== undefined && root['version'] === 1;
  const statements = readable ? list(root['statements']) : [];
  const up = statements.flatMap((_, i) => (json ? statement(json.at(['statements', i]), sql) : []));
  for (const event of up) if (event.kind === 'unread') unread.push({ at: event.at, reason: event.reason });
  const models = readable && json ? list(root['models']).flatMap((of, i) => model(json, i, record(of))) : [];
  return {
    file: path,
    files: [path],
    models: { source: 'sqlalchemy', models: new Map(models.map((m) => [m.name, m])) },
    history: {
      tool: 'models', root: path,
      steps: [{ file: path, id: path, tool: 'models', up, down: undefined, downAt: undefined, transactional: true, unread }],
      downs: { expected: false, why: 'models state what is, not how it came about' }, skipped: [], seeds: [],
    },
    unread,
  };
}

function statement(string: JsonString | undefined, sql: SqlParser): readonly SchemaEvent[] {
  if (!string) return [];
  const value: ValueOf<'text'> = { kind: 'text', parts: string.parts, at: string.at };
  return relocated(sql.events(string.text, { file: string.at.file, start: 0, end: string.text.length }, true), new TextPlaces(value));
}

function model(json: JsonText, index: number, of: Readonly<Record<string, unknown>>): Model[] {
  const name = json.at(['models', index, 'name']);
  const table = json.at(['models', index, 'table']);
  if (!name || !table) return [];
  const at = (...path: readonly (string | number)[]) => json.at(['models', index, ...path])?.at ?? name.at;
  const fields = new Map<string, ModelField>();
  list(of['columns']).forEach((each, i) => {
    const column = record(each);
    const attribute = text(column['name']);
    fields.set(attribute, {
      kind: 'scalar', name: attribute, at: at('columns', i, 'name'), column: text(column['column']), required: column['required'] === true, unique: column['unique'] === true, list: column['list'] === true,
      ...(column['sharedDefault'] === true ? { sharedDefault: at('columns', i, 'name') } : {}),
    });
  });
  list(of['relationships']).forEach((each, i) => {
    const relation = record(each);
    const attribute = text(relation['name']);
    const lazy = text(relation['lazy']);
    fields.set(attribute, {
      kind: 'relation', name: attribute, at: at('relationships', i, 'name'), model: text(relation['model']), list: relation['list'] === true, required: relation['required'] === true,
      on: list(relation['on']).map((pair): readonly [string, string] => [text(list(pair)[0]), text(list(pair)[1])]),
      through: typeof relation['through'] === 'string' ? relation['through'] : undefined,
      ...(lazy === '' || lazy === 'select' ? {} : { lazy }),
    });
  });
  const uniques = list(of['uniques']).map((each) => record(each)).map((u): [string, string[]] => [text(u['name']), list(u['columns']).map(text)]);
  return [{ name: name.text, delegate: name.text, table: table.text, at: name.at, fields, uniques: new Map(uniques) }];
}

/**
 * SQL as `print(CreateTable(…))` and a mock engine leave it: statements without an end, apart by blank lines. The
 * blanks before a statement give way to a semicolon, so that every character keeps its place. Other SQL is returned
 * as it is.
 */
export function terminated({ path, text }: Source): Source {
  if (/;[ \t]*(?:--.*)?$/m.test(text) || !STATEMENT.test(text)) return { path, text };
  const lines = text.split('\n');
  let depth = 0;
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    if (depth === 0 && before?.trim() === '' && START.test(line)) lines[i - 1] = before === '' ? ';' : `;${before.slice(1)}`;
    for (const c of line.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '')) depth += c === '(' ? 1 : c === ')' ? -1 : 0;
  }
  return { path, text: shortened(lines) };
}

const START = /^(?:CREATE|ALTER|COMMENT|DROP)\b/;
const STATEMENT = /^CREATE (?:TABLE|TYPE|INDEX|UNIQUE INDEX|SEQUENCE|SCHEMA)\b/m;

/** A line that became a semicolon has one character more: its line end makes room. */
function shortened(lines: readonly string[]): string {
  return lines.map((line, i) => (i === lines.length - 1 ? line : line === ';' ? ';' : `${line}\n`)).join('');
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
