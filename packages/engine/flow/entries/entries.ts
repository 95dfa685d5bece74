import type { CodeFile } from '@tenantlint/model';
import type { Entry, Flow } from '../flow.ts';
import { workers } from './edge.ts';
import type { Convention } from './entry.ts';
import { nest } from './nest/nest.ts';
import { next } from './next.ts';
import { remix } from './remix.ts';
import { pythonRoutes } from '../python/routes.ts';
import { systemKind } from './system.ts';

const CONVENTIONS: readonly Convention[] = [next, nest, remix, workers];

export function entriesOf(f: Flow, file: CodeFile): readonly Entry[] {
  if (systemKind(file)) return [];
  return file.language === 'python' ? pythonRoutes(f, file) : CONVENTIONS.flatMap((convention) => convention(f, file));
}
