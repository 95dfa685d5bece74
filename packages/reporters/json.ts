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
  return `${plainJson({
    version: 1,
    root: outcome.root,
    findings: outcome.findings.map(finding),
    notRun: outcome.notRun,
    unread: outcome.unread.map(unread),
    notes: outcome.notes,
    summary: outcome.summary,
  })}\n`;
}

/** JSON whose texts are shown as they are: signs that turn the direction of what follows, or that no terminal prints, are written as escapes. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
