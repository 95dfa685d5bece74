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
  /** Whether the scope itself yields: it is a generator's. */
  readonly yields: boolean;
}

interface Binding {
  readonly by: PyNode;
  readonly nested: boolean;
  count: number;
}

const COMPOUND = new Set(['if_statement', 'for_statement', 'while_statement', 'try_statement', 'with_statement', 'match_statement']);
const LOOPS = new Set(['for_statement', 'while_statement']);
/** How often a statement of the scope runs, at most. */
const [STRAIGHT, NESTED, REPEATED] = [0, 1, 2];

/** @param params names that the scope starts with */
export function scopeOf(body: readonly PyNode[], params: readonly string[]): Scope {
  const bindings = new Map<string, Binding>();
  const assignments: { readonly node: PyNode; readonly names: readonly string[] }[] = [];
  /** Declared by something other than an assignment of this scope. */
  const elsewhere = new Set(params);
  const foreign = new Set<string>();
  const targets = new Set<string>();
  let yields = false;

  const note = (name: string, by: PyNode, how: number): void => {
    const known = bindings.get(name);
    if (known) known.count++;
    else bindings.set(name, { by, nested: how !== STRAIGHT, count: how === REPEATED ? 2 : 1 });
  };
  // Every node of a file passes here: two stacks of plain things, and leaves stay out.
  const stack = [...body].reverse();
  const hows = stack.map(() => STRAIGHT);
  for (let node = stack.pop(); node; node = stack.pop()) {
    const how = hows.pop() ?? STRAIGHT;
    const { type, children } = node;
    if (type === 'function_definition' || type === 'class_definition') {
      const name = child(node, 'name');
      if (name) elsewhere.add(name.text);
      continue;
    }
    if (type === 'lambda') continue;
    if (type === 'global_statement' || type === 'nonlocal_statement') for (const name of children) foreign.add(name.text);
    else if (type === 'assignment' || type === 'augmented_assignment' || type === 'type_alias_statement') {
      const left = child(node, 'left');
      const names = left ? boundNames(left) : [];
      assignments.push({ node, names });
      for (const name of names) note(name, node, how);
    } else if (type === 'named_expression') {
      const name = child(node, 'name');
      if (name) note(name.text, node, how);
    } else if (type === 'for_statement' || type === 'as_pattern_target') {
      const target = type === 'for_statement' ? child(node, 'left') : node;
      for (const name of target ? boundNames(target) : []) targets.add(name);
    }
    const inner = LOOPS.has(type) ? REPEATED : how === STRAIGHT && COMPOUND.has(type) ? NESTED : how;
    for (let i = children.length - 1; i >= 0; i--) {
      const one = children[i];
      if (one?.type === 'yield') yields = true;
      if (one && one.children.length > 0) {
        stack.push(one);
        hows.push(inner);
      }
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
  return { declaring, hoisted, bound: new Set(bound), yields };
}

/** Names that a target binds; a member or an element of something binds none. */
function boundNames(target: PyNode): string[] {
  if (target.type === 'identifier') return [target.text];
  return target.type === 'attribute' || target.type === 'subscript' || target.type === 'type' ? [] : target.children.flatMap(boundNames);
}
