import type { History } from '@tenantlint/model';
import type { Config } from './config-file.ts';

/** What the configuration says of ways back goes before what the folders show. */
export function withDowns(histories: readonly History[], { migrations: { downs, reason = '' } = {} }: Config): readonly History[] {
  if (downs === undefined) return histories;
  const expected = downs === 'required';
  const why = expected ? 'The configuration asks every migration for a way back' : reason;
  return histories.map((history) => (history.tool === 'dump' || history.tool === 'models' || history.root.endsWith('.sql') ? history : { ...history, downs: { expected, why } }));
}
