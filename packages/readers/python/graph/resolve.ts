/** Answers where an import leads: a file of the project, a folder that is a package without `__init__.py`, or nothing. */
export type ModuleResolver = (from: string, module: string) => string | undefined;

/**
 * Modules without an interpreter. A relative import is exact. An absolute one starts at some root on the path, which
 * is known to the command that starts the program and not to its files: of all folders that hold such a module, the
 * nearest to the importing file is taken, a folder that is itself a package last.
 * @param files all files of the project, relative to its root
 */
export function createModuleResolver(files: Iterable<string>): ModuleResolver {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const folders = new Set<string>(['']);
  /** Where a top-level name is found: folders that hold `name.py` or a folder `name`. */
  const roots = new Map<string, Set<string>>();
  const offer = (name: string, folder: string): void => {
    const known = roots.get(name);
    if (known) known.add(folder);
    else roots.set(name, new Set([folder]));
  };
  for (const path of files) {
    if (!path.endsWith('.py')) continue;
    modules.add(path);
    const folder = dirname(path);
    const name = path.slice(folder === '' ? 0 : folder.length + 1, -3);
    if (name === '__init__') packages.add(folder);
    else offer(name, folder);
    for (let inner = folder; inner !== '' && !folders.has(inner); inner = dirname(inner)) {
      folders.add(inner);
      offer(basename(inner), dirname(inner));
    }
  }

  const moduleAt = (path: string): string | undefined => {
    if (packages.has(path)) return join(path, '__init__.py');
    if (modules.has(`${path}.py`)) return `${path}.py`;
    return folders.has(path) && path !== '' ? path : undefined;
  };

  const absolute = (from: string, parts: readonly string[]): string | undefined => {
    const [top] = parts;
    if (top === undefined) return undefined;
    const own = dirname(from);
    const candidates = [...(roots.get(top) ?? [])].map((root) => ({ root, target: moduleAt(join(root, parts.join('/'))) })).filter((c) => c.target !== undefined);
    // A module of the library is meant, however many files happen to have its name.
    // What serves the product imports nothing of its tests.
    const serving = TESTS.test(`${own}/`) ? candidates : candidates.filter((c) => !TESTS.test(`${c.root}/`));
    const fitting = serving.filter((c) => !STANDARD.has(top) || (c.root === '' && parts.length > 1 && c.target?.endsWith('.py') === true));
    const rank = ({ root, target }: (typeof candidates)[number]): readonly number[] => [
      packages.has(root) ? 1 : 0,
      target?.endsWith('.py') ? 0 : 1,
      -commonFolders(root, own),
      root.length,
    ];
    fitting.sort((a, b) => compare(rank(a), rank(b)) || (a.root < b.root ? -1 : 1));
    return fitting[0]?.target;
  };

  const cache = new Map<string, string | undefined>();
  return (from, module) => {
    const key = `${dirname(from)}\0${module}`;
    if (!cache.has(key)) {
      const dots = /^\.*/.exec(module)?.[0].length ?? 0;
      const parts = module.slice(dots).split('.').filter((p) => p !== '');
      if (dots === 0) cache.set(key, absolute(from, parts));
      else {
        let folder = dirname(from);
        let outside = false;
        for (let i = 1; i < dots; i++) {
          outside ||= folder === '';
          folder = dirname(folder);
        }
        const target = join(folder, parts.join('/'));
        cache.set(key, outside ? undefined : parts.length === 0 ? (packages.has(folder) ? join(folder, '__init__.py') : folder) : moduleAt(target));
      }
    }
    return cache.get(key);
  };
}

const TESTS = /(?:^|\/)tests?\//;

/** Of Python's own modules those whose names products give to files of theirs. */
const STANDARD = new Set([
  'abc', 'ast', 'asyncio', 'base64', 'calendar', 'cmd', 'code', 'codecs', 'collections', 'concurrent', 'contextlib', 'contextvars', 'copy', 'csv',
  'dataclasses', 'datetime', 'decimal', 'email', 'enum', 'functools', 'glob', 'hashlib', 'hmac', 'html', 'http', 'inspect', 'io', 'itertools', 'json',
  'locale', 'logging', 'math', 'numbers', 'operator', 'os', 'pathlib', 'platform', 'profile', 'queue', 'random', 're', 'sched', 'secrets', 'select',
  'signal', 'site', 'socket', 'sqlite3', 'ssl', 'stat', 'statistics', 'string', 'struct', 'subprocess', 'sys', 'tempfile', 'textwrap', 'threading',
  'time', 'token', 'trace', 'traceback', 'types', 'typing', 'unittest', 'urllib', 'uuid', 'warnings', 'weakref', 'xml', 'zoneinfo',
  // Packages whose name the folder of their own files has in many products.
  'alembic', 'sqlalchemy', 'sqlmodel', 'celery', 'redis', 'stripe', 'jwt', 'jose', 'fastapi', 'flask', 'pydantic', 'requests', 'httpx', 'openai',
]);

export function dirname(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? '' : path.slice(0, at);
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function join(folder: string, path: string): string {
  return folder === '' ? path : path === '' ? folder : `${folder}/${path}`;
}

function commonFolders(a: string, b: string): number {
  const left = a === '' ? [] : a.split('/');
  const right = b === '' ? [] : b.split('/');
  let n = 0;
  while (n < left.length && left[n] === right[n]) n++;
  return n;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    if (x !== y) return x - y;
  }
  return 0;
}
