import { expectation, type History, type Source, type Span, type SqlParser, type Unread } from '@tenantlint/model';
import { byText, folderOf, isBelow, join, nameOf, type Claim, type Convention, type Pool } from './pool.ts';
import { sortDialects, stepOf, wholeOf } from './step.ts';

/** `sqitch.plan` names the changes in order; `deploy/`, `revert/` and `verify/` hold a script of each. */
export const sqitch: Convention = {
  find(pool: Pool): Claim[] {
    return pool.all().filter(({ path }) => nameOf(path) === 'sqitch.plan').sort((a, b) => byText(a.path, b.path)).flatMap((plan) => {
      const root = folderOf(plan.path);
      const scripts = pool.sqlBelow(root).filter(({ path }) => ['deploy', 'revert', 'verify'].some((kind) => isBelow(path, join(root, kind))));
      if (scripts.length === 0) return [];
      return [{ tool: 'sqitch', root, paths: [plan, ...scripts].map(({ path }) => path), read: (sql) => read(sql, root, plan, scripts) }];
    });
  },
};

function read(sql: SqlParser, root: string, plan: Source, scripts: readonly Source[]): History {
  const byPath = new Map(scripts.map((source) => [source.path, source]));
  const deploy: Source[] = [];
  const skipped: { file: string; reason: string }[] = [];
  const planned = new Set<string>();
  const broken: Unread[] = [];
  const changes = changesOf(plan);
  const own = new Set(changes.map(({ name }) => name));
  const before = new Set<string>();
  for (const { name, tags, requires, again, at } of changes) {
    for (const other of requires) if (!before.has(other)) broken.push({ at, reason: `${name} requires ${other}, which ${own.has(other) ? 'comes behind it' : 'is not'} in the plan` });
    // A change is planned again only behind a tag, under which its first script is kept.
    if (again && tags.length === 0) broken.push({ at, reason: `the plan names ${name} twice, with no tag between` });
    before.add(name);
    // Of a reworked change, the first script that is there and named after a tag between the two.
    const scripted = tags.map((tag) => `${name}${tag}`).find((one) => byPath.has(join(root, `deploy/${one}.sql`)));
    const change = scripted ?? `${name}${tags[0] ?? ''}`;
    planned.add(change);
    const path = join(root, `deploy/${change}.sql`);
    const source = byPath.get(path);
    if (source === undefined) {
      skipped.push({ file: path, reason: 'named in the plan, but there is no such file' });
      broken.push({ at, reason: `the plan names ${name}, and there is no deploy/${change}.sql` });
    } else deploy.push(source);
  }
  const { native, skipped: foreign } = sortDialects(deploy);
  const steps = native.map((source) => {
    const id = source.path.slice(join(root, 'deploy/').length, -'.sql'.length);
    const revert = byPath.get(join(root, `revert/${id}.sql`));
    return stepOf({
      id, tool: 'sqitch', up: wholeOf(sql.file(source)), transactional: false,
      down: revert === undefined ? undefined : wholeOf(sql.file(revert)),
    });
  });
  for (const { path } of scripts) {
    const name = path.slice(join(root, '').length).replace(/^(?:deploy|revert|verify)\//, '').replace(/\.sql$/, '');
    if (!planned.has(name)) skipped.push({ file: path, reason: 'no change of this name in the plan' });
  }
  return { tool: 'sqitch', root, steps, downs: expectation(steps, 'each change has a revert script'), skipped: [...skipped, ...foreign], seeds: [], ...(broken.length > 0 && { broken }) };
}

/** A change of the plan; `tags`: those between it and where it comes again, if it was reworked. */
interface Change {
  readonly name: string;
  readonly at: Span;
  readonly tags: readonly string[];
  readonly again: boolean;
  /** Changes of the same plan that have to come before it. */
  readonly requires: readonly string[];
}

/** `name [required !conflict other-project:change] 2024-01-01T00:00:00Z planner <mail> # note` */
const ENTRY = /^[+-]?\s*(\S+)(?:\s+\[([^\]]*)\])?/;

function changesOf({ path, text }: Source): Change[] {
  const entries: { readonly name: string; readonly requires: readonly string[]; readonly at: Span }[] = [];
  for (const { 0: line, index } of text.matchAll(/^.*$/gm)) {
    const entry = line.replace(/#.*/, '').trim();
    const [, name = '', dependencies = ''] = entry.startsWith('%') ? [] : (ENTRY.exec(entry) ?? []);
    if (name === '') continue;
    const requires = dependencies.split(/\s+/).flatMap((one) => { const of = /^([^!:@]+)(?:@.*)?$/.exec(one)?.[1]; return of === undefined ? [] : [of]; });
    const start = index + line.indexOf(name);
    entries.push({ name, requires, at: { file: path, start, end: start + name.length } });
  }
  const next = new Map<string, number>();
  const changes: Change[] = [];
  for (const [index, entry] of [...entries.entries()].reverse()) {
    if (entry.name.startsWith('@')) continue;
    const again = next.get(entry.name);
    next.set(entry.name, index);
    const tags = again === undefined ? [] : entries.slice(index + 1, again).flatMap(({ name }) => (name.startsWith('@') ? [name] : []));
    changes.push({ ...entry, tags, again: again !== undefined });
  }
  return changes.reverse();
}
