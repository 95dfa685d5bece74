import { ts } from '@ts-morph/common';
import type { Code, CodeClass, CodeFunction, CodeStatement, CodeTarget, CodeType, Span, Unread } from '@tenantlint/model';

/** The compiler's exports are getters: read here once, and not for each node. */
const { canHaveDecorators, canHaveModifiers, getDecorators, getModifiers, isComputedPropertyName, isIdentifier, isJsxNamespacedName, isNoSubstitutionTemplateLiteral, isNumericLiteral, isPrivateIdentifier, isStringLiteral, isStringLiteralLike } = ts;

/**
 * The lowering of one file. Expressions, statements, functions and types need each other; each lives in a file of its
 * own and reaches the others through this object, which `file.ts` puts together.
 */
export interface Lowering {
  readonly file: string;
  readonly source: ts.SourceFile;
  readonly unread: Unread[];
  at(node: ts.Node): Span;
  code(node: ts.Expression): Code;
  statements(nodes: readonly ts.Statement[]): CodeStatement[];
  fn(node: ts.FunctionLikeDeclaration): CodeFunction;
  class(node: ts.ClassLikeDeclaration): CodeClass;
  target(node: ts.BindingName): CodeTarget;
  type(node: ts.TypeNode): CodeType;
}

/** Decorators of a node, or none: they may stand on parameters and members in both of TypeScript's dialects. */
export function decoratorsOf(low: Lowering, node: ts.Node): readonly Code[] {
  return canHaveDecorators(node) ? (getDecorators(node) ?? []).map(d => low.code(d.expression)) : [];
}

/** A property's name where it is written out; a computed name with a literal counts. */
export function staticName(name: ts.PropertyName | ts.BindingName | ts.JsxAttributeName | ts.ModuleExportName): string | undefined {
  if (isIdentifier(name) || isStringLiteral(name) || isPrivateIdentifier(name) || isNumericLiteral(name) || isNoSubstitutionTemplateLiteral(name)) return name.text;
  if (isComputedPropertyName(name) && isStringLiteralLike(name.expression)) return name.expression.text;
  if (isJsxNamespacedName(name)) return `${name.namespace.text}:${name.name.text}`;
  return undefined;
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return canHaveModifiers(node) && (getModifiers(node) ?? []).some(m => m.kind === kind);
}
