import type { History, Step } from '@tenantlint/model';
import { isPlain, python, quoted } from './fix-calls.ts';
import { programTarget } from './fix-program.ts';

/** Where a tool looks for the way back of a migration, and what it wants to find there. */
export type Target = Place & {
  /** Whether the tool runs it outside of a transaction when it is told to; `alone`: where it is one statement, for it sends all of them as one query. */
  readonly outside: boolean | 'alone';
};

export type Place =
  /** A file of its own. `made`: its text when there is none yet; `added`: what goes behind comments that are there. */
  | { readonly kind: 'file'; readonly file: string; text(script: Script): string }
  /** Part of the migration's own file: `at` is replaced. */
  | { readonly kind: 'section'; readonly file: string; readonly start: number; readonly end: number; text(script: Script): string }
  /** The `down` of a migration that is a program: shown, for somebody to put it there. */
  | { readonly kind: 'program'; readonly file: string; text(script: Script): string };

/** What is to be written. */
export interface Script {
  readonly statements: readonly string[];
  /** Comment lines, without their sign. */
  readonly notes: readonly string[];
  /** Postgres refuses it inside of a transaction. */
  readonly outside: boolean;
}

/**
 * @param text of the migration's file
 * @param anew the way back that it has is written over
 */
export function targetOf(step: Step, history: History, text: string, anew = false): Target {
  const folder = step.file.slice(0, Math.max(0, step.file.lastIndexOf('/')));
  const name = step.file.slice(step.file.lastIndexOf('/') + 1);
  const beside = (file: string): string => (folder === '' ? file : `${folder}/${file}`);
  // What a program is run in is said for both directions.
  if (/\.[cm]?[jt]s$/.test(name)) return { ...(programTarget(step, text, anew) ?? { kind: 'program', file: step.file, text: (script) => program(step, script) }), outside: step.tool === 'node-pg-migrate' || !step.transactional };
  if (name.endsWith('.go')) return { kind: 'program', file: step.file, outside: !step.transactional, text: (script) => program(step, script) };
  const empty = step.downAt !== undefined && step.downAt.file !== step.file ? step.downAt.file : undefined;
  switch (step.tool) {
    case 'golang-migrate': return { kind: 'file', file: empty ?? beside(name.replace(/\.up\.sql$/i, '.down.sql')), outside: 'alone', text: bare };
    case 'flyway': return { kind: 'file', file: empty ?? beside(name.replace(/^V/, 'U')), outside: 'alone', text: bare };
    case 'sqitch': return { kind: 'file', file: empty ?? `${history.root === '' ? '' : `${history.root}/`}revert/${step.id}.sql`, outside: true, text: wrapped };
    case 'dbmate': return { ...section(step, text, '-- migrate:down', bare, ' transaction:false'), outside: 'alone' };
    case 'goose': {
      // sql-migrate reads the same marks under a name of its own.
      const mark = /^--\s*\+migrate\s/im.test(text) ? 'migrate' : 'goose';
      return { ...section(step, text, `-- +${mark} Down`, (script) => goose(script, mark), mark === 'migrate' ? ' notransaction' : ''), outside: mark === 'migrate' || !step.transactional };
    }
    case 'node-pg-migrate': return { ...section(step, text, '-- Down Migration', bare), outside: false };
    case 'alembic': return { ...revision(step, text, anew), outside: true };
    case 'supabase': case 'prisma': case 'drizzle': case 'graphile-migrate': case 'knex': case 'typeorm': case 'kysely': case 'sequelize': case 'mikro-orm': case 'plain': case 'dump': case 'models': {
      if (/^up\.sql$/i.test(name)) return { kind: 'file', file: empty ?? beside('down.sql'), outside: step.transactional ? false : 'alone', text: bare };
      if (/\.do\.sql$/i.test(name)) return { kind: 'file', file: empty ?? beside(name.replace(/\.do\.sql$/i, '.undo.sql')), outside: 'alone', text: bare };
      return { kind: 'file', file: empty ?? `${rollbackFolder(history)}/${step.id}.sql`, outside: true, text: wrapped };
    }
  }
}

/** Whether Postgres refuses a statement of ours inside of a transaction. */
export function isOnline(statement: string): boolean {
  return /^(?:drop|create(?: unique)?) index concurrently /.test(statement);
}

/** The same for a place that is always in a transaction. */
export function offline(statement: string): string {
  return isOnline(statement) ? statement.replace(' concurrently ', ' ') : statement;
}

/** Where rollbacks already are; else beside the migrations. */
function rollbackFolder({ root, steps }: History): string {
  for (const { file, downAt } of steps) if (downAt !== undefined && downAt.file !== file) return downAt.file.slice(0, Math.max(0, downAt.file.lastIndexOf('/')));
  const above = root.slice(0, Math.max(0, root.lastIndexOf('/')));
  return above === '' ? 'rollback' : `${above}/rollback`;
}

function bare({ statements, notes }: Script): string {
  return `${notes.map((line) => `-- ${line}\n`).join('')}${statements.map((s) => `${s};\n`).join('')}`;
}

/** Nothing wraps the file into a transaction, so it does so itself. */
function wrapped({ statements, notes, outside }: Script): string {
  if (outside) return bare({ statements, notes, outside });
  return `${notes.map((line) => `-- ${line}\n`).join('')}begin;\n\n${statements.map((s) => `${s};\n`).join('')}\ncommit;\n`;
}

const CALLS: Partial<Readonly<Record<Step['tool'], string>>> = { goose: '_, err = tx.Exec', knex: 'await knex.raw', typeorm: 'await queryRunner.query', 'node-pg-migrate': 'pgm.sql' };

function program({ tool }: Step, { statements, notes, outside }: Script): string {
  return [...notes.map((line) => `// ${line}`), ...(outside && tool === 'node-pg-migrate' ? ['pgm.noTransaction();'] : []), ...statements.map((s) => `${CALLS[tool] ?? 'await query'}(${quoted(s)});`)].join('\n');
}

/** goose ends statements at semicolons, unless it is told where they end. */
function goose({ statements, notes }: Script, mark: string): string {
  const one = (s: string): string => (s.includes(';') ? `-- +${mark} StatementBegin\n${s};\n-- +${mark} StatementEnd\n` : `${s};\n`);
  return `${notes.map((line) => `-- ${line}\n`).join('')}${statements.map(one).join('')}`;
}

/**
 * An empty section is filled where it starts; one that is missing comes last.
 * @param flag behind the marker, where the section shall run outside of a transaction
 */
function section(step: Step, text: string, marker: string, write: (script: Script) => string, flag = ''): Place {
  const found = new RegExp(`^${marker.replace(/[+]/g, '\\+').replace(/ /g, '[ \\t-]*')}\\b[^\\n]*\\n?`, 'im').exec(text);
  const [start, line] = found === null ? [text.length, `${text === '' || text.endsWith('\n') ? '' : '\n'}\n${marker}`] : [found.index, found[0].trimEnd()];
  return { kind: 'section', file: step.file, start, end: start + (found?.[0].length ?? 0), text: (script) => `${line}${script.outside && !line.includes(flag.trim()) ? flag : ''}\n${write(script)}` };
}

/** `pass` or a `raise` of the downgrade is replaced; a revision without one gets one. */
function revision(step: Step, text: string, anew: boolean): Place {
  const at = step.downAt;
  const said = at === undefined ? '' : text.slice(at.start, at.end);
  const inside = /^(?:pass\b|raise\b)/.test(said);
  const indent = inside && at !== undefined ? (/[ \t]*$/.exec(text.slice(0, at.start))?.[0] ?? '    ') : '    ';
  const body = ({ statements, notes }: Script): string => [...notes.map((line) => `# ${line}`), ...statements.map((s) => (isOnline(s) ? `with op.get_context().autocommit_block():\n${indent}    op.execute(${python(s, `${indent}    `)})` : `op.execute(${python(s, indent)})`))].join(`\n${indent}`);
  if (inside && at !== undefined) return { kind: 'section', file: step.file, start: at.start, end: at.end, text: body };
  if (anew && at !== undefined && at.end > at.start) {
    const header = /^(?:async )?def downgrade\b[^\n]*:[ \t]*\r?\n([ \t]+)/.exec(said);
    if (header === null || !isPlain(said.slice(header[0].length), /^(?:op\.\w+\(|pass$|with op\.get_context\(\)\.autocommit_block\(\):|""$)/)) return { kind: 'program', file: step.file, text: body };
    return { kind: 'section', file: step.file, start: at.start + header[0].length, end: at.end, text: body };
  }
  return { kind: 'section', file: step.file, start: text.length, end: text.length, text: (script) => `${text.endsWith('\n') ? '' : '\n'}\n\ndef downgrade() -> None:\n    ${body(script)}\n` };
}
