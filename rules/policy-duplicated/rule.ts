import { defineRule, policySubject, sqlTable, tableName, type Facts, type Formula, type Policy, type Table, type Term } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'strict',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'pgrls', rule: 'HYG003' }],
  messages: {
    same: {
      what: 'Policy "{policy}" of `{table}` says the same as "{other}".',
      why: 'Both are computed for every row. Whoever tightens one of them later changes nothing: the other still lets the rows through.',
      fix: '`drop policy "{policy}" on {sql};`',
    },
    covered: {
      what: 'Policy "{policy}" of `{table}` repeats for {command} what "{other}" says for all commands.',
      why: 'Both are computed for every row. Whoever tightens one of them later changes nothing: the other still lets the rows through.',
      fix: '`drop policy "{policy}" on {sql};`',
    },
  },
  visit: {
    table(table, facts, report) {
      const policies = [...table.policies.values()].filter((policy) => policy.createdIn >= 0).sort((a, b) => a.createdIn - b.createdIn || a.at.start - b.at.start);
      policies.forEach((policy, index) => {
        const other = policies.find((one, i) => i !== index && says(facts, table, one, policy) && (one.command !== policy.command || i < index));
        if (!other) return;
        const place = { at: policy.at, subject: policySubject(table, policy), related: [{ at: other.at, note: 'says the same' }] };
        const data = { policy: policy.name, other: other.name, table: tableName(table.key), sql: sqlTable(table.key) };
        if (other.command === policy.command) report({ ...place, message: 'same', data });
        else report({ ...place, message: 'covered', data: { ...data, command: policy.command.toUpperCase() } });
      });
    },
  },
});

/** Whatever `policy` lets through, `other` lets through by the same condition. */
function says(facts: Facts, table: Table, other: Policy, policy: Policy): boolean {
  if (other.permissive !== policy.permissive || (other.command !== policy.command && other.command !== 'all')) return false;
  if (!other.roles.includes('public') && [...policy.roles].sort().join() !== [...other.roles].sort().join()) return false;
  if (other.command === policy.command && other.roles.includes('public') !== policy.roles.includes('public')) return false;
  const sides = policy.command === 'insert' ? (['check'] as const) : policy.command === 'select' || policy.command === 'delete' ? (['using'] as const) : (['using', 'check'] as const);
  return sides.every((side) => shape(facts, table, policy, side) === shape(facts, table, other, side));
}

/** The bound condition without its places: neither names nor spelling nor order make a difference. */
function shape(facts: Facts, table: Table, policy: Policy, side: 'using' | 'check'): string {
  const formula = facts.formula(table, policy, side);
  return formula ? formulaShape(formula) : '';
}

function formulaShape(formula: Formula): string {
  switch (formula.kind) {
    case 'true': case 'false': return formula.kind;
    case 'and': case 'or': return `${formula.kind}(${[...new Set(formula.of.map(formulaShape))].sort().join()})`;
    case 'not': return `not(${formulaShape(formula.of)})`;
    case 'null': return `${formula.negated ? 'some' : 'null'}(${termShape(formula.of)})`;
    case 'exists': return `exists(${formula.rows.map((row) => `${row.id}:${row.table ?? ''}:${row.definer ?? false}`).join()})(${formulaShape(formula.where)})`;
    // What is not understood is the same only if it is the same text.
    case 'opaque': return `opaque(${formula.text})`;
    case 'compare': {
      const [left, right] = [termShape(formula.left), termShape(formula.right)];
      return formula.op === '=' || formula.op === '<>' ? `${formula.op}(${[left, right].sort().join()})` : `${formula.op}(${left},${right})`;
    }
  }
}

function termShape(term: Term): string {
  switch (term.kind) {
    case 'column': return `${term.row}.${term.column}`;
    case 'value': return JSON.stringify(term.value);
    case 'apply': return `${term.fn}(${term.of.map(termShape).join()})`;
  }
}
