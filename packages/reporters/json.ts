import type { Finding, Outcome, Span, Unread } from '@tenantlint/model';
import { Places } from './places.ts';

/** The version 1 contract (`schema/check.schema.json` of the package): extended, never broken. */
export function json(outcome: Outcome): string {
  const places = new Places(outcome);
  const range = (at: Span) => ({ file: at.file, start: places.start(at), end: places.end(at) });
  const finding = (f: Finding) => ({
    rule: f.rule,
    message: f.message,
    text: f.text,
    why: f.why,
    fix: f.fix,
    severity: f.severity,
    certainty: f.certainty,
    ...range(f.at),
    subject: f.subject,
    related: f.related.map(r => ({ ...range(r.at), note: r.note })),
    fingerprint: f.fingerprint,
    ...(f.suppressed ? { suppressed: f.suppressed } : {}),
  });
  const unread = (u: Unread) => ({ file: u.at.file, start: places.start(u.at), reason: u.reason });
  return `${JSON.stringify({
    version: 1,
    root: outcome.root,
    findings: outcome.findings.map(finding),
    notRun: outcome.notRun,
    unread: outcome.unread.map(unread),
    notes: outcome.notes,
    summary: outcome.summary,
  }, null, 2)}\n`;
}
