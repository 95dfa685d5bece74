import type { Preset } from '@tenantlint/engine';
import type { Rule } from '@tenantlint/model';
import { analyse } from './analyse.ts';
import type { Draft } from './fix-draft.ts';
import type { Judged } from './fix-rewrites.ts';
import { judge } from './lint.ts';

export interface Asked {
  /** Files of the change that alone is asked about; named as they are shown. */
  readonly changed: ((file: string) => boolean) | undefined;
  readonly preset: Preset | undefined;
  readonly rules: readonly Rule[];
  readonly known: ReadonlySet<string>;
}

/** A draft and all that is found in it. */
export interface State extends Judged {
  readonly draft: Draft;
}

/** Judges a draft as it would be judged if it were written. New migrations are not applied. */
export async function stateOf(draft: Draft, { changed, preset, rules, known }: Asked): Promise<State> {
  const project = draft.project();
  const { workspace, config } = project;
  const fresh = (shown: string): boolean => draft.isNew(shown.slice(workspace.prefix.length));
  const nobodySays = workspace.named.size === 0 && config.migrations?.pending === undefined;
  const pending = changed !== undefined ? (file: string) => changed(file) || fresh(file) : nobodySays ? fresh : undefined;
  const analysis = await analyse(project, { pending, drafted: (file) => draft.isNew(file) });
  // What is found elsewhere counts as found before, wherever a draft moves it.
  const { findings: found } = judge({ ...workspace, only: undefined }, analysis, { preset: preset ?? config.preset ?? 'recommended', config, rules, known });
  const asked = (file: string): boolean => (changed === undefined || changed(workspace.prefix + file) || draft.isNew(file)) && (workspace.only === undefined || workspace.only.has(file));
  return { draft, analysis, found, findings: found.filter((f) => asked(f.at.file)) };
}
