import type { Code, CodeStatement } from '@tenantlint/model';
import { child, childrenOf, type PyNode } from '../tree.ts';
import { lowerClass } from './classes.ts';
import { lowerFunction } from './functions.ts';
import type { Lowering } from './lowering.ts';
import { lowerMatch } from './match.ts';
import { isBareString } from './strings.ts';
import { readTarget } from './targets.ts';

export function lowerStatement(low: Lowering, node: PyNode): CodeStatement[] {
  const at = low.at(node);
  switch (node.type) {
    case 'expression_statement': return expression(low, node);
    case 'return_statement': {
      const [value] = node.children;
      return [{ kind: 'return', ...(value ? { value: low.code(value) } : {}), at }];
    }
    case 'raise_statement': {
      const value = node.children.find((c) => c.field !== 'cause' && c.type !== 'from');
      return [{ kind: 'throw', ...(value ? { value: low.code(value) } : {}), at }];
    }
    case 'assert_statement': {
      const [test, message] = node.children;
      if (!test) return [];
      const error: Code = { kind: 'call', callee: { kind: 'name', name: 'AssertionError', at }, args: message ? [{ value: low.code(message), spread: false }] : [], construct: false, optional: false, at };
      return [{ kind: 'if', test: { kind: 'unary', op: 'not', of: low.code(test), at: low.at(test) }, then: [{ kind: 'throw', value: error, at }], otherwise: [], at }];
    }
    case 'delete_statement':
      return node.children.flatMap((c) => (c.type === 'expression_list' ? c.children : [c])).map((c): CodeStatement => ({ kind: 'expression', of: { kind: 'unary', op: 'delete', of: low.code(c), at: low.at(c) }, at }));
    case 'if_statement': return [conditional(low, node, childrenOf(node, 'alternative'))];
    case 'for_statement': {
      const left = child(node, 'left');
      const over = child(node, 'right');
      if (!left || !over) return [];
      return [{ kind: 'for-each', form: 'of', target: low.target(left), over: low.code(over), body: low.block(child(node, 'body')), at }, ...afterLoop(low, node)];
    }
    case 'while_statement': {
      const test = child(node, 'condition');
      return test ? [{ kind: 'loop', test: low.code(test), testFirst: true, init: [], body: low.block(child(node, 'body')), at }, ...afterLoop(low, node)] : [];
    }
    case 'break_statement': return [{ kind: 'break', at }];
    case 'continue_statement': return [{ kind: 'continue', at }];
    case 'try_statement': return [attempt(low, node)];
    case 'with_statement': return [withStatement(low, node)];
    case 'match_statement': return lowerMatch(low, node);
    case 'function_definition': return [{ kind: 'function', fn: lowerFunction(low, node, []), at }];
    case 'class_definition': return [{ kind: 'class', class: lowerClass(low, node, []), at }];
    case 'decorated_definition': return decorated(low, node);
    case 'type_alias_statement': return typeAlias(low, node);
    default: return [];
  }
}

export function decoratorsOf(low: Lowering, node: PyNode): Code[] {
  return node.children.filter((c) => c.type === 'decorator').flatMap((c) => (c.children[0] ? [low.code(c.children[0])] : []));
}

function decorated(low: Lowering, node: PyNode): CodeStatement[] {
  const definition = child(node, 'definition');
  const decorators = decoratorsOf(low, node);
  if (definition?.type === 'class_definition') return [{ kind: 'class', class: lowerClass(low, definition, decorators), at: low.at(node) }];
  return definition ? [{ kind: 'function', fn: lowerFunction(low, definition, decorators), at: low.at(node) }] : [];
}

function expression(low: Lowering, node: PyNode): CodeStatement[] {
  const [first] = node.children;
  if (!first || isBareString(node) || (first.type === 'ellipsis' && node.children.length === 1)) return [];
  if (node.children.length > 1) return node.children.map((c): CodeStatement => ({ kind: 'expression', of: low.code(c), at: low.at(c) }));
  if (first.type === 'assignment') return assignment(low, first);
  if (first.type === 'augmented_assignment') {
    const left = child(first, 'left');
    const right = child(first, 'right');
    const op = child(first, 'operator')?.type ?? '=';
    return left && right ? [{ kind: 'expression', of: { kind: 'assign', target: low.target(left), op: op.slice(0, -1), value: low.code(right), at: low.at(first) }, at: low.at(node) }] : [];
  }
  return [{ kind: 'expression', of: low.code(first), at: low.at(node) }];
}

/** `a = b = value` gives the value to the last name, and that name's value to the others. */
function assignment(low: Lowering, node: PyNode): CodeStatement[] {
  const chain = [node];
  for (let right = child(node, 'right'); right?.type === 'assignment'; right = child(right, 'right')) chain.push(right);
  const last = chain.at(-1) ?? node;
  const value = child(last, 'right');
  const found: CodeStatement[] = [];
  let code = value ? low.code(value) : undefined;
  for (const one of chain.reverse()) {
    const left = child(one, 'left');
    const type = child(one, 'type');
    if (!left) continue;
    const target = low.target(left);
    const at = low.at(one);
    const declares = low.scope.declaring.get(one);
    // An annotation alone says what is, and gives no value.
    if (declares || !code) found.push({ kind: 'let', target, ...(code ? { value: code } : {}), constant: declares === 'constant' && code !== undefined, ...(type ? { type: low.type(type) } : {}), at });
    else found.push({ kind: 'expression', of: { kind: 'assign', target, op: '=', value: code, at }, at });
    if (code && target.kind === 'name') code = readTarget(target);
    const alias = value && one === node && target.kind === 'name' ? aliasOf(low, target.name, value) : undefined;
    if (alias) found.push(alias);
  }
  return found;
}

/** `X = Annotated[…]`, `X = Union[…]`: a name for a type, which is a value as well. */
function aliasOf(low: Lowering, name: string, value: PyNode): CodeStatement | undefined {
  const of = value.type === 'subscript' ? child(value, 'value') : undefined;
  const word = of && low.text(of).split('.').at(-1);
  return word === 'Annotated' || word === 'Union' || word === 'Optional' ? { kind: 'type', name, type: low.type(value), at: low.at(value) } : undefined;
}

function typeAlias(low: Lowering, node: PyNode): CodeStatement[] {
  const left = child(node, 'left')?.children[0];
  const right = child(node, 'right');
  const name = left?.type === 'generic_type' ? left.children[0] : left;
  const value = right?.type === 'type' ? right.children[0] : right;
  if (!name || !value || name.type !== 'identifier') return [];
  const at = low.at(node);
  return [
    { kind: 'let', target: { kind: 'name', name: name.text, at: low.at(name) }, value: low.code(value), constant: true, at },
    { kind: 'type', name: name.text, type: low.type(value), at },
  ];
}

function conditional(low: Lowering, node: PyNode, alternatives: readonly PyNode[]): CodeStatement {
  const test = child(node, 'condition');
  const [next, ...rest] = alternatives;
  const otherwise = !next ? [] : next.type === 'elif_clause' ? [conditional(low, next, rest)] : low.block(child(next, 'body'));
  return { kind: 'if', test: test ? low.code(test) : { kind: 'opaque', reason: 'missing condition', at: low.at(node) }, then: low.block(child(node, 'consequence')), otherwise, at: low.at(node) };
}

/** `else` of a loop runs unless the loop was left by `break`; that it may not run at all is not modelled. */
function afterLoop(low: Lowering, node: PyNode): CodeStatement[] {
  const clause = child(node, 'alternative');
  return clause ? low.block(child(clause, 'body')) : [];
}

function attempt(low: Lowering, node: PyNode): CodeStatement {
  const blockOf = (clause: PyNode | undefined): CodeStatement[] => low.block(clause && (child(clause, 'body') ?? clause.children.find((c) => c.type === 'block')));
  const handlers = node.children.filter((c) => c.type === 'except_clause' || c.type === 'except_group_clause').map((clause) => {
    const value = clause.children.find((c) => c.type !== 'block' && c.type !== '*' && c.field !== 'alias');
    const pattern = value?.type === 'as_pattern' ? value.children[0] : value;
    const target = (value?.type === 'as_pattern' ? child(value, 'alias') : undefined) ?? child(clause, 'alias');
    const types = !pattern ? [] : (pattern.type === 'tuple' ? pattern.children : [pattern]).map((t) => low.code(t));
    return { ...(target ? { target: low.target(target) } : {}), types, body: blockOf(clause) };
  });
  const otherwise = blockOf(node.children.find((c) => c.type === 'else_clause'));
  return { kind: 'try', body: [...low.block(child(node, 'body')), ...otherwise], handlers, finally: blockOf(node.children.find((c) => c.type === 'finally_clause')), at: low.at(node) };
}

function withStatement(low: Lowering, node: PyNode): CodeStatement {
  const items = node.children.filter((c) => c.type === 'with_clause').flatMap((c) => c.children).flatMap((item) => {
    const value = child(item, 'value') ?? item.children[0];
    // `with (a as b):` is one parenthesised pattern to the grammar.
    const inner = value?.type === 'parenthesized_expression' && value.children[0]?.type === 'as_pattern' ? value.children[0] : value;
    if (!inner) return [];
    const of = inner.type === 'as_pattern' ? inner.children[0] : inner;
    const target = inner.type === 'as_pattern' ? child(inner, 'alias') : undefined;
    return of ? [{ value: low.code(of), ...(target ? { target: low.target(target) } : {}) }] : [];
  });
  return { kind: 'with', items, body: low.block(child(node, 'body')), at: low.at(node) };
}
