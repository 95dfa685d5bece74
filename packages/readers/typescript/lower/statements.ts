import { ts } from '@ts-morph/common';
import type { Code, CodeStatement, CodeTarget } from '@tenantlint/model';
import { lowerPlace } from './expressions.ts';
import { members } from './types.ts';
import { staticName, type Lowering } from './lowering.ts';

/** The compiler's exports are getters: read here once, and not for each node. */
const { isBlock, isBreakStatement, isCaseClause, isClassDeclaration, isContinueStatement, isDoStatement, isEnumDeclaration, isExportAssignment, isExpressionStatement, isForInStatement, isForOfStatement, isForStatement, isFunctionDeclaration, isIfStatement, isInterfaceDeclaration, isLabeledStatement, isModuleBlock, isModuleDeclaration, isReturnStatement, isSwitchStatement, isThrowStatement, isTryStatement, isTypeAliasDeclaration, isVariableDeclarationList, isVariableStatement, isWhileStatement } = ts;

export function lowerStatement(low: Lowering, node: ts.Statement, label?: string): CodeStatement[] {
  const at = low.at(node);
  const labelled = label === undefined ? {} : { label };
  if (isVariableStatement(node)) return declarations(low, node.declarationList);
  if (isExpressionStatement(node)) return [{ kind: 'expression', of: low.code(node.expression), at }];
  if (isIfStatement(node)) return [{ kind: 'if', test: low.code(node.expression), then: body(low, node.thenStatement), otherwise: node.elseStatement ? body(low, node.elseStatement) : [], at }];
  if (isReturnStatement(node)) return [{ kind: 'return', ...(node.expression ? { value: low.code(node.expression) } : {}), at }];
  if (isThrowStatement(node)) return [{ kind: 'throw', value: low.code(node.expression), at }];
  if (isBlock(node)) return [{ kind: 'block', ...labelled, body: low.statements(node.statements), at }];
  if (isForOfStatement(node) || isForInStatement(node))
    return [{ kind: 'for-each', ...labelled, form: isForOfStatement(node) ? 'of' : 'in', target: loopTarget(low, node.initializer), over: low.code(node.expression), body: body(low, node.statement), at }];
  if (isForStatement(node)) {
    const init = !node.initializer ? [] : isVariableDeclarationList(node.initializer) ? declarations(low, node.initializer) : [{ kind: 'expression', of: low.code(node.initializer), at: low.at(node.initializer) } as const];
    return [{ kind: 'loop', ...labelled, ...(node.condition ? { test: low.code(node.condition) } : {}), testFirst: true, init, ...(node.incrementor ? { update: low.code(node.incrementor) } : {}), body: body(low, node.statement), at }];
  }
  if (isWhileStatement(node) || isDoStatement(node))
    return [{ kind: 'loop', ...labelled, test: low.code(node.expression), testFirst: isWhileStatement(node), init: [], body: body(low, node.statement), at }];
  if (isTryStatement(node)) {
    const c = node.catchClause;
    const handler = c ? [{ ...(c.variableDeclaration ? { target: low.target(c.variableDeclaration.name) } : {}), types: [], body: low.statements(c.block.statements) }] : [];
    return [{ kind: 'try', body: low.statements(node.tryBlock.statements), handlers: handler, finally: node.finallyBlock ? low.statements(node.finallyBlock.statements) : [], at }];
  }
  if (isSwitchStatement(node))
    return [{ kind: 'switch', on: low.code(node.expression), cases: node.caseBlock.clauses.map(c => ({ ...(isCaseClause(c) ? { test: low.code(c.expression) } : {}), body: low.statements(c.statements) })), at }];
  if (isBreakStatement(node) || isContinueStatement(node))
    return [{ kind: isBreakStatement(node) ? 'break' : 'continue', ...(node.label ? { label: node.label.text } : {}), at }];
  if (isLabeledStatement(node)) return lowerStatement(low, node.statement, node.label.text);
  if (isFunctionDeclaration(node)) {
    if (!node.body) return [];
    return node.name ? [{ kind: 'function', fn: low.fn(node), at }] : [defaultExport({ kind: 'function', fn: low.fn(node), at })];
  }
  if (isClassDeclaration(node)) return node.name ? [{ kind: 'class', class: low.class(node), at }] : [defaultExport({ kind: 'class', class: low.class(node), at })];
  if (isInterfaceDeclaration(node)) return [{ kind: 'type', name: node.name.text, type: { kind: 'object', members: members(node.members, low.source) }, at }];
  if (isTypeAliasDeclaration(node)) return [{ kind: 'type', name: node.name.text, type: low.type(node.type), at }];
  if (isEnumDeclaration(node)) return [enumeration(low, node)];
  if (isModuleDeclaration(node)) return node.body && isModuleBlock(node.body) ? [{ kind: 'block', body: low.statements(node.body.statements), at }] : [];
  if (isExportAssignment(node)) return [defaultExport(low.code(node.expression))];
  return [];
}

/** Local name under which the value of `export default <expression>` is kept. No identifier can be spelled so. */
export const DEFAULT_EXPORT = '*default*';

function defaultExport(value: Code): CodeStatement {
  return { kind: 'let', target: { kind: 'name', name: DEFAULT_EXPORT, at: value.at }, value, constant: true, at: value.at };
}

function body(low: Lowering, node: ts.Statement): CodeStatement[] {
  return isBlock(node) ? low.statements(node.statements) : low.statements([node]);
}

function declarations(low: Lowering, list: ts.VariableDeclarationList): CodeStatement[] {
  const constant = (list.flags & ts.NodeFlags.Const) !== 0;
  const using = (list.flags & ts.NodeFlags.Using) === ts.NodeFlags.Using;
  return list.declarations.map((d): CodeStatement => ({
    kind: 'let',
    target: low.target(d.name),
    ...(d.initializer ? { value: low.code(d.initializer) } : {}),
    constant: constant || using,
    ...(d.type ? { type: low.type(d.type) } : {}),
    at: low.at(d),
  }));
}

function loopTarget(low: Lowering, node: ts.ForInitializer): CodeTarget {
  if (!isVariableDeclarationList(node)) return lowerPlace(low, node);
  const [first] = node.declarations;
  return first ? low.target(first.name) : { kind: 'array', items: [], at: low.at(node) };
}

/** An enum is the object of its members. */
function enumeration(low: Lowering, node: ts.EnumDeclaration): CodeStatement {
  const at = low.at(node);
  const entries = node.members.flatMap((m, i) => {
    const name = staticName(m.name);
    const value: Code = m.initializer ? low.code(m.initializer) : { kind: 'literal', value: i, at: low.at(m) };
    return name === undefined ? [] : [{ kind: 'property', name, nameAt: low.at(m.name), value, shorthand: false } as const];
  });
  return { kind: 'let', target: { kind: 'name', name: node.name.text, at: low.at(node.name) }, value: { kind: 'object', entries, at }, constant: true, at };
}
