import { describe, expect, test } from 'vitest';
import { loadPython } from '../grammar.ts';
import { readPythonProgram } from './program.ts';
import { PythonProject } from './project.ts';
import { createModuleResolver } from './resolve.ts';

describe('where an import leads', () => {
  const resolve = createModuleResolver([
    'backend/app/__init__.py', 'backend/app/models/__init__.py', 'backend/app/models/user.py', 'backend/app/api/routes.py', 'backend/app/logging.py',
    'backend/alembic/env.py', 'backend/alembic/versions/a.py', 'worker/app/__init__.py', 'worker/app/tasks.py', 'scripts/seed.py', 'lib/tools/x.py', 'backend/tests/helpers/tokens.py',
  ]);
  test.each([
    ['backend/app/api/routes.py', 'app.models.user', 'backend/app/models/user.py'],
    ['backend/app/api/routes.py', 'app.models', 'backend/app/models/__init__.py'],
    ['worker/app/tasks.py', 'app', 'worker/app/__init__.py'],
    ['backend/app/models/user.py', '.', 'backend/app/models/__init__.py'],
    ['backend/app/models/user.py', '..api.routes', 'backend/app/api/routes.py'],
    ['backend/app/models/user.py', '....x', undefined],
    ['lib/main.py', 'tools', 'lib/tools'],
    ['lib/main.py', 'tools.x', 'lib/tools/x.py'],
    // Names of the library and of packages, whatever files are called.
    ['backend/app/api/routes.py', 'logging', undefined],
    ['backend/alembic/versions/a.py', 'alembic', undefined],
    ['backend/app/api/routes.py', 'sqlalchemy', undefined],
    // Helpers of tests are for tests.
    ['backend/app/api/routes.py', 'tokens', undefined],
    ['backend/tests/test_routes.py', 'tokens', 'backend/tests/helpers/tokens.py'],
  ])('%s: %s', (from, module, want) => expect(resolve(from, module)).toBe(want));
});

describe('a project', () => {
  const project = async (texts: Readonly<Record<string, string>>): Promise<{ project: PythonProject; read: string[] }> => {
    const read: string[] = [];
    const text = (path: string): string | undefined => { read.push(path); return texts[path]; };
    return { project: new PythonProject({ files: new Set(Object.keys(texts)), text }, await loadPython()), read };
  };

  test('from a package: its own name, else its module', async () => {
    const { project: p } = await project({
      'app/__init__.py': 'from .db import session\nconfig = 1\n', 'app/db.py': 'session = 1', 'app/config.py': 'x = 1', 'app/models.py': 'y = 2',
      'main.py': 'from app import session, config, models\nimport app.models as m\n',
    });
    expect(p.load('main.py')?.imports.map((i) => [i.local, i.file, i.name])).toEqual([['session', 'app/__init__.py', 'session'], ['config', 'app/__init__.py', 'config'], ['models', 'app/models.py', '*'], ['m', 'app/models.py', '*']]);
    expect(p.load('app/__init__.py')?.exports.map((e) => [e.name, e.kind === 'from' ? e.file : ''])).toEqual([['session', 'app/db.py'], ['config', ''], ['db', 'app/db.py'], ['models', 'app/models.py']]);
  });

  test('an import of everything is one of each public name, through others as well, and circles end', async () => {
    const { project: p } = await project({
      'a.py': 'from b import *\nfrom sqlalchemy import *\n', 'b.py': 'from c import *\nX = 1\n_hidden = 2\n', 'c.py': 'from b import *\ndef f(): pass\n',
    });
    expect(p.load('a.py')?.imports.map((i) => [i.file, i.name, i.local])).toEqual([['b.py', '*', ''], ['b.py', 'f', 'f'], ['b.py', 'X', 'X'], [undefined, '*', '']]);
  });

  test('a program holds the files that mention a client and those that import them', async () => {
    const { project: p } = await project({
      'app/db.py': 'import sqlalchemy\n', 'app/repo.py': 'from .db import session\n', 'app/api.py': 'from app import (\n  repo,\n)\n', 'app/other.py': 'x = 1\n', 'app/helper.py': 'from app.other import x\n',
    });
    const program = readPythonProgram({ project: p, hints: /sqlalchemy/, packages: new Map() });
    expect([...program.files.keys()]).toEqual(['app/api.py', 'app/db.py', 'app/repo.py']);
    expect(program.load('app/other.py')?.language).toBe('python');
    expect(program.resolve('app/api.py', '.other')).toBe('app/other.py');
  });
});
