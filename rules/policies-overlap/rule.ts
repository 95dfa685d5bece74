import { defineRule, listed, tableName, tableSubject, type Facts, type Policy, type Table } from '@tenantlint/model';

const COMMANDS = ['select', 'insert', 'update', 'delete'] as const;

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['rls'],
  sources: [{ tool: 'splinter', rule: '0006_multiple_permissive_policies' }],
  messages: {
    overlap: {
      what: '{policies} of `{table}` all apply to {roles} for {commands}.',
      why: 'Permissive policies are alternatives: a row passes when any of them lets it. Each one is evaluated for every row that the others do not let through, and whoever reads one of them sees only a part of what is allowed.',
      fix: 'Write one policy for the command, with the conditions joined by OR, or narrow them to different roles or commands. A condition that has to hold in any case belongs in a RESTRICTIVE policy.',
    },
  },
  visit: {
    table(table, facts, report) {
      const groups = new Map<string, { readonly policies: readonly Policy[]; readonly commands: Set<string>; readonly roles: Set<string> }>();
      for (const role of rolesOf(table, facts)) {
        for (const command of COMMANDS) {
          const policies = [...table.policies.values()].filter((p) => p.permissive && (p.command === 'all' || p.command === command) && (p.roles.includes(role) || p.roles.includes('public')));
          if (policies.length < 2) continue;
          const key = policies.map((p) => p.name).sort().join('\0');
          const group = groups.get(key) ?? { policies, commands: new Set(), roles: new Set() };
          groups.set(key, group);
          group.commands.add(command.toUpperCase());
          group.roles.add(role);
        }
      }
      const found = [...groups.values()];
      for (const { policies, commands, roles } of found) {
        // Merging the larger group mends the smaller one for the same commands.
        if (found.some((o) => o.policies.length > policies.length && policies.every((p) => o.policies.includes(p)) && [...commands].every((c) => o.commands.has(c)))) continue;
        const [first, ...rest] = [...policies].sort((a, b) => b.createdIn - a.createdIn || b.at.start - a.at.start);
        if (!first) continue;
        report({
          message: 'overlap',
          at: first.at,
          subject: tableSubject(table),
          data: { policies: listed([...policies].map((p) => `"${p.name}"`)), table: tableName(table.key), roles: listed([...roles]), commands: listed([...commands]) },
          related: rest.reverse().map((p) => ({ at: p.at, note: 'applies as well' })),
        });
      }
    },
  },
});

/** Roles that policies hold for; for one that bypasses them they cost nothing. */
function rolesOf(table: Table, facts: Facts): readonly string[] {
  const named = new Set([...facts.environment.untrusted, ...[...table.policies.values()].flatMap((p) => p.roles)]);
  if (facts.environment.untrusted.length > 0) named.delete('public');
  return [...named].filter((role) => { const options = facts.schema.roles.get(role)?.options; return options?.bypassRls !== true && options?.superuser !== true; }).sort();
}
