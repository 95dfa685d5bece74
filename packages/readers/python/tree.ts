import type { Language, Tree, TreeCursor } from 'web-tree-sitter';

/** A node of the syntax tree as plain data. Anonymous tokens have their text as type; punctuation is left out. */
export interface PyNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Of a leaf: the characters that it stands for. */
  readonly text: string;
  /** The role that the grammar gives the node in its parent. */
  readonly field: string | undefined;
  readonly children: readonly PyNode[];
}

export interface PyTree {
  readonly root: PyNode;
  readonly comments: readonly PyNode[];
  /** The first place where the text is not Python. */
  readonly error: { readonly start: number; readonly end: number } | undefined;
}

/** Tokens that say nothing which their parent's type does not say. */
const PUNCTUATION = new Set(['(', ')', '[', ']', '{', '}', ',', ':', '.', ';', '=', '@', '"', 'def', 'class', 'import', 'if', 'elif', 'else', 'for', 'while', 'return', 'try', 'except', 'finally', 'as', 'lambda', 'match', 'case', 'raise', 'assert', 'await', 'del', 'global', 'nonlocal', 'pass', 'yield', 'with', 'type', 'break', 'continue', '->', ':=']);
/** Node types that never have children worth reading. */
const LEAVES = new Set(['identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis', 'comment', 'string_start', 'escape_sequence', 'escape_interpolation', 'type_conversion', 'string_end', 'pass_statement', 'line_continuation']);

enum Kind { skip, leaf, inner }

interface Open extends PyNode {
  readonly children: PyNode[];
}

/** Copies trees out of the parser's memory: every question asked there costs a call, so each is asked once. */
export class TreeReader {
  readonly #types: readonly string[];
  readonly #kinds: readonly Kind[];
  readonly #fields: readonly (string | null)[];

  constructor(language: Language) {
    this.#types = language.types;
    this.#fields = language.fields;
    // A token and a node can have the same name: `lambda` is both.
    this.#kinds = language.types.map((type, id) => (!language.nodeTypeIsNamed(id) ? (PUNCTUATION.has(type) ? Kind.skip : Kind.leaf) : LEAVES.has(type) ? Kind.leaf : Kind.inner));
  }

  read(tree: Tree, text: string): PyTree {
    const cursor = tree.walk();
    try {
      return this.#read(cursor, text, tree.rootNode.hasError);
    } finally {
      cursor.delete();
    }
  }

  /** Without recursion: the depth of the tree is the author's choice. */
  #read(cursor: TreeCursor, text: string, broken: boolean): PyTree {
    const comments: PyNode[] = [];
    let error: PyTree['error'];
    const top: Open = { type: '', start: 0, end: 0, text: '', field: undefined, children: [] };
    const open: Open[] = [top];
    for (;;) {
      const id = cursor.nodeTypeId;
      // The parser numbers its ERROR node past the end of the table.
      const type = this.#types[id] ?? 'ERROR';
      const kind = type === 'ERROR' ? Kind.inner : (this.#kinds[id] ?? Kind.inner);
      let descended = false;
      if (broken && error === undefined && (type === 'ERROR' || cursor.nodeIsMissing)) error = { start: cursor.startIndex, end: cursor.endIndex };
      if (kind !== Kind.skip) {
        const field = this.#fields[cursor.currentFieldId] ?? undefined;
        const start = cursor.startIndex;
        const end = cursor.endIndex;
        const node: Open = { type, start, end, text: kind === Kind.leaf ? text.slice(start, end) : '', field, children: [] };
        if (type === 'comment') comments.push(node);
        else {
          open.at(-1)?.children.push(node);
          if (kind === Kind.inner && cursor.gotoFirstChild()) {
            open.push(node);
            descended = true;
          }
        }
      }
      while (!descended && !cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) {
          const [root = top] = top.children;
          return { root, comments, error };
        }
        open.pop();
      }
    }
  }
}

export function child(node: PyNode, field: string): PyNode | undefined {
  return node.children.find((c) => c.field === field);
}

export function childrenOf(node: PyNode, field: string): PyNode[] {
  return node.children.filter((c) => c.field === field);
}

export function hasToken(node: PyNode, token: string): boolean {
  return node.children.some((c) => c.type === token);
}
