import { defineRule, disjuncts, policySubject, rolesOf, tableName, tenantColumnsOf, type AccessCommand, type Facts, type Formula, type Policy, type Span, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql', 'tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC030' }],
  messages: {
    written: {
      what: 'Policy "{policy}" lets {roles} write rows of `{table}` whose {column} is NULL, and such rows are shown to every tenant.',
      why: 'A row that belongs to nobody is everybody\'s to read. Whoever leaves `{column}` out puts what they like before all tenants, and can take what is there away.',
      fix: 'Keep `{column} is null` out of what callers may write; rows for everybody are made by the server.',
    },
    read: {
      severity: 'note',
      what: 'Policy "{policy}" shows rows of `{table}` whose {column} is NULL to every tenant.',
      why: 'That is how shared rows are made. It is also what becomes of a tenant\'s row whose `{column}` was forgotten or set to NULL.',
      fix: 'If no row is shared, make the column NOT NULL and drop this branch. If some are, say so by a column of its own (`is_shared`), which nobody sets by leaving something out.',
    },
  },
  visit: {
    policy(policy, table, facts, report) {
      if (!policy.permissive) return;
      const { tenancy } = facts.tenancyOf(table);
      const column = tenancy.kind === 'root' || tenancy.kind === 'membership' || tenancy.kind === 'user-owned' ? undefined : tenantColumnsOf(tenancy).find((name) => table.columns.get(name)?.notNull === false);
      if (column === undefined) return;
      const place = { subject: policySubject(table, policy), related: table.columns.has(column) ? [{ at: table.columns.get(column)?.at ?? table.at, note: 'may be NULL' }] : [] };
      const data = { policy: policy.name, table: tableName(table.key), column };
      const kept = policy.command === 'insert' || policy.command === 'select' ? undefined : open(facts, table, policy, 'using', column);
      const takers = kept ? reaches(facts, table, policy, ['update', 'delete']) : [];
      const check = policy.command === 'select' || policy.command === 'delete' ? undefined : open(facts, table, policy, 'check', column);
      const writers = check ? reaches(facts, table, policy, ['insert', 'update']) : [];
      const shown = [...table.policies.values()].some((one) => one.permissive && (one.command === 'select' || one.command === 'all') && open(facts, table, one, 'using', column) !== undefined);
      const at = writers.length > 0 ? check : takers.length > 0 ? kept : undefined;
      if (at && shown) {
        report({ ...place, message: 'written', at, data: { ...data, roles: rolesOf([...writers, ...takers]) } });
        return;
      }
      const using = policy.command === 'select' || policy.command === 'all' ? open(facts, table, policy, 'using', column) : undefined;
      if (using && reaches(facts, table, policy, ['select']).length > 0) report({ ...place, message: 'read', at: using, certainty: 'possible', data });
    },
  },
});

/** Where a branch of the condition asks for rows without a tenant and for nothing but a caller. */
function open(facts: Facts, table: Table, policy: Policy, side: 'using' | 'check', column: string): Span | undefined {
  const expr = side === 'using' ? policy.using : (policy.check ?? policy.using);
  const formula = facts.formula(table, policy, side);
  for (const atoms of (formula && expr ? disjuncts(formula) : undefined) ?? []) {
    const without = atoms.find((atom) => atom.kind === 'null' && !atom.negated && atom.of.kind === 'column' && atom.of.row === 0 && atom.of.column === column);
    if (without?.kind !== 'null' || !atoms.every((atom) => atom === without || harmless(atom))) continue;
    return expr && expr.at.file === without.at.file && expr.at.start <= without.at.start && without.at.end <= expr.at.end ? without.at : expr?.at;
  }
  return undefined;
}

/** Signed in, or something of the row itself: no right that not everybody has. */
function harmless(atom: Formula): boolean {
  if (atom.kind === 'null') return atom.negated || (atom.of.kind === 'column' && atom.of.row === 0);
  if (atom.kind !== 'compare') return false;
  return [atom.left, atom.right].every((term) => (term.kind === 'column' && term.row === 0) || (term.kind === 'value' && (term.value.kind === 'literal' || (term.value.kind === 'claim' && term.value.path === 'role'))));
}

function reaches(facts: Facts, table: Table, policy: Policy, commands: readonly AccessCommand[]): readonly { readonly role: string }[] {
  return facts.access(table).filter(({ role, command, verdict }) => commands.includes(command) && verdict !== 'denied' && (policy.command === 'all' || policy.command === command) && (policy.roles.includes('public') || policy.roles.includes(role)));
}
