import type { CodeFile, Comment, Source, Unread } from '@tenantlint/model';
import type { PythonParser } from '../grammar.ts';
import type { PyTree } from '../tree.ts';
import { hoisted, withoutDocstring } from './functions.ts';
import { Lowering } from './lowering.ts';
import { exportsOf, lowerImports } from './modules.ts';
import { scopeOf } from './scope.ts';

/** Past this size a file is generated; it is not read. */
const MAX_SIZE = 2_000_000;

/** Lowers one Python file. Never throws: what is no Python, or nests too deeply, is in `unread`. */
export function lowerFile({ path, text }: Source, parser: PythonParser): CodeFile {
  const whole = { file: path, start: 0, end: 0 };
  if (text.length > MAX_SIZE) return empty(path, { at: whole, reason: 'too large to be analysed' });
  const tree = parser.parse(text);
  if (!tree) return empty(path, { at: whole, reason: 'too deeply nested or too large to be parsed' });
  const unread: Unread[] = [];
  // After an error the parser may take what follows for something else, so nothing of the file is certain.
  if (tree.error) unread.push({ at: { file: path, start: tree.error.start, end: Math.min(tree.error.end, lineEnd(text, tree.error.start)) }, reason: 'not fully analysed: this is no valid Python' });
  const statements = tree.root.children;
  const low = new Lowering({ path, text, unread, parse: (inner) => parser.parse(inner) }, scopeOf(statements, []), undefined);
  const imports = lowerImports(low, tree.root);
  const body = [...hoisted(low, statements), ...low.statements(withoutDocstring(statements))];
  return { path, language: 'python', imports, exports: exportsOf(imports, body), body, directives: [], comments: commentsOf(tree, path, text), unread };
}

function empty(path: string, why: Unread): CodeFile {
  return { path, language: 'python', imports: [], exports: [], body: [], directives: [], comments: [], unread: [why] };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : Math.max(end, from + 1);
}

/** Only files that hold a directive pay for their comments. */
function commentsOf(tree: PyTree, file: string, text: string): Comment[] {
  if (!text.includes('tenantlint')) return [];
  return tree.comments.map(({ start, end }) => ({ at: { file, start, end }, text: text.slice(start + 1, end).trim() }));
}
