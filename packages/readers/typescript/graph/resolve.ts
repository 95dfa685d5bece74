import { parse, type ParseError } from 'jsonc-parser';
import { dirname, join } from './paths.ts';

/** Answers where an import leads: a file of the project, or undefined for packages and missing files. */
export type Resolver = (from: string, specifier: string) => string | undefined;

interface TsConfig {
  /** Folder against which `paths` are resolved. */
  readonly base: string;
  readonly baseUrl: string | undefined;
  readonly paths: readonly { readonly prefix: string; readonly suffix: string; readonly star: boolean; readonly targets: readonly string[] }[];
}

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/**
 * Module resolution without node_modules: relative paths, `paths` and `baseUrl` of the nearest tsconfig (with `extends`),
 * and the workspace's own packages by name (`exports`, `main`, `source`, or the folders where sources usually stand).
 * @param files all files of the project, relative to its root
 * @param configs texts of every tsconfig/jsconfig and package.json
 */
export function createResolver(files: ReadonlySet<string>, configs: ReadonlyMap<string, string>): Resolver {
  const folders = new Map<string, TsConfig | undefined>();
  const packages = workspacePackages(configs);
  const cache = new Map<string, string | undefined>();

  const configOf = (folder: string): TsConfig | undefined => {
    if (folders.has(folder)) return folders.get(folder);
    const own = ['tsconfig.json', 'jsconfig.json'].map(n => join(folder, n)).find(p => configs.has(p));
    const found = (own === undefined ? undefined : readTsConfig(own, configs, new Set())) ?? (folder === '' ? undefined : configOf(dirname(folder)));
    folders.set(folder, found);
    return found;
  };

  const resolve = (from: string, specifier: string): string | undefined => {
    if (specifier.startsWith('.')) return asFile(join(dirname(from), specifier), files);
    if (specifier.startsWith('/')) return undefined;
    const config = configOf(dirname(from));
    for (const { prefix, suffix, star, targets } of config?.paths ?? []) {
      if (star ? !(specifier.startsWith(prefix) && specifier.endsWith(suffix) && specifier.length >= prefix.length + suffix.length) : specifier !== prefix) continue;
      const matched = specifier.slice(prefix.length, specifier.length - suffix.length);
      for (const target of targets) {
        const hit = asFile(join(config?.base ?? '', target.replace('*', matched)), files);
        if (hit !== undefined) return hit;
      }
    }
    const named = packages.find(p => specifier === p.name || specifier.startsWith(`${p.name}/`));
    if (named) return inPackage(named, specifier.slice(named.name.length + 1), files);
    return config?.baseUrl === undefined ? undefined : asFile(join(config.baseUrl, specifier), files);
  };

  return (from, specifier) => {
    const key = specifier.startsWith('.') ? join(dirname(from), specifier) : `${dirname(from)}\0${specifier}`;
    if (!cache.has(key)) cache.set(key, resolve(from, specifier));
    return cache.get(key);
  };
}

function asFile(path: string, files: ReadonlySet<string>): string | undefined {
  if (files.has(path)) return path;
  // `./x.js` in source means `./x.ts`.
  const bare = path.replace(/\.([cm]?)jsx?$/, '');
  const bases = bare === path ? [path] : [path, bare];
  for (const base of bases) for (const e of EXTENSIONS) if (files.has(base + e)) return base + e;
  for (const e of EXTENSIONS) if (files.has(`${path}/index${e}`)) return `${path}/index${e}`;
  return undefined;
}

function readTsConfig(path: string, configs: ReadonlyMap<string, string>, seen: Set<string>): TsConfig | undefined {
  const text = configs.get(path);
  if (text === undefined || seen.has(path)) return undefined;
  seen.add(path);
  const json = parseJson(text);
  const folder = dirname(path);
  const options = asRecord(json['compilerOptions']);
  const rawPaths = asRecord(options['paths']);
  const baseUrl = typeof options['baseUrl'] === 'string' ? join(folder, options['baseUrl']) : undefined;
  const parents = (Array.isArray(json['extends']) ? json['extends'] : [json['extends']]).filter(e => typeof e === 'string').map(e => parentPath(folder, e, configs));
  const parent = parents.map(p => (p === undefined ? undefined : readTsConfig(p, configs, seen))).findLast(p => p !== undefined);
  if (options['paths'] === undefined) return { base: parent?.base ?? folder, baseUrl: baseUrl ?? parent?.baseUrl, paths: parent?.paths ?? [] };
  const paths = Object.entries(rawPaths).map(([pattern, targets]) => {
    const at = pattern.indexOf('*');
    return {
      prefix: at < 0 ? pattern : pattern.slice(0, at),
      suffix: at < 0 ? '' : pattern.slice(at + 1),
      star: at >= 0,
      targets: Array.isArray(targets) ? targets.filter(t => typeof t === 'string') : [],
    };
  });
  // TypeScript prefers the longest matching prefix.
  paths.sort((a, b) => b.prefix.length - a.prefix.length);
  return { base: baseUrl ?? folder, baseUrl: baseUrl ?? parent?.baseUrl, paths };
}

function parentPath(folder: string, specifier: string, configs: ReadonlyMap<string, string>): string | undefined {
  const candidates = specifier.startsWith('.') ? [join(folder, specifier)] : [];
  return candidates.flatMap(c => [c, `${c}.json`, join(c, 'tsconfig.json')]).find(c => configs.has(c));
}

interface WorkspacePackage {
  readonly name: string;
  readonly folder: string;
  readonly json: Readonly<Record<string, unknown>>;
}

function workspacePackages(configs: ReadonlyMap<string, string>): WorkspacePackage[] {
  const found: WorkspacePackage[] = [];
  for (const [path, text] of configs) {
    if (!path.endsWith('package.json')) continue;
    const json = parseJson(text);
    if (typeof json['name'] === 'string') found.push({ name: json['name'], folder: dirname(path), json });
  }
  // `@x/db-client` must not be taken for `@x/db`.
  return found.sort((a, b) => b.name.length - a.name.length);
}

function inPackage({ folder, json }: WorkspacePackage, sub: string, files: ReadonlySet<string>): string | undefined {
  const key = sub === '' ? '.' : `./${sub}`;
  const stated = [...exportTargets(json['exports'], key), ...(sub === '' ? ['source', 'module', 'main', 'types'].map(k => json[k]).filter(v => typeof v === 'string') : [])];
  const usual = sub === '' ? ['src/index', 'index', 'src', 'lib/index'] : [sub, `src/${sub}`, `lib/${sub}`];
  for (const target of [...stated, ...usual]) {
    const path = join(folder, target);
    // What is built (dist/x.js) stands for its source (src/x.ts).
    for (const candidate of [path, path.replace(/\/(dist|build|lib|out)\//, '/src/').replace(/\.d\.ts$/, '.ts'), path.replace(/\/(dist|build|out)\//, '/')]) {
      const hit = asFile(candidate, files);
      if (hit !== undefined) return hit;
    }
  }
  return undefined;
}

/** Every target that `exports` names for a key, whatever the conditions. */
function exportTargets(exports: unknown, key: string): string[] {
  if (typeof exports === 'string') return key === '.' ? [exports] : [];
  const record = asRecord(exports);
  const subpaths = Object.keys(record).some(k => k.startsWith('.'));
  if (!subpaths) return key === '.' ? flatten(record) : [];
  if (key in record) return flatten(record[key]);
  for (const [pattern, value] of Object.entries(record)) {
    const [prefix, suffix] = pattern.split('*');
    if (prefix === undefined || suffix === undefined || !key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    const matched = key.slice(prefix.length, key.length - suffix.length);
    return flatten(value).map(t => t.replace('*', matched));
  }
  return [];
}

function flatten(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.flatMap(flatten) : Object.values(asRecord(value)).flatMap(flatten);
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  const errors: ParseError[] = [];
  try {
    return asRecord(parse(text, errors, { allowTrailingComma: true }));
  } catch (cause) {
    // Nested deeper than any configuration is: it says nothing.
    if (cause instanceof RangeError) return {};
    throw cause;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
