import type { Span } from './span.ts';

/** A call of a migration that is a program. */
export interface Call {
  /** The function that it stands in, as a statement of its own that always runs. */
  readonly direction: 'up' | 'down';
  /** The call, from its first character to the end of the statement. */
  readonly statement: Span;
  /** What stands in front of the statement on its line. */
  readonly indent: string;
}

/** A text of SQL that one call of a program sends as it is, and nothing else with it. */
export interface Embedded extends Call {
  /** What is called, `await` in front included. */
  readonly call: string;
  /** What a text has to be written without in this place, unless it is escaped. */
  readonly quote: '"' | "'" | '`' | '"""' | "'''";
  /** What the call gives is what the function gives. */
  readonly returned: boolean;
}

const PYTHON = /(?:^|\n)([ \t]+)(op\.execute)\(\s*((?:(?:sa|sqlalchemy)\.)?text\(\s*)?[rRuU]?$/;
const SCRIPT = /(?:^|\n)([ \t]+)(return\s+)?((?:await\s+)?(?:[\w$]+\.raw|[\w$]+\.schema\.raw|[\w$]+\.query|[\w$]+\.sql))\(\s*$/;

/** Characters between the start of a line and the text that a call on it sends. */
const NEAR = 300;
/** Characters of a function that are looked at for where it begins. */
const LONG = 100_000;

/**
 * The call whose text is the SQL at that place. Undefined where its characters are not the statement's own (escapes, values
 * that are put in, parameters), where the call holds more than it, and where it may not run.
 * @param text of the whole file
 */
export function embedded(at: Span, text: string): Embedded | undefined {
  const python = at.file.endsWith('.py');
  const [before, sql, behind] = [text.slice(0, at.start).trimEnd(), text.slice(at.start, at.end), text.slice(at.end)];
  const quote = (python ? /("""|'''|"|')$/ : /(["'`])$/).exec(before.slice(-3))?.[1] as Embedded['quote'] | undefined;
  if (quote === undefined || sql.includes(quote) || sql.includes('\\') || sql.includes('${')) return undefined;
  // A colon before a word is a parameter of SQLAlchemy.
  if (python && /(?<![:\w]):\w/.test(sql)) return undefined;
  // A call begins near its text; what is far in front is not looked at each time.
  const from = Math.max(0, before.length - NEAR);
  const header = (python ? PYTHON : SCRIPT).exec(before.slice(from, -quote.length));
  if (header === null || (from > 0 && !header[0].startsWith('\n'))) return undefined;
  const [, indent = ''] = header;
  const [call = '', returned] = python ? [header[2], undefined] : [header[3], header[2]];
  const closing = new RegExp(`^\\s*;?\\s*${quote}\\s*,?\\s*\\)${python && header[3] !== undefined ? '\\s*,?\\s*\\)' : ''}${python ? '' : ';?'}(?=[ \\t]*(?:\\r?\\n|$))`).exec(behind);
  if (closing === null) return undefined;
  const start = from + header.index + (header[0].startsWith('\n') ? 1 : 0) + indent.length;
  const direction = directionOf(text, start, indent, python);
  if (direction === undefined) return undefined;
  return { direction, statement: { file: at.file, start, end: at.end + closing[0].length }, call, indent, quote, returned: returned !== undefined };
}

/** The call of one of Alembic's operations that is that place, as a statement of its own that always runs. */
export function built(at: Span, text: string): Call | undefined {
  if (!at.file.endsWith('.py') || !/^op\.(?!execute\b)\w+\(/.test(text.slice(at.start, at.end)) || !/^[ \t]*(?:\r?\n|$)/.test(text.slice(at.end))) return undefined;
  const indent = text.slice(text.lastIndexOf('\n', at.start - 1) + 1, at.start);
  const direction = /^[ \t]+$/.test(indent) ? directionOf(text, at.start, indent, true) : undefined;
  return direction && { direction, statement: at, indent };
}

/** A call with one more argument. */
export function withArgument(call: string, argument: string): string {
  const end = call.lastIndexOf(')');
  const before = call.slice(0, end).trimEnd();
  return `${before}${before.endsWith(',') || before.endsWith('(') ? '' : ','} ${argument}${call.slice(before.length, end)})`;
}

/** SQL as an operation of Alembic; SQLAlchemy takes a colon before a word for a parameter. */
export function executed(sql: string): string {
  const text = sql.replaceAll('\\', '\\\\').replaceAll(/(?<![:\w]):(?=\w)(?!\w+:)/g, '\\\\:');
  return text.includes('"') || text.includes('\n') ? `op.execute('''${text.replaceAll("'''", "\\'\\'\\'")}''')` : `op.execute("${text}")`;
}

const DIRECTIONS: ReadonlyMap<string, 'up' | 'down'> = new Map([['upgrade', 'up'], ['downgrade', 'down']]);

/** The function whose body a line stands in, not within a block of it, nor behind what may leave it. */
function directionOf(text: string, start: number, indent: string, python: boolean): 'up' | 'down' | undefined {
  const opens = python ? /^[ \t]*(?:async\s+)?(?:def|class|if|for|with|while|try|else|elif|except|finally|match|case)\b.*:[ \t]*(?:#.*)?\r?$/ : /[{([][ \t]*\r?$/;
  let end = text.lastIndexOf('\n', start - 1);
  while (end > 0 && start - end < LONG) {
    const from = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(from, end);
    const depth = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (line.trim() !== '' && depth.length < indent.length && opens.test(line)) {
      if (/\b(?:return|raise|throw)\b/.test(text.slice(end, start))) return undefined;
      if (python) return depth === '' ? DIRECTIONS.get(/^(?:async\s+)?def\s+(\w+)/.exec(line)?.[1] ?? '') : undefined;
      const whole = /^[ \t]*\)/.test(line) ? text.slice(Math.max(0, text.lastIndexOf('(', from)) - 80, end).split('\n').slice(-4).join('\n') : line;
      return /\{[ \t]*\r?$/.test(line) && !/^[ \t]*(?:if|for|while|switch|try|else)\b/.test(line) ? (/(?:^|[\s.])(up|down)\s*(?:[=(:])/.exec(whole)?.[1] as 'up' | 'down' | undefined) : undefined;
    }
    end = from - 1;
  }
  return undefined;
}
