import { cases, isNullish, nothing, unknown, type AbstractValue, type Code, type CodeClass, type CodeFunction, type CodeImport, type CodeStatement, type CodeTarget, type Span, type ValueOf } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import type { Names, State } from '../state.ts';
import { LAZY } from '../values/join.ts';
import { ambient } from '../python/identity.ts';
import { property } from '../values/property.ts';
import { walkStatements } from '../summaries/functions.ts';
import { contextAt } from './clients.ts';
import { NO_ROWS, type Frame } from '../frame.ts';
import { boundNames, ModuleNames, type Declaration } from '../module-names.ts';

const MODULE_FUEL = 30_000;

export function moduleOf(f: Flow, path: string): ModuleNames | undefined {
  const known = f.modules.get(path);
  if (known) return known;
  const file = f.program.files.get(path) ?? f.program.load(path);
  if (!file) return undefined;
  const module = new ModuleNames(file);
  f.modules.set(path, module);
  return module;
}

/** Runs something as it runs when files are loaded, apart from whoever asks. */
export function inModule<T>(f: Flow, module: ModuleNames, run: () => T): T {
  const { state, frame, loaded } = f;
  const { live, truths } = loaded;
  // Whatever is loaded stays, also where a run was the first to ask for it.
  const passing = f.rows.belong(undefined);
  f.state = loaded;
  f.frame = moduleFrame(module, loaded);
  // A file that was imported was loaded: what one of its values could not get past is no reason to give up the others.
  loaded.live = true;
  try {
    return run();
  } finally {
    f.rows.belong(passing);
    loaded.live = live;
    loaded.truths = truths;
    f.state = state;
    f.frame = frame;
  }
}

const moduleFrame = (module: ModuleNames, loaded: State): Frame => ({
  fn: undefined, name: module.file.path, from: undefined, base: loaded, returns: [], jumps: [], caller: undefined, depth: 0, loop: undefined, turn: NO_ROWS, guessed: false,
});

/** The value of a name of a file; undefined where the file does not declare it. */
export function moduleName(f: Flow, path: string, name: string): AbstractValue | undefined {
  const module = moduleOf(f, path);
  if (!module) return undefined;
  const known = module.values.get(name);
  if (known) return known;
  const declaration = module.declared.get(name);
  if (!declaration) return undefined;
  const at = declaration.kind === 'import' ? declaration.import.at : declaration.statement.at;
  if (module.busy.has(name)) return unknown(`${name} depends on itself`, at);
  module.busy.add(name);
  // A file's value does not depend on who asked first, nor on how much strength was left then.
  const { fuel } = f;
  f.fuel = MODULE_FUEL;
  let value: AbstractValue;
  try {
    value = declare(f, module, name, declaration);
  } finally {
    f.fuel = fuel;
    module.busy.delete(name);
  }
  module.values.set(name, value);
  if (declaration.kind === 'value' && !declaration.statement.constant && isEmpty(value)) {
    fill(f, module, name);
    const filled = module.values.get(name) ?? value;
    if (!isEmpty(filled)) return filled;
    module.values.set(name, lazily(name, at));
    return lazily(name, at);
  }
  return value;
}

/** A function fills a variable of its file: clients that are made when they are first asked for. Whoever reads it later may see that. */
export function reassignModule(f: Flow, path: string, name: string, value: AbstractValue): void {
  const module = moduleOf(f, path);
  if (module?.declared.get(name)?.kind !== 'value' || !cases(value).some((c) => c.value.kind === 'client' || c.value.kind === 'instance')) return;
  const before = moduleName(f, path, name);
  module.values.set(name, before ? f.joinValues([{ value: before, truths: [] }, { value, truths: [] }]) : value);
  module.exports.delete(name);
}

function declare(f: Flow, module: ModuleNames, name: string, declaration: Declaration): AbstractValue {
  if (declaration.kind === 'import') return imported(f, declaration.import);
  const { statement } = declaration;
  if (statement.kind === 'function') {
    const fn: ValueOf<'function'> = { kind: 'function', fn: statement.fn, file: module.file.path, scope: module.names, at: statement.at };
    return f.python ? f.decorated(fn) : fn;
  }
  if (statement.kind === 'class') {
    const made = classValue(statement.class, module.file.path, module.names);
    return (made.kind === 'class' && claimed(f, made)) || made;
  }
  return inModule(f, module, () => {
    const assigned = statement.value ? [statement.value] : assignments(module.file.body, name);
    const typed = statement.type ? f.ofType(statement.type, module.file.path, statement.at) : undefined;
    const filled = !statement.constant && fillers(module, name).length > 0;
    if (assigned.length === 0) return filled ? nothing(statement.at) : typed ?? nothing(statement.at);
    const values = assigned.map((code) => {
      f.declaring = code;
      return { value: f.evaluate(code, module.names), truths: [] };
    });
    if (!statement.value) values.push({ value: nothing(statement.at), truths: [] });
    const value = pick(f, statement.target, f.joinValues(values), name) ?? unknown(`module variable ${name}`, statement.at);
    // What it is made of says more than its type, which says more than nothing.
    const told = typed?.kind !== 'client' || cases(value).some((c) => c.value.kind === 'client') || (filled && isEmpty(value));
    return told ? value : typed;
  });
}

/** A class may be a client's: a model by which queries ask for rows. */
export function claimed(f: Flow, of: ValueOf<'class'>): AbstractValue | undefined {
  for (const adapter of f.input.adapters) {
    const value = adapter.declared?.(of, contextAt(f, of.at));
    if (value) return value;
  }
  return undefined;
}

const isEmpty = (value: AbstractValue): boolean => cases(value).every((c) => isNullish(c.value));

/** Functions of the file that give a variable of it a value, and can be called without arguments. */
function fillers(module: ModuleNames, name: string): readonly CodeFunction[] {
  return module.file.body.flatMap((s): CodeFunction[] => {
    const fns = s.kind === 'function' ? [s.fn] : s.kind === 'let' && s.value?.kind === 'function' ? [s.value.fn] : [];
    return fns.filter((fn) => fn.params.length === 0 && assigns(fn, name));
  });
}

function assigns(fn: CodeFunction, name: string): boolean {
  let found = false;
  walkStatements(fn.body, (code) => {
    found ||= code.kind === 'assign' && code.target.kind === 'name' && code.target.name === name;
    return !found;
  });
  return found;
}

/** A variable that is empty until a function is called for the first time: as if it had been. */
function fill(f: Flow, module: ModuleNames, name: string): void {
  inModule(f, module, () => {
    for (const fn of fillers(module, name)) f.applyFunction({ kind: 'function', fn, file: module.file.path, scope: module.names, at: fn.at }, [], fn.at);
  });
}

/** A variable that a function of the file fills: whatever else it may hold is known better. */
const lazily = (name: string, at: Span): AbstractValue => unknown(`${LAZY} ${name}`, at);

export function classValue(of: CodeClass, file: string, scope: Names): AbstractValue {
  scope.capture();
  return { kind: 'class', class: of, file, scope, at: of.at };
}

/** What a name of a pattern gets of the whole. */
function pick(f: Flow, target: CodeTarget, value: AbstractValue, name: string): AbstractValue | undefined {
  if (target.kind === 'name') return value;
  if (target.kind === 'object') {
    for (const p of target.properties) if (boundNames(p.target).includes(name)) return pick(f, p.target, property(f, value, p.name, p.target.at) ?? unknown(p.name, p.target.at), name);
  }
  if (target.kind === 'array') {
    for (const [i, item] of target.items.entries()) if (item && boundNames(item.target).includes(name)) return pick(f, item.target, property(f, value, String(i), item.target.at) ?? unknown(name, item.target.at), name);
  }
  return undefined;
}

/** What a module variable without initialiser is given at the top level, branches included. */
function assignments(body: readonly CodeStatement[], name: string): Code[] {
  return body.flatMap((s): Code[] => {
    if (s.kind === 'expression') return s.of.kind === 'assign' && s.of.target.kind === 'name' && s.of.target.name === name ? [s.of.value] : [];
    if (s.kind === 'if') return [...assignments(s.then, name), ...assignments(s.otherwise, name)];
    if (s.kind === 'block') return assignments(s.body, name);
    if (s.kind === 'try') return assignments(s.body, name);
    return [];
  });
}

export function imported(f: Flow, of: CodeImport): AbstractValue {
  if (of.file === undefined) return fromPackage(f, of.from, of.name, of.at);
  if (of.name === '*') return { kind: 'module', file: of.file, at: of.at };
  return exported(f, of.file, of.name, of.at);
}

export function fromPackage(f: Flow, from: string, name: string, at: Span): AbstractValue {
  for (const adapter of f.input.adapters) {
    const value = adapter.imported(from, name, contextAt(f, at));
    if (value) return value;
  }
  return (f.python ? ambient(from, name, at) : undefined) ?? { kind: 'symbol', origin: { kind: 'package', package: from, name }, path: [], at };
}

/** The value that a file exports under a name. */
export function exported(f: Flow, path: string, name: string, at: Span): AbstractValue {
  return find(f, path, name, at, new Set()) ?? unknown(`${name} is not exported by ${path}`, at);
}

function find(f: Flow, path: string, name: string, at: Span, seen: Set<string>): AbstractValue | undefined {
  if (seen.has(path)) return undefined;
  seen.add(path);
  const module = moduleOf(f, path);
  if (!module) return undefined;
  const known = module.exports.get(name);
  if (known) return known;
  const value = lookup(f, module, name, at, seen);
  if (value) module.exports.set(name, value);
  return value;
}

function lookup(f: Flow, module: ModuleNames, name: string, at: Span, seen: Set<string>): AbstractValue | undefined {
  const { exports, path } = module.file;
  for (const one of exports) {
    if (one.name !== name) continue;
    if (one.kind === 'local') return moduleName(f, path, one.local);
    if (one.file === undefined) return fromPackage(f, one.from, one.imported, one.at);
    return one.imported === '*' ? { kind: 'module', file: one.file, at: one.at } : find(f, one.file, one.imported, at, seen);
  }
  const common = commonJs(module.file.body, name);
  if (common) return inModule(f, module, () => f.evaluate(common, module.names));
  for (const one of exports) {
    if (one.name !== '*' || one.kind !== 'from') continue;
    if (one.file !== undefined) {
      const value = find(f, one.file, name, at, seen);
      if (value) return value;
    }
  }
  // Names of a package that is exported as a whole are not known: whoever recognises the name may have it.
  for (const one of exports) {
    if (one.name !== '*' || one.kind !== 'from' || one.file !== undefined || name === 'default') continue;
    return fromPackage(f, one.from, name, at);
  }
  const whole = exports.find((e) => e.name === '=' && e.kind === 'local');
  if (whole?.kind === 'local') {
    const value = moduleName(f, path, whole.local);
    return name === 'default' || !value ? value : property(f, value, name, at);
  }
  return undefined;
}

/** `module.exports = {…}`, `exports.name = …`. */
function commonJs(body: readonly CodeStatement[], name: string): Code | undefined {
  let found: Code | undefined;
  for (const s of body) {
    if (s.kind !== 'expression' || s.of.kind !== 'assign' || s.of.target.kind !== 'place') continue;
    const place = s.of.target.of;
    if (place.kind !== 'member') continue;
    if (isExports(place)) found = name === 'default' ? s.of.value : { kind: 'member', of: s.of.value, name, nameAt: place.nameAt, optional: false, at: s.of.at };
    else if (place.name === name && (isExports(place.of) || (place.of.kind === 'name' && place.of.name === 'exports'))) return s.of.value;
  }
  return found;
}

const isExports = (code: Code): boolean => code.kind === 'member' && code.name === 'exports' && code.of.kind === 'name' && code.of.name === 'module';
