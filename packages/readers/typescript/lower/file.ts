import { ts } from '@ts-morph/common';
import type { CodeFile, CodeStatement, Comment, Source, Span, Unread } from '@tenantlint/model';
import { lowerCode } from './expressions.ts';
import { directivesOf, lowerClass, lowerFunction, lowerTarget } from './functions.ts';
import type { Lowering } from './lowering.ts';
import { lowerModule } from './modules.ts';
import { lowerStatement } from './statements.ts';
import { lowerType } from './types.ts';

/** The compiler's exports are getters: read here once, and not for each node. */
const { createScanner, forEachChild, getLeadingCommentRanges, getTrailingCommentRanges, ScriptTarget, SyntaxKind } = ts;

/** Lowers one TypeScript or JavaScript file. Never throws: what does not parse, or nests too deeply, is in `unread`. */
export function lowerFile({ path, text }: Source): CodeFile {
  const source = parseFile(path, text);
  if (!source) {
    const reason = 'nested too deeply to be parsed';
    return { path, language: 'typescript', imports: [], exports: [], body: [], directives: [], comments: [], unread: [{ at: { file: path, start: 0, end: 0 }, reason }] };
  }
  const unread: Unread[] = syntaxErrors(source, path);
  // What begins with the same token begins at the same place, `a.b.c` and `a.b` and `a`: its blanks are skipped once.
  let [pos, start] = [-1, -1];
  const at = (node: ts.Node): Span => {
    if (node.pos !== pos || node.kind === SyntaxKind.JsxText || node.pos === node.end) {
      const own = node.getStart(source);
      if (node.kind === SyntaxKind.JsxText || node.pos === node.end) return { file: path, start: own, end: node.end };
      [pos, start] = [node.pos, own];
    }
    return { file: path, start, end: node.end };
  };
  const low: Lowering = {
    file: path,
    source,
    unread,
    at,
    code: node => lowerCode(low, node),
    statements: nodes => nodes.flatMap(n => guarded(low, n)),
    fn: node => lowerFunction(low, node),
    class: node => lowerClass(low, node),
    target: node => lowerTarget(low, node),
    type: node => lowerType(node, source),
  };
  const body = low.statements(source.statements);
  return { path, language: 'typescript', ...lowerModule(low), body, directives: directivesOf(source.statements), comments: commentsOf(source, path), unread };
}

/** Undefined where the parser's own recursion runs out of stack. */
function parseFile(path: string, text: string): ts.SourceFile | undefined {
  const options = { languageVersion: ScriptTarget.ES2022, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  try {
    return ts.createSourceFile(path, text, options, false, scriptKind(path));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A statement that nests deeper than the stack loses itself, not its file. */
function guarded(low: Lowering, node: ts.Statement): CodeStatement[] {
  try {
    return lowerStatement(low, node);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    low.unread.push({ at: low.at(node), reason: 'nested too deeply to be analysed' });
    return [];
  }
}

function scriptKind(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/.test(path)) return ts.ScriptKind.TS;
  // JSX is harmless in .js, and common.
  return path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.JSX;
}

function syntaxErrors(source: ts.SourceFile, file: string): Unread[] {
  // The parser keeps its complaints on the node; the property is internal, and stable since TypeScript 1.
  const { parseDiagnostics = [] } = source as ts.SourceFile & { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  return parseDiagnostics.slice(0, 1).map(d => ({
    at: { file, start: d.start, end: d.start + d.length },
    // The parser says one thing; only the checker says several that belong together.
    reason: typeof d.messageText === 'string' ? d.messageText : d.messageText.messageText,
  }));
}

/** All comments, found by the scanner between tokens; only files that hold a directive pay for it. */
function commentsOf(source: ts.SourceFile, file: string): Comment[] {
  const text = source.text;
  if (!text.includes('tenantlint')) return [];
  const found: Comment[] = [];
  const seen = new Set<number>();
  const take = (ranges: readonly ts.CommentRange[] | undefined) => {
    for (const r of ranges ?? []) {
      if (seen.has(r.pos)) continue;
      seen.add(r.pos);
      const block = r.kind === SyntaxKind.MultiLineCommentTrivia;
      found.push({ at: { file, start: r.pos, end: r.end }, text: text.slice(r.pos + 2, block ? r.end - 2 : r.end).trim() });
    }
  };
  // Comments stand in the blank before a token.
  const before = (token: number) => {
    take(getTrailingCommentRanges(text, token));
    take(getLeadingCommentRanges(text, token));
  };
  const scanner = createScanner(ScriptTarget.ES2022, true, ts.LanguageVariant.JSX, text);
  /** Tokens between nodes: punctuation and keywords, which are no nodes of their own. */
  const between = (from: number, to: number) => {
    scanner.resetTokenState(from);
    for (let at = from; at < to; at = scanner.getTokenEnd()) {
      before(at);
      if (scanner.scan() === SyntaxKind.EndOfFileToken) break;
    }
  };
  const open: ts.Node[] = [source];
  for (let node = open.pop(); node; node = open.pop()) {
    const children: ts.Node[] = [];
    forEachChild(node, child => void children.push(child));
    // Text of JSX has no comments.
    if (children.length === 0 && node.kind <= SyntaxKind.LastToken && node.kind !== SyntaxKind.JsxText) before(node.pos);
    else if (node.kind > SyntaxKind.LastToken) {
      let at = node.pos;
      for (const child of children) {
        between(at, child.pos);
        at = child.end;
      }
      between(at, node.end);
    }
    for (const child of children) open.push(child);
  }
  return found.sort((a, b) => a.at.start - b.at.start);
}
