import { defineRule, isTest, listed, ownTables, tableName, tableSubject, walkStatement, type Facts, type Policy, type SchemaEvent, type SqlVisitor, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'HYG004' }],
  messages: {
    none: {
      what: 'No test in this repository touches any of its {count} policies.',
      why: 'A policy that was widened by mistake breaks nothing: everything that worked goes on working. Only a test that expects to be refused notices.',
      fix: 'Write one test for each table that signs in as a user of another tenant and expects no rows (pgTAP: `set local role authenticated`, `is_empty(…)`, `throws_ok(…, \'42501\')`).',
    },
    some: {
      what: 'No test touches {policies} of `{table}`.',
      why: 'Other policies are tested, these are not. A policy that was widened by mistake breaks nothing: only a test that expects to be refused notices.',
      fix: 'Add a test that {does} as a user of another tenant and expects to be refused.',
    },
  },
  visit: {
    project(facts, report) {
      const protectedTables = ownTables(facts).filter((table) => [...table.policies.values()].some((policy) => policy.createdIn >= 0)).sort((a, b) => (a.key < b.key ? -1 : 1));
      const policies = protectedTables.flatMap((table) => [...table.policies.values()].map((policy) => ({ table, policy })));
      const [first] = [...policies].sort((a, b) => (a.policy.at.file < b.policy.at.file ? -1 : a.policy.at.file > b.policy.at.file ? 1 : a.policy.at.start - b.policy.at.start));
      if (!first) return;
      const tested = testedIn(facts);
      if (policies.every(({ table, policy }) => !covers(tested, table, policy))) {
        report({ message: 'none', at: first.policy.at, subject: tableSubject(first.table), data: { count: String(policies.length) } });
        return;
      }
      for (const table of protectedTables) {
        const left = [...table.policies.values()].filter((policy) => !covers(tested, table, policy));
        const [one] = left;
        if (!one) continue;
        const commands = [...new Set(left.map((policy) => (policy.command === 'all' ? 'reads and writes' : `${policy.command}s`)))];
        report({ message: 'some', at: one.at, subject: tableSubject(table), data: { policies: listed(left.map((policy) => `"${policy.name}"`)), table: tableName(table.key), does: listed(commands) }, related: left.slice(1, 4).map((policy) => ({ at: policy.at, note: 'nor this one' })) });
      }
    },
  },
});

interface Tested {
  /** `table command` of everything that a test does. */
  readonly done: ReadonlySet<string>;
  /** Everything that tests say in words. */
  readonly said: readonly string[];
}

function covers(tested: Tested, table: Table, policy: Policy): boolean {
  if (tested.said.some((text) => text.includes(policy.name) && policy.name.includes(' '))) return true;
  return policy.command === 'all' ? ['select', 'insert', 'update', 'delete'].some((command) => tested.done.has(`${table.key} ${command}`)) : tested.done.has(`${table.key} ${policy.command}`);
}

function testedIn(facts: Facts): Tested {
  const done = new Set<string>();
  const said: string[] = [];
  const note = (name: string, command: string): void => {
    const plain = name.replace(/"/g, '').toLowerCase();
    done.add(`${plain.includes('.') ? plain : `public.${plain}`} ${command}`);
  };
  const visitor: SqlVisitor = {
    from: (from) => { if (from.kind === 'table') note(from.name.schema === undefined ? from.name.name : `${from.name.schema}.${from.name.name}`, 'select'); },
    // Tests hand their statements to an assertion as text.
    expr: (expr) => {
      if (expr.kind !== 'literal' || typeof expr.value !== 'string') return;
      said.push(expr.value);
      for (const match of expr.value.matchAll(/\b(from|join|into|update)\s+((?:"?\w+"?\.)?"?\w+"?)/gi)) note(match[2] ?? '', VERB[(match[1] ?? '').toLowerCase()] ?? 'select');
      for (const match of expr.value.matchAll(/\bdelete\s+from\s+((?:"?\w+"?\.)?"?\w+"?)/gi)) note(match[1] ?? '', 'delete');
    },
  };
  for (const file of facts.loose) if (isTest(file.source.path)) for (const event of file.events) see(event, visitor, note);
  for (const site of facts.sites) if (isTest(site.at.file) && site.table !== undefined) note(site.table, site.verb === 'count' ? 'select' : site.verb);
  return { done, said };
}

const VERB: Readonly<Record<string, string>> = { from: 'select', join: 'select', into: 'insert', update: 'update' };

function see(event: SchemaEvent, visitor: SqlVisitor, note: (name: string, command: string) => void): void {
  if (event.kind !== 'run' && event.kind !== 'data') return;
  const { statement } = event;
  walkStatement(statement, visitor);
  // Rows that a test puts there beforehand, as the owner, test nothing: they are counted all the same by what comes after.
  if (statement.kind === 'update' || statement.kind === 'delete') note(statement.table.schema === undefined ? statement.table.name : `${statement.table.schema}.${statement.table.name}`, statement.kind);
}
