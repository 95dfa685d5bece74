import { nothing, object, type AbstractValue, type EntryPoint, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { moduleName } from '../interpret/modules.ts';
import { packageOf } from '../known/auth.ts';
import { byPackage } from '../known/by-package.ts';
import { shaped } from '../known/validation.ts';
import { property } from '../values/property.ts';
import { continuation } from './chain.ts';
import { input } from './entry.ts';
import type { CallSite } from '../call-site.ts';

/** Libraries whose procedures are built by a chain: middlewares, input schema, handler. */
const LIBRARIES: readonly { readonly packages: RegExp; readonly framework: string; readonly kind: EntryPoint['kind']; readonly ends: ReadonlySet<string> }[] = [
  { packages: /^@trpc\/server/, framework: 'trpc', kind: 'procedure', ends: new Set(['query', 'mutation', 'subscription']) },
  { packages: /^@orpc\//, framework: 'orpc', kind: 'procedure', ends: new Set(['handler']) },
  { packages: /^next-safe-action/, framework: 'next-safe-action', kind: 'action', ends: new Set(['action', 'stateAction']) },
  { packages: /^zsa/, framework: 'zsa', kind: 'action', ends: new Set(['handler']) },
  { packages: /^@tanstack\/(?:react-)?start/, framework: 'tanstack-start', kind: 'action', ends: new Set(['handler']) },
];
const libraryOf = byPackage((from) => LIBRARIES.find((l) => l.packages.test(from)));

/** A function that a chain ended in. */
export function isProcedure(value: AbstractValue): boolean {
  if (value.kind !== 'symbol' || value.origin.kind !== 'call' || value.origin.callee.kind !== 'symbol') return false;
  const from = packageOf(value);
  const end = value.origin.callee.path.at(-1);
  return from !== undefined && end !== undefined && LIBRARIES.some((l) => l.packages.test(from) && l.ends.has(end));
}

const INPUTS = new Set(['input', 'schema', 'inputSchema', 'validator', 'inputValidator']);

type Step = { readonly kind: 'use' | 'input'; readonly value: AbstractValue };

export function procedure(f: Flow, callee: ValueOf<'symbol'>, args: readonly AbstractValue[], from: string, site: CallSite): boolean {
  const library = libraryOf(from);
  const end = callee.path.at(-1);
  const handler = args.find((a) => a.kind === 'function');
  if (!library || end === undefined || !library.ends.has(end) || handler?.kind !== 'function') return false;
  const base: AbstractValue = { ...callee, path: callee.path.slice(0, -1) };
  const point: EntryPoint = { kind: library.kind, framework: library.framework, name: `${site.at.file}#${site.at.start}`, at: site.nameAt, authenticates: 'unknown' };
  f.registered.push({ point, fn: handler, run: (flow) => runProcedure(flow, base, handler, site.at) });
  return true;
}

function runProcedure(f: Flow, base: AbstractValue, handler: AbstractValue, at: Span): AbstractValue {
  const { steps, root } = stepsOf(base);
  const sent = input('input', [], at);
  const schemas = steps.filter((s) => s.kind === 'input').map((s) => s.value);
  const given = schemas.reduce((value: AbstractValue, schema, i) => {
    const one = shaped(f, schema, sent, at, 0);
    return i > 0 && value.kind === 'object' && one.kind === 'object' ? { ...value, entries: [...value.entries, ...one.entries] } : one;
  }, sent);
  const context = rootContext(f, root, at);
  return turn(f, steps.filter((s) => s.kind === 'use').map((s) => s.value), handler, context, given, at);
}

/** Middlewares and input schemas in the order in which they run, and what the chain began with. */
function stepsOf(base: AbstractValue): { readonly steps: readonly Step[]; readonly root: AbstractValue } {
  const steps: Step[] = [];
  let at = base;
  for (let depth = 0; depth < 60 && at.kind === 'symbol' && at.origin.kind === 'call' && at.path.length === 0 && at.origin.callee.kind === 'symbol'; depth++) {
    const { callee, args } = at.origin;
    const method = callee.path.at(-1);
    const [first] = args;
    if (method === undefined) break;
    if ((method === 'use' || method === 'middleware' || method === 'unstable_concat' || method === 'concat') && first) steps.unshift(...middlewares(first));
    else if (INPUTS.has(method) && first) steps.unshift({ kind: 'input', value: first });
    at = { ...callee, path: callee.path.slice(0, -1) };
  }
  return { steps, root: at };
}

/** `t.middleware(fn)`, with what was piped to it; or another procedure's chain. */
function middlewares(value: AbstractValue): Step[] {
  if (value.kind === 'array') return value.items.flatMap((i) => middlewares(i.value));
  if (value.kind === 'symbol' && value.origin.kind === 'call' && value.origin.callee.kind === 'symbol') {
    const { callee, args } = value.origin;
    const method = callee.path.at(-1) ?? '';
    if (method === 'pipe' || method === 'unstable_pipe') return [...middlewares({ ...callee, path: callee.path.slice(0, -1) }), ...args.flatMap(middlewares)];
    const [first] = args;
    if (first?.kind === 'function') return [{ kind: 'use', value: first }];
    return [...stepsOf(value).steps];
  }
  return [{ kind: 'use', value }];
}

function turn(f: Flow, uses: readonly AbstractValue[], handler: AbstractValue, context: AbstractValue, given: AbstractValue, at: Span): AbstractValue {
  const [use, ...rest] = uses;
  const options = (extra: Readonly<Record<string, AbstractValue>>): AbstractValue => object({ ctx: context, context, input: given, parsedInput: given, clientInput: given, data: given, rawInput: given, getRawInput: continuation(f, () => given, at), ...extra }, at);
  if (!use) return f.applyFunction(handler, [options({})], at);
  const next = continuation(f, ([opts]) => {
    const added = opts && (property(f, opts, 'ctx', at) ?? nothing(at));
    const other = opts && (property(f, opts, 'context', at) ?? nothing(at));
    const changed = [added, other].filter((v): v is AbstractValue => v !== undefined && v.kind !== 'undefined');
    const merged: AbstractValue = changed.length === 0 ? context : { kind: 'object', entries: [{ kind: 'spread', of: context, at }, ...changed.map((of) => ({ kind: 'spread', of, at }) as const)], at };
    return turn(f, rest, handler, merged, given, at);
  }, at);
  return f.apply(use, [options({ next })], { at, nameAt: at, construct: false });
}

/** The context that requests begin with: what the function named in the builder's type gives, else unknown to us. */
function rootContext(f: Flow, root: AbstractValue, at: Span): AbstractValue {
  const unknownContext: AbstractValue = { kind: 'symbol', origin: { kind: 'identity', library: 'context' }, path: [], at };
  let node = root;
  for (let depth = 0; depth < 12 && node.kind === 'symbol' && node.origin.kind === 'call'; depth++) {
    for (const type of node.origin.types ?? []) {
      const name = /typeof\s+([\w$]+)/.exec(JSON.stringify(type))?.[1];
      const made = name === undefined ? undefined : moduleName(f, node.at.file, name);
      if (made?.kind !== 'function') continue;
      const value = f.applyFunction(made, [object({ req: input('request', [], at), headers: input('headers', [], at), session: { kind: 'symbol', origin: { kind: 'identity', library: 'context' }, path: ['session'], at } }, at)], at);
      if (value.kind === 'object' || value.kind === 'union') return value;
    }
    node = node.origin.callee;
  }
  return unknownContext;
}

