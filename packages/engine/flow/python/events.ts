import { constantText, unknown, type AbstractValue, type Code, type CodeFile, type CodeFunction } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleOf } from '../interpret/modules.ts';
import { Names, truthsSince } from '../state.ts';
import { walkStatements } from '../summaries/functions.ts';
import { systemKind } from '../entries/system.ts';
import { addBegun, settingsOf, type Setting } from './begun.ts';
import { lastWord } from './decorators.ts';

/** `@event.listens_for(Session, "do_orm_execute")`, `event.listen(Session, "do_orm_execute", …)`: what functions of the program add to whatever a session is given, and to its transactions. */
export function readListeners(f: Flow, file: CodeFile): void {
  if (systemKind(file)) return;
  const listened = listenedIn(file);
  for (const s of file.body) {
    if (s.kind !== 'function') continue;
    const events = new Set([...s.fn.decorators.flatMap((d) => eventsOf(f, file, d)), ...(listened.get(s.fn.name ?? '') ?? [])]);
    if (events.has('do_orm_execute')) {
      const added = criteriaIn(f, file, s.fn);
      f.ambient.push(...added);
      if (!asksForSelects(s.fn)) f.ambientWrites.push(...added);
    }
    if (events.has('after_begin')) addBegun(f, settingsMade(f, file, s.fn));
    if (events.has('before_flush') || events.has('before_insert')) for (const name of assignedIn(s.fn)) f.filled.add(name);
  }
}

function eventsOf(f: Flow, file: CodeFile, decorator: CodeFunction['decorators'][number]): string[] {
  if (decorator.kind !== 'call' || lastWord(decorator) !== 'listens_for' || !moduleOf(f, file.path)) return [];
  return decorator.args.flatMap((a) => (a.value.kind === 'literal' ? (constantText(evaluateIn(f, file, a.value)) ?? []) : []));
}

/** `event.listen(Session, "after_begin", set_tenant)`: events by the function that is given for them. */
function listenedIn(file: CodeFile): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const s of file.body) {
    if (s.kind !== 'expression' || s.of.kind !== 'call' || lastWord(s.of) !== 'listen') continue;
    const [event, fn] = [s.of.args[1]?.value, s.of.args[2]?.value];
    if (event?.kind === 'literal' && typeof event.value === 'string' && fn?.kind === 'name') found.set(fn.name, [...(found.get(fn.name) ?? []), event.value]);
  }
  return found;
}

/** `SET LOCAL …` at the beginning of every transaction. What the hook does besides is judged where it is run by itself. */
function settingsMade(f: Flow, file: CodeFile, fn: CodeFunction): Setting[] {
  const module = moduleOf(f, file.path);
  const session = f.ofType({ kind: 'ref', name: 'Session', args: [] }, file.path, fn.at);
  if (!module || !session) return [];
  const { records, uses, compared, together, settings, fuel } = f;
  Object.assign(f, { records: [], uses: [], compared: [], together: [], settings: [], fuel: FUEL });
  try {
    return inModule(f, module, () => {
      f.state = f.state.fork();
      const before = f.state.truths;
      const seen = settingsOf(f, () => void f.applyFunction({ kind: 'function', fn, file: file.path, scope: module.names, at: fn.at }, [session, unknown('a transaction', fn.at), session], fn.at));
      const always = truthsSince(f.state.truths, before).filter((t) => t.kind === 'setting');
      return [...seen.filter((one) => isForValue(one, seen)), ...always];
    });
  } finally {
    // A transaction has just begun.
    for (const made of f.settings) f.input.tell?.({ ...made, transaction: true });
    Object.assign(f, { records, uses, compared, together, settings, fuel });
  }
}

/** Steps that a hook may take. */
const FUEL = 10_000;

/**
 * A setting that is made where there is a value for it (`if tenant is not None`) is as good as always made: without one
 * there is nothing to show rows by. One that a condition turns on, or that has another value otherwise, is not.
 */
function isForValue(made: Setting, all: readonly Setting[]): boolean {
  return made.value !== undefined && made.value.kind !== 'literal' && all.every((other) => other === made || other.name !== made.name);
}

/** It leaves alone what is no SELECT. */
function asksForSelects(fn: CodeFunction): boolean {
  let found = false;
  walkStatements(fn.body, (code) => {
    found ||= code.kind === 'member' && code.name === 'is_select';
    return true;
  });
  return found;
}

/** `row.tenant_id = …`, `setattr(row, 'tenant_id', …)`. */
function assignedIn(fn: CodeFunction): string[] {
  const found: string[] = [];
  walkStatements(fn.body, (code) => {
    if (code.kind === 'assign' && code.target.kind === 'place' && code.target.of.kind === 'member') found.push(code.target.of.name);
    const name = code.kind === 'call' && lastWord(code) === 'setattr' ? code.args[1]?.value : undefined;
    if (name?.kind === 'literal' && typeof name.value === 'string') found.push(name.value);
    return true;
  });
  return found;
}

const evaluateIn = (f: Flow, file: CodeFile, code: Code): AbstractValue => {
  const module = moduleOf(f, file.path);
  return module ? inModule(f, module, () => f.evaluate(code, module.names)) : unknown('no file', code.at);
};

function criteriaIn(f: Flow, file: CodeFile, fn: CodeFunction): AbstractValue[] {
  const module = moduleOf(f, file.path);
  if (!module) return [];
  const found: AbstractValue[] = [];
  inModule(f, module, () => {
    const names = new Names(module.names, file.path);
    for (const param of fn.params) if (param.target.kind === 'name') f.state.set(names.declare(param.target.name), unknown(param.target.name, param.target.at));
    walkStatements(fn.body, (code) => {
      if (code.kind !== 'call' || lastWord(code) !== 'with_loader_criteria') return true;
      found.push(f.evaluate(code, names));
      return false;
    });
  });
  return found.filter((value) => value.kind === 'client');
}
