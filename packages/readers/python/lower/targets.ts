import type { Code, CodeTarget } from '@tenantlint/model';
import type { PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';

/** What stands on the left of `=`, after `for` or after `as`. */
export function lowerTarget(low: Lowering, node: PyNode): CodeTarget {
  const at = low.at(node);
  switch (node.type) {
    case 'identifier': return { kind: 'name', name: node.text, at };
    case 'tuple_pattern': case 'list_pattern': case 'pattern_list': case 'tuple': case 'list': case 'expression_list': {
      const rest = node.children.find((c) => c.type === 'list_splat_pattern' || c.type === 'list_splat')?.children.at(-1);
      const items = node.children.filter((c) => c.type !== 'list_splat_pattern' && c.type !== 'list_splat').map((c) => ({ target: low.target(c) }));
      return { kind: 'array', items, ...(rest ? { rest: low.target(rest) } : {}), at };
    }
    case 'as_pattern_target': case 'parenthesized_expression': {
      const [inner] = node.children;
      return inner ? low.target(inner) : { kind: 'place', of: low.code(node), at };
    }
    default: return { kind: 'place', of: low.code(node), at };
  }
}

/** The same place, read. */
export function readTarget(target: CodeTarget): Code {
  if (target.kind === 'name') return { kind: 'name', name: target.name, at: target.at };
  return target.kind === 'place' ? target.of : { kind: 'opaque', reason: 'pattern', at: target.at };
}
