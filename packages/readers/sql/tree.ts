import type { Node } from './grammar.ts';

type Members<U> = (U extends unknown ? (member: U) => void : never) extends (all: infer I) => void ? I : never;

/** A parse tree node seen as a record of which exactly one field is set; its name is the node's kind. */
export type Tree = Partial<Members<Node>>;
export type TreeKind = keyof Tree;

/** The kind of a node: its only key. */
export function kindOf(node: Node): TreeKind | undefined {
  for (const kind in node) return kind as TreeKind;
  return undefined;
}

/** The text of a String node. */
export function textOf(node: Node | undefined): string {
  const tree: Tree = node ?? {};
  return tree.String?.sval ?? '';
}

export function textsOf(nodes: readonly Node[] | undefined): string[] {
  return nodes === undefined ? [] : nodes.map(textOf);
}

/** The members of a List node. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  const tree: Tree = node ?? {};
  return tree.List?.items ?? [];
}

/**
 * Some place within a subtree, in bytes; -1 when nothing in it has one. Walks without recursion: a tree may be
 * as deep as its text is long.
 */
export function anyLocation(root: unknown): number {
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (let i = value.length - 1; i >= 0; i--) stack.push(value[i]);
      continue;
    }
    const { location } = value as { location?: unknown };
    if (typeof location === 'number' && location >= 0) return location;
    for (const key of Object.keys(value).reverse()) stack.push((value as Record<string, unknown>)[key]);
  }
  return -1;
}
