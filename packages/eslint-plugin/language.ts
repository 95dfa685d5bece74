import { ConfigCommentParser, Directive, TextSourceCodeBase, VisitNodeStep } from '@eslint/plugin-kit';
import type { File, FileProblem, Language, OkParseResult, SourceLocation, SourceRange } from '@eslint/core';

/** The whole file: rules look at what the engine says of it, and at no tree. */
export interface Root {
  readonly type: 'SqlFile' | 'PrismaFile';
  readonly range: SourceRange;
  readonly loc: SourceLocation;
}

export interface CommentNode {
  readonly type: 'Comment';
  readonly value: string;
  readonly range: SourceRange;
  readonly loc: SourceLocation;
}

/** Where a file's comments are, text by text; everything else about it is the engine's business. */
export type ReadComments = (text: string) => readonly { readonly start: number; readonly end: number; readonly text: string }[];

const DIRECTIVE = /^\s*eslint(?:-enable|-disable(?:(?:-next)?-line)?)?(?:\s|$)/;
const parser = new ConfigCommentParser();

export class PlainSource extends TextSourceCodeBase<{ LangOptions: Record<string, never>; RootNode: Root; SyntaxElementWithLoc: Root | CommentNode; ConfigNode: CommentNode }> {
  readonly comments: readonly CommentNode[];
  readonly hasBOM: boolean;
  readonly visitorKeys = {};

  constructor(text: string, ast: Root, comments: ReturnType<ReadComments>, hasBOM: boolean) {
    super({ text, ast });
    this.hasBOM = hasBOM;
    // Editors that know nothing of the language write `/** eslint-disable … */` for it.
    this.comments = comments.map(({ start, end, text: value }) => ({ type: 'Comment', value: value.replace(/^\*(?=\s)/, ''), range: [start, end], loc: { start: this.getLocFromIndex(start), end: this.getLocFromIndex(end) } }));
  }

  getInlineConfigNodes(): CommentNode[] {
    return this.comments.filter((c) => DIRECTIVE.test(c.value));
  }

  /** `eslint-disable` and its kin, in comments of either form: Prisma has one form only. */
  getDisableDirectives(): { directives: Directive[]; problems: FileProblem[] } {
    const directives: Directive[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = parser.parseDirective(node.value);
      const type = parsed && /^eslint-(disable(?:(?:-next)?-line)?|enable)$/.exec(parsed.label)?.[1];
      if (!parsed || !type) continue;
      if (type === 'disable-line' && node.loc.start.line !== node.loc.end.line) problems.push({ ruleId: null, message: 'eslint-disable-line comment should not span multiple lines.', loc: node.loc });
      else directives.push(new Directive({ type: type as Directive['type'], node, value: parsed.value, justification: parsed.justification }));
    }
    return { directives, problems };
  }

  /** `eslint tenantlint/rule: off` in a comment. */
  applyInlineConfig(): { configs: { config: { rules: Record<string, never> }; loc: SourceLocation }[]; problems: FileProblem[] } {
    const configs: { config: { rules: Record<string, never> }; loc: SourceLocation }[] = [];
    const problems: FileProblem[] = [];
    for (const node of this.getInlineConfigNodes()) {
      const parsed = parser.parseDirective(node.value);
      if (parsed?.label !== 'eslint') continue;
      const read = parser.parseJSONLikeConfig(parsed.value);
      if (read.ok) configs.push({ config: { rules: read.config as Record<string, never> }, loc: node.loc });
      else problems.push({ ruleId: null, message: read.error.message, loc: node.loc });
    }
    return { configs, problems };
  }

  override getParent(): undefined {
    return undefined;
  }

  override traverse(): Iterable<VisitNodeStep> {
    return [1, 2].map((phase) => new VisitNodeStep({ target: this.ast, phase: phase as 1 | 2, args: [this.ast, undefined] }));
  }
}

/**
 * A language of ESLint for files that the engine reads. Nothing is parsed here, so nothing can fail to parse: what the
 * engine cannot read is reported by the rule `not-read`, and the rest of the file is still judged.
 */
export function language(type: Root['type'], comments: ReadComments): Language {
  const own: Language<{ LangOptions: Record<string, never>; Code: PlainSource; RootNode: Root; Node: Root }> = {
    fileType: 'text',
    lineStart: 1,
    columnStart: 0,
    nodeTypeKey: 'type',
    validateLanguageOptions() {
      // There are none.
    },
    parse({ body }: File): OkParseResult<Root> {
      const text = String(body);
      return { ok: true, ast: { type, range: [0, text.length], loc: { start: { line: 1, column: 0 }, end: endOf(text) } } };
    },
    createSourceCode({ body, bom }: File, { ast }: OkParseResult<Root>): PlainSource {
      const text = String(body);
      return new PlainSource(text, ast, comments(text), bom);
    },
  };
  return own as unknown as Language;
}

function endOf(text: string): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', start)) {
    line++;
    start = i + 1;
  }
  return { line, column: text.length - start };
}
