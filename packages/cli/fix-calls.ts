import { built, embedded, wholeCall, withArgument, type Edit, type Embedded, type Fix, type Span, type Step } from '@tenantlint/model';
import type { Draft } from './fix-draft.ts';

/** SQL in calls of programs: what is put in its place, and what tells a tool to run it outside of a transaction. */

/** Statements as calls, each on lines of its own; the first one's indentation stands already. */
export function callsOf({ call, indent }: Pick<Embedded, 'call' | 'indent'>, statements: readonly string[], outside: boolean): string {
  if (call !== 'op.execute') return statements.map((sql) => `${call}(${quoted(sql)});`).join(`\n${indent}`);
  const inner = outside ? `${indent}    ` : indent;
  const calls = statements.map((sql) => `op.execute(${python(sql, inner)})`);
  return outside ? ['with op.get_context().autocommit_block():', ...calls].join(`\n${inner}`) : calls.join(`\n${inner}`);
}

/** A template literal. */
export function quoted(sql: string): string {
  return `\`${sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;
}

/** A Python string; SQLAlchemy takes a colon before a word for a parameter. */
export function python(sql: string, indent: string): string {
  const text = sql.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replaceAll(/(?<![:\w]):(?=\w)(?!\w+:)/g, '\\\\:');
  return text.includes('\n') || text.includes('"') ? `\n${indent}    """\n${indent}    ${text}\n${indent}    """\n${indent}` : `"${text}"`;
}

/** An edit of SQL within a string of a program, with what would end the string escaped. */
export function escaped({ at, text }: Edit, file: string, step: Step | undefined): Edit {
  const event = text === '' ? undefined : step?.up.find((e) => e.at.file === at.file && e.at.start <= at.start && at.end <= e.at.end);
  const quote = event && !at.file.endsWith('.sql') ? embedded(event.at, file)?.quote : undefined;
  if (quote === undefined) return { at, text };
  const sign = quote.slice(0, 1);
  const safe = text.replaceAll('\\', '\\\\').replaceAll(sign, `\\${sign}`).replaceAll('${', quote === '`' ? '\\${' : '${');
  return { at, text: quote.length === 3 || quote === '`' ? safe : safe.replaceAll('\n', '\\n') };
}

/** The program sends nothing else: it becomes the new migration itself, and says that no transaction is around it. */
export function inProgram(draft: Draft, step: Step, { edits: [edit, ...more], migration }: Fix): readonly Edit[] | undefined {
  const own = step.up.filter((e) => e.kind !== 'set');
  const [only] = own;
  const text = draft.text(step.file) ?? '';
  if (migration?.outside !== true || edit?.text !== '' || more.length > 0 || own.length !== 1 || only === undefined || edit.at.start > only.at.start || edit.at.end < only.at.end) return undefined;
  const made = built(only.at, text);
  const index = text.slice(only.at.start, only.at.end);
  if (made !== undefined && /^op\.(?:create|drop)_index\(/.test(index)) {
    const inner = /"""|'''/.test(index) ? index : index.replaceAll('\n', '\n    ');
    return [{ at: made.statement, text: `with op.get_context().autocommit_block():\n${made.indent}    ${withArgument(inner, 'postgresql_concurrently=True')}` }];
  }
  const call = embedded(only.at, text);
  if (call === undefined) return undefined;
  if (call.returned && migration.statements.length > 1) return undefined;
  const marks = markOutside(text, step, call);
  return marks && [...marks, { at: call.statement, text: `${call.returned ? 'return ' : ''}${callsOf(call, migration.statements, true)}` }];
}

/** Edits that take a program out of its tool's transaction; undefined where there is no place for them. */
function markOutside(text: string, { tool, file, transactional }: Step, { call, statement, indent }: Embedded): readonly Edit[] | undefined {
  const put = (start: number, by: string): Edit => ({ at: { file, start, end: start }, text: by });
  if (tool === 'alembic' || !transactional) return [];
  switch (tool) {
    case 'knex': {
      const up = /^(?:(module\.)?exports\.up\s*=|export\s+(?:async\s+function|function|const)\s+up\b)/m.exec(text);
      if (up === null || /\bconfig\b/.test(text)) return undefined;
      return [put(up.index, up[0].startsWith('export ') ? 'export const config = { transaction: false };\n\n' : `${up[1] ?? ''}exports.config = { transaction: false };\n\n`)];
    }
    case 'typeorm': {
      const body = /^[^\n]*\bclass\s+[\w$]+[^{\n]*\{[ \t]*\r?\n(?=([ \t]+)\S)/m.exec(text);
      if (body === null || /\btransaction\b/.test(text)) return undefined;
      return [put(body.index + body[0].length, `${body[1] ?? '  '}transaction = false;\n\n`)];
    }
    case 'node-pg-migrate': return [put(statement.start, `${call.replace(/\.sql$/, '')}.noTransaction();\n${indent}`)];
    default: return undefined;
  }
}

/** What a tool has to be told besides the file. */
export const OUTSIDE_NOTES: Partial<Readonly<Record<Step['tool'], string>>> = {
  typeorm: 'TypeORM takes `transaction = false` only where each migration has a transaction of its own: `migrationsTransactionMode: "each"`',
};

/** The calls that send what stands at some places, whole; those that send more are left. */
export function callAt(at: Span, text: string): Span | undefined {
  const call = embedded(at, text) ?? built(at, text);
  return call === undefined || ('returned' in call && call.returned === true) ? undefined : wholeCall(call, text);
}

/** A function of Python has a body, if its last statement was taken away. */
export function withBodies(text: string): string {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    if (!/^def (?:upgrade|downgrade)\b.*:[ \t]*(?:#.*)?\r?$/.test(line)) return [line];
    const next = lines.slice(i + 1).find((l) => !/^[ \t]*(?:#.*)?\r?$/.test(l));
    return next !== undefined && /^[ \t]/.test(next) ? [line] : [line, '    pass'];
  }).join('\n');
}

/** Whether a function's body does nothing but call the tool, so that what these calls sent says all of it. */
export function isPlain(body: string, called: RegExp): boolean {
  const bare = body.replace(/"""[\s\S]*?"""|'''[\s\S]*?'''|`(?:\\.|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) => (/^["'`]/.test(part) ? '""' : ''));
  let depth = 0;
  for (const line of bare.split('\n')) {
    if (depth === 0 && line.trim() !== '' && !called.test(line.trim())) return false;
    for (const sign of line) depth += '([{'.includes(sign) ? 1 : ')]}'.includes(sign) ? -1 : 0;
  }
  return true;
}
