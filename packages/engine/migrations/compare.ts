import { tableName, type Change, type Difference, type Schema, type SchemaEvent, type Table } from '@tenantlint/model';
import { keptCopies, madeByQuery } from './copies.ts';
import { partsOf, type ObjectOf, type PartOf, type Parts } from './parts.ts';

/** What an object is called in a sentence. */
const WORDS: Readonly<Record<Change['object'], string>> = {
  table: 'table', view: 'view', function: 'function', type: 'type', sequence: 'sequence', role: 'role', publication: 'publication',
  extension: 'extension', schema: 'schema', bucket: 'bucket', 'default-privileges': 'default privileges',
};

/**
 * Where the later values differ from the earlier ones, by what they say. Sorted by object, then by part.
 * @param executed what ran in between: what it made only where it was not there yet is nobody's to take away
 * @param back what ran then, to undo it
 */
export function differences(changes: readonly Change[], executed: readonly SchemaEvent[], back: readonly SchemaEvent[]): readonly Difference[] {
  const shared = sharedObjects(executed, back);
  const made = madeByQuery(executed);
  const found = changes.filter((change) => !shared.has(`${change.object} ${change.key}`)).flatMap((change) => differencesOf(change, made));
  return found.sort((a, b) => compareText(a.object, b.object) || compareText(a.key, b.key) || compareText(a.what, b.what));
}

function differencesOf({ object, key, before, after }: Change, made: ReadonlySet<string>): Difference[] {
  const [was, is] = [describe(object, before), describe(object, after)];
  const called = nameOf(object, key);
  const base = { object, key };
  const [whole, now] = [was?.get(''), is?.get('')];
  // A table that nobody made is taken for granted from its first mention: only what is said of it counts.
  const mentioned = (before === undefined && isInferred(object, after) && !made.has(key)) || (after === undefined && isInferred(object, before));
  if (!mentioned && object !== 'default-privileges') {
    // What belongs to a column or to an extension comes and goes with it.
    if (before === undefined) return isOwned(object, after) ? [] : [{ ...base, what: called, is: 'extra', before: undefined, after: now?.text, kind: 'structure', at: now?.at }];
    if (after === undefined) return isOwned(object, before) ? [] : [{ ...base, what: called, is: 'missing', before: whole?.text, after: undefined, kind: 'structure', at: whole?.at }];
  }
  const names = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  const out: Difference[] = [];
  for (const name of names) {
    const [a, b] = [was?.get(name), is?.get(name)];
    if (a?.text === b?.text || (mentioned && isNothing(name, a ?? b))) continue;
    const part = a ?? b;
    if (part === undefined) continue;
    const what = name === '' ? called : object === 'default-privileges' ? `default privilege ${name}` : `${name} of ${called}`;
    out.push({ ...base, what, is: b === undefined ? 'missing' : a === undefined ? 'extra' : 'changed', before: a?.text, after: b?.text, kind: part.kind, at: (b ?? part).at });
  }
  return out;
}

function describe<K extends Change['object']>(object: K, value: unknown): Parts | undefined {
  // A change holds values of its own kind only.
  const parts = value === undefined ? undefined : partsOf(object, value as ObjectOf[K]);
  if (parts && object === 'table') for (const column of (value as Table).columns.values()) if (column.typeText === 'unknown') parts.delete(`column ${column.name}`);
  return parts;
}

/** What every table says without anybody having said it. */
function isNothing(name: string, part: PartOf | undefined): boolean {
  return name === '' || name === 'owner' || part?.text === '' || part?.text === 'off';
}

function isInferred(object: Change['object'], value: unknown): boolean {
  return object === 'table' && value !== undefined && (value as Table).inferred;
}

function isOwned(object: Change['object'], value: unknown): boolean {
  if (object === 'sequence') return (value as ObjectOf['sequence']).ownedBy !== undefined;
  return (object === 'table' || object === 'view' || object === 'function' || object === 'type' || object === 'schema') && (value as { readonly platform: boolean }).platform;
}

/** What is left on purpose: CREATE … IF NOT EXISTS of extensions and schemas, which may have been there, roles, and copies of what nothing else brings back. */
function sharedObjects(executed: readonly SchemaEvent[], back: readonly SchemaEvent[]): ReadonlySet<string> {
  const found = new Set([...keptCopies(executed, back)].map((key) => `table ${key}`));
  for (const event of executed) {
    if (event.kind === 'create-extension' && event.ifNotExists) found.add(`extension ${event.name}`);
    if (event.kind === 'create-schema' && event.ifNotExists) found.add(`schema ${event.name}`);
    // A role belongs to the server, not to the database.
    if (event.kind === 'create-role') found.add(`role ${event.name}`);
  }
  return found;
}

export function nameOf(object: Change['object'], key: string): string {
  return object === 'default-privileges' ? WORDS[object] : `${WORDS[object]} ${object === 'schema' || object === 'role' ? key : tableName(key)}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What two states do not have in common, by what their objects say. */
export function schemaDifferences(before: Schema, after: Schema): readonly Difference[] {
  const changes: Change[] = [];
  const compare = (object: Change['object'], a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): void => {
    for (const key of new Set([...a.keys(), ...b.keys()])) changes.push({ object, key, before: a.get(key), after: b.get(key) });
  };
  compare('schema', before.schemas, after.schemas);
  compare('table', before.tables, after.tables);
  compare('view', before.views, after.views);
  compare('function', before.functions, after.functions);
  compare('type', before.types, after.types);
  compare('sequence', before.sequences, after.sequences);
  compare('role', before.roles, after.roles);
  compare('publication', before.publications, after.publications);
  compare('extension', before.extensions, after.extensions);
  compare('bucket', before.buckets, after.buckets);
  changes.push({ object: 'default-privileges', key: '', before: before.defaultPrivileges, after: after.defaultPrivileges });
  return differences(changes, [], []);
}
