import type { History, Step } from '@tenantlint/model';

/**
 * The steps of all histories in one sequence. Folders whose every step carries a timestamp were written against
 * one database side by side, so they interleave; otherwise one folder follows the other as given.
 */
export function inOrder(histories: readonly History[]): readonly Step[] {
  const [only] = histories;
  if (histories.length === 1 && only !== undefined) return only.steps;
  const stamped = histories.map((history) => history.steps.map((step) => ({ step, time: timestamp(step.id) })));
  if (!stamped.flat().every(({ time }) => time !== undefined)) return histories.flatMap((history) => history.steps);
  // Each folder keeps its own order even where its timestamps do not.
  const rising = stamped.map((steps) => {
    let last = '';
    return steps.map(({ step, time = '' }) => ({ step, time: (last = time > last ? time : last) }));
  });
  return rising.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(({ step }) => step);
}

/** `20240131120000` at the start of a name, as most tools write it. */
function timestamp(id: string): string | undefined {
  const digits = /^(?:.*\/)?[vV]?(\d{14})/.exec(id)?.[1];
  return digits !== undefined && /^(19|20)\d\d[01]\d[0-3]\d/.test(digits) ? digits : undefined;
}
