import type { Config } from './config-file.ts';
import type { Workspace } from './workspace.ts';

/** A product with the configuration that holds for it. */
export interface Project {
  readonly workspace: Workspace;
  readonly config: Config;
  /** Files that the configuration declares to work for all tenants. */
  system(file: string): boolean;
}
