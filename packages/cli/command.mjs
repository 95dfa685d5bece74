import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** Parts that are loaded at the same time, by the beginnings of their names. */
const TOGETHER = { glance: ['glance-', 'candidates-'], code: ['typescript-', 'flow-'] };

/**
 * Writes the command line as scripts, each of modules that are needed together: those of every run, and those that are
 * loaded late. Of a script the bin keeps compiled all that runs have called; of a module Node keeps what is compiled
 * before anything is called, and that is next to nothing. A script is a function that makes its modules:
 *
 *   (__load, __require, __url, __made) => { __made['chunk.js'] = { …exports } }
 *
 * The bundler knows parts only as ES modules, so imports and exports are rewritten here.
 */
export async function writeCommand(dist, options) {
  const folder = path.join(dist, 'command');
  const { outputFiles, metafile } = await build({ ...options, entryPoints: { main: 'packages/cli/main.ts' }, outdir: folder, write: false, define: { 'import.meta.url': '__url' } });
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const parts = new Map(Object.entries(metafile.outputs).flatMap(([file, { imports }]) => (file.endsWith('.js') ? [[path.basename(file), imports]] : [])));
  const needs = (name, kind) => parts.get(name).filter((i) => i.kind === kind && !i.external).map((i) => path.basename(i.path));
  const scripts = new Map();
  const placed = new Set();
  /** A script of some modules, and of what they need that no script has so far; what is needed comes first. */
  const place = (name, modules) => {
    const own = [];
    const take = (module) => {
      if (placed.has(module)) return;
      placed.add(module);
      for (const needed of needs(module, 'import-statement')) take(needed);
      own.push(module);
    };
    for (const module of modules) take(module);
    // A process that runs while another build is written goes on to find its own late parts.
    if (own.length > 0) scripts.set(name === 'main' ? 'main.js' : `${name}-${createHash('sha256').update(own.join()).digest('hex').slice(0, 8)}.js`, own);
  };
  place('main', ['main.js']);
  for (const [name, beginnings] of Object.entries(TOGETHER)) place(name, [...parts.keys()].filter((module) => beginnings.some((b) => module.startsWith(b))));
  for (const module of parts.keys()) place(module.slice(0, module.lastIndexOf('-')), [module]);
  await mkdir(folder, { recursive: true });
  const written = [];
  const scriptOf = new Map([...scripts].flatMap(([name, modules]) => modules.map((module) => [module, name])));
  const loading = (module) => `__load(${JSON.stringify(scriptOf.get(module))},${JSON.stringify(module)})`;
  // The one that loads the others comes last.
  for (const [name, modules] of [...scripts].reverse()) {
    const own = modules.map((module, n) => `const m${n}=(()=>{${rewritten(module, texts.get(module), new Set(needs(module, 'dynamic-import')), loading)}})();__made[${JSON.stringify(module)}]=m${n};`);
    const text = `(function(__load,__require,__url,__made){"use strict";${own.join('\n')}\n})`;
    // It is read as bytes.
    if (/[^\t-\r -~]/.test(text)) throw new Error(`${name} is not ASCII`);
    const script = `/*${createHash('sha256').update(text).digest('base64url')}*/${text}`;
    await whole(path.join(folder, name), script);
    written.push(name);
  }
  for (const [name, text] of texts) {
    if (!name.endsWith('.LEGAL.txt')) continue;
    await whole(path.join(folder, name), text);
    written.push(name);
  }
  return written;
}

/** Somebody may read it at the same time. */
async function whole(file, text) {
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}

/** The body of a function that gives what a module exports. */
function rewritten(name, text, late, loading) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest);
  let done = '';
  let exported = '';
  let at = 0;
  const seen = new Set();
  for (const statement of source.statements) {
    let by;
    if (ts.isImportDeclaration(statement)) by = importing(statement, loading);
    else if (ts.isExportAssignment(statement)) {
      by = `const __default=${statement.expression.getText(source)};`;
      exported += 'default:__default,';
    } else if (ts.isExportDeclaration(statement)) {
      if (!statement.exportClause || statement.moduleSpecifier) throw new Error(`${name}: ${statement.getText(source)}`);
      by = '';
      exported += statement.exportClause.elements.map((e) => `${e.name.text}:${(e.propertyName ?? e.name).text},`).join('');
    } else continue;
    done += text.slice(at, statement.pos) + by;
    at = statement.end;
  }
  done += text.slice(at);
  done = done.replace(/\bimport\("(?:\.\/)?([^"]+)"\)/g, (_, target) => {
    seen.add(target);
    return late.has(target) ? `Promise.resolve(${loading(target)})` : `Promise.resolve(__require(${JSON.stringify(target)}))`;
  });
  for (const target of late) if (!seen.has(target)) throw new Error(`${name} loads ${target} in a way that is not known here`);
  return `${done};return{__proto__:null,${exported}}`;
}

function importing(statement, loading) {
  const from = statement.moduleSpecifier.text;
  const value = from.startsWith('./') ? loading(from.slice(2)) : `__require(${JSON.stringify(from)})`;
  const { name, namedBindings } = statement.importClause ?? {};
  let by = '';
  if (name) by += `const ${name.text}=${value};`;
  if (namedBindings && ts.isNamespaceImport(namedBindings)) by += `const ${namedBindings.name.text}=${value};`;
  else if (namedBindings) by += `const{${namedBindings.elements.map((e) => (e.propertyName ? `${e.propertyName.text}:${e.name.text}` : e.name.text)).join(',')}}=${value};`;
  return by === '' && from.startsWith('./') ? `${value};` : by;
}
