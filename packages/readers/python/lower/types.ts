import type { Code, CodeType } from '@tenantlint/model';
import { child, type PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';
import { lowerString } from './strings.ts';

/**
 * Annotations by structure: `Optional[X]` and `X | None` are unions with null, `List[X]` is an array, `Annotated[X, …]`
 * is X, quoted annotations are read as what they quote.
 */
export function lowerType(low: Lowering, node: PyNode): CodeType {
  switch (node.type) {
    case 'type': case 'parenthesized_expression': {
      const [inner] = node.children;
      return inner ? low.type(inner) : opaque(low, node);
    }
    case 'none': return { kind: 'null' };
    case 'identifier': return { kind: 'ref', name: node.text, args: [] };
    case 'attribute': case 'member_type': {
      const name = dotted(node);
      return name === undefined ? opaque(low, node) : { kind: 'ref', name, args: [] };
    }
    case 'string': case 'concatenated_string': return quoted(low, node);
    case 'true': case 'false': return { kind: 'literal', value: node.type === 'true' };
    case 'integer': return { kind: 'literal', value: Number(node.text) };
    case 'binary_operator': case 'union_type': {
      if (node.type === 'binary_operator' && child(node, 'operator')?.type !== '|') return opaque(low, node);
      return union(node.children.filter((c) => c.type !== '|').map((c) => low.type(c)));
    }
    case 'generic_type': {
      const [name, params] = node.children;
      return name ? applied(low, node, name, params?.children ?? []) : opaque(low, node);
    }
    case 'subscript': {
      const value = child(node, 'value');
      return value ? applied(low, node, value, node.children.filter((c) => c.field === 'subscript').flatMap((c) => (c.type === 'tuple' ? c.children : [c]))) : opaque(low, node);
    }
    default: return opaque(low, node);
  }
}

function applied(low: Lowering, node: PyNode, of: PyNode, args: readonly PyNode[]): CodeType {
  const name = dotted(of);
  if (name === undefined) return opaque(low, node);
  const [first] = args;
  switch (lastName(name)) {
    case 'Literal': return union(args.map((arg) => literalType(low, arg)));
    case 'Annotated': case 'Final': case 'ClassVar': case 'Required': case 'NotRequired': case 'ReadOnly':
      // ClassVar is kept: what it marks is no field.
      return lastName(name) === 'ClassVar' ? { kind: 'ref', name, args: args.map((a) => low.type(a)) } : first ? low.type(first) : opaque(low, node);
    case 'Optional': return first ? union([low.type(first), { kind: 'null' }]) : opaque(low, node);
    case 'Union': return union(args.map((a) => low.type(a)));
    case 'List': case 'list': return first ? { kind: 'array', of: low.type(first) } : opaque(low, node);
    default: return { kind: 'ref', name, args: args.map((a) => (a.type === 'list' ? opaque(low, a) : low.type(a))) };
  }
}

function literalType(low: Lowering, node: PyNode): CodeType {
  const inner = node.type === 'type' && node.children[0] ? node.children[0] : node;
  if (inner.type === 'string') {
    const code = lowerString(low, inner);
    return code.kind === 'literal' && typeof code.value === 'string' ? { kind: 'literal', value: code.value } : opaque(low, node);
  }
  return low.type(inner);
}

function union(of: readonly CodeType[]): CodeType {
  const flat = of.flatMap((one) => (one.kind === 'union' ? one.of : [one]));
  const [only] = flat;
  return flat.length === 1 && only ? only : { kind: 'union', of: flat };
}

function quoted(low: Lowering, node: PyNode): CodeType {
  const code = node.type === 'string' ? lowerString(low, node) : undefined;
  const text = code?.kind === 'literal' && typeof code.value === 'string' ? code.value : undefined;
  const tree = text === undefined ? undefined : low.context.parse(text);
  const statement = tree && !tree.error && tree.root.children.length === 1 ? tree.root.children[0] : undefined;
  const [expression] = statement?.type === 'expression_statement' && statement.children.length === 1 ? statement.children : [];
  return expression && text !== undefined ? low.reading(text).type(expression) : opaque(low, node);
}

/** `a.b.c` of names alone. */
export function dotted(node: PyNode): string | undefined {
  if (node.type === 'identifier') return node.text;
  if (node.type === 'type' && node.children[0]) return dotted(node.children[0]);
  if (node.type !== 'attribute' && node.type !== 'member_type' && node.type !== 'dotted_name') return undefined;
  const parts = node.children.map(dotted);
  return parts.every((p) => p !== undefined) ? parts.join('.') : undefined;
}

const lastName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function opaque(low: Lowering, node: PyNode): CodeType {
  return { kind: 'opaque', text: low.text(node) };
}

/** What `Annotated[X, …]` adds to X, also inside `Mapped[…]`: instructions to the framework, as decorators are elsewhere. */
export function annotations(low: Lowering, node: PyNode): Code[] {
  const inner = node.type === 'type' ? node.children[0] : node;
  if (!inner || (inner.type !== 'generic_type' && inner.type !== 'subscript')) return [];
  const [of, params] = inner.children;
  const name = of && dotted(of);
  if (name === undefined) return [];
  const args = (inner.type === 'generic_type' ? (params?.children ?? []) : inner.children.filter((c) => c.field === 'subscript')).flatMap((c) => (c.type === 'tuple' ? c.children : [c]));
  const [first, ...rest] = args;
  if (lastName(name) === 'Annotated') return rest.map((arg) => low.code(arg.type === 'type' && arg.children[0] ? arg.children[0] : arg));
  return (lastName(name) === 'Mapped' || lastName(name) === 'Optional') && first ? annotations(low, first) : [];
}
