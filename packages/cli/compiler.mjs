import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const readers = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../readers');

/**
 * The TypeScript compiler as far as it parses: a tenth of it, so that nothing else has to be read and compiled to look
 * at one file. The compiler is one file made of many; all behind the parser is left out, and of what is left the bundler
 * drops what nobody calls.
 */
export const compiler = {
  name: 'compiler',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@ts-morph\/common$/ }, ({ path: name }) => ({ path: name, namespace: 'compiler' }));
    onResolve({ filter: /^parser$/, namespace: 'compiler' }, ({ path: name }) => ({ path: name, namespace: 'compiler', sideEffects: false }));
    onLoad({ filter: /^@ts-morph\/common$/, namespace: 'compiler' }, () => ({ contents: "export * as ts from 'parser';" }));
    onLoad({ filter: /^parser$/, namespace: 'compiler' }, async () => ({ contents: await parser() }));
  },
};

async function parser() {
  const file = createRequire(path.join(readers, 'package.json')).resolve('@ts-morph/common').replace('ts-morph-common.js', 'typescript.js');
  const whole = await readFile(file, 'utf8');
  const licence = whole.slice(0, whole.indexOf('*/') + 2);
  const [head, behind] = ['((module) => {\n"use strict";', '\n// src/compiler/commandLineParser.ts'].map((text) => whole.indexOf(text));
  if (head < 0 || behind < 0) throw new Error('the compiler is not laid out as it was: see packages/cli/compiler.mjs');
  const kept = whole.slice(head + '((module) => {\n"use strict";'.length, behind)
    // Lists of all that is exported hold on to everything.
    .replace('module.exports = __toCommonJS(typescript_exports);', '')
    .replace(/^__export\(/gm, '/* @__PURE__ */ __export(');
  const messages = new Set([...kept.matchAll(/\bDiagnostics\.(\w+)/g)].map(([, name]) => name));
  const needed = kept.replace(/^ {2}(\w+): diag\([^]*?\),?\n(?= {2}\w|\};)/gm, (entry, name) => (messages.has(name) ? entry : ''));
  // Nothing of a host: no file is read, no variable of the environment is asked.
  const alone = needed.replace('function isNodeLikeSystem() {', 'function isNodeLikeSystem() {\n  return false;');
  return `${licence}\n${alone}\n${METHODS}\nexport { ${(await used()).join(', ')} };\n`;
}

/** Of the methods that the compiler's services give to nodes those that the reader calls. */
const METHODS = `
for (const made of [objectAllocator.getNodeConstructor(), objectAllocator.getTokenConstructor(), objectAllocator.getIdentifierConstructor()]) {
  made.prototype.getStart = function (source) { return getTokenPosOfNode(this, source); };
  made.prototype.getText = function (source) { return source.text.slice(getTokenPosOfNode(this, source), this.end); };
}
Object.defineProperty(objectAllocator.getIdentifierConstructor().prototype, 'text', { get() { return idText(this); } });
objectAllocator.getPrivateIdentifierConstructor = objectAllocator.getIdentifierConstructor;
`;

/** What the readers take of the compiler. */
async function used() {
  const names = new Set();
  const folder = path.join(readers, 'typescript/lower');
  for (const file of await readdir(folder)) {
    const text = file.endsWith('.test.ts') ? '' : await readFile(path.join(folder, file), 'utf8');
    for (const [, list] of text.matchAll(/^const \{ ([^}]+) \} = ts\b/gm)) for (const name of list.split(',')) names.add(name.trim());
    for (const [, name] of text.matchAll(/\bts\.(\w+)(?=[.(])/g)) names.add(name);
  }
  return [...names].sort();
}
