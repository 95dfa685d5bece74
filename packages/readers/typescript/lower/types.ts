import { ts } from '@ts-morph/common';
import type { CodeType } from '@tenantlint/model';

/** Types by structure where the analysis asks (optional members, unions with undefined, references); else their text. */
export function lowerType(node: ts.TypeNode, source: ts.SourceFile): CodeType {
  const lower = (n: ts.TypeNode) => lowerType(n, source);
  switch (node.kind) {
    case ts.SyntaxKind.UndefinedKeyword:
    case ts.SyntaxKind.VoidKeyword:
      return { kind: 'undefined' };
    case ts.SyntaxKind.StringKeyword: return { kind: 'ref', name: 'string', args: [] };
    case ts.SyntaxKind.NumberKeyword: return { kind: 'ref', name: 'number', args: [] };
    case ts.SyntaxKind.BooleanKeyword: return { kind: 'ref', name: 'boolean', args: [] };
    case ts.SyntaxKind.AnyKeyword: return { kind: 'ref', name: 'any', args: [] };
    case ts.SyntaxKind.UnknownKeyword: return { kind: 'ref', name: 'unknown', args: [] };
    default:
  }
  if (ts.isParenthesizedTypeNode(node)) return lower(node.type);
  if (ts.isTypeReferenceNode(node)) return { kind: 'ref', name: entityName(node.typeName), args: (node.typeArguments ?? []).map(lower) };
  if (ts.isExpressionWithTypeArguments(node)) return { kind: 'ref', name: node.expression.getText(source), args: (node.typeArguments ?? []).map(lower) };
  if (ts.isUnionTypeNode(node)) return { kind: 'union', of: node.types.map(lower) };
  if (ts.isIntersectionTypeNode(node)) return { kind: 'intersection', of: node.types.map(lower) };
  if (ts.isArrayTypeNode(node)) return { kind: 'array', of: lower(node.elementType) };
  if (ts.isTypeOperatorNode(node)) return lower(node.type);
  if (ts.isTypeLiteralNode(node)) return { kind: 'object', members: members(node.members, source) };
  if (ts.isFunctionTypeNode(node)) return { kind: 'function', params: node.parameters.map(p => (p.type ? lower(p.type) : { kind: 'ref', name: 'any', args: [] })), returns: lower(node.type) };
  if (ts.isLiteralTypeNode(node)) {
    const l = node.literal;
    if (l.kind === ts.SyntaxKind.NullKeyword) return { kind: 'null' };
    if (ts.isStringLiteralLike(l)) return { kind: 'literal', value: l.text };
    if (ts.isNumericLiteral(l)) return { kind: 'literal', value: Number(l.text) };
    if (l.kind === ts.SyntaxKind.TrueKeyword || l.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'literal', value: l.kind === ts.SyntaxKind.TrueKeyword };
  }
  return { kind: 'opaque', text: node.getText(source) };
}

/** Members of an interface or an object type; methods count as members of a function type without parameters. */
export function members(nodes: readonly ts.TypeElement[], source: ts.SourceFile): { name: string; optional: boolean; type: CodeType }[] {
  return nodes.flatMap(m => {
    if (!m.name || !(ts.isIdentifier(m.name) || ts.isStringLiteral(m.name))) return [];
    const type: CodeType = ts.isPropertySignature(m) && m.type ? lowerType(m.type, source) : { kind: 'opaque', text: m.getText(source) };
    return [{ name: m.name.text, optional: m.questionToken !== undefined, type }];
  });
}

function entityName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${entityName(name.left)}.${name.right.text}`;
}
