import { bookkeepingOf, defineRule, isBookkeeping, isImpliedJoin, listed, sqlTable, tableName, tableSubject, untrustedReach } from '@tenantlint/model';

const WRITES = ['select', 'insert', 'update', 'delete'] as const;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'splinter', rule: '0013_rls_disabled_in_public' }],
  messages: {
    bookkeeping: {
      what: '`{table}`, the list of migrations that were run, is open to {roles}.',
      why: 'Anybody can read there how the database came about, and with a DELETE or INSERT make the next deployment run a migration twice or leave one out.',
      fix: '`alter table {sql} enable row level security;` without a policy: the tool connects as the owner, who is not affected. Or keep the table in a schema that the API does not expose.',
    },
    implied: {
      what: 'The tool that runs these migrations makes `{table}` in `public`, where new tables are open to {roles}.',
      why: 'No migration mentions the table, so nothing protects it. Anybody can read there how the database came about, and with a DELETE or INSERT make the next deployment run a migration twice or leave one out.',
      fix: 'Add a migration: `alter table {sql} enable row level security;` without a policy. The tool connects as the owner, who is not affected.',
    },
    joinTable: {
      severity: 'error',
      what: '`{table}` ties rows of {both} together, has no row level security, and {roles} can reach it.',
      why: 'No model of its own stands for it, so that it is easily overlooked where row level security is enabled table by table. Whoever writes it links rows of different tenants.',
      fix: '`alter table {sql} enable row level security;`, and where the API is to use it, a policy that asks for both rows.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.rls?.value === true || table.rls?.value === 'unknown' || table.partitionOf !== undefined) return;
      const roles = untrustedReach(facts, table, WRITES);
      if (roles.length === 0) return;
      const place = { at: table.rls?.at ?? table.at, subject: tableSubject(table) };
      const data = { table: tableName(table.key), sql: sqlTable(table.key), roles: listed(roles) };
      if (isBookkeeping(table)) report({ ...place, message: 'bookkeeping', data });
      else if (isImpliedJoin(table)) {
        const both = [...table.constraints.values()].flatMap((c) => (c.kind === 'foreign key' ? [`\`${tableName(c.references)}\``] : []));
        report({ ...place, message: 'joinTable', data: { ...data, both: listed([...new Set(both)].sort()) } });
      }
    },
    project(facts, report) {
      if (!facts.environment.exposed.includes('public')) return;
      const open = facts.environment.untrusted.filter((role) => facts.schema.defaultPrivileges.some((d) => d.grant && d.object === 'table' && d.role === role && (d.inSchema === undefined || d.inSchema === 'public')));
      if (open.length === 0) return;
      for (const history of facts.timeline.histories) {
        const name = bookkeepingOf(history.tool);
        const first = history.steps[0]?.up[0]?.at;
        const at = first && { ...first, end: first.start + (facts.text(first).split('\n')[0]?.length ?? 0) };
        // A migration that mentions the table has thought of it.
        if (name === undefined || !at || facts.schema.tables.has(`public.${name}`)) continue;
        report({ message: 'implied', at, subject: { kind: 'table', name: `public.${name}` }, certainty: 'likely', data: { table: name, sql: sqlTable(`public.${name}`), roles: listed(open) } });
      }
    },
  },
});
