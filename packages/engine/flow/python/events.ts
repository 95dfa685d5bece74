import { constantText, unknown, type AbstractValue, type Code, type CodeFile, type CodeFunction } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleOf } from '../interpret/modules.ts';
import { Names } from '../state.ts';
import { walkStatements } from '../summaries/functions.ts';
import { systemKind } from '../entries/system.ts';
import { lastWord } from './decorators.ts';

/** `@event.listens_for(Session, "do_orm_execute")`: what functions of the program add to whatever a session is given. */
export function readListeners(f: Flow, file: CodeFile): void {
  if (systemKind(file)) return;
  for (const s of file.body) {
    if (s.kind !== 'function') continue;
    const events = new Set(s.fn.decorators.flatMap((d) => eventsOf(f, file, d)));
    if (events.has('do_orm_execute')) {
      const added = criteriaIn(f, file, s.fn);
      f.ambient.push(...added);
      if (!asksForSelects(s.fn)) f.ambientWrites.push(...added);
    }
    if (events.has('before_flush') || events.has('before_insert')) for (const name of assignedIn(s.fn)) f.filled.add(name);
  }
}

function eventsOf(f: Flow, file: CodeFile, decorator: CodeFunction['decorators'][number]): string[] {
  if (decorator.kind !== 'call' || lastWord(decorator) !== 'listens_for' || !moduleOf(f, file.path)) return [];
  return decorator.args.flatMap((a) => (a.value.kind === 'literal' ? (constantText(evaluateIn(f, file, a.value)) ?? []) : []));
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
