import type { CodeExport, CodeImport, CodeStatement, CodeTarget } from '@tenantlint/model';
import { child, childrenOf, type PyNode } from '../tree.ts';
import type { Lowering } from './lowering.ts';
import { dotted } from './types.ts';

/**
 * Imports of the whole file, those inside functions included: what they bind is the same wherever they stand.
 * What a module imports it exports as well.
 */
export function lowerImports(low: Lowering, root: PyNode): CodeImport[] {
  const found: CodeImport[] = [];
  const stack = [{ node: root, typeOnly: false }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { node, typeOnly } = next;
    if (node.type === 'import_statement') found.push(...plain(low, node, typeOnly));
    else if (node.type === 'import_from_statement') found.push(...from(low, node, typeOnly));
    else if (HOLDS_STATEMENTS.has(node.type)) {
      const only = typeOnly || (node.type === 'if_statement' && isTypeChecking(child(node, 'condition')));
      for (const one of node.children) stack.push({ node: one, typeOnly: one.field === 'alternative' ? typeOnly : only });
    }
  }
  return found.sort((a, b) => a.at.start - b.at.start);
}

const HOLDS_STATEMENTS = new Set(['module', 'block', 'if_statement', 'elif_clause', 'else_clause', 'try_statement', 'except_clause', 'except_group_clause', 'finally_clause', 'with_statement', 'for_statement', 'while_statement', 'function_definition', 'class_definition', 'decorated_definition', 'match_statement', 'case_clause']);

/** The condition of what only type checkers see. */
export function isTypeChecking(condition: PyNode | undefined): boolean {
  return condition !== undefined && (dotted(condition)?.split('.').at(-1) ?? '') === 'TYPE_CHECKING';
}

function plain(low: Lowering, node: PyNode, typeOnly: boolean): CodeImport[] {
  return childrenOf(node, 'name').flatMap((name): CodeImport[] => {
    const at = low.at(name);
    const alias = child(name, 'alias');
    const path = dotted(name.type === 'aliased_import' ? (child(name, 'name') ?? name) : name);
    if (path === undefined) return [];
    if (alias) return [{ from: path, name: '*', local: alias.text, typeOnly, at }];
    const [top] = path.split('.');
    // `import a.b` binds `a`, through which `a.b` is reached.
    return top === undefined || top === path ? [{ from: path, name: '*', local: path, typeOnly, at }] : [{ from: top, name: '*', local: top, typeOnly, at }, { from: path, name: '', local: '', typeOnly, at }];
  });
}

function from(low: Lowering, node: PyNode, typeOnly: boolean): CodeImport[] {
  const module = child(node, 'module_name');
  if (!module) return [];
  // Relative ones as written: `.`, `..a.b`.
  const path = low.text(module).replace(/\s+/g, '');
  if (node.children.some((c) => c.type === 'wildcard_import')) return [{ from: path, name: '*', local: '', typeOnly, at: low.at(node) }];
  return childrenOf(node, 'name').flatMap((name): CodeImport[] => {
    const imported = dotted(name.type === 'aliased_import' ? (child(name, 'name') ?? name) : name);
    const alias = child(name, 'alias')?.text;
    return imported === undefined ? [] : [{ from: path, name: imported, local: alias ?? imported, typeOnly, at: low.at(name) }];
  });
}

/** Every name of a module is there for others. */
export function exportsOf(imports: readonly CodeImport[], body: readonly CodeStatement[]): CodeExport[] {
  const found = new Map<string, CodeExport>();
  for (const one of imports) {
    if (one.local === '' && one.name === '*') found.set(`*${one.from}`, { kind: 'from', name: '*', imported: '*', from: one.from, at: one.at });
    else if (one.local !== '') found.set(one.local, { kind: 'from', name: one.local, imported: one.name, from: one.from, at: one.at });
  }
  declared(body, (name, at) => found.set(name, { kind: 'local', name, local: name, at }));
  return [...found.values()];
}

/** Names that statements declare, also in branches and loops: Python has no variables of blocks. */
function declared(body: readonly CodeStatement[], note: (name: string, at: CodeTarget['at']) => void): void {
  for (const s of body) {
    switch (s.kind) {
      case 'let': for (const t of names(s.target)) note(t.name, t.at); break;
      case 'function': if (s.fn.name !== undefined) note(s.fn.name, s.fn.nameAt); break;
      case 'class': if (s.class.name !== undefined) note(s.class.name, s.class.nameAt); break;
      case 'if': declared(s.then, note); declared(s.otherwise, note); break;
      case 'try':
        declared(s.body, note);
        for (const h of s.handlers) declared(h.body, note);
        declared(s.finally, note);
        break;
      case 'with': case 'loop': case 'for-each': case 'block': declared(s.body, note); break;
      default:
    }
  }
}

function names(target: CodeTarget): { readonly name: string; readonly at: CodeTarget['at'] }[] {
  if (target.kind === 'name') return [target];
  return target.kind === 'array' ? [...target.items.flatMap((i) => (i ? names(i.target) : [])), ...(target.rest ? names(target.rest) : [])] : [];
}
