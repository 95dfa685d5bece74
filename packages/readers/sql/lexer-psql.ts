import * as scan from './lexer-scan.ts';

/** A backslash command: its own text up to `end`; SQL or another command goes on at `next`. */
export interface Command {
  readonly kind: 'semicolon' | 'send' | 'copy-from-stdin' | 'other';
  readonly end: number;
  readonly next: number;
}

/** Commands that send the statement before them to the server. */
const SENDING = new Set([
  'g', 'gx', 'gset', 'gexec', 'gdesc', 'crosstabview', 'watch', 'bind', 'bind_named', 'parse', 'sendpipeline',
]);

/** Commands whose argument is the rest of the line, backslashes and quotes included. */
const WHOLE_LINE = new Set(['copy', '!', 'ef', 'ev', 'sf', 'sf+', 'sv', 'sv+', 'h', 'help']);

const NAME = /[A-Za-z_]+\+?|[^\sA-Za-z_]/y;

/** The command whose backslash stands at `i`. */
export function commandAt(text: string, i: number): Command {
  NAME.lastIndex = i + 1;
  const name = NAME.exec(text)?.[0] ?? '';
  if (name === ';') return { kind: 'semicolon', end: i + 2, next: i + 2 };
  if (WHOLE_LINE.has(name)) {
    const line = scan.lineEnd(text, i);
    const end = trimmedEnd(text, i, line);
    const reads = name === 'copy' && /\sfrom\s+stdin\b/i.test(text.slice(i, end));
    return { kind: reads ? 'copy-from-stdin' : 'other', end, next: line };
  }
  const stop = argumentsEnd(text, i + 1 + name.length);
  // `\\` separates a command from SQL on the same line and is no part of either.
  const next = text.startsWith('\\\\', stop) ? stop + 2 : stop;
  return { kind: SENDING.has(name) ? 'send' : 'other', end: trimmedEnd(text, i, stop), next };
}

/** Arguments end at a backslash outside quotes or with the line; so does a quote that the line leaves open. */
function argumentsEnd(text: string, i: number): number {
  let quote = '';
  for (; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\n' || char === '\r') return i;
    if (quote === '') {
      if (char === '\\') return i;
      if (char === "'" || char === '"' || char === '`') quote = char;
    } else if (char === '\\' && quote === "'" && text.charAt(i + 1) === "'") {
      i++;
    } else if (char === quote) {
      quote = '';
    }
  }
  return text.length;
}

function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && scan.classOf(text, end - 1) === scan.BLANK) end--;
  return end;
}
