import { cases, constantText, isNullish, literal, object, type AbstractValue, type CodeFile, type Span } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { awaited } from '../interpret/clients.ts';
import { exported } from '../interpret/modules.ts';
import { walkStatements } from '../summaries/functions.ts';
import { PathTests } from '../path-tests.ts';
import { State, truthsSince, type Truths } from '../state.ts';
import { itemsOf } from '../values/items.ts';
import { property } from '../values/property.ts';
import { input } from './entry.ts';

/** What runs before every page and route of an application of Next.js: `middleware.ts`, or `proxy.ts` of later versions. */
export interface Gateway {
  readonly file: CodeFile;
  /** Texts that it and the files that it imports write down: paths that it tells apart, headers that it sets. */
  readonly texts: ReadonlySet<string>;
  /** Paths that its `config.matcher` asks for; undefined where it runs before all of them. */
  readonly matchers: readonly string[] | undefined;
}

const GATEWAYS = new WeakMap<Flow, Map<string, Gateway | undefined>>();

/** The gateway of the application that the file belongs to. */
export function gatewayOf(f: Flow, file: string): Gateway | undefined {
  const root = /^(.*?)(?:src\/)?(?:app|pages)\//.exec(file)?.[1];
  if (root === undefined) return undefined;
  const all = GATEWAYS.get(f) ?? new Map<string, Gateway | undefined>();
  GATEWAYS.set(f, all);
  if (!all.has(root)) all.set(root, read(f, root));
  return all.get(root);
}

function read(f: Flow, root: string): Gateway | undefined {
  for (const name of ['middleware', 'proxy']) {
    for (const folder of ['', 'src/']) {
      for (const kind of ['ts', 'js', 'mjs', 'tsx', 'mts']) {
        const file = f.program.load(`${root}${folder}${name}.${kind}`);
        if (!file) continue;
        const texts = new Set<string>();
        for (const one of [file, ...file.imports.flatMap((i) => (i.file === undefined ? [] : (f.program.load(i.file) ?? [])))]) {
          walkStatements(one.body, (code) => {
            if (code.kind === 'literal' && typeof code.value === 'string') texts.add(code.value);
            return true;
          });
        }
        return { file, texts, matchers: matchersOf(f, file) };
      }
    }
  }
  return undefined;
}

function matchersOf(f: Flow, file: CodeFile): string[] | undefined {
  const config = file.exports.find((e) => e.name === 'config');
  const matcher = config && property(f, exported(f, file.path, 'config', config.at), 'matcher', config.at);
  if (!matcher) return undefined;
  const written = (itemsOf(matcher) ?? [matcher]).flatMap((one) => constantText(one.kind === 'object' ? (property(f, one, 'source', one.at) ?? one) : one) ?? []);
  return written.length > 0 ? written : undefined;
}

/** Whether the application's own gateway speaks of a header or cookie: then what handlers read is its word, and not the caller's. */
export function speaksOf(f: Flow, file: string, names: readonly string[]): boolean {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return [...(gatewayOf(f, file)?.texts ?? [])].some((text) => wanted.has(text.toLowerCase()));
}

/** The path that a file of the app or pages folder is served under; what is variable in it stands as it is. */
function pathOf(file: string): string | undefined {
  const under = /(?:^|\/)(?:app|pages)\/(.*)$/.exec(file)?.[1];
  if (under === undefined) return undefined;
  const parts = under.split('/').slice(0, -1).filter((p) => !/^\(.*\)$|^@/.test(p));
  const last = /(?:^|\/)pages\//.test(file) ? under.split('/').at(-1)?.replace(/\.\w+$/, '') : undefined;
  return `/${[...parts, ...(last === undefined || last === 'index' ? [] : [last])].join('/')}`;
}

/** Tells what holds where the gateway lets a request for this file pass, if it tells this path from others. */
export function passGateway(f: Flow, file: string): void {
  const path = pathOf(file);
  const gateway = path === undefined ? undefined : gatewayOf(f, file);
  if (path === undefined || !gateway || !isNamed(gateway, path) || !isMatched(gateway, path)) return;
  const name = gateway.file.exports.map((e) => e.name).find((n) => n === 'middleware' || n === 'proxy' || n === 'default');
  if (name !== undefined) pass(f, gateway.file.path, name, (at) => [requestOf(path, at), input('request', ['event'], at)], path);
}

/** A page is shown inside the layouts of the folders above it: where one of them leaves, nobody sees the page. */
export function passLayouts(f: Flow, file: string): void {
  const parts = file.split('/').slice(0, -1);
  const from = parts.lastIndexOf('app') + 1;
  if (from === 0) return;
  for (let end = from; end <= parts.length; end++) {
    const layout = ['tsx', 'jsx', 'ts', 'js'].map((kind) => `${parts.slice(0, end).join('/')}/layout.${kind}`).find((path) => path !== file && f.program.load(path) !== undefined);
    if (layout !== undefined && f.program.concerns(layout) && mayLeave(f, layout)) pass(f, layout, 'default', (at) => [object({ children: literal(null, at), params: input('params', [], at) }, at)]);
  }
}

/** `redirect()` and its kin are imported, by the layout or by a helper of its. */
function mayLeave(f: Flow, path: string): boolean {
  const file = f.program.load(path);
  const leaves = (of: CodeFile): boolean => of.imports.some((i) => i.from === 'next/navigation');
  return file !== undefined && (leaves(file) || file.imports.some((i) => {
    const imported = i.file === undefined || !f.program.concerns(i.file) ? undefined : f.program.load(i.file);
    return imported !== undefined && leaves(imported);
  }));
}

/** Something that stands before handlers was run: what was known before and is known after it, and what that depends on. */
interface Passed {
  readonly before: Truths | undefined;
  readonly after: Truths | undefined;
  readonly tests: PathTests | undefined;
}

const PASSED = new WeakMap<Flow, Map<string, Passed[]>>();

/** Learns what is known after what stands before the handler; it is run once for all handlers that it makes no difference between. */
function pass(f: Flow, file: string, name: string, args: (at: Span) => readonly AbstractValue[], path?: string): void {
  const all = PASSED.get(f) ?? new Map<string, Passed[]>();
  PASSED.set(f, all);
  const passed = all.get(file) ?? [];
  all.set(file, passed);
  const before = f.state.truths;
  let known = passed.find((one) => one.before === before && (path === undefined || one.tests?.holdFor(path) === true));
  if (!known) {
    const tests = path === undefined ? undefined : new PathTests(path);
    known = { before, after: runBefore(f, file, name, args, tests), tests };
    passed.push(known);
  }
  f.state.truths = known.after;
}

/** Steps that it may take; handlers have theirs for themselves. */
const FUEL = 40_000;

/** Runs what stands before handlers, for what is known afterwards; its own queries are judged where it is an entry of its own. */
function runBefore(f: Flow, file: string, name: string, args: (at: Span) => readonly AbstractValue[], tests: PathTests | undefined): Truths | undefined {
  const { records, uses, compared, thrown, together, settings, state, fuel } = f;
  const begun = new State(f.loaded);
  begun.truths = state.truths;
  const at = f.program.load(file)?.exports.find((e) => e.name === name)?.at ?? { file, start: 0, end: 0 };
  const fn = exported(f, file, name, at);
  if (fn.kind !== 'function') return begun.truths;
  // What it read is known to all handlers that come later.
  const passing = f.rows.belong(undefined);
  Object.assign(f, { records: [], uses: [], compared: [], together: [], settings: [], state: begun.fork(), fuel: FUEL, paths: tests });
  try {
    const answer = awaited(f, f.applyFunction(fn, args(at), at), at);
    if (f.state.live) {
      const common = truthsSince(f.state.truths, begun.truths);
      const ways = cases(answer).filter((c) => !isRefusal(c.value)).map((c) => [...common, ...c.truths]);
      const [only] = ways;
      if (ways.length === 1 && only) begun.learn(only);
      else if (ways.length > 1 && ways.every((w) => w.length > 0)) begun.learn([{ kind: 'any', of: ways, at }]);
    }
  } finally {
    f.rows.belong(passing);
    Object.assign(f, { records, uses, compared, thrown, together, settings, state, fuel, paths: undefined });
  }
  return begun.truths;
}

/** Paths that it names; `/` and `/api` are told apart by all of them. */
const isNamed = ({ texts }: Gateway, path: string): boolean => [...texts].some((text) => text.length > 4 && text.startsWith('/') && (path === text || path.startsWith(text.endsWith('/') ? text : `${text}/`)));

/** `/((?!api|_next/static).*)` leaves out what it names; `/admin/:path*` asks for what begins so. */
function isMatched({ matchers }: Gateway, path: string): boolean {
  return matchers === undefined || matchers.some((one) => {
    const excluded = /\(\?!([^()]*)\)/.exec(one)?.[1];
    if (excluded !== undefined) return !excluded.split('|').some((part) => part !== '' && /^[\w/-]+$/.test(part) && path.slice(1).startsWith(part));
    const fixed = /^[\w/-]*/.exec(one)?.[0] ?? '';
    return fixed === one ? path === one : path === fixed.replace(/\/$/, '') || path.startsWith(fixed);
  });
}

function requestOf(path: string, at: Span): AbstractValue {
  const of = (parts: readonly string[], more: Readonly<Record<string, AbstractValue>>): AbstractValue => ({ kind: 'object', entries: [{ kind: 'spread', of: input('request', parts, at), at }, ...Object.entries(more).map(([name, value]) => ({ kind: 'property', name, nameAt: at, value }) as const)], at });
  return of([], { nextUrl: of(['nextUrl'], { pathname: literal(path, at) }) });
}

/** A redirect, or an answer of its own: the request ends there. `NextResponse.next()`, and nothing at all, let it pass. */
function isRefusal(answer: AbstractValue): boolean {
  if (isNullish(answer)) return false;
  if (answer.kind !== 'symbol') return false;
  if (answer.origin.kind !== 'call') return false;
  const { callee, construct } = answer.origin;
  if (callee.kind !== 'symbol') return false;
  const method = callee.path.at(-1);
  return construct === true ? method === undefined || /Response$/.test(method) : method !== undefined && /^(?:redirect|permanentRedirect|json|error)$/.test(method);
}

