import { defineRule, routineName, routineSubject, sqlRoutine, walkBody, type FunctionBody } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0011_function_search_path_mutable' }, { tool: 'pgrls', rule: 'SEC015' }],
  messages: {
    definer: {
      what: '`{fn}` runs with the rights of `{owner}` and looks up names where its caller says.',
      why: 'It is SECURITY DEFINER and sets no search_path, so `{name}` means whatever stands first in the caller\'s path. Whoever can make a temporary table or a schema puts one of that name there, and the function reads or runs theirs with its owner\'s rights.',
      fix: '`alter function {sql} set search_path = \'\';` and write schemas in the body (`public.…`); or `set search_path = public, pg_temp`.',
    },
    invoker: {
      severity: 'note',
      what: '`{fn}` sets no search_path: what its names mean depends on who calls it.',
      why: 'It runs with the caller\'s own rights, so nothing is gained by misleading it; but it can behave differently, or fail, for a caller with another path.',
      fix: '`alter function {sql} set search_path = \'\';` and write schemas in the body.',
    },
  },
  visit: {
    fn(routine, facts, report) {
      if (routine.settings['search_path'] !== undefined || !/^(sql|plpgsql)$/.test(routine.language)) return;
      const common = { at: routine.at, subject: routineSubject(routine) };
      const data = { fn: routineName(routine), sql: sqlRoutine(routine) };
      if (!routine.securityDefiner.value) {
        report({ message: 'invoker', ...common, certainty: 'possible', data });
        return;
      }
      const name = unqualified(facts.body(routine));
      report({ message: 'definer', ...common, certainty: name === undefined ? 'likely' : 'proven', data: { ...data, name: name ?? 'even an operator such as =', owner: routine.owner } });
    },
  },
});

/** The first relation or function that the body names without its schema, outside pg_catalog as far as can be told. */
function unqualified(body: FunctionBody): string | undefined {
  if (body.kind === 'opaque') return 'any name';
  const ctes = new Set<string>();
  const found: string[] = [];
  walkBody(body, {
    statement(s) {
      if ('with' in s) for (const cte of s.with) ctes.add(cte.name);
      if ((s.kind === 'insert' || s.kind === 'update' || s.kind === 'delete') && s.table.schema === undefined) found.push(s.table.name);
    },
    from(f) {
      if (f.kind === 'table' && f.name.schema === undefined) found.push(f.name.name);
    },
    pl(p) {
      if (p.kind === 'execute' || p.kind === 'for-execute') found.push('any name in the text that it executes');
    },
  });
  return found.find((name) => !ctes.has(name));
}
