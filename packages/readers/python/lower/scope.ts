import { child, type PyNode } from '../tree.ts';

/**
 * Names of one scope. In Python an assignment anywhere in a function makes a variable of the whole function; the code
 * model has variables of blocks. So each name is declared where it is first assigned, if that is no nested block, and
 * at the scope's start otherwise.
 */
export interface Scope {
  /** Assignments that declare all their names. `constant`: nothing assigns them again. */
  readonly declaring: ReadonlyMap<PyNode, 'constant' | 'variable'>;
  /** Names to declare at the scope's start, in order. */
  readonly hoisted: readonly string[];
  /** Every name that the scope itself binds, imports aside. */
  readonly bound: ReadonlySet<string>;
}

interface Binding {
  readonly by: PyNode;
  readonly nested: boolean;
  count: number;
}

const COMPOUND = new Set(['if_statement', 'for_statement', 'while_statement', 'try_statement', 'with_statement', 'match_statement']);
const LOOPS = new Set(['for_statement', 'while_statement']);

/** @param params names that the scope starts with */
export function scopeOf(body: readonly PyNode[], params: readonly string[]): Scope {
  const bindings = new Map<string, Binding>();
  const assignments: { readonly node: PyNode; readonly names: readonly string[] }[] = [];
  /** Declared by something other than an assignment of this scope. */
  const elsewhere = new Set(params);
  const foreign = new Set<string>();
  const targets = new Set<string>();

  const stack = body.map((node) => ({ node, nested: false, repeated: false })).reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, nested, repeated } = next;
    const note = (name: string): void => {
      const known = bindings.get(name);
      if (known) known.count++;
      else bindings.set(name, { by: node, nested, count: repeated ? 2 : 1 });
    };
    if (node.type === 'function_definition' || node.type === 'class_definition') {
      const name = child(node, 'name');
      if (name) elsewhere.add(name.text);
      continue;
    }
    if (node.type === 'lambda') continue;
    if (node.type === 'global_statement' || node.type === 'nonlocal_statement') for (const name of node.children) foreign.add(name.text);
    else if (node.type === 'assignment' || node.type === 'augmented_assignment' || node.type === 'type_alias_statement') {
      const left = child(node, 'left');
      const names = left ? boundNames(left) : [];
      assignments.push({ node, names });
      names.forEach(note);
    } else if (node.type === 'named_expression') {
      const name = child(node, 'name');
      if (name) note(name.text);
    } else if (node.type === 'for_statement' || node.type === 'as_pattern_target') {
      const target = node.type === 'for_statement' ? child(node, 'left') : node;
      for (const name of target ? boundNames(target) : []) targets.add(name);
    }
    const inner = { nested: nested || COMPOUND.has(node.type), repeated: repeated || LOOPS.has(node.type) };
    for (let i = node.children.length - 1; i >= 0; i--) {
      const one = node.children[i];
      if (one) stack.push({ node: one, ...inner });
    }
  }

  const declaring = new Map<PyNode, 'constant' | 'variable'>();
  for (const { node, names } of assignments) {
    const declares = node.type !== 'augmented_assignment' && names.length > 0 && names.every((name) => {
      const b = bindings.get(name);
      return b?.by === node && !b.nested && !elsewhere.has(name) && !foreign.has(name);
    });
    if (declares) declaring.set(node, names.every((name) => bindings.get(name)?.count === 1 && !targets.has(name)) ? 'constant' : 'variable');
  }
  const hoisted = [...bindings].filter(([name, { by }]) => !declaring.has(by) && !elsewhere.has(name) && !foreign.has(name)).map(([name]) => name);
  const bound = [...bindings.keys(), ...elsewhere, ...targets].filter((name) => !foreign.has(name));
  return { declaring, hoisted, bound: new Set(bound) };
}

/** Names that a target binds; a member or an element of something binds none. */
function boundNames(target: PyNode): string[] {
  if (target.type === 'identifier') return [target.text];
  return target.type === 'attribute' || target.type === 'subscript' || target.type === 'type' ? [] : target.children.flatMap(boundNames);
}
