import type { VariableSetStmt } from 'libpg-query';
import type { Node } from './grammar.ts';
import { kindOf, textOf, textsOf, type Tree } from './tree.ts';

/** Options in parentheses: `WITH (fillfactor = 70, security_invoker)`. An option without a value is `true`. */
export function optionsOf(nodes: readonly Node[] | undefined): Record<string, string> {
  const options: Record<string, string> = {};
  for (const node of nodes ?? []) {
    const { defname = '', defnamespace, arg } = (node as Tree).DefElem ?? {};
    options[defnamespace === undefined ? defname : `${defnamespace}.${defname}`] = arg === undefined ? 'true' : scalar(arg);
  }
  return options;
}

/** An option's or a setting's value as text. */
export function scalar(node: Node): string {
  const tree: Tree = node;
  switch (kindOf(node)) {
    case 'String':
      return textOf(node);
    case 'Integer':
      return String(tree.Integer?.ival ?? 0);
    case 'Float':
      return tree.Float?.fval ?? '';
    case 'Boolean':
      return String(tree.Boolean?.boolval ?? false);
    case 'TypeName':
      return textsOf(tree.TypeName?.names).at(-1) ?? '';
    case 'TypeCast':
      return tree.TypeCast?.arg === undefined ? '' : scalar(tree.TypeCast.arg);
    case 'A_Const': {
      const constant = tree.A_Const ?? {};
      if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
      if (constant.boolval !== undefined) return String(constant.boolval.boolval ?? false);
      return constant.sval?.sval ?? constant.fval?.fval ?? constant.bsval?.bsval ?? '';
    }
    case 'List':
      return (tree.List?.items ?? []).map(scalar).join(', ');
    default:
      return '';
  }
}

/** The values of SET name = a, b; undefined for DEFAULT and RESET. */
export function settingValues(node: VariableSetStmt): string[] | undefined {
  return node.kind === 'VAR_SET_VALUE' ? (node.args ?? []).map(scalar) : undefined;
}

/** The option of that name. */
export function option(nodes: readonly Node[] | undefined, name: string): Node | undefined {
  for (const node of nodes ?? []) {
    const { DefElem: element } = node as Tree;
    if (element?.defname === name) return element.arg;
  }
  return undefined;
}

export function flag(node: Node | undefined): boolean {
  const tree: Tree = node ?? {};
  return tree.Boolean?.boolval ?? (tree.Integer?.ival ?? 0) !== 0;
}
