import { expectation, type Comment, type MigrationTool, type Source, type SqlFile, type SqlParser, type Step } from '@tenantlint/model';
import { isGoMigration, readGo } from './goose-go.ts';
import { byNumber, byText, nameOf, stemOf, type Claim, type Convention, type Pool } from './pool.ts';
import { sortDialects, stepOf, type Part, type Skipped } from './step.ts';

/** A tool that keeps both directions in one file, in sections that comments open. */
interface Marks {
  readonly tool: MigrationTool;
  readonly because: string;
  /** Tested against a whole file, to know the tool. */
  readonly sign: RegExp;
  /** Tested against a comment's text. */
  readonly up: RegExp;
  readonly down: RegExp;
  /** Takes the step out of its transaction; a comment of the file, or the marker that opens its section. */
  readonly bare: RegExp;
  readonly name: RegExp;
  readonly order: (a: string, b: string) => number;
}

const TOOLS: readonly Marks[] = [
  {
    tool: 'dbmate', because: 'each file has a migrate:down section',
    sign: /^--\s*migrate:up\b/m, up: /^\s*migrate:up\b/, down: /^\s*migrate:down\b/, bare: /^\s*migrate:(?:up|down)\b.*\btransaction:\s*false\b/,
    name: /^\d+.*\.sql$/, order: (a, b) => byText(nameOf(a), nameOf(b)),
  },
  {
    tool: 'goose', because: 'each file has a Down section',
    sign: /^--\s*\+(?:goose|migrate)\s+up\b/im, up: /^\s*\+(?:goose|migrate)\s+up\b/i, down: /^\s*\+(?:goose|migrate)\s+down\b/i,
    bare: /^\s*\+(?:goose\s+no\s+transaction|migrate\s+(?:up|down)\s+notransaction)\b/i,
    name: /^\d+.*\.sql$/, order: byNumber,
  },
  {
    tool: 'node-pg-migrate', because: 'each file has a Down Migration section',
    sign: /^--[\s-]*up\s+migration\b/im, up: /^[\s-]*up\s+migration\b/i, down: /^[\s-]*down\s+migration\b/i, bare: /^\s*$^/,
    name: /^\d+.*\.sql$/, order: byNumber,
  },
];

/** dbmate, goose (sql-migrate writes the same), node-pg-migrate. */
export const marked: Convention = {
  find(pool: Pool): Claim[] {
    return pool.folders().flatMap((root) => {
      const files = pool.sql(root);
      const marks = TOOLS.find(({ sign }) => files.some(({ text }) => sign.test(text)));
      if (marks === undefined) return [];
      const programs = marks.tool === 'goose' ? pool.files(root).filter(isGoMigration) : [];
      return [{
        tool: marks.tool, root, paths: [...files, ...programs].map(({ path }) => path),
        read: (sql: SqlParser) => {
          const named = files.filter(({ path }) => marks.name.test(nameOf(path)));
          const { native, skipped: foreign } = sortDialects(named);
          const skipped: Skipped[number][] = files
            .filter((file) => !named.includes(file))
            .map(({ path }) => ({ file: path, reason: 'the name does not start with a version number' }));
          const steps = [...native, ...programs].sort((a, b) => marks.order(a.path, b.path)).map((source) => (programs.includes(source) ? readGo(source, sql) : readMarked(sql, source, marks)));
          return { tool: marks.tool, root, steps, downs: expectation(steps, marks.because), skipped: [...skipped, ...foreign], seeds: [] };
        },
      }];
    });
  },
};

function readMarked(sql: SqlParser, source: Source, marks: Marks): Step {
  const file = sql.file(source);
  const up = section(file, marks.up, marks.down);
  const down = section(file, marks.down, marks.up);
  const bare = file.comments.some(({ text, at }) => marks.bare.test(text) && (!marks.down.test(text) || at.start === up?.start));
  return stepOf({
    id: stemOf(source.path), tool: marks.tool, down, transactional: !bare,
    // Without a marker the tool refuses the file; what it holds is still what somebody meant to run.
    up: up ?? { file, start: 0, end: down?.start ?? source.text.length },
  });
}

/** From the marker that opens a section to the one that opens the other, or to the end. */
function section(file: SqlFile, opens: RegExp, closes: RegExp): Part | undefined {
  const from = file.comments.find(({ text }: Comment) => opens.test(text));
  if (from === undefined) return undefined;
  const to = file.comments.find(({ text, at }) => at.start > from.at.start && closes.test(text));
  return { file, start: from.at.start, end: to?.at.start ?? file.source.text.length };
}

