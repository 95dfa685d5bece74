import type { Finding, Outcome, Span } from '@tenantlint/model';

/** An outcome whose paths are seen from where the command was run. Inside, they are the project's own. */
export function shownFrom(prefix: string, outcome: Outcome): Outcome {
  if (prefix === '') return outcome;
  const at = (span: Span): Span => ({ ...span, file: shownFile(prefix, span.file) });
  const finding = (f: Finding): Finding => ({
    ...f,
    at: at(f.at),
    related: f.related.map((r) => ({ ...r, at: at(r.at) })),
    fixes: f.fixes.map((x) => ({ ...x, edits: x.edits.map((e) => ({ ...e, at: at(e.at) })) })),
    subject: f.subject.kind === 'file' ? { ...f.subject, name: shownFile(prefix, f.subject.name) } : f.subject,
  });
  return {
    ...outcome,
    findings: outcome.findings.map(finding),
    unread: outcome.unread.map((u) => ({ ...u, at: at(u.at) })),
    text: (file) => (file.startsWith(prefix) ? outcome.text(file.slice(prefix.length)) : undefined),
  };
}

/** Places without a file (the platform's own objects) stay without. */
export function shownFile(prefix: string, file: string): string {
  return file === '' || file === '.' ? file : prefix + file;
}
