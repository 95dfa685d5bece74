import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildOnce, project } from './cli/run.ts';
import { Editor, type Diagnostic } from './editor.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const server = path.join(path.dirname(require.resolve('vscode-langservers-extracted/package.json')), 'bin/vscode-eslint-language-server');
const page = readFileSync(path.join(root, 'packages/eslint-plugin/README.md'), 'utf8');
const fence = (name: string) => new RegExp(`\`\`\`\\w+ ${name.replaceAll('.', '\\.')}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const settings = JSON.parse(fence('.vscode/settings.json')) as { 'eslint.validate': string[]; 'eslint.codeAction.disableRuleComment': object };

/** A build of its own: another test may build the plugin while this one runs. */
const plugin = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-editor-'));

beforeAll(() => {
  buildOnce();
  execFileSync(process.execPath, [path.join(root, 'packages/eslint-plugin/build.mjs'), `--out=${path.join(plugin, 'dist')}`], { stdio: 'inherit' });
  cpSync(path.join(root, 'packages/eslint-plugin/package.json'), path.join(plugin, 'package.json'));
  symlinkSync(path.join(root, 'packages/eslint-plugin/node_modules'), path.join(plugin, 'node_modules'));
});
afterAll(() => rmSync(plugin, { recursive: true }));

const OWN = "using (org_id = (select (auth.jwt() ->> 'org_id')::uuid)) with check (org_id = (select (auth.jwt() ->> 'org_id')::uuid))";
const table = (name: string, secured = true) => `create table ${name} (id uuid primary key, org_id uuid not null references orgs (id));
create index on ${name} (org_id);
${secured ? `alter table ${name} enable row level security;\ncreate policy own on ${name} ${OWN};\n` : ''}`;
const NOTES = 'supabase/migrations/002_notes.sql';
const FILES = {
  'eslint.config.mjs': fence('eslint.config.mjs'),
  'package.json': '{ "name": "p", "private": true }',
  'tenantlint.config.jsonc': '{ "migrations": { "downs": "forward-only", "reason": "a test" }, "tenancy": { "root": "orgs" } }',
  'supabase/config.toml': 'project_id = "p"\n',
  'supabase/migrations/001_orgs.sql': "create table orgs (id uuid primary key, name text not null);\nalter table orgs enable row level security;\ncreate policy own on orgs for select using (id = (select (auth.jwt() ->> 'org_id')::uuid));\ncreate table members (user_id uuid not null, org_id uuid not null references orgs (id), primary key (user_id, org_id));\ncreate index on members (org_id);\nalter table members enable row level security;\ncreate policy own on members for select using (user_id = (select auth.uid()));\n",
  [NOTES]: table('notes'),
};

/** A product with the README's configuration, open in an editor with the README's settings. */
async function opened(files: Readonly<Record<string, string>> = FILES) {
  const dir = realpathSync(project({}).dir);
  const product = path.join(dir, 'product');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(product, file)), { recursive: true });
    writeFileSync(path.join(product, file), text);
  }
  // Beside the product, so that a neighbour has them as well.
  mkdirSync(path.join(dir, 'node_modules'));
  for (const name of ['eslint', 'typescript-eslint']) symlinkSync(realpathSync(path.join(root, 'packages/eslint-plugin/node_modules', name)), path.join(dir, 'node_modules', name));
  symlinkSync(plugin, path.join(dir, 'node_modules/eslint-plugin-tenantlint'));
  const editor = new Editor(server, product, {
    // What the extension makes of its list, for the files of this test.
    validate: ['sql', 'typescript'].every((l) => settings['eslint.validate'].includes(l)) ? 'on' : 'off',
    codeAction: { disableRuleComment: settings['eslint.codeAction.disableRuleComment'], showDocumentation: { enable: true } },
    packageManager: 'npm', useESLintClass: true, useFlatConfig: true, experimental: {}, codeActionOnSave: { mode: 'all' }, format: false, quiet: false, onIgnoredFiles: 'warn', options: {}, rulesCustomizations: [], run: 'onType', problems: {}, nodePath: null,
    workspaceFolder: { uri: `file://${product}`, name: 'product' },
  });
  onTestFinished(() => editor.stop());
  await editor.start();
  return { editor, product };
}

const brief = (shown: readonly Diagnostic[]) => shown.map((d) => `${d.range.start.line + 1} ${d.code ?? d.message}`);
const SOON = { timeout: 120_000, interval: 200 };

test('a migration is typed, broken, mended', async () => {
  const { editor } = await opened();
  expect(brief(await editor.open(NOTES, 'sql', FILES[NOTES]))).toEqual([]);
  const [open] = await editor.edit(NOTES, table('notes', false));
  expect(open).toMatchObject({ code: 'tenantlint/table-without-rls', range: { start: { line: 0, character: 13 }, end: { line: 0, character: 18 } }, codeDescription: { href: expect.stringMatching(/\/rules\/table-without-rls\/README\.md$/) as string } });
  expect(brief(await editor.edit(NOTES, `creat table oops (;\n${table('notes', false)}`))).toEqual(['1 tenantlint/not-read', '2 tenantlint/table-without-rls']);
  expect(brief(await editor.edit(NOTES, `\n${table('notes')}`))).toEqual([]);
});

test('a route that is open follows a migration that is saved', async () => {
  const { editor, product } = await opened({ 'eslint.config.mjs': FILES['eslint.config.mjs'] });
  cpSync(path.join(root, 'fixtures/dealership'), product, { recursive: true });
  const ROUTE = 'supabase/functions/reports/index.ts';
  const found = ['13 tenantlint/client-bypasses-rls'];
  expect(brief(await editor.open(ROUTE, 'typescript', readFileSync(path.join(product, ROUTE), 'utf8')))).toEqual(found);
  // The rows are nobody's from now on; the route itself is as it was.
  const later = path.join(product, 'supabase/migrations/20990101000000_orders.sql');
  writeFileSync(later, 'drop table public.orders cascade;\ncreate table public.orders (id uuid primary key, status text, totals jsonb);\nalter table public.orders enable row level security;\n');
  await expect.poll(async () => brief(await editor.shown(ROUTE)), SOON).toEqual([]);
  rmSync(later);
  await expect.poll(async () => brief(await editor.shown(ROUTE)), SOON).toEqual(found);
});

test('what the editor offers can be taken', async () => {
  const { editor } = await opened();
  const FRESH = 'supabase/migrations/003_fresh.sql';
  const captured = table('fresh').replace(/create policy.*/, 'create policy own on fresh for select using (exists (select 1 from members m where m.org_id = org_id and m.user_id = (select auth.uid())));');
  const find = (shown: readonly Diagnostic[], rule: string) => shown.find((d) => d.code === `tenantlint/${rule}`);
  const offers = async (rule: string, shown: readonly Diagnostic[]) => {
    const at = find(shown, rule);
    return at ? editor.actions(FRESH, at) : [];
  };
  const suggestion = (await offers('policy-captures-name', await editor.open(FRESH, 'sql', captured))).find((a) => a.title.startsWith('qualify'));
  if (!suggestion) throw new Error('nothing is offered');
  const mended = await editor.choose(FRESH, suggestion);
  expect(mended).toContain('m.org_id = fresh.org_id and');
  expect(find(await editor.edit(FRESH, mended), 'policy-captures-name')).toBeUndefined();
  for (const title of ['Disable tenantlint/table-without-rls for this line', 'Disable tenantlint/table-without-rls for the entire file']) {
    const disable = (await offers('table-without-rls', await editor.edit(FRESH, table('fresh', false)))).find((a) => a.title === title);
    if (!disable) throw new Error(`not offered: ${title}`);
    const text = await editor.choose(FRESH, disable);
    expect([title, text.split('\n')[0], brief(await editor.edit(FRESH, text))]).toEqual([title, expect.stringContaining('eslint-disable'), []]);
  }
});

test('a file beside the project, and a project without a schema: one message each', async () => {
  const { editor, product } = await opened();
  mkdirSync(path.join(product, '../beside'));
  expect((await editor.open('../beside/a.sql', 'sql', 'create table a (id int);\n')).length).toBeLessThanOrEqual(1);
  expect(brief(await editor.open(NOTES, 'sql', table('notes', false)))).toEqual(['1 tenantlint/table-without-rls']);
  const empty = await opened({ 'eslint.config.mjs': FILES['eslint.config.mjs'], 'package.json': '{}' });
  expect((await empty.editor.open('notes.sql', 'sql', '-- nothing yet\n')).map((d) => d.message)).toEqual([expect.stringMatching(/^Not judged: nothing to lint/)]);
});
