import { ts } from '@ts-morph/common';
import type { Code, CodeClass, CodeFunction, CodeParam, CodeStatement, CodeTarget, CodeType } from '@tenantlint/model';
import { decoratorsOf, hasModifier, staticName, type Lowering } from './lowering.ts';

/** The compiler's exports are getters: read here once, and not for each node. */
const { canHaveModifiers, getModifiers, isArrayBindingPattern, isArrowFunction, isBindingElement, isBlock, isConstructorDeclaration, isExpressionStatement, isGetAccessor, isIdentifier, isMethodDeclaration, isOmittedExpression, isPropertyDeclaration, isSetAccessor, isStringLiteral, SyntaxKind } = ts;

export function lowerFunction(low: Lowering, node: ts.FunctionLikeDeclaration): CodeFunction {
  const at = low.at(node);
  const name = node.name ? staticName(node.name) : undefined;
  const block = node.body;
  const body: CodeStatement[] = !block ? [] : isBlock(block) ? low.statements(block.statements) : [{ kind: 'return', value: low.code(block), at: low.at(block) }];
  return {
    id: `${low.file}#${at.start}`,
    name,
    at,
    nameAt: node.name ? low.at(node.name) : at,
    params: node.parameters.filter(p => !(isIdentifier(p.name) && p.name.text === 'this')).map(p => lowerParam(low, p)),
    body,
    async: hasModifier(node, SyntaxKind.AsyncKeyword),
    generator: node.asteriskToken !== undefined,
    arrow: isArrowFunction(node),
    decorators: decoratorsOf(low, node),
    ...(node.type ? { returns: low.type(node.type) } : {}),
    directives: block && isBlock(block) ? directivesOf(block.statements) : [],
  };
}

function lowerParam(low: Lowering, node: ts.ParameterDeclaration): CodeParam {
  const isField = isIdentifier(node.name) && canHaveModifiers(node) && (getModifiers(node) ?? []).length > 0;
  return {
    target: low.target(node.name),
    ...(node.initializer ? { default: low.code(node.initializer) } : {}),
    optional: node.questionToken !== undefined || node.initializer !== undefined,
    rest: node.dotDotDotToken !== undefined,
    ...(node.type ? { type: low.type(node.type) } : {}),
    decorators: decoratorsOf(low, node),
    ...(isField && isIdentifier(node.name) ? { field: node.name.text } : {}),
  };
}

/** `'use server'` and its kin: string statements before anything else. */
export function directivesOf(statements: readonly ts.Statement[]): string[] {
  const found: string[] = [];
  for (const s of statements) {
    if (!isExpressionStatement(s) || !isStringLiteral(s.expression)) break;
    found.push(s.expression.text);
  }
  return found;
}

export function lowerTarget(low: Lowering, node: ts.BindingName): CodeTarget {
  const at = low.at(node);
  if (isIdentifier(node)) return { kind: 'name', name: node.text, at };
  if (isArrayBindingPattern(node)) {
    const rest = node.elements.find((e): e is ts.BindingElement => isBindingElement(e) && e.dotDotDotToken !== undefined);
    const items = node.elements.filter(e => e !== rest).map(e => (isOmittedExpression(e) ? undefined : { target: low.target(e.name), ...(e.initializer ? { default: low.code(e.initializer) } : {}) }));
    return { kind: 'array', items, ...(rest ? { rest: low.target(rest.name) } : {}), at };
  }
  const rest = node.elements.find(e => e.dotDotDotToken !== undefined);
  const properties = node.elements.filter(e => e !== rest).flatMap(e => {
    const name = staticName(e.propertyName ?? e.name);
    return name === undefined ? [] : [{ name, target: low.target(e.name), ...(e.initializer ? { default: low.code(e.initializer) } : {}) }];
  });
  return { kind: 'object', properties, ...(rest ? { rest: low.target(rest.name) } : {}), at };
}

export function lowerClass(low: Lowering, node: ts.ClassLikeDeclaration): CodeClass {
  const at = low.at(node);
  const bases = (node.heritageClauses ?? []).filter(h => h.token === SyntaxKind.ExtendsKeyword).flatMap(h => h.types.map(t => low.code(t.expression)));
  const fields: { name: string; at: CodeClass['at']; value?: Code; type?: CodeType; static: boolean; decorators: readonly Code[] }[] = [];
  const methods: { name: string; kind: 'method' | 'get' | 'set' | 'constructor'; static: boolean; fn: CodeFunction }[] = [];
  for (const m of node.members) {
    const isStatic = hasModifier(m, SyntaxKind.StaticKeyword);
    if (isConstructorDeclaration(m)) {
      if (m.body) methods.push({ name: 'constructor', kind: 'constructor', static: false, fn: low.fn(m) });
      continue;
    }
    const name = m.name ? staticName(m.name) : undefined;
    if (name === undefined) continue;
    if (isPropertyDeclaration(m))
      fields.push({ name, at: low.at(m.name), ...(m.initializer ? { value: low.code(m.initializer) } : {}), ...(m.type ? { type: low.type(m.type) } : {}), static: isStatic, decorators: decoratorsOf(low, m) });
    else if (isMethodDeclaration(m)) {
      if (m.body) methods.push({ name, kind: 'method', static: isStatic, fn: low.fn(m) });
    } else if (isGetAccessor(m) || isSetAccessor(m)) methods.push({ name, kind: isGetAccessor(m) ? 'get' : 'set', static: isStatic, fn: low.fn(m) });
  }
  return { id: `${low.file}#${at.start}`, name: node.name?.text, at, nameAt: node.name ? low.at(node.name) : at, bases, decorators: decoratorsOf(low, node), fields, methods };
}
