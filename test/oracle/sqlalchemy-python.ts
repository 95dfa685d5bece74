import { spawnSync } from 'node:child_process';

/** A Python that has a module; undefined where there is none. */
export function pythonWith(module: string): string | undefined {
  return [process.env['PYTHON'], 'python3', '/usr/bin/python3'].find((python) => python !== undefined && spawnSync(python, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0);
}

/** What a script prints; undefined where it fails. */
export function recordedBy(python: string, script: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(python, [script, ...args], { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
  return status === 0 ? stdout : undefined;
}
