import type { Code, CodeStatement, CodeTarget, CodeType, Span, Unread } from '@tenantlint/model';
import type { PyNode, PyTree } from '../tree.ts';
import { lowerCode } from './expressions.ts';
import type { Scope } from './scope.ts';
import { lowerStatement } from './statements.ts';
import { lowerTarget } from './targets.ts';
import { lowerType } from './types.ts';

/** What is the same in a whole file. */
export interface FileContext {
  readonly path: string;
  readonly text: string;
  readonly unread: Unread[];
  /** Parses a text of its own: annotations may be written as strings. */
  parse(text: string): PyTree | undefined;
}

/** The lowering of one scope of a file: a module, a function or a class body. */
export class Lowering {
  readonly context: FileContext;
  readonly scope: Scope;
  /** The name by which a method calls its object. */
  readonly self: string | undefined;

  constructor(context: FileContext, scope: Scope, self: string | undefined) {
    this.context = context;
    this.scope = scope;
    this.self = self;
  }

  at(node: PyNode): Span {
    return { file: this.context.path, start: node.start, end: node.end };
  }

  span(start: number, end: number): Span {
    return { file: this.context.path, start, end };
  }

  text(node: PyNode): string {
    return this.context.text.slice(node.start, node.end);
  }

  code(node: PyNode): Code {
    return lowerCode(this, node);
  }

  target(node: PyNode): CodeTarget {
    return lowerTarget(this, node);
  }

  type(node: PyNode): CodeType {
    return lowerType(this, node);
  }

  /** A statement that nests deeper than the stack loses itself, not its file. */
  statements(nodes: readonly PyNode[]): CodeStatement[] {
    const found: CodeStatement[] = [];
    for (const node of nodes) {
      try {
        found.push(...lowerStatement(this, node));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.context.unread.push({ at: this.at(node), reason: 'nested too deeply to be analysed' });
      }
    }
    return found;
  }

  /** Statements of a block; nothing where the grammar allows none. */
  block(node: PyNode | undefined): CodeStatement[] {
    return node ? this.statements(node.children) : [];
  }

  /** For nodes of another text: what they become has no places. */
  reading(text: string): Lowering {
    return new Lowering({ ...this.context, text }, this.scope, this.self);
  }

  within(scope: Scope, self: string | undefined): Lowering {
    return new Lowering(this.context, scope, self);
  }
}
