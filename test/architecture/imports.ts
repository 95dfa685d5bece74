import { readFileSync } from 'node:fs';
import path from 'node:path';
import glob from 'fast-glob';
import ts from 'typescript';

export interface Import {
  readonly from: string;
  /** Path of a file of the repository, or the name of a package. */
  readonly to: string;
  readonly inside: boolean;
  /** Erased when compiled. */
  readonly typeOnly: boolean;
}

export const SOURCES = ['packages/**/*.ts', 'rules/**/*.ts', 'test/**/*.ts'];

/** Every import between files of the repository, workspace packages resolved to the file that they export. */
export function importsOf(root: string): { readonly files: readonly string[]; readonly imports: readonly Import[] } {
  const files = glob.sync(SOURCES, { cwd: root, ignore: ['**/node_modules/**', '**/dist/**'] }).sort();
  const workspace = exportsOf(root);
  const imports: Import[] = [];
  for (const from of files) {
    const source = ts.createSourceFile(from, readFileSync(path.join(root, from), 'utf8'), ts.ScriptTarget.ES2022, false);
    for (const { specifier, typeOnly } of specifiers(source)) {
      const relative = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : workspace.get(specifier);
      if (relative !== undefined) imports.push({ from, to: relative, inside: true, typeOnly });
      else imports.push({ from, to: packageName(specifier), inside: false, typeOnly });
    }
  }
  return { files, imports };
}

function specifiers(source: ts.SourceFile): { specifier: string; typeOnly: boolean }[] {
  const found: { specifier: string; typeOnly: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.importClause !== undefined && onlyTypes(node.importClause) });
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) found.push({ specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly });
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) found.push({ specifier: node.arguments[0].text, typeOnly: true });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function onlyTypes(clause: ts.ImportClause): boolean {
  const { namedBindings: names } = clause;
  return clause.isTypeOnly || (clause.name === undefined && names !== undefined && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every((e) => e.isTypeOnly));
}

/** `@tenantlint/readers/sql` → `packages/readers/sql/index.ts`. */
function exportsOf(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const manifest of glob.sync(['packages/*/package.json', 'rules/package.json'], { cwd: root })) {
    const { name, exports = {} } = JSON.parse(readFileSync(path.join(root, manifest), 'utf8')) as { name: string; exports?: Record<string, string | { types: string }> };
    for (const [key, target] of Object.entries(exports)) found.set(path.posix.join(name, key), path.posix.join(path.posix.dirname(manifest), typeof target === 'string' ? target : target.types));
  }
  return found;
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Chains of files that import one another in a circle; type imports are erased and make none. */
export function cycles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to, inside, typeOnly } of imports) {
    if (!inside || typeOnly) continue;
    const list = next.get(from);
    if (list) list.push(to);
    else next.set(from, [to]);
  }
  const found: string[][] = [];
  const done = new Set<string>();
  const onPath: string[] = [];
  const visit = (file: string): void => {
    if (onPath.includes(file)) {
      found.push([...onPath.slice(onPath.indexOf(file)), file]);
      return;
    }
    if (done.has(file)) return;
    onPath.push(file);
    for (const to of next.get(file) ?? []) visit(to);
    onPath.pop();
    done.add(file);
  };
  for (const file of [...next.keys()].sort()) visit(file);
  return found;
}
