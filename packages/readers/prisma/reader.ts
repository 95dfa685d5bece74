import type { Comment, History, ModelMap, Source, Unread } from '@tenantlint/model';
import { text } from './attributes.ts';
import type { ReadExpression } from './columns.ts';
import type { Datamodel } from './datamodel.ts';
import { schemaEvents } from './events.ts';
import { modelMap } from './model-map.ts';
import { parseSchema } from './parse.ts';
import { resolve } from './resolve.ts';
import type { ConfigBlock, SyntaxFile } from './syntax.ts';

/** One Prisma schema of the project, in one file or several. */
export interface PrismaSchema {
  /** The file that declares the datasource; the first file where none does. */
  readonly file: string;
  readonly files: readonly string[];
  readonly datamodel: Datamodel;
  /** What the client offers to code. */
  readonly models: ModelMap;
  /** The database that the schema describes, as a history of a single step. */
  readonly history: History;
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
  readonly unread: readonly Unread[];
}

export function wantsPrisma(path: string): boolean {
  return path.endsWith('.prisma');
}

/** Reads all Prisma schemas among the sources. Never throws, and nothing in them is run. */
export function readPrisma(sources: readonly Source[], readExpression: ReadExpression): PrismaSchema[] {
  const files = sources
    .filter((source) => wantsPrisma(source.path))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((source) => parseSchema(source.path, source.text));
  return groups(files).map((group) => readGroup(group, readExpression));
}

function readGroup(files: readonly SyntaxFile[], readExpression: ReadExpression): PrismaSchema {
  const { datamodel, problems } = resolve(files);
  const unread = [...files.flatMap((file) => file.problems), ...problems].sort(
    (a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start),
  );
  const file = (files.find((each) => config(each, 'datasource') !== undefined) ?? files[0])?.file ?? '';
  return {
    file,
    files: files.map((each) => each.file),
    datamodel,
    models: modelMap(datamodel),
    history: {
      tool: 'models',
      root: file,
      steps: [{
        file,
        id: file,
        tool: 'models',
        up: schemaEvents(datamodel, readExpression),
        down: undefined,
        downAt: undefined,
        transactional: true,
        unread,
      }],
      downs: { expected: false, why: 'a Prisma schema states what is, not how it came about' },
      skipped: [],
      seeds: [],
    },
    comments: new Map(files.map((each) => [each.file, each.comments])),
    unread,
  };
}

function config(file: SyntaxFile, kind: ConfigBlock['kind']): ConfigBlock | undefined {
  return file.blocks.find((block): block is ConfigBlock => block.kind === kind);
}

/**
 * Which files are one schema. Prisma reads one file, or all files below a folder; which of the two
 * is said in places that are code or a command line. The file with the datasource tells as much: the
 * others below its folder belong to it, unless a nearer one has a datasource of its own. Files
 * without any datasource belong together by folder.
 */
function groups(files: readonly SyntaxFile[]): SyntaxFile[][] {
  const originals = withoutCopies(files);
  const roots = originals.filter((file) => config(file, 'datasource') !== undefined);
  const byFolder = new Map<string, SyntaxFile>();
  const below = new Map<string, SyntaxFile | 'several'>();
  for (const root of roots) {
    const own = folder(root.file);
    // Of several schemas in one folder, the one with the usual name takes the other files.
    if (!byFolder.has(own) || root.file === `${own}schema.prisma`) byFolder.set(own, root);
    for (const above of foldersAbove(own)) below.set(above, below.has(above) ? 'several' : root);
  }

  const members = new Map<SyntaxFile | string, SyntaxFile[]>(roots.map((root) => [root, [root]]));
  for (const file of originals) {
    if (members.has(file)) continue;
    const own = folder(file.file);
    const nearest = [own, ...foldersAbove(own)].map((each) => byFolder.get(each)).find((root) => root !== undefined);
    // The datasource may also stand in a folder of its own beside the models.
    const beside = below.get(own);
    const key = nearest ?? (beside === undefined || beside === 'several' ? own : beside);
    const group = members.get(key);
    if (group === undefined) members.set(key, [file]);
    else group.push(file);
  }
  return [...members.values()].map((group) => group.sort((a, b) => (a.file < b.file ? -1 : 1)));
}

/** Prisma's generator puts a copy of the schema, as `schema.prisma`, beside the client that it writes. */
function withoutCopies(files: readonly SyntaxFile[]): SyntaxFile[] {
  const copies = new Set<string>();
  for (const file of files) {
    for (const block of file.blocks) {
      if (block.kind !== 'generator' || !('settings' in block)) continue;
      const output = text(block.settings.find((setting) => setting.name.text === 'output')?.value);
      if (output === undefined) continue;
      const copy = join(folder(file.file), `${output}/schema.prisma`);
      if (copy !== file.file) copies.add(copy);
    }
  }
  return files.filter((file) => !copies.has(file.file));
}

/** With a slash at its end; empty for the project's root. */
function folder(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The folders that hold a folder, the nearest first. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, depth) => parts.slice(0, depth).map((part) => `${part}/`).join('')).reverse();
}

function join(base: string, relative: string): string {
  const parts = base.split('/').filter((part) => part !== '');
  for (const part of relative.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
