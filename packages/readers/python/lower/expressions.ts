import type { Code, CodeArgument, CodeEntry } from '@tenantlint/model';
import { child, childrenOf, type PyNode } from '../tree.ts';
import { lowerLambda } from './functions.ts';
import type { Lowering } from './lowering.ts';
import { builtin, lowerConcatenated, lowerString } from './strings.ts';

const UNARY: Readonly<Record<string, 'minus' | 'plus' | 'invert'>> = { '-': 'minus', '+': 'plus', '~': 'invert' };
/** Identity is equality here: what it is asked of is None, a boolean or a class. */
const COMPARISON: Readonly<Record<string, string>> = { '==': '=', is: '=', '!=': '<>', '<>': '<>', 'is not': '<>' };

export function lowerCode(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  switch (node.type) {
    case 'identifier': return node.text === low.self ? { kind: 'this', at } : { kind: 'name', name: node.text, at };
    case 'string': return lowerString(low, node);
    case 'concatenated_string': return lowerConcatenated(low, node);
    case 'integer': case 'float': return number(node.text, at);
    case 'true': case 'false': return { kind: 'literal', value: node.type === 'true', at };
    case 'none': return { kind: 'literal', value: null, at };
    case 'ellipsis': return { kind: 'undefined', at };
    case 'parenthesized_expression': case 'type': case 'expression': {
      const [inner] = node.children;
      return inner ? low.code(inner) : opaque(low, node);
    }
    case 'attribute': return attribute(low, node);
    case 'subscript': return subscript(low, node);
    case 'generic_type': return generic(low, node);
    case 'slice': return slice(low, node);
    case 'call': return lowerCall(low, node);
    case 'list': case 'tuple': case 'set': case 'expression_list': case 'pattern_list':
      return { kind: 'array', items: node.children.map((c) => positional(low, c)), at };
    case 'dictionary': return { kind: 'object', entries: node.children.flatMap((c) => entry(low, c)), at };
    case 'list_comprehension': case 'generator_expression': case 'set_comprehension': return comprehension(low, node);
    case 'dictionary_comprehension': return builtin('dict', [comprehension(low, node)], at);
    case 'lambda': return { kind: 'function', fn: lowerLambda(low, node), at };
    case 'conditional_expression': {
      const [then, test, otherwise] = node.children;
      return then && test && otherwise ? { kind: 'conditional', test: low.code(test), then: low.code(then), otherwise: low.code(otherwise), at } : opaque(low, node);
    }
    case 'boolean_operator': case 'binary_operator': return binary(low, node);
    case 'comparison_operator': return comparison(low, node);
    case 'not_operator': {
      const of = child(node, 'argument');
      return of ? { kind: 'unary', op: 'not', of: low.code(of), at } : opaque(low, node);
    }
    case 'unary_operator': return unary(low, node);
    case 'named_expression': {
      const name = child(node, 'name');
      const value = child(node, 'value');
      return name && value ? { kind: 'assign', target: low.target(name), op: '=', value: low.code(value), at } : opaque(low, node);
    }
    case 'assignment': {
      const left = child(node, 'left');
      const right = child(node, 'right');
      return left && right ? { kind: 'assign', target: low.target(left), op: '=', value: low.code(right), at } : opaque(low, node);
    }
    case 'await': {
      const [inner] = node.children;
      return inner ? { kind: 'await', of: low.code(inner), at } : opaque(low, node);
    }
    case 'yield': {
      const inner = node.children.find((c) => c.type !== 'from');
      return { kind: 'yield', of: inner ? low.code(inner) : { kind: 'literal', value: null, at }, at };
    }
    case 'pair': {
      const key = child(node, 'key');
      const value = child(node, 'value');
      return key && value ? { kind: 'array', items: [{ value: low.code(key), spread: false }, { value: low.code(value), spread: false }], at } : opaque(low, node);
    }
    case 'list_splat': case 'dictionary_splat': case 'list_splat_pattern': {
      const inner = node.children.at(-1);
      return inner ? { kind: 'array', items: [{ value: low.code(inner), spread: true }], at } : opaque(low, node);
    }
    default: return opaque(low, node);
  }
}

function opaque(low: Lowering, node: PyNode): Code {
  return { kind: 'opaque', reason: node.type === 'ERROR' ? 'syntax error' : node.type.replaceAll('_', ' '), at: low.at(node) };
}

function number(text: string, at: Code['at']): Code {
  const digits = text.replaceAll('_', '');
  const value = /^0[xobXOB]/.test(digits) ? Number(digits) : Number.parseFloat(digits);
  return /[jJ]$/.test(digits) && !/^0[xX]/.test(digits) ? { kind: 'opaque', reason: 'complex number', at } : { kind: 'literal', value, at };
}

function attribute(low: Lowering, node: PyNode): Code {
  // Chains of calls can be long; the spine is walked in a loop like that of operators.
  const object = child(node, 'object');
  const name = child(node, 'attribute');
  if (!object || !name) return opaque(low, node);
  if (isSuper(object)) return { kind: 'member', of: { kind: 'super', at: low.at(object) }, name: name.text, nameAt: low.at(name), optional: false, at: low.at(node) };
  return { kind: 'member', of: low.code(object), name: name.text, nameAt: low.at(name), optional: false, at: low.at(node) };
}

function isSuper(node: PyNode): boolean {
  const callee = node.type === 'call' ? child(node, 'function') : undefined;
  return callee?.type === 'identifier' && callee.text === 'super';
}

/** `a['b']` is a member as in TypeScript; what stands at its name's place are the quotes as well. */
function subscript(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  const value = child(node, 'value');
  const keys = childrenOf(node, 'subscript');
  const [first] = keys;
  if (!value || !first) return opaque(low, node);
  const of = low.code(value);
  if (keys.length === 1 && first.type !== 'slice') {
    const key = low.code(first);
    if (key.kind === 'literal' && typeof key.value === 'string') return { kind: 'member', of, name: key.value, nameAt: key.at, optional: false, at };
    return { kind: 'index', of, key, optional: false, at };
  }
  const key: Code = keys.length === 1 ? low.code(first) : { kind: 'array', items: keys.map((k) => positional(low, k)), at: low.span(first.start, keys.at(-1)?.end ?? first.end) };
  return { kind: 'index', of, key, optional: false, at };
}

/** `Annotated[X, Depends(f)]` where a value is meant: an alias of a type. */
function generic(low: Lowering, node: PyNode): Code {
  const [of, params] = node.children;
  const args = params?.children ?? [];
  const [only] = args;
  if (!of || !only) return opaque(low, node);
  const key: Code = args.length === 1 ? low.code(only) : { kind: 'array', items: args.map((a) => positional(low, a)), at: low.span(only.start, args.at(-1)?.end ?? only.end) };
  return { kind: 'index', of: low.code(of), key, optional: false, at: low.at(node) };
}

/** `a:b:c` is `slice(a, b, c)`. Colons are not in the tree; they are counted in the text between the bounds. */
function slice(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  const colons = (start: number, end: number): number => low.context.text.slice(start, end).replace(/#.*/g, '').split(':').length - 1;
  const bounds = new Map<number, Code>();
  let index = 0;
  let from = node.start;
  for (const bound of node.children) {
    index += colons(from, bound.start);
    bounds.set(index, low.code(bound));
    from = bound.end;
  }
  index += colons(from, node.end);
  return builtin('slice', Array.from({ length: index + 1 }, (_, i) => bounds.get(i) ?? { kind: 'literal', value: null, at }), at);
}

function lowerCall(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  const fn = child(node, 'function');
  const args = child(node, 'arguments');
  if (!fn) return opaque(low, node);
  // `super().__init__(…)` is how a constructor calls that of its base.
  const object = fn.type === 'attribute' ? child(fn, 'object') : undefined;
  const callee: Code = object && isSuper(object) && child(fn, 'attribute')?.text === '__init__' ? { kind: 'super', at: low.at(fn) } : low.code(fn);
  const lowered = !args ? [] : args.type === 'generator_expression' ? [{ value: low.code(args), spread: false }] : lowerArguments(low, args);
  if (callee.kind === 'name' && callee.name === 'cast' && lowered.length === 2 && args?.children[0] && lowered[1]) {
    return { kind: 'typed', of: lowered[1].value, type: low.type(args.children[0]), satisfies: false, at };
  }
  return { kind: 'call', callee, args: lowered, construct: false, optional: false, at };
}

export function lowerArguments(low: Lowering, node: PyNode): CodeArgument[] {
  return node.children.map((c): CodeArgument => {
    if (c.type === 'keyword_argument') {
      const name = child(c, 'name');
      const value = child(c, 'value');
      return { value: value ? low.code(value) : opaque(low, c), spread: false, ...(name ? { name: name.text } : {}) };
    }
    const inner = c.children.at(-1);
    if (c.type === 'dictionary_splat' && inner) return { value: low.code(inner), spread: true, name: '**' };
    return positional(low, c);
  });
}

function positional(low: Lowering, node: PyNode): CodeArgument {
  const inner = spread(node);
  return inner ? { value: low.code(inner), spread: true } : { value: low.code(node), spread: false };
}

/** What a star spreads. Outside of calls the grammar binds it too tightly: `[*f(x)]` is `(*f)(x)` to it. */
function spread(node: PyNode): PyNode | undefined {
  if (node.type === 'list_splat' || node.type === 'list_splat_pattern') return node.children.at(-1);
  const first = node.type === 'call' || node.type === 'attribute' || node.type === 'subscript' ? node.children[0] : undefined;
  const inner = first && spread(first);
  return inner && first ? { ...node, start: inner.start, children: [{ ...inner, field: first.field }, ...node.children.slice(1)] } : undefined;
}

function entry(low: Lowering, node: PyNode): CodeEntry[] {
  if (node.type === 'dictionary_splat') {
    const inner = node.children.at(-1);
    return inner ? [{ kind: 'spread', of: low.code(inner) }] : [];
  }
  const key = child(node, 'key');
  const value = child(node, 'value');
  if (!key || !value) return [];
  const name = low.code(key);
  if (name.kind === 'literal' && typeof name.value === 'string') return [{ kind: 'property', name: name.value, nameAt: name.at, value: low.code(value), shorthand: false }];
  return [{ kind: 'computed', key: name, value: low.code(value) }];
}

function comprehension(low: Lowering, node: PyNode): Code {
  const body = child(node, 'body');
  const clauses: { target: ReturnType<Lowering['target']>; over: Code; tests: Code[] }[] = [];
  for (const part of node.children) {
    if (part.type === 'for_in_clause') {
      const left = child(part, 'left');
      const over = childrenOf(part, 'right');
      const [only] = over;
      if (!left || !only) continue;
      clauses.push({ target: low.target(left), over: over.length === 1 ? low.code(only) : { kind: 'array', items: over.map((o) => positional(low, o)), at: low.at(part) }, tests: [] });
    } else if (part.type === 'if_clause') {
      const test = part.children.at(-1);
      if (test) clauses.at(-1)?.tests.push(low.code(test));
    }
  }
  return body ? { kind: 'each', element: low.code(body), clauses, at: low.at(node) } : opaque(low, node);
}

/** Left-leaning chains of operators can be thousands long, so the spine is walked in a loop. */
function binary(low: Lowering, node: PyNode): Code {
  const spine: PyNode[] = [];
  let left: PyNode = node;
  while (left.type === 'binary_operator' || left.type === 'boolean_operator') {
    spine.push(left);
    const next = child(left, 'left');
    if (!next) break;
    left = next;
  }
  let code = low.code(left);
  for (const one of spine.reverse()) {
    const right = child(one, 'right');
    const op = child(one, 'operator')?.type ?? '';
    if (!right) continue;
    const at = low.span(code.at.start, right.end);
    const value = low.code(right);
    code = one.type === 'boolean_operator' ? { kind: 'logical', op: op === 'and' ? 'and' : 'or', left: code, right: value, at: low.at(one) } : { kind: 'binary', op, left: code, right: value, at: one.start <= at.start ? low.at(one) : at };
  }
  return code;
}

/** `a < b < c` is `a < b and b < c`. */
function comparison(low: Lowering, node: PyNode): Code {
  const operators = childrenOf(node, 'operators');
  const operands = node.children.filter((c) => c.field !== 'operators').map((c) => low.code(c));
  let code: Code | undefined;
  for (const [i, operator] of operators.entries()) {
    const left = operands[i];
    const right = operands[i + 1];
    if (!left || !right) break;
    const test: Code = { kind: 'binary', op: COMPARISON[operator.type] ?? operator.type, left, right, at: low.span(left.at.start, right.at.end) };
    code = code ? { kind: 'logical', op: 'and', left: code, right: test, at: low.span(code.at.start, right.at.end) } : test;
  }
  return code ? { ...code, at: low.at(node) } : opaque(low, node);
}

function unary(low: Lowering, node: PyNode): Code {
  const at = low.at(node);
  const argument = child(node, 'argument');
  const op = UNARY[child(node, 'operator')?.type ?? ''];
  if (!argument || !op) return opaque(low, node);
  const of = low.code(argument);
  return op === 'minus' && of.kind === 'literal' && typeof of.value === 'number' ? { kind: 'literal', value: -of.value, at } : { kind: 'unary', op, of, at };
}

