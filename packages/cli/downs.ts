import { expectation, type History } from '@tenantlint/model';
import type { Config } from './config-file.ts';

/**
 * What the configuration says of ways back goes before what the folders show. What a folder shows is asked of the migrations
 * that were there before: a change does not decide by its own migrations whether they need a way back.
 * @param pending files of the change
 * @param drafted files that are only tried
 */
export function withDowns(histories: readonly History[], { migrations: { downs, reason = '' } = {} }: Config, pending: (file: string) => boolean, drafted: (file: string) => boolean): readonly History[] {
  return histories.map((history) => {
    if (history.tool === 'dump' || history.tool === 'models' || history.root.endsWith('.sql')) return history;
    const expected = downs === 'required';
    if (downs !== undefined) return { ...history, downs: { expected, why: expected ? 'The configuration asks every migration for a way back' : reason } };
    const [applied, own] = [history.steps.filter(({ file }) => !pending(file) && !drafted(file)), history.steps.filter(({ file }) => !drafted(file))];
    return history.downs.because === undefined ? history : { ...history, downs: expectation(applied.length > 0 ? applied : own, history.downs.because) };
  });
}
