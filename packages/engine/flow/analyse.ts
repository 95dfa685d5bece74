import type { AbstractValue, CodeFile, CodeProgram, EntryPoint, QuerySite, Reason, ValueOf } from '@tenantlint/model';
import { entriesOf } from './entries/entries.ts';
import type { Entry } from './entries/entry.ts';
import { systemKind } from './entries/system.ts';
import { Flow, type FlowInput, type Frame } from './flow.ts';
import { invoke } from './interpret/calls.ts';
import { symbolicArgs } from './interpret/params.ts';
import { classValue, inModule, moduleName, moduleOf } from './interpret/modules.ts';
import { memberOf } from './interpret/classes.ts';
import { run } from './interpret/statements.ts';
import { proxies } from './known/proxies.ts';
import { judge, type Judgement } from './judge/verdict.ts';
import { usedBy, type SiteRecord } from './queries/record.ts';
import { functionsOf, sends, type Declared } from './summaries/functions.ts';
import { State } from './state.ts';
import { siteOf } from './judge/site.ts';

/** Steps that one entry point may take; what is left when they are used up is unknown. */
const FUEL = 60_000;

/** Judges every query of a program. */
export function analyse(program: CodeProgram, input: FlowInput): readonly QuerySite[] {
  const f = new Flow(program, { ...input, adapters: [...input.adapters, proxies] });
  const found = new Sites();
  const files = [...program.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  // Files are loaded first: routers are complete only when all have registered.
  for (const file of files) loadModule(f, file, found);
  const entries = files.flatMap((file) => entriesOf(f, file));
  for (const entry of [...f.registered, ...entries]) runEntry(f, entry, found);
  for (const file of files) {
    const kind = systemKind(file);
    for (const one of functionsOf(file)) {
      if (!f.entered.has(one.fn.id) && sends(f, one.fn)) runLibrary(f, file, one, kind, found);
    }
  }
  return found.all();
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
    module.state.live = true;
  });
  const kind = systemKind(file) ?? 'script';
  settle(f, { kind, framework: 'module', name: file.path, at: { file: file.path, start: 0, end: 0 }, authenticates: 'none' }, found);
}

function runEntry(f: Flow, entry: Entry, found: Sites): void {
  f.fuel = FUEL;
  f.state = new State(undefined);
  f.frame = undefined;
  const value = entry.run(f);
  if (f.state.live) usedBy(f, value, entry.point.at);
  settle(f, entry.point, found);
}

/** A function that no entry point reaches: its arguments are nobody's. */
function runLibrary(f: Flow, file: CodeFile, { fn, owner }: Declared, kind: EntryPoint['kind'] | undefined, found: Sites): void {
  const module = moduleOf(f, file.path);
  if (!module) return;
  f.fuel = FUEL;
  f.state = new State(undefined);
  const point: EntryPoint = { kind: kind ?? 'library', framework: 'none', name: `${file.path}#${fn.name ?? 'anonymous'}`, at: fn.nameAt, authenticates: 'unknown' };
  let value: AbstractValue = { kind: 'function', fn, file: file.path, scope: module.names, at: fn.at };
  let self: AbstractValue | undefined;
  if (owner) {
    const cls = classValue(owner, file.path, module.names) as ValueOf<'class'>;
    self = { kind: 'instance', class: owner, file: file.path, scope: cls.scope, fields: [], at: owner.at };
    const method = memberOf(f, self as ValueOf<'instance'>, fn.name ?? '', fn.at);
    if (method.kind === 'function' && method.fn === fn) value = method;
  }
  const result = invoke(f, value as ValueOf<'function'>, symbolicArgs(f, value as ValueOf<'function'>), fn.at, self, true);
  if (f.state.live) usedBy(f, result, fn.nameAt);
  settle(f, point, found);
}

/** Judges what the run met, and forgets it. */
function settle(f: Flow, point: EntryPoint, found: Sites): void {
  const { records, uses } = f;
  f.records = [];
  f.uses = [];
  for (const record of records) {
    const known = point.kind === 'library' ? undefined : point;
    found.add(record, judge(f, record, known, uses), point);
  }
}

/** One site for each place, with the worst of what its contexts made of it. */
class Sites {
  readonly #byPlace = new Map<string, { record: SiteRecord; judgement: Judgement; point: EntryPoint }>();
  add(record: SiteRecord, judgement: Judgement, point: EntryPoint): void {
    const key = `${record.query.at.file}:${record.query.at.start}:${record.query.operation}`;
    const known = this.#byPlace.get(key);
    if (!known || counts(judgement, point) > counts(known.judgement, known.point)) this.#byPlace.set(key, { record, judgement, point });
  }
  all(): QuerySite[] {
    return [...this.#byPlace.values()].map(({ record, judgement, point }) => siteOf(record, judgement, point, pathOf(record))).sort((a, b) => (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start));
  }
}

const RANK: Readonly<Record<Judgement['verdict'], number>> = { 'by-design': 0, injected: 1, scoped: 2, guarded: 3, unknown: 4, leak: 5 };
/** A leak counts most; between equals, what a real entry point says. */
const counts = (of: Judgement, point: EntryPoint): number => (point.kind === 'library' ? 0 : 10) * (of.verdict === 'leak' ? 0 : 1) + (of.verdict === 'leak' ? 100 : RANK[of.verdict]);

function pathOf(record: SiteRecord): Reason[] {
  const path: Reason[] = [];
  for (let frame: Frame | undefined = record.frame; frame; frame = frame.caller) if (frame.from) path.push({ text: frame.name, at: frame.from });
  return path.reverse();
}

