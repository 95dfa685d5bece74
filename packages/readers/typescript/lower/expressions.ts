import { ts } from '@ts-morph/common';
import type { Code, CodeArgument, CodeEntry, CodeTarget, Span } from '@tenantlint/model';
import { staticName, type Lowering } from './lowering.ts';

/** The compiler's exports are getters: read here once, and not for each node. */
const { isArrayLiteralExpression, isArrowFunction, isAsExpression, isAwaitExpression, isBigIntLiteral, isBinaryExpression, isCallExpression, isClassExpression, isComputedPropertyName, isConditionalExpression, isDeleteExpression, isElementAccessExpression, isExpressionWithTypeArguments, isFunctionExpression, isGetAccessor, isIdentifier, isJsxElement, isJsxExpression, isJsxFragment, isJsxNamespacedName, isJsxSelfClosingElement, isJsxSpreadAttribute, isJsxText, isMethodDeclaration, isNewExpression, isNonNullExpression, isNumericLiteral, isObjectLiteralExpression, isOmittedExpression, isParenthesizedExpression, isPostfixUnaryExpression, isPrefixUnaryExpression, isPropertyAccessExpression, isPropertyAssignment, isSatisfiesExpression, isSetAccessor, isShorthandPropertyAssignment, isSpreadAssignment, isSpreadElement, isStringLiteralLike, isTaggedTemplateExpression, isTemplateExpression, isTypeAssertionExpression, isTypeOfExpression, isVoidExpression, isYieldExpression, SyntaxKind } = ts;

const EQUALITY = new Map<ts.SyntaxKind, string>([
  [SyntaxKind.EqualsEqualsToken, '='],
  [SyntaxKind.EqualsEqualsEqualsToken, '='],
  [SyntaxKind.ExclamationEqualsToken, '<>'],
  [SyntaxKind.ExclamationEqualsEqualsToken, '<>'],
]);
const LOGICAL = new Map<ts.SyntaxKind, 'and' | 'or' | 'coalesce'>([
  [SyntaxKind.AmpersandAmpersandToken, 'and'],
  [SyntaxKind.BarBarToken, 'or'],
  [SyntaxKind.QuestionQuestionToken, 'coalesce'],
]);
const UNARY = new Map<ts.PrefixUnaryOperator, 'not' | 'minus' | 'plus' | 'invert'>([
  [SyntaxKind.ExclamationToken, 'not'],
  [SyntaxKind.MinusToken, 'minus'],
  [SyntaxKind.PlusToken, 'plus'],
  [SyntaxKind.TildeToken, 'invert'],
]);

export function lowerCode(low: Lowering, node: ts.Expression): Code {
  const at = low.at(node);
  if (isParenthesizedExpression(node)) return low.code(node.expression);
  if (isIdentifier(node)) return node.text === 'undefined' ? { kind: 'undefined', at } : { kind: 'name', name: node.text, at };
  if (isStringLiteralLike(node)) return { kind: 'literal', value: node.text, at };
  if (isNumericLiteral(node)) return { kind: 'literal', value: Number(node.text), at };
  if (isBigIntLiteral(node)) return { kind: 'literal', value: node.text, at };
  if (isPropertyAccessExpression(node))
    return { kind: 'member', of: low.code(node.expression), name: node.name.text, nameAt: low.at(node.name), optional: node.questionDotToken !== undefined, at };
  if (isElementAccessExpression(node)) {
    const key = low.code(node.argumentExpression);
    const optional = node.questionDotToken !== undefined;
    return key.kind === 'literal' && typeof key.value === 'string'
      ? { kind: 'member', of: low.code(node.expression), name: key.value, nameAt: key.at, optional, at }
      : { kind: 'index', of: low.code(node.expression), key, optional, at };
  }
  if (isCallExpression(node)) return lowerCall(low, node, at);
  if (isNewExpression(node))
    return { kind: 'call', callee: low.code(node.expression), args: lowerArguments(low, node.arguments ?? []), construct: true, optional: false, ...types(low, node.typeArguments), at };
  if (isObjectLiteralExpression(node)) return { kind: 'object', entries: node.properties.flatMap(p => lowerEntry(low, p)), at };
  if (isArrayLiteralExpression(node)) return { kind: 'array', items: lowerArguments(low, node.elements), at };
  if (isArrowFunction(node) || isFunctionExpression(node)) return { kind: 'function', fn: low.fn(node), at };
  if (isClassExpression(node)) return { kind: 'class', class: low.class(node), at };
  if (isTemplateExpression(node)) return template(low, node, at);
  if (isTaggedTemplateExpression(node)) {
    const tag = low.code(node.tag);
    if (isTemplateExpression(node.template)) return { ...template(low, node.template, at), tag };
    return { kind: 'template', texts: [{ text: node.template.text, at: inner(low, node.template, 1, 1) }], values: [], tag, at };
  }
  if (isConditionalExpression(node)) return { kind: 'conditional', test: low.code(node.condition), then: low.code(node.whenTrue), otherwise: low.code(node.whenFalse), at };
  if (isBinaryExpression(node)) return lowerBinary(low, node, at);
  if (isPrefixUnaryExpression(node)) {
    const op = UNARY.get(node.operator);
    const of = low.code(node.operand);
    if (op === 'minus' && of.kind === 'literal' && typeof of.value === 'number') return { kind: 'literal', value: -of.value, at };
    return op ? { kind: 'unary', op, of, at } : increment(low, node.operand, node.operator, at);
  }
  if (isPostfixUnaryExpression(node)) return increment(low, node.operand, node.operator, at);
  if (isTypeOfExpression(node)) return { kind: 'unary', op: 'typeof', of: low.code(node.expression), at };
  if (isVoidExpression(node)) return { kind: 'unary', op: 'void', of: low.code(node.expression), at };
  if (isDeleteExpression(node)) return { kind: 'unary', op: 'delete', of: low.code(node.expression), at };
  if (isAwaitExpression(node)) return { kind: 'await', of: low.code(node.expression), at };
  if (isYieldExpression(node)) return { kind: 'yield', of: node.expression ? low.code(node.expression) : { kind: 'undefined', at }, at };
  if (isNonNullExpression(node)) return { kind: 'non-null', of: low.code(node.expression), at };
  if (isAsExpression(node) || isTypeAssertionExpression(node)) return { kind: 'typed', of: low.code(node.expression), type: low.type(node.type), satisfies: false, at };
  if (isSatisfiesExpression(node)) return { kind: 'typed', of: low.code(node.expression), type: low.type(node.type), satisfies: true, at };
  if (isJsxElement(node)) return element(low, node.openingElement, node.children, at);
  if (isJsxSelfClosingElement(node)) return element(low, node, [], at);
  if (isJsxFragment(node)) return { kind: 'array', items: children(low, node.children).map(value => ({ value, spread: false })), at };
  if (isExpressionWithTypeArguments(node)) return low.code(node.expression);
  switch (node.kind) {
    case SyntaxKind.TrueKeyword: return { kind: 'literal', value: true, at };
    case SyntaxKind.FalseKeyword: return { kind: 'literal', value: false, at };
    case SyntaxKind.NullKeyword: return { kind: 'literal', value: null, at };
    case SyntaxKind.ThisKeyword: return { kind: 'this', at };
    case SyntaxKind.SuperKeyword: return { kind: 'super', at };
    case SyntaxKind.OmittedExpression: return { kind: 'undefined', at };
    default: return { kind: 'opaque', reason: SyntaxKind[node.kind] ?? 'unknown syntax', at };
  }
}

function lowerCall(low: Lowering, node: ts.CallExpression, at: Span): Code {
  const [first] = node.arguments;
  if (node.expression.kind === SyntaxKind.ImportKeyword) return first && isStringLiteralLike(first) ? { kind: 'import', from: first.text, at } : { kind: 'opaque', reason: 'import of a computed path', at };
  if (isIdentifier(node.expression) && node.expression.text === 'require' && first && isStringLiteralLike(first)) return { kind: 'import', from: first.text, at };
  return { kind: 'call', callee: low.code(node.expression), args: lowerArguments(low, node.arguments), construct: false, optional: node.questionDotToken !== undefined, ...types(low, node.typeArguments), at };
}

function types(low: Lowering, args: readonly ts.TypeNode[] | undefined) {
  return args && args.length > 0 ? { types: args.map(t => low.type(t)) } : {};
}

function lowerArguments(low: Lowering, nodes: readonly ts.Expression[]): CodeArgument[] {
  return nodes.map(n => (isSpreadElement(n) ? { value: low.code(n.expression), spread: true } : { value: low.code(n), spread: false }));
}

function lowerEntry(low: Lowering, node: ts.ObjectLiteralElementLike): CodeEntry[] {
  if (isSpreadAssignment(node)) return [{ kind: 'spread', of: low.code(node.expression) }];
  if (isShorthandPropertyAssignment(node)) return [{ kind: 'property', name: node.name.text, nameAt: low.at(node.name), value: low.code(node.name), shorthand: true }];
  const name = staticName(node.name);
  if (isGetAccessor(node) || isSetAccessor(node)) return name === undefined ? [] : [{ kind: 'accessor', name, fn: low.fn(node) }];
  const value: Code = isMethodDeclaration(node) ? { kind: 'function', fn: low.fn(node), at: low.at(node) } : low.code(node.initializer);
  if (name !== undefined) return [{ kind: 'property', name, nameAt: low.at(node.name), value, shorthand: false }];
  return isComputedPropertyName(node.name) ? [{ kind: 'computed', key: low.code(node.name.expression), value }] : [];
}

/** Left-leaning chains of binary operators can be thousands long in generated code, so the spine is walked in a loop. */
function lowerBinary(low: Lowering, node: ts.BinaryExpression, at: Span): Code {
  const spine: ts.BinaryExpression[] = [];
  let left: ts.Expression = node;
  while (isBinaryExpression(left) && !isAssignment(left)) {
    spine.push(left);
    left = left.left;
  }
  if (spine.length === 0) return assignment(low, node, at);
  let code = low.code(left);
  for (const b of spine.reverse()) {
    const right = low.code(b.right);
    const kind = b.operatorToken.kind;
    const logical = LOGICAL.get(kind);
    const span = low.at(b);
    if (logical) code = { kind: 'logical', op: logical, left: code, right, at: span };
    else if (kind === SyntaxKind.CommaToken) code = { kind: 'sequence', of: code.kind === 'sequence' ? [...code.of, right] : [code, right], at: span };
    else code = { kind: 'binary', op: EQUALITY.get(kind) ?? b.operatorToken.getText(low.source), left: code, right, at: span };
  }
  return code;
}

function isAssignment(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind >= SyntaxKind.FirstAssignment && node.operatorToken.kind <= SyntaxKind.LastAssignment;
}

function assignment(low: Lowering, node: ts.BinaryExpression, at: Span): Code {
  const op = node.operatorToken.getText(low.source);
  return { kind: 'assign', target: lowerPlace(low, node.left), op: op === '=' ? '=' : op.slice(0, -1), value: low.code(node.right), at };
}

function increment(low: Lowering, operand: ts.Expression, operator: ts.PrefixUnaryOperator, at: Span): Code {
  return { kind: 'assign', target: lowerPlace(low, operand), op: operator === SyntaxKind.MinusMinusToken ? '-' : '+', value: { kind: 'literal', value: 1, at }, at };
}

/** The left side of an assignment: a name, a member, or a pattern written as a literal. */
export function lowerPlace(low: Lowering, node: ts.Expression): CodeTarget {
  const at = low.at(node);
  if (isParenthesizedExpression(node)) return lowerPlace(low, node.expression);
  if (isIdentifier(node)) return { kind: 'name', name: node.text, at };
  if (isArrayLiteralExpression(node)) {
    const rest = node.elements.find(isSpreadElement);
    const items = node.elements.filter(e => !isSpreadElement(e)).map(e => (isOmittedExpression(e) ? undefined : withDefault(low, e)));
    return { kind: 'array', items, ...(rest ? { rest: lowerPlace(low, rest.expression) } : {}), at };
  }
  if (isObjectLiteralExpression(node)) {
    const rest = node.properties.find(isSpreadAssignment);
    const properties = node.properties.flatMap(p => {
      if (isShorthandPropertyAssignment(p)) return [{ name: p.name.text, target: { kind: 'name', name: p.name.text, at: low.at(p.name) } as const, ...(p.objectAssignmentInitializer ? { default: low.code(p.objectAssignmentInitializer) } : {}) }];
      const name = isPropertyAssignment(p) ? staticName(p.name) : undefined;
      return isPropertyAssignment(p) && name !== undefined ? [{ name, ...withDefault(low, p.initializer) }] : [];
    });
    return { kind: 'object', properties, ...(rest ? { rest: lowerPlace(low, rest.expression) } : {}), at };
  }
  return { kind: 'place', of: low.code(node), at };
}

function withDefault(low: Lowering, node: ts.Expression): { target: CodeTarget; default?: Code } {
  if (isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.EqualsToken) return { target: lowerPlace(low, node.left), default: low.code(node.right) };
  return { target: lowerPlace(low, node) };
}

function template(low: Lowering, node: ts.TemplateExpression, at: Span): Extract<Code, { kind: 'template' }> {
  const parts = [node.head, ...node.templateSpans.map(s => s.literal)];
  return {
    kind: 'template',
    texts: parts.map((p, i) => ({ text: p.text, at: inner(low, p, 1, i === parts.length - 1 ? 1 : 2) })),
    values: node.templateSpans.map(s => low.code(s.expression)),
    at,
  };
}

/** The span of a template part without its delimiters. */
function inner(low: Lowering, node: ts.Node, before: number, after: number): Span {
  const { file, start, end } = low.at(node);
  return { file, start: start + before, end: end - after };
}

function element(low: Lowering, node: ts.JsxOpeningLikeElement, inside: readonly ts.JsxChild[], at: Span): Code {
  const attributes = node.attributes.properties.flatMap((a): CodeEntry[] => {
    if (isJsxSpreadAttribute(a)) return [{ kind: 'spread', of: low.code(a.expression) }];
    const name = staticName(a.name);
    if (name === undefined) return [];
    const init = a.initializer;
    const value: Code = !init ? { kind: 'literal', value: true, at: low.at(a) }
      : isJsxExpression(init) ? (init.expression ? low.code(init.expression) : { kind: 'undefined', at: low.at(init) })
      : low.code(init);
    return [{ kind: 'property', name, nameAt: low.at(a.name), value, shorthand: false }];
  });
  const tag = node.tagName;
  const component: Code = isJsxNamespacedName(tag) ? { kind: 'literal', value: staticName(tag) ?? '', at: low.at(tag) }
    : isIdentifier(tag) && /^[a-z]/.test(tag.text) ? { kind: 'literal', value: tag.text, at: low.at(tag) }
    : low.code(tag);
  return { kind: 'element', component, attributes, children: children(low, inside), at };
}

function children(low: Lowering, nodes: readonly ts.JsxChild[]): Code[] {
  return nodes.flatMap((c): Code[] => {
    if (isJsxText(c)) return [];
    if (isJsxExpression(c)) return c.expression ? [low.code(c.expression)] : [];
    return [low.code(c)];
  });
}
