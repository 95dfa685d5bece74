import type { CodeFile, CodeProgram } from '@tenantlint/model';
import type { PythonProject } from './project.ts';

export interface PythonProgramInput {
  readonly project: PythonProject;
  /** Words of which a file that asks a database must contain at least one. */
  readonly hints: RegExp;
  readonly packages: ReadonlyMap<string, string>;
}

/** Modules that statements import; found as text, since most files need no more. */
const IMPORT = /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]+))/gm;

/**
 * Reads as little as can be judged: the files that mention a database client, and the files from which those are
 * reached; anything else is lowered on demand.
 */
export function readPythonProgram({ project, hints, packages }: PythonProgramInput): CodeProgram {
  const importers = new Map<string, string[]>();
  const wanted = new Set<string>();
  for (const path of project.paths) {
    const text = project.text(path);
    if (text === undefined) continue;
    if (hints.test(text)) wanted.add(path);
    for (const target of importedFiles(project, path, text)) {
      const known = importers.get(target);
      if (known) known.push(path);
      else importers.set(target, [path]);
    }
  }
  for (const path of wanted) for (const importer of importers.get(path) ?? []) wanted.add(importer);
  const files = new Map<string, CodeFile>();
  for (const path of [...wanted].sort()) {
    const file = project.load(path);
    if (file) files.set(path, file);
  }
  return { files, load: (path) => project.load(path), resolve: (from, module) => project.resolve(from, module), concerns: () => true, packages };
}

/** The project's files that a file imports, as far as its text tells. */
export function importedFiles(project: PythonProject, path: string, text: string): Set<string> {
  const found = new Set<string>();
  const add = (module: string): void => {
    const target = project.resolve(path, module);
    if (target !== undefined) found.add(target);
  };
  for (const [, from, names, modules] of text.matchAll(IMPORT)) {
    if (from !== undefined) {
      add(from);
      for (const name of (names ?? '').replace(/[()\\]/g, ' ').split(',')) {
        const [word] = name.trim().split(/\s+/);
        if (word !== undefined && /^\w+$/.test(word)) add(`${from}${/^\.+$/.test(from) ? '' : '.'}${word}`);
      }
    } else {
      for (const module of (modules ?? '').split(',')) {
        const [word] = module.trim().split(/\s+/);
        if (word !== undefined && /^[\w.]+$/.test(word)) add(word);
      }
    }
  }
  return found;
}
