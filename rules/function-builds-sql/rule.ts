import { defineRule, routineName, routineSubject, walkBody, type FunctionBody, type PlStatement, type Routine, type SqlExpr } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  messages: {
    definer: {
      what: '`{fn}` pastes `{value}` into SQL that it executes with the rights of `{owner}`.',
      why: 'A text argument can hold more than a value: a quote ends the literal, and what follows is run as SQL. The function is SECURITY DEFINER, so it is run past every policy.',
      fix: 'Pass values with USING (`execute \'… where id = $1\' using {value};`) and quote names with `format(\'%I\', …)` or `quote_ident`.',
    },
    invoker: {
      severity: 'warning',
      what: '`{fn}` pastes `{value}` into SQL that it executes.',
      why: 'A text argument can hold more than a value: a quote ends the literal, and what follows is run as SQL. It runs with the caller\'s rights, so the policies still hold; the function does what it was not written for.',
      fix: 'Pass values with USING (`execute \'… where id = $1\' using {value};`) and quote names with `format(\'%I\', …)` or `quote_ident`.',
    },
  },
  visit: {
    fn(routine, facts, report) {
      const texts = textArguments(routine);
      if (texts.size === 0 || facts.reachableBy(routine, 'execute').length === 0) return;
      const body = facts.body(routine);
      for (const { sql } of executed(body)) {
        const at = pasted(sql, texts, assignments(body));
        if (!at) continue;
        const data = { fn: routineName(routine), value: at.path.join('.') };
        const common = { at: at.at, subject: routineSubject(routine), related: [{ at: routine.at, note: 'the function' }] };
        if (routine.securityDefiner.value) report({ message: 'definer', ...common, data: { ...data, owner: routine.owner } });
        else report({ message: 'invoker', ...common, certainty: 'likely', data });
        return;
      }
    },
  },
});

type Column = Extract<SqlExpr, { kind: 'column' }>;

/** Arguments that can hold a quote; numbers, uuids and the reg types cannot. */
function textArguments(routine: Routine): ReadonlySet<string> {
  return new Set(routine.args.filter((a) => a.name !== undefined && a.mode !== 'out' && a.mode !== 'table' && /^(text|character varying|character|name|citext|json|jsonb)$/.test(a.type.name)).map((a) => a.name ?? ''));
}

function executed(body: FunctionBody): readonly { readonly sql: SqlExpr }[] {
  const out: { readonly sql: SqlExpr }[] = [];
  walkBody(body, { pl: (p: PlStatement) => { if (p.kind === 'execute' || p.kind === 'for-execute' || (p.kind === 'return-query' && p.sql !== undefined)) out.push({ sql: p.sql ?? { kind: 'opaque', text: '', at: p.at } }); } });
  return out;
}

/** What variables are assigned anywhere in the body. */
function assignments(body: FunctionBody): ReadonlyMap<string, readonly SqlExpr[]> {
  const out = new Map<string, SqlExpr[]>();
  const add = (name: string, value: SqlExpr | undefined) => { if (value) out.set(name, [...(out.get(name) ?? []), value]); };
  walkBody(body, { pl: (p) => {
    if (p.kind === 'assign') add(p.target, p.value);
    if (p.kind === 'block') for (const one of p.declare) add(one.name, one.value);
  } });
  return out;
}

/** An argument that becomes part of the text unquoted: joined by ||, or put in by %s. */
function pasted(root: SqlExpr, texts: ReadonlySet<string>, values: ReadonlyMap<string, readonly SqlExpr[]>): Column | undefined {
  const seen = new Set<string>();
  const stack = [root];
  for (let e = stack.pop(); e !== undefined; e = stack.pop()) {
    if (e.kind === 'column') {
      const name = e.path.at(-1) ?? '';
      if (texts.has(name)) return e;
      if (!seen.has(name)) stack.push(...(values.get(name) ?? []));
      seen.add(name);
    } else if (e.kind === 'operator' && e.op === '||') stack.push(e.right, e.left);
    else if (e.kind === 'operator' && /^->>?$|^#>>?$/.test(e.op)) stack.push(e.left);
    else if (e.kind === 'cast' && /^(text|character varying|name)$/.test(e.type.name)) stack.push(e.of);
    else if (e.kind === 'coalesce') stack.push(...e.of);
    else if (e.kind === 'case') stack.push(...e.whens.map((w) => w.then), ...(e.otherwise ? [e.otherwise] : []));
    else if (e.kind === 'call' && /^(concat|concat_ws|replace|lower|upper|trim|btrim|array_to_string|string_agg)$/.test(e.name.name)) stack.push(...e.args);
    else if (e.kind === 'call' && e.name.name === 'format') stack.push(...plainHoles(e.args));
  }
  return undefined;
}

/** Arguments of format() that %s puts in as they are; %I and %L quote theirs. */
function plainHoles([template, ...args]: readonly SqlExpr[]): readonly SqlExpr[] {
  if (template?.kind !== 'literal' || typeof template.value !== 'string') return [...(template ? [template] : []), ...args];
  let next = 0;
  return [...template.value.matchAll(/%(?:(\d+)\$)?-?\d*([sIL%])/g)].flatMap(([, position, kind]) => {
    if (kind === '%') return [];
    const arg = args[position === undefined ? next : Number(position) - 1];
    next = position === undefined ? next + 1 : Number(position);
    return kind === 's' && arg ? [arg] : [];
  });
}
