import { constantText, unknown, type AbstractValue, type Code, type CodeFile, type CodeFunction } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { inModule, moduleOf } from '../interpret/modules.ts';
import { Names } from '../state.ts';
import { walkStatements } from '../summaries/functions.ts';
import { systemKind } from '../entries/system.ts';
import { lastWord } from './decorators.ts';

/** `@event.listens_for(Session, "do_orm_execute")`: criteria that the function adds to whatever a session is given. */
export function addedToQueries(f: Flow, file: CodeFile): AbstractValue[] {
  if (systemKind(file)) return [];
  return file.body.flatMap((s) => (s.kind === 'function' && s.fn.decorators.some((d) => listens(f, file, d)) ? criteriaIn(f, file, s.fn) : []));
}

function listens(f: Flow, file: CodeFile, decorator: CodeFunction['decorators'][number]): boolean {
  if (decorator.kind !== 'call' || lastWord(decorator) !== 'listens_for') return false;
  const module = moduleOf(f, file.path);
  return module !== undefined && decorator.args.some((a) => a.value.kind === 'literal' && constantText(evaluateIn(f, file, a.value)) === 'do_orm_execute');
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
