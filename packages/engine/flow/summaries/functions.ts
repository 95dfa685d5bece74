import type { Code, CodeClass, CodeFile, CodeFunction, CodeStatement, Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { QueryCode } from '../query-code.ts';

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

export type CallCode = QueryCode;

/** Calls in the function's text, inner functions included, that look like queries of some client. */
export function queriesIn(f: Flow, fn: CodeFunction): readonly CallCode[] {
  const known = f.sending.get(fn);
  if (known) return known;
  const found: CallCode[] = [];
  const visit = (code: Code): boolean => {
    if (looksLikeQuery(f, code)) found.push(code);
    return true;
  };
  walkStatements(fn.body, visit);
  for (const p of fn.params) if (p.default) walk(p.default, visit);
  f.sending.set(fn, found);
  return found;
}

export function looksLikeQuery(f: Flow, code: Code): code is CallCode {
  if (code.kind === 'template') return code.tag?.kind === 'member' && code.tag.name.startsWith('$') && f.methods.has(code.tag.name);
  if (f.python) return asksDatabase(f, code);
  if (asksStorage(code)) return true;
  if (code.kind !== 'call' || code.callee.kind !== 'member' || code.construct || !f.methods.has(code.callee.name)) return false;
  const { of, name } = code.callee;
  if (name.startsWith('$')) return name !== '$transaction';
  if (of.kind === 'member' && f.delegates.has(of.name)) return true;
  if (of.kind === 'index') return code.args.some((a) => a.value.kind === 'object');
  const [first] = code.args;
  if (of.kind === 'member' && of.name === 'storage') return false;
  // `from('projects')`, `rpc('name')`: a builder begins.
  return (name === 'from' || name === 'rpc') && first !== undefined && first.value.kind === 'literal' && typeof first.value.value === 'string';
}

/** `storage.from('files').download(path)`; an address of a public file is made up, and asks nobody. */
function asksStorage(code: Code): boolean {
  if (code.kind !== 'call' || code.callee.kind !== 'member' || code.callee.of.kind !== 'call' || code.callee.name === 'getPublicUrl') return false;
  const { callee } = code.callee.of;
  return callee.kind === 'member' && callee.name === 'from' && callee.of.kind === 'member' && callee.of.name === 'storage';
}

/** In Python a query is a method of a session that is given a statement or a model, or a statement itself. */
function asksDatabase(f: Flow, code: Code): code is CallCode {
  if (code.kind !== 'call') return false;
  const [first] = code.args;
  const { callee } = code;
  if (callee.kind === 'name') return STATEMENTS.has(callee.name) && first !== undefined && code.args.some((a) => mentionsModel(f, a.value));
  if (callee.kind !== 'member' || !f.methods.has(callee.name)) return false;
  if (callee.name === 'get') return first?.value.kind === 'name' && f.delegates.has(first.value.name);
  return callee.name === 'query' && first !== undefined;
}

function mentionsModel(f: Flow, code: Code): boolean {
  let found = false;
  walk(code, (part) => {
    found ||= (part.kind === 'name' && f.delegates.has(part.name)) || (part.kind === 'member' && part.name === 'count');
    return !found;
  });
  return found;
}
const STATEMENTS = new Set(['select', 'update', 'delete', 'insert']);

/** The name that is called. */
export const nameOf = (code: CallCode): Span => (code.kind === 'call' ? (code.callee.kind === 'member' ? code.callee.nameAt : code.callee.at) : code.tag?.kind === 'member' ? code.tag.nameAt : code.at);

/** Visits code and what it is made of, inner functions included, as long as `visit` says so. */
export function walk(code: Code, visit: (code: Code) => boolean): void {
  drain([code], visit);
}

export function walkStatements(body: readonly CodeStatement[], visit: (code: Code) => boolean): void {
  drain([...body], visit);
}

const EXPRESSIONS = new Set<string>(['literal', 'undefined', 'this', 'super', 'name', 'member', 'index', 'call', 'object', 'array', 'function', 'class', 'template', 'conditional', 'logical', 'binary', 'unary', 'assign', 'await', 'yield', 'non-null', 'typed', 'sequence', 'import', 'element', 'each', 'opaque']);

function drain(work: unknown[], visit: (code: Code) => boolean): void {
  while (work.length > 0) {
    const at = work.pop();
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
