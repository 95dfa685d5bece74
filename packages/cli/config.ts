import path from 'node:path';
import { UsageError } from './usage-error.ts';
import { fileBytes, fileExists, type Overlay } from './overlay.ts';
import type { Base } from './workspace.ts';
import type { Config } from './config-file.ts';

export const CONFIG_FILE = 'tenantlint.config.jsonc';

/** A configuration and the folder that its globs start at. */
export interface Settings {
  readonly config: Config;
  readonly folder: string;
}

/**
 * The configuration of a run: the named file, or the nearest one at or above the first path.
 * @throws UsageError naming file and line, for what cannot be read or is not allowed
 */
export async function settingsOf({ dir, prefix, top, paths: [first = ''], overlay }: Base, named: string | undefined, ruleIds: ReadonlySet<string>): Promise<Settings> {
  const file = named ?? nearest(path.join(dir, first), top, overlay);
  if (file === undefined) return { config: {}, folder: dir };
  const shown = path.join(prefix, path.relative(dir, file));
  return { config: await loadConfig(file, shown.startsWith('..') ? file : shown, ruleIds, overlay), folder: path.dirname(file) };
}

function nearest(from: string, top: string, overlay: Overlay | undefined): string | undefined {
  for (let dir = from; ; dir = path.dirname(dir)) {
    const file = path.join(dir, CONFIG_FILE);
    if (fileExists(file, overlay)) return file;
    if (dir === top || dir === path.dirname(dir)) return undefined;
  }
}

async function loadConfig(file: string, shown: string, ruleIds: ReadonlySet<string>, overlay: Overlay | undefined): Promise<Config> {
  let text: string;
  try {
    text = Buffer.from(fileBytes(file, overlay)).toString('utf8');
  } catch {
    throw new UsageError(`${shown}: cannot be read`);
  }
  // What checks a file is loaded for those who have one.
  const { readConfig } = await import('./config-file.ts');
  return readConfig(text, shown, ruleIds);
}
