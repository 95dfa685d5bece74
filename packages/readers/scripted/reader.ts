import { expectation, type CodeClass, type CodeFile, type CodeFunction, type Comment, type History, type Known, type SchemaEvent, type Span, type SqlParser, type Step, type Unread } from '@tenantlint/model';
import { createResolver, lowerFile } from '../typescript/index.ts';
import { foreignFolder, foreignPackage, toolOf, type ScriptedTool } from './find.ts';
import { Interpreter } from './interpret.ts';
import { Recorder } from './recorder.ts';
import { Knex } from './tools/knex.ts';
import { Kysely } from './tools/kysely.ts';
import { MikroMigration } from './tools/mikro-orm.ts';
import { MigrationBuilder } from './tools/node-pg-migrate.ts';
import { SEQUELIZE } from './tools/sequelize-value.ts';
import { QueryInterface } from './tools/sequelize.ts';
import { QueryRunner } from './tools/typeorm.ts';
import { Scope, type Host, type Value } from './values.ts';

export interface ScriptedInput {
  readonly files: ReadonlySet<string>;
  text(path: string): string | undefined;
}

export interface Scripted {
  readonly histories: readonly History[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
}

/** Paths of the migrations that are programs, with their tools. */
export function findScripted({ files, text }: ScriptedInput): ReadonlyMap<string, ScriptedTool> {
  const found = new Map<string, ScriptedTool>();
  for (const path of files) {
    if (!/\.[cm]?[jt]s$/.test(path)) continue;
    const tool = toolOf(path, text(path) ?? '');
    if (tool !== undefined) found.set(path, tool);
  }
  return found;
}

/** Reads migrations that are programs of Knex, Kysely, TypeORM, Sequelize, MikroORM and node-pg-migrate. Never throws, and nothing is run. */
export function readScripted(input: ScriptedInput, found: ReadonlyMap<string, ScriptedTool>, sql: SqlParser): Scripted {
  const configs = new Map([...input.files].filter((f) => /(?:^|\/)(?:[tj]sconfig[^/]*|package)\.json$/.test(f)).map((f) => [f, input.text(f) ?? '']));
  const loaded = new Map<string, CodeFile | undefined>();
  const load = (path: string): CodeFile | undefined => {
    if (loaded.has(path)) return loaded.get(path);
    const text = input.files.has(path) && /\.[cm]?[jt]s$/.test(path) ? input.text(path) : undefined;
    const file = text === undefined || text.length > 2_000_000 ? undefined : lowerFile({ path, text });
    loaded.set(path, file);
    return file;
  };
  const run = new Interpreter({ load, resolve: createResolver(input.files, configs) });
  const histories: History[] = [];
  const inside: Comment[] = [];
  for (const [root, { tool, paths }] of folders(found, configs)) {
    const skipped: { file: string; reason: string }[] = [];
    const migrations: Migration[] = [];
    for (const path of paths) {
      const foreign = foreignFolder(path) ?? foreignPackage(configs.get(join(packageOf(path, configs), 'package.json')) ?? '');
      const read = foreign === undefined ? migrationsOf(path, tool, run) : [];
      migrations.push(...read);
      if (foreign !== undefined) skipped.push({ file: path, reason: `written for ${foreign}` });
      else if (read.length === 0) skipped.push({ file: path, reason: 'gives away no function up' });
    }
    if (migrations.length === 0 && !skipped.some(({ reason }) => reason.startsWith('written for'))) continue;
    const nameless = tool === 'typeorm' ? migrations.filter((one) => one.order === '') : [];
    const broken = nameless.map(({ up }) => ({ at: up.nameAt, reason: 'the name of its class ends in no timestamp' }));
    const steps = migrations.sort((a, b) => compareIds(a, b, tool)).map((one) => step(one, tool, run, sql, inside));
    histories.push({ tool, root, steps, downs: expectation(steps, `${tool} calls down to go back`), skipped, seeds: [], ...(broken.length > 0 && { broken }) });
  }
  const comments = new Map([...loaded.values()].flatMap((file) => (file !== undefined && found.has(file.path) ? [[file.path, [...file.comments, ...inside.filter(({ at }) => at.file === file.path)].sort((a, b) => a.at.start - b.at.start)] as const] : [])));
  return { histories, comments };
}

/** One history for a package and a tool: TypeORM orders the classes of all its folders together. */
function folders(found: ReadonlyMap<string, ScriptedTool>, configs: ReadonlyMap<string, string>): readonly (readonly [root: string, { readonly tool: ScriptedTool; readonly paths: readonly string[] }])[] {
  const groups = new Map<string, { tool: ScriptedTool; paths: string[] }>();
  for (const [path, tool] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = `${tool}:${tool === 'typeorm' ? packageOf(path, configs) : folderOf(path)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { tool, paths: [path] });
    else group.paths.push(path);
  }
  return [...groups.values()].map((group) => [common(group.paths), group] as const);
}

interface Migration {
  readonly path: string;
  readonly id: string;
  /** What the tool sorts by. */
  readonly order: string;
  readonly up: CodeFunction;
  readonly down: CodeFunction | undefined;
  /** The program says that there is no way back. */
  readonly final: boolean;
  readonly scope: Scope;
  readonly transactional: boolean;
  readonly shorthands: ReadonlyMap<string, Value>;
  readonly end: Span;
}

function migrationsOf(path: string, tool: ScriptedTool, run: Interpreter): readonly Migration[] {
  const scope = run.modules.scope(path, run);
  const file = run.modules.load(path);
  if (scope === undefined || file === undefined) return [];
  const last = Math.max(0, ...file.body.map((one) => one.at.end));
  const end: Span = { file: path, start: last, end: last };
  const stem = path.slice(path.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]s$/, '');
  const classes = file.body.flatMap((one) => (one.kind === 'class' ? [one.class] : one.kind === 'let' && one.value?.kind === 'class' ? [one.value.class] : []));
  const made = classes.flatMap((one) => ofClass(one, path, stem, scope, end));
  if (made.length > 0 || tool === 'typeorm') return made;
  const up = run.modules.exported(path, 'up', run);
  if (up?.kind !== 'function') return [];
  const down = run.modules.exported(path, 'down', run);
  const config = run.modules.exported(path, 'config', run);
  const shorthands = run.modules.exported(path, 'shorthands', run);
  const transaction = config?.kind === 'record' ? config.entries.get('transaction') : undefined;
  return [{
    path, id: stem, order: stem, up: up.fn, down: down?.kind === 'function' ? down.fn : undefined, final: down?.kind === 'boolean', scope: up.scope, end,
    transactional: !(transaction?.kind === 'boolean' && !transaction.value),
    shorthands: shorthands?.kind === 'record' ? shorthands.entries : new Map(),
  }];
}

function ofClass(of: CodeClass, path: string, stem: string, scope: Scope, end: Span): readonly Migration[] {
  const method = (name: string): CodeFunction | undefined => of.methods.find((one) => one.name === name && one.kind === 'method')?.fn;
  const up = method('up');
  if (up === undefined) return [];
  const field = (name: string): string | number | boolean | null | undefined => { const value = of.fields.find((one) => one.name === name)?.value; return value?.kind === 'literal' ? value.value : undefined; };
  const named = field('name');
  const name = typeof named === 'string' ? named : (of.name ?? stem);
  // TypeORM reads the time of a migration from the end of its class's name.
  const time = /(\d{13})$/.exec(name)?.[1] ?? /^(\d{13})/.exec(stem)?.[1] ?? '';
  return [{ path, id: stem, order: time, up, down: method('down'), final: false, scope, transactional: field('transaction') !== false, shorthands: new Map(), end }];
}

/** By the number in front where the tool reads it as one; by name otherwise, where 10 comes before 2. */
function compareIds(a: Migration, b: Migration, tool: ScriptedTool): number {
  if (tool !== 'node-pg-migrate' && tool !== 'typeorm') return a.id < b.id ? -1 : a.id > b.id ? 1 : a.path < b.path ? -1 : 1;
  const [left, right] = [/^\d+/.exec(a.order)?.[0], /^\d+/.exec(b.order)?.[0]];
  if (left !== undefined && right !== undefined && left.length !== right.length) return left.length - right.length;
  return a.order < b.order ? -1 : a.order > b.order ? 1 : a.path < b.path ? -1 : 1;
}

function step(of: Migration, tool: ScriptedTool, run: Interpreter, sql: SqlParser, comments: Comment[]): Step {
  const unread: Unread[] = [...(run.modules.load(of.path)?.unread ?? [])];
  const up = new Recorder(sql);
  const { host, builder } = hostOf(of, tool, up, run);
  if (!run.perform(of.up, inside(of, tool, host), given(tool, host), up)) unread.push({ at: of.up.nameAt, reason: 'up is too much to follow' });
  unread.push(...up.unread);
  comments.push(...up.comments);
  const { down, downAt, more } = wayBack(of, tool, run, sql, builder);
  return { file: of.path, id: of.id, tool, up: up.events, down, downAt, transactional: of.transactional && builder?.transactional !== false, unread: distinct([...unread, ...more]) };
}

function wayBack(of: Migration, tool: ScriptedTool, run: Interpreter, sql: SqlParser, builder: MigrationBuilder | undefined): { readonly down: Known<readonly SchemaEvent[]> | undefined; readonly downAt: Span; readonly more: readonly Unread[] } {
  if (of.down === undefined) {
    // What node-pg-migrate can turn round by itself needs no down.
    const undo = of.final ? undefined : builder?.undo;
    if (undo === undefined || undo.length === 0) return { down: undefined, downAt: of.end, more: [] };
    return { down: { known: true, value: undo.flatMap((text) => sql.events(text, of.up.nameAt, false)) }, downAt: of.up.nameAt, more: [] };
  }
  const to = new Recorder(sql);
  const fn = of.down;
  const { host } = hostOf(of, tool, to, run);
  if (!run.perform(fn, inside(of, tool, host), given(tool, host), to)) {
    const why = { at: fn.nameAt, reason: 'down is too much to follow' };
    return { down: { known: false, why }, downAt: fn.at, more: [why] };
  }
  const thrown = to.events.length === 0 ? fn.body.find((one) => one.kind === 'throw') : undefined;
  // An error instead of a way back says that there is none; so does a function that does nothing.
  if (to.events.length === 0) return { down: undefined, downAt: thrown?.at ?? fn.at, more: to.unread };
  const [lost] = to.unread;
  return { down: lost === undefined ? { known: true, value: to.events } : { known: false, why: lost }, downAt: fn.at, more: to.unread };
}

function hostOf(of: Migration, tool: ScriptedTool, to: Recorder, run: Interpreter): { readonly host: Host; readonly builder: MigrationBuilder | undefined } {
  const apply = (fn: Value, args: readonly Value[], at: Span): Value => run.apply(fn, args, at);
  switch (tool) {
    case 'typeorm': return { host: new QueryRunner(to), builder: undefined };
    case 'knex': return { host: new Knex(to, apply), builder: undefined };
    case 'kysely': return { host: new Kysely(to, apply), builder: undefined };
    case 'sequelize': return { host: new QueryInterface(to, apply), builder: undefined };
    case 'mikro-orm': return { host: new MikroMigration(to, apply), builder: undefined };
    case 'node-pg-migrate': {
      const builder = new MigrationBuilder(to, of.shorthands);
      return { host: builder, builder };
    }
  }
}

/** What the tool calls `up` with. */
function given(tool: ScriptedTool, host: Host): readonly Value[] {
  return [{ kind: 'host', host }, ...(tool === 'sequelize' ? [{ kind: 'host', host: SEQUELIZE } satisfies Value] : [])];
}

/** Where the names of `up` are looked up; a migration of MikroORM speaks to itself. */
function inside(of: Migration, tool: ScriptedTool, host: Host): Scope {
  if (tool !== 'mikro-orm') return of.scope;
  const scope = new Scope(of.scope);
  scope.declare('this', { kind: 'host', host });
  return scope;
}

function distinct(unread: readonly Unread[]): readonly Unread[] {
  const seen = new Set<string>();
  return unread.filter(({ at, reason }) => {
    const key = `${at.file}:${at.start}:${reason}`;
    return !seen.has(key) && seen.add(key);
  });
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folder of the nearest package.json above. */
function packageOf(path: string, configs: ReadonlyMap<string, string>): string {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    if (configs.has(join(folder, 'package.json')) || folder === '') return folder;
  }
}

/** The deepest folder that holds all paths. */
function common(paths: readonly string[]): string {
  let shared = folderOf(paths[0] ?? '').split('/');
  for (const path of paths) {
    const parts = folderOf(path).split('/');
    const differs = shared.findIndex((part, i) => part !== parts[i]);
    if (differs >= 0) shared = shared.slice(0, differs);
  }
  return shared.join('/');
}
