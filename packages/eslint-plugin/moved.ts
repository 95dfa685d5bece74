import type { FileReport } from 'tenantlint/session';

/**
 * What was told of an earlier text, at the places of a later one. Findings before and behind the edited lines move
 * along; those that touch them are left out, because nobody knows whether they still hold.
 */
export function moved(report: FileReport, before: string, after: string): FileReport {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  // Whole lines: an edit beside a name changes it too.
  head = before.lastIndexOf('\n', head - 1) + 1;
  const rest = before.length - tail;
  const behind = rest === 0 || before[rest - 1] === '\n' ? rest : before.indexOf('\n', rest);
  const from = behind < 0 ? before.length : behind;
  const by = after.length - before.length;
  const shift = <T extends { readonly start: number; readonly end: number }>(place: T): T[] =>
    place.end <= head ? [place] : place.start >= from ? [{ ...place, start: place.start + by, end: place.end + by }] : [];
  const findings = report.findings.flatMap(shift).map((f) => ({ ...f, fixes: f.fixes.flatMap((fix) => {
    const edits = fix.edits.flatMap(shift);
    return edits.length === fix.edits.length ? [{ ...fix, edits }] : [];
  }) }));
  return { ...report, findings, unread: report.unread.flatMap(shift) };
}
