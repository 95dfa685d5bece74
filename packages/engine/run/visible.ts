/**
 * Text of the linted repository made safe to print anywhere: control characters (terminal escapes, workflow commands
 * start at a line's beginning) and direction overrides become visible escapes. Everything that a message quotes
 * goes through here once.
 */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, c => (c === '\n' || c === '\t' ? ' ' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
