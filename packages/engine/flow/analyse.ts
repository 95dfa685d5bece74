import type { AbstractValue, CodeFile, CodeProgram, EntryPoint, QuerySite, Reason, Span, ValueOf } from '@tenantlint/model';
import { graphql } from './entries/graphql.ts';
import { entriesOf } from './entries/entries.ts';
import { systemKind } from './entries/system.ts';
import { Flow, type Entry, type FlowInput } from './flow.ts';
import { classValue, inModule, moduleName, moduleOf } from './interpret/modules.ts';
import { interpreter } from './interpreter.ts';
import { symbolicArgs } from './interpret/symbolic.ts';
import { run } from './interpret/statements.ts';
import { authenticated } from './judge/caller.ts';
import { siteOf } from './judge/site.ts';
import { proxies } from './known/proxies.ts';
import { shipped } from './known/shipped.ts';
import { judge } from './judge/verdict.ts';
import { usedBy } from './queries/record.ts';
import { begunWith } from './python/begun.ts';
import { readListeners } from './python/events.ts';
import { readHooks } from './python/hooks.ts';
import { allTruths, State } from './state.ts';
import { forgetKeys } from './values/key.ts';
import { functionsOf, looksLikeQuery, nameOf, queriesIn, walkStatements, type CallCode, type Declared } from './summaries/functions.ts';
import type { Frame } from './frame.ts';
import type { Judgement } from './judge/judgement.ts';
import type { SiteRecord } from './queries/site-record.ts';

/** Steps that one entry point may take; what is left when they are used up is unknown. */
const FUEL = 40_000;

/** Judges every query of a program. */
export function analyse(program: CodeProgram, input: FlowInput): readonly QuerySite[] {
  forgetKeys();
  const f = new Flow(program, { ...input, adapters: [...input.adapters, proxies] }, interpreter);
  const found = new Sites();
  const files = [...program.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  // Files are loaded first: routers are complete only when all have registered.
  for (const file of files) if (systemKind(file) === undefined) guarded(f, whole(file), () => loadModule(f, file, found));
  if (f.python) for (const file of files) {
    readListeners(f, file);
    readHooks(f, file);
  }
  for (const file of files) for (const entry of guarded(f, whole(file), () => entriesOf(f, file)) ?? []) guarded(f, entry.point.at, () => runEntry(f, entry, found));
  for (let i = 0; i < f.registered.length; i++) {
    const entry = f.registered[i];
    if (entry) guarded(f, entry.point.at, () => runEntry(f, entry, found));
  }
  for (const file of files) {
    // Tests, seeds and scripts are listed, not followed: leftovers sees to them.
    if (systemKind(file) !== undefined) continue;
    for (const one of functionsOf(file)) if (queriesIn(f, one.fn).some((code) => !f.hasMet(nameOf(code)))) guarded(f, one.fn.nameAt, () => runLibrary(f, file, one, found));
  }
  for (const file of files) guarded(f, whole(file), () => leftovers(f, file, found));
  return found.all();
}

const whole = (file: CodeFile): Span => ({ file: file.path, start: 0, end: 0 });

/** Code that nests deeper than the stack costs only the run that met it. */
function guarded<T>(f: Flow, at: Span, run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    f.giveUp(at, 'nested too deeply to be followed');
    f.frame = undefined;
    f.loaded.live = true;
    f.records = [];
    f.uses = [];
    forget(f);
    return undefined;
  }
}

/** Runs what a file does when it is loaded: registrations, and whole scripts. */
function loadModule(f: Flow, file: CodeFile, found: Sites): void {
  const module = moduleOf(f, file.path);
  if (!module) return;
  const statements = file.body.filter((s) => s.kind === 'expression' || s.kind === 'if' || s.kind === 'for-each' || s.kind === 'try' || s.kind === 'block');
  f.fuel = FUEL;
  for (const [name, declaration] of module.declared) if (declaration.kind === 'value') moduleName(f, file.path, name);
  inModule(f, module, () => {
    run(f, statements, module.names);
  });
  f.registered.push(...graphql(f, file));
  settle(f, { kind: 'script', framework: 'module', name: file.path, at: { file: file.path, start: 0, end: 0 }, authenticates: 'none' }, found);
}

function runEntry(f: Flow, entry: Entry, found: Sites): void {
  begin(f, false);
  const value = entry.run(f);
  if (f.state.live) usedBy(f, value, entry.point.at);
  settle(f, entry.point, found);
}

function begin(f: Flow, offline: boolean): void {
  f.rows.belong({ ids: [], related: [] });
  f.fuel = FUEL;
  f.state = new State(f.loaded);
  f.state.learn(begunWith(f));
  f.frame = undefined;
  f.offline = offline;
}

/** A function that no entry point reaches: its arguments are nobody's. */
function runLibrary(f: Flow, file: CodeFile, { fn, owner }: Declared, found: Sites): void {
  const module = moduleOf(f, file.path);
  if (!module) return;
  const kind = systemKind(file);
  begin(f, kind !== undefined);
  const point: EntryPoint = { kind: kind ?? 'library', framework: 'none', name: `${file.path}#${fn.name ?? 'anonymous'}`, at: fn.nameAt, authenticates: 'unknown' };
  let value: ValueOf<'function'> = { kind: 'function', fn, file: file.path, scope: module.names, at: fn.at };
  let self: AbstractValue | undefined;
  if (owner) {
    const instance: ValueOf<'instance'> = { kind: 'instance', class: owner, file: file.path, scope: (classValue(owner, file.path, module.names) as ValueOf<'class'>).scope, fields: [], at: owner.at };
    const method = f.memberOf(instance, fn.name ?? '', fn.at);
    if (method.kind === 'function' && method.fn === fn) value = method;
    self = instance;
  }
  const result = f.invoke(value, symbolicArgs(f, value), fn.at, self, true);
  if (f.state.live) usedBy(f, result, fn.nameAt);
  settle(f, point, found);
}

/** Functions that were handed on and never called, and calls that no run came to: judged by themselves. */
function leftovers(f: Flow, file: CodeFile, found: Sites): void {
  const open: CallCode[] = [];
  walkStatements(file.body, (code) => {
    if (looksLikeQuery(f, code) && !f.hasMet(nameOf(code))) open.push(code);
    shipped(f, code);
    return true;
  });
  if (open.length === 0) return;
  const module = moduleOf(f, file.path);
  const kind = systemKind(file);
  const point: EntryPoint = { kind: kind ?? 'library', framework: 'none', name: file.path, at: { file: file.path, start: 0, end: 0 }, authenticates: 'unknown' };
  for (const code of open) {
    if (f.hasMet(nameOf(code))) continue;
    const closure = [...f.closures.values()].filter((c) => c.value.file === file.path && c.value.fn.at.start <= code.at.start && code.at.end <= c.value.fn.at.end).at(-1);
    begin(f, kind !== undefined);
    if (closure) {
      f.state = new State(closure.state);
      const result = f.invoke(closure.value, symbolicArgs(f, closure.value), closure.value.fn.at, undefined, true);
      if (f.state.live) usedBy(f, result, closure.value.fn.at);
      settle(f, point, found);
    }
    if (!f.hasMet(nameOf(code)) && module) {
      inModule(f, module, () => {
        f.state = f.state.fork();
        f.evaluate(code, module.names);
      });
      settle(f, point, found);
    }
  }
}

/** Judges what the run met, and forgets it. */
function settle(f: Flow, point: EntryPoint, found: Sites): void {
  const { records, uses, compared, together } = f;
  f.run = { records, compared, together };
  f.records = [];
  f.uses = [];
  f.compared = [];
  f.together = [];
  for (const made of f.settings) f.input.tell?.({ ...made, transaction: made.transaction || isWithin(made.at, together) });
  f.settings = [];
  f.verdicts = new Map();
  for (const record of records) if (!found.isDecided(record)) found.add(record, judge(f, record, point.kind === 'library' ? undefined : point, uses), point);
  if (ENTERED.has(point.kind) && records.some((record) => authenticated(f, { record, truths: allTruths(record.truths) }))) found.signedIn++;
  if (f.fuel <= 0) f.giveUp(point.at, 'too much to follow from here; what was not reached is judged by itself');
  forget(f);
}

/** What a run held is given up with it, unless a function that was not called may yet need it. */
function forget(f: Flow): void {
  f.verdicts = new Map();
  const passing = f.rows.belong(undefined);
  f.state = f.loaded;
  let needed = f.kept;
  f.kept = false;
  for (const id of f.made) {
    const closure = f.closures.get(id);
    if (!closure) continue;
    if (queriesIn(f, closure.value.fn).every((code) => f.hasMet(nameOf(code)))) f.closures.delete(id);
    else needed ||= closure.state !== f.loaded;
  }
  f.made = [];
  if (!passing || needed) return;
  for (const id of f.rows.forget(passing)) f.recordOf.delete(id);
}

const isWithin = (at: Span, places: readonly Span[]): boolean => places.some((p) => p.file === at.file && p.start <= at.start && at.end <= p.end);

const ENTERED = new Set<EntryPoint['kind']>(['route', 'page', 'procedure', 'resolver']);

/** One site for each place, with the worst of what its contexts made of it. */
class Sites {
  readonly #byPlace = new Map<string, { readonly site: QuerySite; readonly counts: number; readonly unusual?: QuerySite }>();
  /** Entry points that know who is calling. */
  signedIn = 0;
  /** Nothing counts more than what is known of it. */
  isDecided(record: SiteRecord): boolean {
    return (this.#byPlace.get(keyOf(record))?.counts ?? 0) >= MOST;
  }
  add(record: SiteRecord, judgement: Judgement, point: EntryPoint): void {
    const key = keyOf(record);
    const counted = counts(judgement, point);
    // The site and not the record: that would hold on to all that its run knew.
    if (counted > (this.#byPlace.get(key)?.counts ?? -1)) this.#byPlace.set(key, { site: siteOf(record, judgement, point, pathOf(record)), counts: counted, ...(judgement.unusual ? { unusual: siteOf(record, { ...judgement.unusual, ...(judgement.extra ? { extra: judgement.extra } : {}) }, point, pathOf(record)) } : {}) });
  }
  all(): QuerySite[] {
    const all = [...this.#byPlace.values()];
    // Few among many: not how the product is meant.
    const open = new Set(all.flatMap(({ unusual }) => unusual?.entry?.name ?? [])).size;
    const strange = this.signedIn >= 10 && open * 10 <= this.signedIn;
    return all.map(({ site, unusual }) => (strange && unusual ? unusual : site)).sort((a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
  }
}

const keyOf = ({ query }: SiteRecord): string => `${query.at.file}:${query.at.start}:${query.operation}`;

/** What a leak counts. */
const MOST = 100;
const RANK: Readonly<Record<Judgement['verdict'], number>> = { 'by-design': 0, injected: 1, scoped: 2, guarded: 3, unknown: 4, leak: 5 };
const OFFLINE = new Set<EntryPoint['kind']>(['script', 'seed', 'test']);

/** A leak counts most; then what a real entry point says, then what is said of callers unknown, then tests and scripts. */
function counts(of: Judgement, point: EntryPoint): number {
  if (of.weak) return 15;
  if (of.verdict === 'leak') return MOST;
  return (OFFLINE.has(point.kind) ? 0 : point.kind === 'library' ? 10 : 20) + RANK[of.verdict];
}

function pathOf(record: SiteRecord): Reason[] {
  const path: Reason[] = [];
  for (let frame: Frame | undefined = record.frame; frame; frame = frame.caller) if (frame.from) path.push({ text: frame.name, at: frame.from });
  return path.reverse();
}
