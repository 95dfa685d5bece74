import { appendFileSync } from 'node:fs';

/** What the runner of GitHub gives an action, and where it listens. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  write(text: string): void;
}

/** One line of the log. Text of strangers in it starts no command: those stand at a line's beginning, or after `##`. */
export function say(host: Host, text: string): void {
  host.write(`${tame(text).replace(/^(\s*:):/, '$1\ufffd').replace(/#(?=#?\[|#vso\[)/g, '\ufffd')}\n`);
}

/** A command of the runner. Only `level` is ours; the rest is escaped as the runner reads it. */
export function annotate(host: Host, level: 'error' | 'warning' | 'notice', text: string): void {
  host.write(`::${level} title=tenantlint::${tame(text).replace(/%/g, '%25')}\n`);
}

/** Without line breaks, escape sequences and marks that turn the direction of text. */
function tame(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2060-\u2069]/g, ' ');
}

/** Appends to one of the files that the runner reads; without it (a run by hand) there is nobody to read. */
export function append(host: Host, variable: 'GITHUB_STEP_SUMMARY' | 'GITHUB_OUTPUT', text: string): void {
  const file = host.env[variable];
  if (file !== undefined && file !== '') appendFileSync(file, text);
}

export function input(host: Host, name: string): string {
  return (host.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}
