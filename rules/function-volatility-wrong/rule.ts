import { defineRule, policyHelpers, routineName, routineSubject, sqlRoutine, walkBody, type FunctionBody, type Span } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'pgrls', rule: 'SEC046' }],
  messages: {
    remembers: {
      what: '`{fn}` is declared IMMUTABLE, and what it returns depends on {what}.',
      why: 'Immutable is a promise: same arguments, same result, for ever. Postgres computes the call once while it plans, and keeps the value in prepared statements, in cached plans of functions and in indexes: on a pooled connection the next caller gets the answer that was meant for another one.',
      fix: '`alter function {sql} stable;`',
    },
    stale: {
      severity: 'warning',
      what: '`{fn}` is declared IMMUTABLE, and what it returns depends on {what}.',
      why: 'Immutable is a promise: same arguments, same result, for ever. Postgres may compute the call once while it plans and keep the value in prepared statements, in cached plans and in indexes, where later changes never arrive.',
      fix: '`alter function {sql} stable;`',
    },
    writes: {
      what: '`{fn}` is declared {declared}, and it writes.',
      why: 'Postgres refuses data changes inside such a function: the first call fails with "{verb} is not allowed in a non-volatile function".',
      fix: '`alter function {sql} volatile;`',
    },
    slow: {
      severity: 'warning',
      what: 'Policies call `{fn}`, which only reads and is VOLATILE all the same.',
      why: 'VOLATILE is what a function is unless it says otherwise. Postgres may neither inline it nor use an index for what it is compared with: it is called again for every row.',
      fix: '`alter function {sql} stable;`',
    },
  },
  visit: {
    fn(routine, facts, report) {
      if (!/^(sql|plpgsql)$/.test(routine.language) || /^(trigger|event_trigger)$/.test(routine.returns?.name ?? '')) return;
      // VOLATILE is always right, and matters only where policies call the function.
      if (routine.volatility === 'volatile' && !policyHelpers(facts).has(routine.name)) return;
      const body = facts.body(routine);
      const { writes, caller, tables, clock, opaque } = partsOf(body);
      const subject = routineSubject(routine);
      const data = { fn: routineName(routine), sql: sqlRoutine(routine) };
      const related = [{ at: routine.at, note: 'the function' }];
      if (writes && routine.volatility !== 'volatile') report({ message: 'writes', at: writes.at, subject, data: { ...data, declared: routine.volatility.toUpperCase(), verb: writes.verb }, related });
      else if (routine.volatility === 'immutable') {
        if (caller) report({ message: 'remembers', at: caller.at, subject, data: { ...data, what: `who asks (\`${caller.name}\`)` }, related });
        else if (tables) report({ message: 'stale', at: tables.at, subject, data: { ...data, what: `rows of \`${tables.name}\`` }, related });
        else if (clock) report({ message: 'stale', at: clock.at, subject, certainty: 'likely', data: { ...data, what: `\`${clock.name}\`` }, related });
      } else if (routine.volatility === 'volatile' && !writes && !opaque && !clock) report({ message: 'slow', at: routine.at, subject, certainty: 'likely', data });
    },
  },
});

interface Named { readonly name: string; readonly at: Span }

/** What in the body bears on its volatility, each at its first place. */
function partsOf(body: FunctionBody) {
  let writes: { verb: string; at: Span } | undefined;
  let caller: Named | undefined;
  let tables: Named | undefined;
  let clock: Named | undefined;
  let opaque = body.kind === 'opaque';
  walkBody(body, {
    statement(s) {
      if (s.kind === 'insert' || s.kind === 'update' || s.kind === 'delete') writes ??= { verb: s.kind.toUpperCase(), at: s.table.at };
      if (s.kind === 'truncate' || s.kind === 'other') opaque = true;
    },
    from(f) {
      if (f.kind === 'table') tables ??= { name: f.name.name, at: f.at };
    },
    expr(e) {
      if (e.kind === 'keyword' && /^(current_user|session_user|current_role|user)$/.test(e.name)) caller ??= { name: e.name, at: e.at };
      if (e.kind === 'keyword' && /^(current_(date|time|timestamp)|local)/.test(e.name)) clock ??= { name: e.name, at: e.at };
      if (e.kind !== 'call') return;
      const name = e.name.schema === undefined ? e.name.name : `${e.name.schema}.${e.name.name}`;
      if (/^(auth\.(uid|jwt|role|email)|(pg_catalog\.)?current_setting)$/.test(name)) caller ??= { name, at: e.at };
      else if (/^(now|random|clock_timestamp|gen_random_uuid|uuid_generate_v4|nextval|set_config|pg_notify|dblink\w*|http\w*)$/.test(e.name.name)) clock ??= { name, at: e.at };
    },
    pl(p) {
      if (p.kind === 'execute' || p.kind === 'for-execute' || p.kind === 'call' || p.kind === 'opaque') opaque = true;
      if (p.kind === 'sql' && p.events.length > 0 && p.statement.kind === 'other') opaque = true;
    },
  });
  return { writes, caller, tables, clock, opaque };
}
