import type { Code, CodeClass, CodeFile, CodeFunction, CodeStatement } from '@tenantlint/model';
import type { Flow } from '../flow.ts';

export interface Declared {
  readonly fn: CodeFunction;
  /** The class whose method it is. */
  readonly owner: CodeClass | undefined;
}

/** Functions of a file that stand on their own: top-level ones, methods, and those that top-level values hold. Inner ones run with these. */
export function functionsOf(file: CodeFile): Declared[] {
  const found: Declared[] = [];
  const inClass = (of: CodeClass): void => {
    for (const m of of.methods) found.push({ fn: m.fn, owner: of });
    for (const field of of.fields) if (field.value) inCode(field.value);
  };
  const inCode = (code: Code): void => {
    walk(code, (inner) => {
      if (inner.kind === 'function') found.push({ fn: inner.fn, owner: undefined });
      else if (inner.kind === 'class') inClass(inner.class);
      return inner.kind !== 'function' && inner.kind !== 'class';
    });
  };
  const inStatements = (body: readonly CodeStatement[]): void => {
    for (const s of body) {
      if (s.kind === 'function') found.push({ fn: s.fn, owner: undefined });
      else if (s.kind === 'class') inClass(s.class);
      else if (s.kind === 'let') {
        if (s.value) inCode(s.value);
      } else if (s.kind === 'expression') inCode(s.of);
      else if (s.kind === 'block') inStatements(s.body);
    }
  };
  inStatements(file.body);
  return found;
}

const sending = new WeakMap<CodeFunction, boolean>();

/** Whether the function's own text, inner functions included, calls a method by which some client sends queries. */
export function sends(f: Flow, fn: CodeFunction): boolean {
  const known = sending.get(fn);
  if (known !== undefined) return known;
  let found = false;
  const visit = (code: Code): boolean => {
    if (found) return false;
    if (code.kind === 'call' && code.callee.kind === 'member') {
      const { name } = code.callee;
      for (const adapter of f.adapters.values()) if (adapter.methods.has(name)) found = true;
    } else if (code.kind === 'template' && code.tag?.kind === 'member') {
      for (const adapter of f.adapters.values()) if (adapter.methods.has(code.tag.name)) found = true;
    }
    return true;
  };
  walkStatements(fn.body, visit);
  for (const p of fn.params) if (p.default) walk(p.default, visit);
  sending.set(fn, found);
  return found;
}

/** Visits code and what it is made of, inner functions included, as long as `visit` says so. */
export function walk(code: Code, visit: (code: Code) => boolean): void {
  const work: unknown[] = [code];
  drain(work, visit);
}

export function walkStatements(body: readonly CodeStatement[], visit: (code: Code) => boolean): void {
  drain([...body], visit);
}

const EXPRESSIONS = new Set<string>(['literal', 'undefined', 'this', 'super', 'name', 'member', 'index', 'call', 'object', 'array', 'function', 'class', 'template', 'conditional', 'logical', 'binary', 'unary', 'assign', 'await', 'yield', 'non-null', 'typed', 'sequence', 'import', 'element', 'each', 'opaque']);

function drain(work: unknown[], visit: (code: Code) => boolean): void {
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    if (Array.isArray(at)) {
      for (const part of at) work.push(part);
      continue;
    }
    const node = at as { kind?: string };
    // Expressions and statements share a few kinds (function, class); both are visited through their parts.
    if (node.kind !== undefined && EXPRESSIONS.has(node.kind) && 'at' in node && !visit(node as Code)) continue;
    for (const key in node) {
      if (key !== 'at' && key !== 'nameAt' && key !== 'type' && key !== 'types' && key !== 'returns') work.push((node as Record<string, unknown>)[key]);
    }
  }
}
