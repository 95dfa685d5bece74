import { expectation, type History, type Source, type SqlParser } from '@tenantlint/model';
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
  for (const { name, tags } of changesOf(plan.text)) {
    // Of a reworked change, the first script that is there and named after a tag between the two.
    const scripted = tags.map((tag) => `${name}${tag}`).find((one) => byPath.has(join(root, `deploy/${one}.sql`)));
    const change = scripted ?? `${name}${tags[0] ?? ''}`;
    planned.add(change);
    const path = join(root, `deploy/${change}.sql`);
    const source = byPath.get(path);
    if (source === undefined) skipped.push({ file: path, reason: 'named in the plan, but there is no such file' });
    else deploy.push(source);
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
  return { tool: 'sqitch', root, steps, downs: expectation(steps, 'each change has a revert script'), skipped: [...skipped, ...foreign], seeds: [] };
}

/** A change of the plan; `tags`: those between it and where it comes again, if it was reworked. */
interface Change {
  readonly name: string;
  readonly tags: readonly string[];
}

function changesOf(plan: string): Change[] {
  const entries = plan.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '' && !line.startsWith('%'));
  const names = entries.map((line) => /^[+-]?\s*(\S+)/.exec(line)?.[1] ?? '');
  const next = new Map<string, number>();
  const changes: Change[] = [];
  for (let index = names.length - 1; index >= 0; index--) {
    const name = names[index] ?? '';
    if (name.startsWith('@')) continue;
    const again = next.get(name);
    next.set(name, index);
    changes.push({ name, tags: again === undefined ? [] : names.slice(index + 1, again).filter((other) => other.startsWith('@')) });
  }
  return changes.reverse();
}
