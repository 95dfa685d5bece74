import type { Outcome, Severity } from '@tenantlint/model';
import { Places } from './places.ts';

const COMMAND: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** Escape sequences would reach the log as they are; line breaks are escaped below. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Workflow commands. Everything that comes from the repository is escaped, so that no text can forge a command. */
export function github(outcome: Outcome): string {
  const places = new Places(outcome);
  const lines = outcome.findings.filter(f => !f.suppressed).map(f => {
    const start = places.start(f.at);
    const end = places.end(f.at);
    // Columns are only understood for annotations of one line.
    const columns = start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : '';
    return `::${COMMAND[f.severity]} file=${property(f.at.file)},line=${start.line},endLine=${end.line}${columns},title=${property(`tenantlint: ${f.rule}`)}::${data(`${f.text}\n${f.why}\n${f.fix}`)}`;
  });
  const unread = outcome.unread.map(u => `::warning file=${property(u.at.file)},line=${places.start(u.at).line},title=${property('tenantlint: not read')}::${data(u.reason)}`);
  return [...lines, ...unread].map(l => `${l}\n`).join('');
}

function data(text: string): string {
  return text.replace(CONTROL, '\ufffd').replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
