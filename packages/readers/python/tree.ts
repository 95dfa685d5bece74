import type { Language, Tree } from 'web-tree-sitter';

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
/** What leaves have: nothing is ever put there. */
const NONE: PyNode[] = [];

/**
 * What the parser's module offers besides its classes. Its functions read and leave the cursor at one place of its
 * memory; the classes copy it there and back around each question, which costs three times as much as the answers.
 */
export interface ParserModule {
  _ts_tree_root_node_wasm(tree: number): void;
  _ts_tree_cursor_new_wasm(tree: number): void;
  _ts_tree_cursor_delete_wasm(tree: number): void;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  _ts_tree_cursor_current_field_id_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
}

/** Copies trees out of the parser's memory: every question asked there costs a call, so each is asked once. */
export class TreeReader {
  readonly #module: ParserModule;
  readonly #types: readonly string[];
  readonly #kinds: readonly Kind[];
  readonly #fields: readonly (string | null)[];

  constructor(language: Language, module: ParserModule) {
    this.#module = module;
    this.#types = language.types;
    this.#fields = language.fields;
    // A token and a node can have the same name: `lambda` is both.
    this.#kinds = language.types.map((type, id) => (!language.nodeTypeIsNamed(id) ? (PUNCTUATION.has(type) ? Kind.skip : Kind.leaf) : LEAVES.has(type) ? Kind.leaf : Kind.inner));
  }

  read(tree: Tree, text: string): PyTree {
    const { 0: address } = tree as unknown as { readonly 0: number };
    const broken = tree.rootNode.hasError;
    this.#module._ts_tree_root_node_wasm(address);
    this.#module._ts_tree_cursor_new_wasm(address);
    try {
      return this.#read(address, text, broken);
    } finally {
      this.#module._ts_tree_cursor_delete_wasm(address);
    }
  }

  /** Without recursion: the depth of the tree is the author's choice. Nothing else may use the parser meanwhile. */
  #read(tree: number, text: string, broken: boolean): PyTree {
    const module = this.#module;
    const comments: PyNode[] = [];
    let error: PyTree['error'];
    const top: Open = { type: '', start: 0, end: 0, text: '', field: undefined, children: [] };
    let parent = top;
    const open: Open[] = [];
    for (;;) {
      const id = module._ts_tree_cursor_current_node_type_id_wasm(tree);
      // The parser numbers its ERROR node past the end of the table.
      const type = this.#types[id] ?? 'ERROR';
      const kind = type === 'ERROR' ? Kind.inner : (this.#kinds[id] ?? Kind.inner);
      let descended = false;
      if (broken && error === undefined && (type === 'ERROR' || module._ts_tree_cursor_current_node_is_missing_wasm(tree) === 1)) error = { start: module._ts_tree_cursor_start_index_wasm(tree), end: module._ts_tree_cursor_end_index_wasm(tree) };
      if (kind !== Kind.skip) {
        const field = this.#fields[module._ts_tree_cursor_current_field_id_wasm(tree)] ?? undefined;
        const start = module._ts_tree_cursor_start_index_wasm(tree);
        const end = module._ts_tree_cursor_end_index_wasm(tree);
        const leaf = kind === Kind.leaf;
        const node: Open = { type, start, end, text: leaf ? text.slice(start, end) : '', field, children: leaf ? NONE : [] };
        if (type === 'comment') comments.push(node);
        else {
          parent.children.push(node);
          if (!leaf && module._ts_tree_cursor_goto_first_child_wasm(tree) === 1) {
            open.push(parent);
            parent = node;
            descended = true;
          }
        }
      }
      while (!descended && module._ts_tree_cursor_goto_next_sibling_wasm(tree) !== 1) {
        if (module._ts_tree_cursor_goto_parent_wasm(tree) !== 1) {
          const [root = top] = top.children;
          return { root, comments, error };
        }
        parent = open.pop() ?? top;
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
