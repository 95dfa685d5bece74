import type { Code, CodeFunction, CodeParam, CodeStatement, CodeTarget } from '@tenantlint/model';
import { child, hasToken, type PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';
import { scopeOf, type Scope } from './scope.ts';
import { isBareString } from './strings.ts';
import { annotations } from './types.ts';

/** @param self the parameter by which a method is given its object; it becomes `this` */
export function lowerFunction(low: Lowering, node: PyNode, decorators: readonly Code[], self?: string): CodeFunction {
  const at = low.at(node);
  const name = child(node, 'name');
  const parameters = child(node, 'parameters')?.children ?? [];
  const own = self === undefined ? parameters : parameters.slice(1);
  const statements = child(node, 'body')?.children ?? [];
  const scope = scopeOf(statements, parameters.flatMap((p) => paramName(p)?.text ?? []));
  const inner = low.within(scope, self ?? innerSelf(low, scope));
  const returns = child(node, 'return_type');
  return {
    id: `${low.context.path}#${at.start}`,
    name: name?.text,
    at,
    nameAt: name ? low.at(name) : at,
    params: own.flatMap((p) => lowerParam(low, p)),
    body: [...hoisted(inner, statements), ...inner.statements(withoutDocstring(statements))],
    async: hasToken(node, 'async'),
    generator: scope.yields,
    arrow: false,
    decorators,
    ...(returns ? { returns: low.type(returns) } : {}),
    directives: [],
  };
}

export function lowerLambda(low: Lowering, node: PyNode): CodeFunction {
  const at = low.at(node);
  const parameters = child(node, 'parameters')?.children ?? [];
  const body = child(node, 'body');
  const scope = scopeOf([], parameters.flatMap((p) => paramName(p)?.text ?? []));
  const inner = low.within(scope, innerSelf(low, scope));
  return {
    id: `${low.context.path}#${at.start}`,
    name: undefined,
    at,
    nameAt: at,
    params: parameters.flatMap((p) => lowerParam(low, p)),
    body: body ? [{ kind: 'return', value: inner.code(body), at: low.at(body) }] : [],
    async: false,
    generator: false,
    arrow: true,
    decorators: [],
    directives: [],
  };
}

/** A function inside a method still sees the method's object, unless it has another variable of that name. */
function innerSelf(low: Lowering, scope: Scope): string | undefined {
  return low.self !== undefined && scope.bound.has(low.self) ? undefined : low.self;
}

/** Declarations of the variables that are first assigned inside a nested block. */
export function hoisted(low: Lowering, statements: readonly PyNode[]): CodeStatement[] {
  const start = statements[0]?.start ?? 0;
  return low.scope.hoisted.map((name): CodeStatement => {
    const at = low.span(start, start);
    return { kind: 'let', target: { kind: 'name', name, at }, constant: false, at };
  });
}

export function withoutDocstring(statements: readonly PyNode[]): readonly PyNode[] {
  const [first] = statements;
  return first && isBareString(first) ? statements.slice(1) : statements;
}

export function paramName(node: PyNode): PyNode | undefined {
  switch (node.type) {
    case 'identifier': return node;
    case 'default_parameter': case 'typed_default_parameter': return child(node, 'name');
    case 'typed_parameter': return node.children[0] ? paramName(node.children[0]) : undefined;
    case 'list_splat_pattern': case 'dictionary_splat_pattern': return node.children.find((c) => c.type === 'identifier');
    default: return undefined;
  }
}

function lowerParam(low: Lowering, node: PyNode): CodeParam[] {
  const name = paramName(node);
  // `/` and `*` alone only separate.
  if (!name) return [];
  const type = child(node, 'type');
  const value = child(node, 'value');
  const starred = [node, node.children[0]].find((n) => n?.type === 'list_splat_pattern' || n?.type === 'dictionary_splat_pattern')?.type;
  const at = low.at(name);
  const target: CodeTarget = { kind: 'name', name: name.text, at };
  const named = starred === 'dictionary_splat_pattern';
  return [{
    // `**kwargs` is what is left of the object that named arguments are.
    target: named ? { kind: 'object', properties: [], rest: target, at } : target,
    ...(value ? { default: low.code(value) } : {}),
    optional: named || value !== undefined,
    rest: starred === 'list_splat_pattern',
    ...(type ? { type: low.type(type) } : {}),
    decorators: type ? annotations(low, type) : [],
  }];
}
