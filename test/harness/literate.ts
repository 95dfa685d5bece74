import type { Source } from '@tenantlint/model';

/** One heading of a rule's README that holds code. */
export interface Case {
  readonly title: string;
  /** Files of the case: SQL, TypeScript, Prisma; also `tenantlint.config.jsonc` and `package.json`. */
  readonly sources: Source[];
  /** What the `text findings` fence shows, and where its content stands in the README. */
  readonly rendered: Rendered | undefined;
  /** Migrations that were applied before: their fences say so behind the name. All others go out in one deploy. */
  readonly applied: ReadonlySet<string>;
}

export interface Rendered {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BLOCK = /^#{1,6} (?<title>.+)$|^```(?<lang>\w+)(?: (?<name>[^\n]+))?\n(?<code>[\s\S]*?)^```$/gm;

const APPLIED = / applied$/;

/** Cases of a README: each heading with code is one; fences that name the same file are joined. */
export function readCases(markdown: string): Case[] {
  const cases: { title: string; sources: Source[]; rendered: Rendered | undefined; applied: Set<string> }[] = [];
  let title = '';
  for (const match of markdown.matchAll(BLOCK)) {
    const { title: heading, name: header, code = '' } = match.groups ?? {};
    const name = header?.replace(APPLIED, '');
    if (heading !== undefined) {
      title = heading;
      continue;
    }
    if (name === undefined) continue;
    let current = cases.at(-1);
    if (current?.title !== title) cases.push((current = { title, sources: [], rendered: undefined, applied: new Set() }));
    if (name !== header) current.applied.add(name);
    if (name === 'findings') {
      const start = match.index + match[0].indexOf('\n') + 1;
      current.rendered = { text: code, start, end: start + code.length };
      continue;
    }
    const same = current.sources.findIndex((s) => s.path === name);
    const before = current.sources[same];
    if (before) current.sources[same] = { path: name, text: before.text + code };
    else current.sources.push({ path: name, text: code });
  }
  return cases;
}

/** The README with what is rendered today in place of what it shows. */
export function rewritten(markdown: string, changes: readonly { readonly at: Rendered; readonly text: string }[]): string {
  return [...changes].sort((a, b) => b.at.start - a.at.start).reduce((text, { at, text: now }) => text.slice(0, at.start) + now + text.slice(at.end), markdown);
}
