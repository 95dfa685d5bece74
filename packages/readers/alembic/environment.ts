import type { PythonProject } from '../python/graph/project.ts';
import { isTooMuch } from '../python/constant/index.ts';
import { Bases } from '../sqlalchemy/bases.ts';
import { DEFAULT_NAMING } from '../sqlalchemy/naming.ts';
import type { Reading } from '../sqlalchemy/reading.ts';
import type { Naming } from '../sqlalchemy/table.ts';

/** The naming convention that `env.py` hands to operations by way of `target_metadata`. */
export function readEnvironment(project: PythonProject, of: Reading, root: string, fuel: number): Naming {
  const path = root === '' ? 'env.py' : `${root}/env.py`;
  if (project.text(path) === undefined) return DEFAULT_NAMING;
  of.run.fuel = fuel;
  try {
    const target = of.run.module(path)?.own('target_metadata');
    const metadata = target?.kind === 'list' ? target.items[0] : target;
    if (!metadata || metadata.kind === 'none' || metadata.kind === 'unknown') return DEFAULT_NAMING;
    return new Bases(of).metadata(metadata).naming;
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return DEFAULT_NAMING;
  }
}
