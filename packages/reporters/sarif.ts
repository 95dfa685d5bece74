import type { Finding, Outcome, Severity, Span } from '@tenantlint/model';
import { Places } from './places.ts';

const LEVEL: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' };

/** SARIF 2.1.0, as GitHub code scanning reads it: suppressed findings stay in, marked as such. */
export function sarif(outcome: Outcome): string {
  const places = new Places(outcome);
  const used = new Set(outcome.findings.map(f => f.rule));
  const rules = outcome.rules.filter(r => used.has(r.id));
  const indexOf = new Map(rules.map((r, i) => [r.id, i]));
  const physical = (at: Span) => {
    const start = places.start(at);
    const end = places.end(at);
    return {
      artifactLocation: { uri: encodeURI(at.file), uriBaseId: '%SRCROOT%' },
      region: { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column, charOffset: at.start, charLength: at.end - at.start },
    };
  };
  const result = (f: Finding) => ({
    ruleId: f.rule,
    ruleIndex: indexOf.get(f.rule) ?? -1,
    level: LEVEL[f.severity],
    message: { text: `${f.text} ${f.why} ${f.fix}` },
    locations: [{ physicalLocation: physical(f.at), logicalLocations: [{ name: f.subject.name, kind: f.subject.kind }] }],
    relatedLocations: f.related.map((r, id) => ({ id, message: { text: r.note }, physicalLocation: physical(r.at) })),
    partialFingerprints: { 'tenantlint/v1': f.fingerprint },
    properties: { message: f.message, certainty: f.certainty },
    ...(f.suppressed ? { suppressions: [{ kind: f.suppressed.by === 'comment' ? 'inSource' : 'external', justification: f.suppressed.reason }] } : {}),
  });
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: {
        driver: {
          name: 'tenantlint',
          semanticVersion: outcome.tool,
          rules: rules.map(r => ({ id: r.id, shortDescription: { text: r.what }, fullDescription: { text: r.why } })),
        },
      },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the linted project.' } } },
      invocations: [{
        executionSuccessful: true,
        toolExecutionNotifications: outcome.unread.map(u => ({ level: 'warning', message: { text: u.reason }, locations: [{ physicalLocation: physical(u.at) }] })),
      }],
      results: outcome.findings.map(result),
    }],
  }, null, 2)}\n`;
}
