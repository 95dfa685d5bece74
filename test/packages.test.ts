import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
/** A product of somebody who installed both packages from their tarballs. */
const home = mkdtempSync(path.join(os.tmpdir(), 'tenantlint-installed-'));
const NAMES = ['tenantlint', 'eslint-plugin-tenantlint'] as const;
const VERSION = (JSON.parse(readFileSync(path.join(root, 'packages/cli/package.json'), 'utf8')) as { version: string }).version;
const tarball = (name: string) => path.join(home, `${name}-${VERSION}.tgz`);
const installed = (name: string) => path.join(home, 'node_modules', name);

beforeAll(() => {
  execFileSync(process.execPath, [path.join(root, 'packages/pack.mjs'), home], { stdio: 'inherit' });
  for (const name of NAMES) {
    mkdirSync(installed(name), { recursive: true });
    execFileSync('tar', ['xzf', tarball(name), '--strip-components', '1', '-C', installed(name)]);
    link(name === 'tenantlint' ? 'cli' : 'eslint-plugin', Object.keys(manifest(name).dependencies).filter((d) => d !== 'tenantlint'));
  }
  link('eslint-plugin', ['eslint', 'typescript-eslint']);
  cpSync(path.join(root, 'fixtures/dealership'), home, { recursive: true });
}, 300_000);
afterAll(() => rmSync(home, { recursive: true }));

/** What a package manager would fetch, from where the workspace has it. */
function link(from: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(installed(name)), { recursive: true });
    symlinkSync(realpathSync(path.join(root, 'packages', from, 'node_modules', name)), installed(name));
  }
}

interface Manifest { readonly repository: string; readonly dependencies: Readonly<Record<string, string>>; readonly exports: object; readonly license: string }

const manifest = (name: string) => JSON.parse(readFileSync(path.join(installed(name), 'package.json'), 'utf8')) as Manifest;

function node(args: readonly string[], cwd = home) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args], { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
  return { status, stdout, stderr };
}

describe.each(NAMES)('%s', (name) => {
  test('publint has nothing to say', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed(name), pack: false, strict: true });
    // Where the sources are kept is said when they are published.
    expect(messages.filter((m) => m.type !== 'suggestion').map((m) => formatMessage(m, pkg))).toEqual([]);
  });

  test('the types are right', async () => {
    const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball(name)))));
    if (checked.types === false) throw new Error('there are no types');
    // A package of ES modules: what loads CommonJS alone, or knows no exports, is too old for the Node it needs.
    const old = (p: (typeof checked.problems)[number]) => 'resolutionKind' in p && (p.resolutionKind === 'node10' || (name === 'tenantlint' && p.resolutionKind === 'node16-cjs'));
    expect(checked.problems.filter((p) => !old(p))).toEqual([]);
  });

  test('only what is needed is in it', () => {
    const files = readdirSync(installed(name), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => path.relative(installed(name), path.join(e.parentPath, e.name)));
    expect(files.filter((f) => /(?<!\.d)\.ts$|\.test\.|node_modules|tsbuildinfo/.test(f))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
    const { dependencies, license } = manifest(name);
    expect(license).toBe('MIT');
    expect(Object.values(dependencies).filter((v) => !/^\d+\.\d+\.\d+$/.test(v))).toEqual([]);
    const linked = files.filter((f) => /\.(?:js|cjs|mjs|d\.ts|d\.cts)$/.test(f)).filter((f) => /(?:from|require\(|import\()\s*['"]@tenantlint\//.test(readFileSync(path.join(installed(name), f), 'utf8')));
    expect(linked).toEqual([]);
  });
});

test('the repository has one name wherever somebody is told to fetch it', () => {
  const name = /^github:([\w-]+\/[\w-]+)$/.exec(manifest('tenantlint').repository)?.[1] ?? '';
  expect(manifest('eslint-plugin-tenantlint').repository).toBe(`github:${name}`);
  for (const page of ['packages/github-action/README.md', 'packages/github-action/example.yml', 'packages/cli/HOOKS.md']) {
    const named = [...readFileSync(path.join(root, page), 'utf8').matchAll(/(?:uses: |https:\/\/github\.com\/)([\w-]*tenantlint[\w-]*\/[\w-]+|[\w-]+\/tenantlint)(?=@|\s)/g)].map((m) => m[1]);
    expect([page, ...new Set(named)]).toEqual([page, name]);
  }
});

test('the command line', () => {
  const { status, stdout } = node([path.join(installed('tenantlint'), 'bin/tenantlint.js'), '--format', 'json']);
  expect(status).toBe(1);
  expect((JSON.parse(stdout) as { findings: unknown[] }).findings.length).toBeGreaterThan(5);
  expect(node([path.join(installed('tenantlint'), 'bin/tenantlint.js'), '--version']).stdout).toBe(`${VERSION}\n`);
});

test('lint, from JavaScript and with its types', { timeout: 180_000 }, () => {
  writeFileSync(path.join(home, 'use.mts'), `import { lint, UsageError, type Finding, type LintOptions } from 'tenantlint';
const options: LintOptions = { preset: 'strict', sources: [{ path: 'migrations/001.sql', text: 'create table a (id int);' }] };
const outcome = await lint(options);
const findings: readonly Finding[] = outcome.findings;
const files: string[] = findings.map((f) => f.at.file);
// @ts-expect-error -- there is no such preset
const wrong: LintOptions = { preset: 'everything' };
console.log(files.length, outcome.summary.tables, wrong instanceof UsageError);
export {};
`);
  const typescript = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  writeFileSync(path.join(home, 'use.json'), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [], exactOptionalPropertyTypes: true }, files: ['use.mts'] }));
  const { stdout } = node([typescript, '-p', 'use.json']);
  expect(stdout).toBe('');
  // The other ways to find a module, and CommonJS, where Node gives what an ES module exports.
  for (const [module, moduleResolution, file] of [['node16', 'node16', 'use.mts'], ['esnext', 'bundler', 'use.mts'], ['nodenext', 'nodenext', 'use.cts']] as const) {
    writeFileSync(path.join(home, 'use.cts'), "import { lint, type Outcome } from 'tenantlint';\nconst outcome: Promise<Outcome> = lint({ preset: 'audit' });\nexport = outcome;\n");
    writeFileSync(path.join(home, 'use.json'), JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom'], types: [] }, files: [file] }));
    expect([module, node([typescript, '-p', 'use.json']).stdout]).toEqual([module, '']);
  }
  expect(node(['--input-type=commonjs', '-e', "require('tenantlint').lint({ cwd: '.' }).then((o) => console.log(o.findings.length > 5))"])).toEqual({ status: 0, stdout: 'true\n', stderr: '' });
  const script = "import { lint } from 'tenantlint'; const o = await lint({ cwd: process.cwd() }); console.log(o.findings.length > 5, o.tool);";
  expect(node(['--input-type=module', '-e', script])).toEqual({ status: 0, stdout: `true ${VERSION}\n`, stderr: '' });
});

test('the plugin', () => {
  writeFileSync(path.join(home, 'eslint.config.mjs'), readFileSync(path.join(root, 'packages/eslint-plugin/README.md'), 'utf8').match(/```js eslint\.config\.mjs\n([\s\S]*?)```/)?.[1] ?? '');
  const { status, stdout } = node([path.join(installed('eslint'), 'bin/eslint.js'), '--format', 'json', 'src', 'supabase']);
  expect(status).toBe(1);
  const results = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string | null }[] }[];
  const kinds = new Set(results.filter((r) => r.messages.some((m) => m.ruleId?.startsWith('tenantlint/'))).map((r) => path.extname(r.filePath)));
  expect([...kinds].sort()).toEqual(['.sql', '.ts']);
  expect(results.flatMap((r) => r.messages).filter((m) => m.ruleId === null)).toEqual([]);
});
