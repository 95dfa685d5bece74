import type { Config } from './config-file.ts';
import type { Parsed } from './memory/parsed.ts';
import type { Workspace } from './workspace.ts';

/** A product with the configuration that holds for it. */
export interface Project {
  /** Files that were parsed for earlier questions. */
  readonly parsed?: Parsed | undefined;
  readonly workspace: Workspace;
  readonly config: Config;
  /** Files that the configuration declares to work for all tenants. */
  system(file: string): boolean;
}
