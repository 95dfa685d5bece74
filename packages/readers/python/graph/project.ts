import type { CodeExport, CodeFile, CodeImport, Source } from '@tenantlint/model';
import type { PythonParser } from '../grammar.ts';
import { lowerFile } from '../lower/file.ts';
import { createModuleResolver, dirname, type ModuleResolver } from './resolve.ts';

export interface PythonInput {
  /** Paths of all files of the project; only what is asked for is read. */
  readonly files: ReadonlySet<string>;
  /** Undefined where the file cannot be read as text. */
  text(path: string): string | undefined;
}

/** The Python files of a project. Each is lowered when it is first asked for, its imports linked to files. */
export class PythonProject {
  /** Paths of the Python files, sorted. */
  readonly paths: readonly string[];
  readonly resolve: ModuleResolver;
  readonly #input: PythonInput;
  readonly #parser: PythonParser;
  readonly #lowered = new Map<string, CodeFile | undefined>();
  readonly #linked = new Map<string, CodeFile | undefined>();

  constructor(input: PythonInput, parser: PythonParser) {
    this.#input = input;
    this.#parser = parser;
    this.paths = [...input.files].filter(isPython).sort();
    this.resolve = createModuleResolver(this.paths);
  }

  text(path: string): string | undefined {
    return this.#input.text(path);
  }

  /** A file, or the folder of a package without `__init__.py`, which exports its modules. */
  load(path: string): CodeFile | undefined {
    if (!this.#linked.has(path)) {
      // Files that import each other see the unlinked one meanwhile.
      this.#linked.set(path, this.#bare(path));
      const file = this.#bare(path);
      this.#linked.set(path, file && this.#link(file));
    }
    return this.#linked.get(path);
  }

  #bare(path: string): CodeFile | undefined {
    if (!this.#lowered.has(path)) this.#lowered.set(path, this.#lower(path));
    return this.#lowered.get(path);
  }

  #lower(path: string): CodeFile | undefined {
    if (!isPython(path)) return this.#folder(path);
    const text = this.#input.files.has(path) ? this.#input.text(path) : undefined;
    if (text === undefined) return undefined;
    const file = lowerFile({ path, text } satisfies Source, this.#parser);
    if (!path.endsWith('/__init__.py') && path !== '__init__.py') return file;
    // A package also has its modules, once somebody imports them.
    const own = new Set(file.exports.map((e) => e.name));
    return { ...file, exports: [...file.exports, ...this.#modulesOf(dirname(path)).filter((e) => !own.has(e.name))] };
  }

  #folder(path: string): CodeFile | undefined {
    const exports = this.#modulesOf(path);
    return exports.length === 0 ? undefined : { path, language: 'python', imports: [], exports, body: [], directives: [], comments: [], unread: [] };
  }

  #modulesOf(folder: string): CodeExport[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = new Set<string>();
    for (const path of this.#under(prefix)) {
      const rest = path.slice(prefix.length);
      const slash = rest.indexOf('/');
      const name = slash < 0 ? rest.slice(0, -3) : rest.slice(0, slash);
      if (name !== '__init__') names.add(name);
    }
    const at = { file: `${prefix}__init__.py`, start: 0, end: 0 };
    return [...names].map((name): CodeExport => ({ kind: 'from', name, imported: '*', from: `.${name}`, at }));
  }

  *#under(prefix: string): Generator<string> {
    let low = 0;
    let high = this.paths.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.paths[middle] ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    for (let i = low; this.paths[i]?.startsWith(prefix); i++) yield this.paths[i] ?? '';
  }

  /** Imports and re-exports with the files they lead to. */
  #link(file: CodeFile): CodeFile {
    const imports = file.imports.flatMap((one) => this.#imported(file.path, one));
    const exports = file.exports.flatMap((one): CodeExport[] => {
      if (one.kind === 'local') return [one];
      if (one.name === '*') return [this.#exported(file.path, one)];
      const target = this.#target(file.path, one.from, one.imported);
      return [target === undefined ? one : { ...one, ...target }];
    });
    return { ...file, imports, exports };
  }

  #exported<T extends CodeExport & { kind: 'from' }>(from: string, one: T): T {
    const target = this.resolve(from, one.from);
    return target === undefined ? one : { ...one, file: target };
  }

  #imported(from: string, one: CodeImport): CodeImport[] {
    if (one.name === '*' && one.local === '') return this.#starred(from, one);
    if (one.name === '*' || one.name === '') {
      const target = this.resolve(from, one.from);
      return [target === undefined ? one : { ...one, file: target }];
    }
    const target = this.#target(from, one.from, one.name);
    if (target === undefined) return [one];
    return [{ ...one, file: target.file, name: target.imported }];
  }

  /** What `from a import b` means: a name of a's, else its module b. */
  #target(from: string, module: string, name: string): { readonly file: string; readonly imported: string } | undefined {
    const file = this.resolve(from, module);
    if (name === '*' || file === undefined) return file === undefined ? undefined : { file, imported: name };
    const inside = this.resolve(from, `${module}${/^\.+$/.test(module) ? '' : '.'}${name}`);
    if (inside === undefined) return isPython(file) ? { file, imported: name } : undefined;
    if (!isPython(file)) return { file: inside, imported: '*' };
    // Only a package that says the name itself can mean something other than its module.
    const text = this.#input.text(file) ?? '';
    const own = text.includes(name) ? this.#bare(file)?.exports.find((e) => e.name === name) : undefined;
    const isModule = own === undefined || (own.kind === 'from' && this.resolve(file, own.imported === '*' ? own.from : `${own.from}${/^\.+$/.test(own.from) ? '' : '.'}${own.imported}`) === inside);
    return isModule ? { file: inside, imported: '*' } : { file, imported: name };
  }

  /** `from a import *` as the imports that it stands for. Of packages nobody knows the names: it stays one import. */
  #starred(from: string, one: CodeImport): CodeImport[] {
    const target = this.resolve(from, one.from);
    if (target === undefined || !isPython(target)) return [one];
    return [{ ...one, file: target, local: '' }, ...[...this.#publicNames(target, new Set())].map((name): CodeImport => ({ ...one, file: target, name, local: name }))];
  }

  #publicNames(path: string, seen: Set<string>): Set<string> {
    const names = new Set<string>();
    if (seen.has(path)) return names;
    seen.add(path);
    for (const one of this.#bare(path)?.exports ?? []) {
      if (one.name !== '*') {
        if (!one.name.startsWith('_')) names.add(one.name);
        continue;
      }
      const target = one.kind === 'from' ? this.resolve(path, one.from) : undefined;
      if (target !== undefined && isPython(target)) for (const name of this.#publicNames(target, seen)) names.add(name);
    }
    return names;
  }
}

export function isPython(path: string): boolean {
  return path.endsWith('.py');
}
