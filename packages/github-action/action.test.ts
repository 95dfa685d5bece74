import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { plain, prose } from './markdown.ts';

const own = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(own, '../..');
/** As a runner has it: a folder with no packages around it. */
const shipped = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-shipped-'));
const bundle = path.join(shipped, 'main.mjs');

beforeAll(() => {
  execFileSync(process.execPath, [path.join(root, 'packages/cli/build.mjs'), '--registry-only'], { stdio: 'inherit' });
  execFileSync(process.execPath, [path.join(own, 'build.mjs')], { stdio: 'inherit' });
  cpSync(path.join(own, 'dist/action'), shipped, { recursive: true });
});
afterAll(() => rmSync(shipped, { recursive: true }));

const table = (name: string, secured = true) => `create table ${name} (id uuid primary key, org_id uuid not null references orgs (id));
create index on ${name} (org_id);
${secured ? `alter table ${name} enable row level security;\ncreate policy own on ${name} using (org_id = (select (auth.jwt() ->> 'org_id')::uuid)) with check (org_id = (select (auth.jwt() ->> 'org_id')::uuid));\n` : ''}`;
const FILES = {
  'tenantlint.config.jsonc': '{ "migrations": { "downs": "forward-only", "reason": "a test" }, "tenancy": { "root": "orgs" } }',
  'supabase/config.toml': 'project_id = "p"\n',
  'supabase/migrations/001_orgs.sql': 'create table orgs (id uuid primary key, name text not null);\nalter table orgs enable row level security;\ncreate policy own on orgs for select using (id = (select (auth.jwt() ->> \'org_id\')::uuid));\n',
  'supabase/migrations/002_old.sql': table('old', false),
};
const NEW = 'supabase/migrations/003_new.sql';
const SECURED = 'supabase/migrations/003_secured.sql';

interface Sent { readonly method: string; readonly url: string; readonly authorization: string | undefined; readonly body: string }
interface Comment { id: number; body: string; user: { type: string }; author_association: string }

/** Stands in for the API of GitHub: comments of one pull request, and refusals. */
async function api(answers: { readonly status?: number; readonly comments?: Comment[] } = {}) {
  const sent: Sent[] = [];
  const comments = answers.comments ?? [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => { body += part; }).on('end', () => {
      const { method = '', url = '', headers } = request;
      sent.push({ method, url, authorization: headers.authorization, body });
      const status = method === 'GET' ? 200 : (answers.status ?? 200);
      response.writeHead(status, { 'content-type': 'application/json' });
      const page = Number(/&page=(\d+)/.exec(url)?.[1]);
      if (status !== 200) return response.end('{"message":"::error::forged by the API"}');
      if (method === 'POST') comments.push({ id: 900 + comments.length, body: (JSON.parse(body) as { body: string }).body, user: { type: 'Bot' }, author_association: 'NONE' });
      for (const c of comments) if (method === 'PATCH' && url.endsWith(`/issues/comments/${c.id}`)) c.body = (JSON.parse(body) as { body: string }).body;
      return response.end(JSON.stringify(method === 'GET' ? comments.slice((page - 1) * 100, page * 100) : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent, comments, writes: () => sent.filter((s) => s.method !== 'GET') };
}

/** A checkout of a pull request as actions/checkout makes it: the merge of the branch into its base. */
function checkout(changed: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = FILES) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-action-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: dir, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const write = (all: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(all)) {
      mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
      writeFileSync(path.join(dir, file), text);
    }
    git('add', '-A');
  };
  git('init', '-q', '-b', 'main');
  write(files);
  git('commit', '-qm', 'first');
  git('checkout', '-qb', 'topic');
  write(changed);
  git('commit', '-qm', 'the change', '--allow-empty');
  const head = git('rev-parse', 'HEAD');
  git('checkout', '-q', 'main');
  write({ 'README.md': 'main goes on\n', 'supabase/migrations/0021_meanwhile.sql': table('meanwhile', false) });
  git('commit', '-qm', 'main goes on');
  const base = git('rev-parse', 'HEAD');
  git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
  git('checkout', '-q', '--detach');
  return { dir, git, base, head, change: (all: Readonly<Record<string, string>>) => write(all) };
}

type Event = 'opened' | 'synchronize' | 'fork';

/** As GitHub sends it, cut to what tells the kinds apart. */
function recorded(kind: Event, { base, head }: { readonly base: string; readonly head: string }) {
  const repository = { id: 1, full_name: 'acme/shop', private: true, default_branch: 'main', owner: { login: 'acme' } };
  const from = kind === 'fork' ? { ...repository, id: 2, full_name: 'stranger/shop', fork: true, owner: { login: 'stranger' } } : repository;
  return {
    action: kind === 'synchronize' ? 'synchronize' : 'opened', number: 7, ...(kind === 'synchronize' ? { before: base, after: head } : {}),
    pull_request: { number: 7, title: '::error::title', body: '`${{ secrets.X }}`', user: { login: 'stranger' }, base: { ref: 'main', sha: base, repo: repository }, head: { ref: 'topic', sha: head, repo: from } },
    repository, sender: { login: 'stranger' },
  };
}

async function act(at: { readonly dir: string; readonly base: string; readonly head: string }, { kind, url = 'http://127.0.0.1:9', inputs = {}, token = 'secret-token' }: { kind?: Event; url?: string; inputs?: Readonly<Record<string, string>>; token?: string }) {
  const temp = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-runner-'));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const files = { event: path.join(temp, 'event.json'), summary: path.join(temp, 'summary.md'), output: path.join(temp, 'output') };
  if (kind) writeFileSync(files.event, JSON.stringify(recorded(kind, at)));
  const env = {
    PATH: process.env['PATH'], GITHUB_WORKSPACE: at.dir, GITHUB_REPOSITORY: 'acme/shop', GITHUB_SERVER_URL: 'https://github.example', GITHUB_API_URL: url, GITHUB_SHA: at.head,
    GITHUB_EVENT_NAME: kind ? 'pull_request' : 'push', GITHUB_EVENT_PATH: kind ? files.event : '', GITHUB_STEP_SUMMARY: files.summary, GITHUB_OUTPUT: files.output, RUNNER_TEMP: temp,
    INPUT_TOKEN: token, INPUT_PATH: '.', INPUT_COMMENT: 'true', ...Object.fromEntries(Object.entries(inputs).map(([k, v]) => [`INPUT_${k.toUpperCase()}`, v])),
  };
  const child = spawn(process.execPath, [bundle], { cwd: temp, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { err += text; });
  const code = await new Promise<number | null>((resolve) => { child.on('close', resolve); });
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const sarif = path.join(temp, 'tenantlint.sarif');
  return { code, out, err, summary: read(files.summary), output: read(files.output), sarif: existsSync(sarif) ? (JSON.parse(read(sarif)) as { runs: { results: { ruleId: string }[] }[] }) : undefined };
}

const commands = (out: string) => out.split('\n').filter((l) => l.startsWith('::'));

test('opened: annotations, summary, SARIF, a comment', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const github = await api();
  const ran = await act(at, { kind: 'opened', url: github.url });
  expect(ran.err).toBe('');
  expect(ran.code).toBe(1);
  expect(commands(ran.out).map((l) => l.slice(0, l.indexOf('::', 2) + 2))).toEqual([`::error file=${NEW},line=1,endLine=1,col=14,endColumn=19,title=tenantlint%3A table-without-rls::`]);
  expect(ran.summary).toContain('## tenantlint: 1 error from this change');
  expect(ran.summary).toContain(`https://github.example/acme/shop/blob/${at.head}/${NEW}#L1`);
  expect(ran.summary).toMatch(/\| tables \| leak \| 3 \| \+1 \|/);
  expect(ran.summary).not.toMatch(/old|meanwhile/);
  expect(ran.sarif?.runs[0]?.results.map((r) => r.ruleId)).toEqual(['table-without-rls', 'table-without-rls', 'table-without-rls']);
  expect(ran.output).toMatch(/^findings=1\nsarif=.*tenantlint\.sarif\n$/);
  expect(github.writes().map(({ method, url, authorization }) => ({ method, url, authorization }))).toEqual([{ method: 'POST', url: '/repos/acme/shop/issues/7/comments', authorization: 'Bearer secret-token' }]);
  expect(github.comments[0]?.body).toMatch(/^<!-- tenantlint -->\n## tenantlint: 1 error from this change/);
  expect(ran.out + ran.summary).not.toContain('secret-token');
});

test('what a change causes on lines that it did not write is told, and not annotated', async () => {
  const at = checkout({ [SECURED]: table('secured', false) }, { ...FILES, [SECURED]: table('secured') });
  const ran = await act(at, { kind: 'opened', inputs: { comment: 'false' } });
  expect(ran).toMatchObject({ code: 1, err: '' });
  expect(commands(ran.out)).toEqual([]);
  expect(ran.out).toContain(`tenantlint: error table-without-rls at ${SECURED}:1, which this change did not write: `);
  expect(ran.summary).toContain(`/${SECURED}#L1`);
  expect(ran.sarif?.runs[0]?.results.length).toBeGreaterThan(1);
});

test('synchronised: the comment is edited, and left alone when it says the same', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const github = await api({ comments: [{ id: 1, body: '<!-- tenantlint -->\nforged', user: { type: 'User' }, author_association: 'NONE' }] });
  await act(at, { kind: 'opened', url: github.url });
  await act(at, { kind: 'synchronize', url: github.url });
  expect(github.writes().map((s) => s.method)).toEqual(['POST']);
  at.change({ [NEW]: table('fresh') });
  at.git('commit', '-qm', 'mended', '--amend');
  const ran = await act(at, { kind: 'synchronize', url: github.url });
  expect(ran.code).toBe(0);
  expect(github.writes().map((s) => `${s.method} ${s.url}`)).toEqual(['POST /repos/acme/shop/issues/7/comments', 'PATCH /repos/acme/shop/issues/comments/901']);
  expect(github.comments.map((c) => c.body.split('\n')[1])).toEqual(['forged', '## tenantlint: nothing to report from this change']);
});

test('a comment on a later page is found', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const comments = Array.from({ length: 150 }, (_, id) => ({ id, body: id === 130 ? '<!-- tenantlint -->\nold' : 'hello', user: { type: 'Bot' }, author_association: 'NONE' }));
  const github = await api({ comments });
  await act(at, { kind: 'synchronize', url: github.url });
  expect(github.writes().map((s) => `${s.method} ${s.url}`)).toEqual(['PATCH /repos/acme/shop/issues/comments/130']);
});

test('nothing to say: no comment', async () => {
  const at = checkout({ [NEW]: table('fresh') });
  const github = await api();
  const ran = await act(at, { kind: 'opened', url: github.url });
  expect({ code: ran.code, writes: github.writes(), commands: commands(ran.out) }).toEqual({ code: 0, writes: [], commands: [] });
});

test.each([[403, 'the token may not (403): the job needs the permission `pull-requests: write`, which pull requests from forks never have'], [500, 'GitHub answered 500']])('from a fork, the API answers %i: one line, the rest is there', async (status, reason) => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const github = await api({ status });
  const ran = await act(at, { kind: 'fork', url: github.url });
  expect(ran.code).toBe(1);
  expect(ran.out.split('\n').filter((l) => l.includes('comment'))).toEqual([`tenantlint: no comment was written: ${reason}; the job summary says the same`]);
  expect(commands(ran.out).length).toBe(1);
  expect(ran.summary).toContain('1 error');
  expect(ran.sarif).toBeDefined();
});

test('no network, no token: one line', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  expect((await act(at, { kind: 'opened' })).out).toContain('no comment was written: GitHub could not be reached;');
  expect((await act(at, { kind: 'opened', token: '' })).out).toContain('no comment was written: no token was given;');
});

test('a clone without the base: everything is reported, and why', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const shallow = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-shallow-'));
  onTestFinished(() => rmSync(shallow, { recursive: true, force: true }));
  execFileSync('git', ['clone', '-q', '--depth', '1', `file://${at.dir}`, shallow], { stdio: 'ignore' });
  const ran = await act({ ...at, dir: shallow }, { kind: 'opened', inputs: { comment: 'false' } });
  expect(commands(ran.out).length).toBe(3);
  expect(ran.out).toContain('tenantlint: The base of the pull request is not in this clone');
  expect(ran.summary).toContain('Check out with `fetch-depth: 2`.');
  const deeper = `${shallow}-2`;
  onTestFinished(() => rmSync(deeper, { recursive: true, force: true }));
  execFileSync('git', ['clone', '-q', '--depth', '2', `file://${at.dir}`, deeper], { stdio: 'ignore' });
  expect(commands((await act({ ...at, dir: deeper }, { kind: 'opened', inputs: { comment: 'false' } })).out).length).toBe(1);
});

test('a pull request that changes nothing that is linted: nothing is reported, and nothing that was there is called mended', async () => {
  const at = checkout({ 'docs/notes.md': 'hello\n' });
  const github = await api();
  const ran = await act(at, { kind: 'opened', url: github.url });
  expect({ code: ran.code, err: ran.err, commands: commands(ran.out), writes: github.writes() }).toEqual({ code: 0, err: '', commands: [], writes: [] });
  expect(ran.sarif?.runs[0]?.results.map((r) => r.ruleId)).toEqual(['table-without-rls', 'table-without-rls']);
  expect(ran.summary).toContain('## tenantlint: nothing to report from this change');
  expect(ran.summary).toMatch(/\| tables \| leak \| 2 \| {2}\|/);
});

test('the base in place of the pull request: no green light for what nobody looked at', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  at.git('checkout', '-q', at.base);
  const ran = await act(at, { kind: 'fork' });
  expect(ran.code).toBe(2);
  expect(ran.out).toMatch(/^::error title=tenantlint::the base of the pull request is checked out, and not the pull request: [^\n]*\n$/);
});

test('more than any page takes: the worst are shown, the rest is counted', async () => {
  const names = Array.from({ length: 130 }, (_, i) => `t${String(i).padStart(3, '0')}`);
  const at = checkout(Object.fromEntries(names.map((n, i) => [`supabase/migrations/${1000 + i}_${'%'.repeat(200)}${n}.sql`, table(n, false)])));
  const github = await api();
  const ran = await act(at, { kind: 'opened', url: github.url });
  expect(commands(ran.out).length).toBe(130);
  const rows = (page: string) => page.split('\n').filter((l) => l.startsWith('| error')).length;
  expect(ran.summary.length).toBeLessThan(1_000_000);
  expect(ran.summary).toContain(`… and ${130 - rows(ran.summary)} more; the log has all of them.`);
  expect(rows(ran.summary)).toBeGreaterThan(50);
  expect(rows(ran.summary)).toBeLessThan(100);
  expect(github.comments[0]?.body.length).toBeLessThanOrEqual(65_000);
  expect(ran.output).toMatch(/^findings=130\n/);
});

test('a push: everything that is there', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  const ran = await act(at, {});
  expect(ran).toMatchObject({ code: 1, err: '' });
  expect(commands(ran.out).length).toBe(3);
});

test('fail-on', async () => {
  const at = checkout({ [NEW]: table('fresh', false) });
  expect((await act(at, { kind: 'opened', inputs: { 'fail-on': 'never', comment: 'false' } })).code).toBe(0);
  expect((await act(at, { kind: 'opened', inputs: { 'fail-on': 'error', comment: 'false' } })).code).toBe(1);
  const wrong = await act(at, { kind: 'opened', inputs: { 'fail-on': 'always' } });
  expect(wrong).toMatchObject({ code: 2, out: '::error title=tenantlint::fail-on: always is none of note, warning, error, never\n' });
});

test('a configuration that cannot be read: one line', async () => {
  const at = checkout({ 'tenantlint.config.jsonc': '{ "preset": "all" }' });
  const ran = await act(at, { kind: 'opened' });
  expect(ran.code).toBe(2);
  expect(ran.out).toMatch(/^::error title=tenantlint::tenantlint\.config\.jsonc:1:13: [^\n]*\n$/);
});

test('text of a pull request is only text: no command, no markup, no mention, and nothing of it runs', async () => {
  const evil = 'x"; ::error::forged\n::warning::forged ##[error]forged @acme/owners #1 <img src=x> [a](https://evil.example) `code` | $$x$$ www.evil.example';
  const name = evil.replaceAll('"', '""');
  const at = checkout({
    [NEW]: `create table "${name}" (id uuid primary key, org_id uuid not null references orgs (id));\ncreate index on "${name}" (org_id);\n`,
    'supabase/migrations/004_%0A::error::forged,line=1.sql': table('t4', false),
    '.gitattributes': '*.sql diff=evil filter=evil\n',
    'package.json': '{ "scripts": { "preinstall": "touch /tmp/pwned-by-test" }, "dependencies": { "@supabase/supabase-js": "2" } }',
    'tenantlint.config.js': 'throw new Error("ran");\n',
    '.npmrc': 'node-options=--require ./evil.js\n',
  });
  const github = await api();
  const ran = await act(at, { kind: 'fork', url: github.url });
  const heads = commands(ran.out).map((l) => l.slice(0, l.indexOf('::', 2)));
  expect(heads.every((h) => /^::(?:error|warning|notice) file=supabase\/migrations\/00[34]_/.test(h))).toBe(true);
  expect(heads.length).toBeGreaterThanOrEqual(2);
  expect(ran.out).not.toMatch(/^##\[/m);
  for (const page of [ran.summary, github.comments[0]?.body ?? '']) {
    expect(page).toContain('forged');
    expect(page).not.toMatch(/<img|@acme|\]\(https:\/\/evil|https:\/\/evil|www\.evil|\$\$|`code`|#1\b(?! )/);
    expect(page.split('\n').filter((l) => l.startsWith('|') && l.includes('forged')).every((l) => l.split('|').length === 6)).toBe(true);
  }
});

test('plain text stays plain', () => {
  expect(plain('see a_b.c:12 (2; 3)')).toBe('see a&#95;b.c&#58;12 (2; 3)');
  expect(plain('x :smile: y')).toBe('x &#58;&#8203;smile&#58; y');
  expect(plain('<b>@me #12 http://x GH-3 www.x')).toBe('&#60;b&#62;&#64;&#8203;me &#35;&#8203;12 http&#58;&#8203;&#47;&#47;x GH&#8203;-3 www&#8203;.x');
});

test('names in messages are code and stay in it', () => {
  expect(prose('`a` has `b<i>` and ` one')).toBe('<code>a</code> has <code>b&#60;i&#62;</code> and &#96; one');
});

test('a release tag holds the sources and the built action', () => {
  const clone = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-clone-'));
  onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
  const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: clone, encoding: 'utf8', env: { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' } });
  const script = 'packages/github-action/release.mjs';
  git('init', '-q');
  for (const file of ['action.yml', script, '.gitignore']) cpSync(path.join(root, file), path.join(clone, file));
  git('add', '-A');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'sources');
  cpSync(path.join(own, 'dist/action'), path.join(clone, 'packages/github-action/dist/action'), { recursive: true });
  execFileSync(process.execPath, [path.join(clone, script), 'v1.2.3', '--no-build'], { env: { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' } });
  const files = git('ls-tree', '-r', '--name-only', 'v1.2.3').split('\n');
  expect(files).toEqual(expect.arrayContaining(['action.yml', 'packages/github-action/dist/action/main.mjs', 'packages/github-action/dist/action/node_modules/libpg-query/wasm/libpg-query.wasm', 'packages/github-action/dist/action/tree-sitter-python.wasm', 'packages/github-action/dist/action/supabase-base.bin']));
  expect(git('rev-parse', 'v1')).toBe(git('rev-parse', 'v1.2.3'));
  expect(git('status', '--porcelain')).toBe('');
});

test('what the manifest promises is what is built', () => {
  const manifest = readFileSync(path.join(root, 'action.yml'), 'utf8');
  expect(path.join(own, 'dist/action/main.mjs')).toBe(path.join(root, /main: (.*)/.exec(manifest)?.[1] ?? ''));
  expect(/using: node(\d+)/.exec(manifest)?.[1]).toBe('24');
  const names = [...manifest.slice(0, manifest.indexOf('outputs:')).matchAll(/^ {2}([\w-]+):$/gm)].map((m) => m[1]);
  const read = [...readFileSync(path.join(own, 'run.ts'), 'utf8').matchAll(/input\(host, '([\w-]+)'\)/g), ...readFileSync(path.join(own, 'comment.ts'), 'utf8').matchAll(/input\(host, '([\w-]+)'\)/g)].map((m) => m[1]);
  expect(names.filter((n) => !['icon', 'color'].includes(n ?? '')).sort()).toEqual([...new Set(read)].sort());
});
