import type { Code, CodeClass, CodeFunction, CodeParam, Span } from '@tenantlint/model';
import { child, type PyNode } from '../tree.ts';
import { lowerArguments } from './expressions.ts';
import { lowerFunction, paramName } from './functions.ts';
import type { Lowering } from './lowering.ts';
import { isTypeChecking } from './modules.ts';
import { scopeOf } from './scope.ts';
import { decoratorsOf } from './statements.ts';
import { annotations } from './types.ts';

type Field = CodeClass['fields'][number];
type Method = CodeClass['methods'][number];

export function lowerClass(low: Lowering, node: PyNode, decorators: readonly Code[]): CodeClass {
  const at = low.at(node);
  const name = child(node, 'name');
  const superclasses = child(node, 'superclasses');
  const args = superclasses ? lowerArguments(low, superclasses) : [];
  const keywords = args.filter((a) => a.name !== undefined);
  const statements = child(node, 'body')?.children ?? [];
  const inner = low.within(scopeOf(statements, []), undefined);
  const members: Members = { fields: new Map(), methods: [] };
  collect(inner, statements, members);
  const fields = [...members.fields.values()];
  const built = isDataclass(decorators) && !members.methods.some((m) => m.kind === 'constructor') ? [constructorOf(low, at, fields)] : [];
  return {
    id: `${low.context.path}#${at.start}`,
    name: name?.text,
    at,
    nameAt: name ? low.at(name) : at,
    bases: args.filter((a) => a.name === undefined && !a.spread).map((a) => a.value),
    ...(keywords.length > 0 ? { keywords } : {}),
    decorators,
    fields,
    methods: [...built, ...members.methods],
  };
}

interface Members {
  /** By name: a later assignment replaces an earlier one. */
  readonly fields: Map<string, Field>;
  readonly methods: Method[];
}

/** Members of a class body; branches of conditions in it count as if they ran, unless only type checkers see them. */
function collect(low: Lowering, statements: readonly PyNode[], into: Members): void {
  for (const node of statements) {
    switch (node.type) {
      case 'expression_statement':
        for (const one of node.children) if (one.type === 'assignment') assigned(low, one, into);
        break;
      case 'function_definition': into.methods.push(method(low, node, [])); break;
      case 'class_definition': nested(low, node, [], into); break;
      case 'decorated_definition': {
        const definition = child(node, 'definition');
        const decorators = decoratorsOf(low, node);
        if (definition?.type === 'class_definition') nested(low, definition, decorators, into);
        else if (definition) into.methods.push(method(low, definition, decorators));
        break;
      }
      case 'if_statement':
        collect(low, isTypeChecking(child(node, 'condition')) ? node.children.filter((c) => c.field === 'alternative') : node.children, into);
        break;
      case 'elif_clause': case 'else_clause': case 'try_statement': case 'except_clause': case 'finally_clause': case 'with_statement': case 'block':
        collect(low, node.children, into);
        break;
      default:
    }
  }
}

function assigned(low: Lowering, node: PyNode, into: Members): void {
  const left = child(node, 'left');
  const type = child(node, 'type');
  let value = child(node, 'right');
  const targets = left ? [left] : [];
  while (value?.type === 'assignment') {
    const next = child(value, 'left');
    if (next) targets.push(next);
    value = child(value, 'right');
  }
  for (const target of targets) {
    if (target.type === 'identifier') put(low, target, value, type, into);
    else if (target.type === 'pattern_list' && (value?.type === 'expression_list' || value?.type === 'tuple')) {
      for (const [i, one] of target.children.entries()) if (one.type === 'identifier') put(low, one, value.children[i], undefined, into);
    }
  }
}

function put(low: Lowering, name: PyNode, value: PyNode | undefined, type: PyNode | undefined, into: Members): void {
  into.fields.delete(name.text);
  into.fields.set(name.text, {
    name: name.text,
    at: low.at(name),
    ...(value ? { value: low.code(value) } : {}),
    ...(type ? { type: low.type(type) } : {}),
    // A field with a type is every object's own, as in a dataclass or a model; without one it is the class's.
    static: type === undefined,
    decorators: type ? annotations(low, type) : [],
  });
}

function nested(low: Lowering, node: PyNode, decorators: readonly Code[], into: Members): void {
  const inner = lowerClass(low, node, decorators);
  if (inner.name !== undefined) into.fields.set(inner.name, { name: inner.name, at: inner.nameAt, value: { kind: 'class', class: inner, at: inner.at }, static: true, decorators: [] });
}

const CLASS_LEVEL = new Set(['classmethod', 'declared_attr', 'directive', 'cascading', 'classproperty']);
const GETTERS = new Set(['property', 'cached_property', 'hybrid_property', 'declared_attr', 'directive', 'cascading', 'classproperty', 'computed_field']);

function method(low: Lowering, node: PyNode, decorators: readonly Code[]): Method {
  const words = decorators.map(lastWord);
  const name = child(node, 'name')?.text ?? '';
  const [first] = child(node, 'parameters')?.children ?? [];
  const unbound = words.includes('staticmethod');
  const self = !unbound && first?.type !== 'list_splat_pattern' && first ? paramName(first)?.text : undefined;
  const isStatic = unbound || words.some((w) => CLASS_LEVEL.has(w)) || name === '__init_subclass__' || name === '__class_getitem__';
  const kind = name === '__init__' ? 'constructor' : words.includes('setter') || words.includes('deleter') ? 'set' : words.some((w) => GETTERS.has(w)) ? 'get' : 'method';
  return { name, kind, static: isStatic, fn: lowerFunction(low, node, decorators, self) };
}

/** `declared_attr` of `@orm.declared_attr.directive(…)` and the like: the last name of what decorates. */
function lastWord(code: Code): string {
  if (code.kind === 'call') return lastWord(code.callee);
  return code.kind === 'member' || code.kind === 'name' ? code.name : '';
}

function isDataclass(decorators: readonly Code[]): boolean {
  return decorators.some((d) => ['dataclass', 'define', 'frozen', 'attrs', 'mapped_as_dataclass'].includes(lastWord(d)));
}

/** The constructor that `@dataclass` writes: a parameter for each field, in order. */
function constructorOf(low: Lowering, at: Span, fields: readonly Field[]): Method {
  const params = fields.filter((f) => f.type && !(f.type.kind === 'ref' && /(^|\.)ClassVar$/.test(f.type.name))).map((f): CodeParam => ({
    target: { kind: 'name', name: f.name, at: f.at },
    ...(f.value ? { default: f.value } : {}),
    optional: f.value !== undefined,
    rest: false,
    ...(f.type ? { type: f.type } : {}),
    decorators: [],
    field: f.name,
  }));
  const fn: CodeFunction = { id: `${low.context.path}#${at.start}:init`, name: '__init__', at, nameAt: at, params, body: [], async: false, generator: false, arrow: false, decorators: [], directives: [] };
  return { name: '__init__', kind: 'constructor', static: false, fn };
}
