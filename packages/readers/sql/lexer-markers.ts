/**
 * Line comments by which migration tools cut a file into sections. A statement never reaches across one,
 * even when its semicolon is missing. What the sections mean is for the reader of the migration to say.
 */
const BOUNDARY =
  /^(?:\s*migrate:(?:up|down)\b|\s*\+(?:goose|migrate)\s+\w|\s*>\s*statement-breakpoint|\s*changeset\s+\S+:\S|[\s-]*(?:up|down)\s+migration\b)/i;

/** Whether the text of a line comment is such a marker. */
export function isBoundary(text: string): boolean {
  let i = 0;
  while (text.charCodeAt(i) === 32) i++;
  // Nearly every comment is prose; the first character tells most of it apart without the expression.
  return STARTS.includes(text.charAt(i)) && BOUNDARY.test(text);
}

const STARTS = 'mM+>cCuUdD-\t';
