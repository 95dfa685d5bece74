import { ts } from '@ts-morph/common';
import type { CodeType } from '@tenantlint/model';

/** The compiler's exports are getters: read here once, and not for each node. */
const { isArrayTypeNode, isExpressionWithTypeArguments, isFunctionTypeNode, isIdentifier, isIntersectionTypeNode, isLiteralTypeNode, isNumericLiteral, isParenthesizedTypeNode, isPropertySignature, isStringLiteral, isStringLiteralLike, isTypeLiteralNode, isTypeOperatorNode, isTypeReferenceNode, isUnionTypeNode, SyntaxKind } = ts;

/** Types by structure where the analysis asks (optional members, unions with undefined, references); else their text. */
export function lowerType(node: ts.TypeNode, source: ts.SourceFile): CodeType {
  const lower = (n: ts.TypeNode) => lowerType(n, source);
  switch (node.kind) {
    case SyntaxKind.UndefinedKeyword:
    case SyntaxKind.VoidKeyword:
      return { kind: 'undefined' };
    case SyntaxKind.StringKeyword: return { kind: 'ref', name: 'string', args: [] };
    case SyntaxKind.NumberKeyword: return { kind: 'ref', name: 'number', args: [] };
    case SyntaxKind.BooleanKeyword: return { kind: 'ref', name: 'boolean', args: [] };
    case SyntaxKind.AnyKeyword: return { kind: 'ref', name: 'any', args: [] };
    case SyntaxKind.UnknownKeyword: return { kind: 'ref', name: 'unknown', args: [] };
    default:
  }
  if (isParenthesizedTypeNode(node)) return lower(node.type);
  if (isTypeReferenceNode(node)) return { kind: 'ref', name: entityName(node.typeName), args: (node.typeArguments ?? []).map(lower) };
  if (isExpressionWithTypeArguments(node)) return { kind: 'ref', name: node.expression.getText(source), args: (node.typeArguments ?? []).map(lower) };
  if (isUnionTypeNode(node)) return { kind: 'union', of: node.types.map(lower) };
  if (isIntersectionTypeNode(node)) return { kind: 'intersection', of: node.types.map(lower) };
  if (isArrayTypeNode(node)) return { kind: 'array', of: lower(node.elementType) };
  if (isTypeOperatorNode(node)) return lower(node.type);
  if (isTypeLiteralNode(node)) return { kind: 'object', members: members(node.members, source) };
  if (isFunctionTypeNode(node)) return { kind: 'function', params: node.parameters.map(p => (p.type ? lower(p.type) : { kind: 'ref', name: 'any', args: [] })), returns: lower(node.type) };
  if (isLiteralTypeNode(node)) {
    const l = node.literal;
    if (l.kind === SyntaxKind.NullKeyword) return { kind: 'null' };
    if (isStringLiteralLike(l)) return { kind: 'literal', value: l.text };
    if (isNumericLiteral(l)) return { kind: 'literal', value: Number(l.text) };
    if (l.kind === SyntaxKind.TrueKeyword || l.kind === SyntaxKind.FalseKeyword) return { kind: 'literal', value: l.kind === SyntaxKind.TrueKeyword };
  }
  return { kind: 'opaque', text: node.getText(source) };
}

/** Members of an interface or an object type; methods count as members of a function type without parameters. */
export function members(nodes: readonly ts.TypeElement[], source: ts.SourceFile): { name: string; optional: boolean; type: CodeType }[] {
  return nodes.flatMap(m => {
    if (!m.name || !(isIdentifier(m.name) || isStringLiteral(m.name))) return [];
    const type: CodeType = isPropertySignature(m) && m.type ? lowerType(m.type, source) : { kind: 'opaque', text: m.getText(source) };
    return [{ name: m.name.text, optional: m.questionToken !== undefined, type }];
  });
}

function entityName(name: ts.EntityName): string {
  return isIdentifier(name) ? name.text : `${entityName(name.left)}.${name.right.text}`;
}
