import { defineRule, isOwned, ownTables, tablesNamed, type Facts, type SchemaEvent, type Table, sqlName, sqlTable } from '@tenantlint/model';

type GrantEvent = Extract<SchemaEvent, { kind: 'grant' }>;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  messages: {
    onward: {
      what: '`{role}` may give its rights on {object} to any other role.',
      why: 'WITH GRANT OPTION lets a role that serves requests open the tables to roles that the policies were not written for.',
      fix: '`revoke grant option for all privileges on {object} from {quoted};`',
    },
    truncate: {
      what: '`{role}` may TRUNCATE {object}, which no policy holds back.',
      why: 'Row level security applies to SELECT, INSERT, UPDATE and DELETE. TRUNCATE empties the table for all tenants at once; whoever finds a way to run it (an injected statement is enough) does so.',
      fix: 'Grant what is needed by name: `grant select, insert, update, delete on … to {quoted};`, and `revoke truncate on {object} from {quoted};`.',
    },
    everybody: {
      severity: 'note',
      what: 'PUBLIC may {privileges} {object}.',
      why: 'PUBLIC is every role there is and every role still to come: a reporting user, a replica\'s login, an extension\'s role. The policies may name none of them, or all.',
      fix: 'Grant to the roles that need it, and `revoke all on {object} from public;`.',
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const event of facts.timeline.executed(index)) {
        if (event.kind !== 'grant' || !event.grant || event.object !== 'table') continue;
        const tables = tablesOf(event, facts);
        const object = event.allInSchemas.length > 0 ? `all tables in schema ${event.allInSchemas.map(sqlName).join(', ')}` : tables.map((t) => sqlTable(t.key)).join(', ');
        for (const role of event.to) {
          const common = { at: event.toAt, subject: { kind: 'grant', name: `${role} on ${object}` } as const };
          const held = tables.filter((t) => t.grants.some((g) => g.role === role));
          if (held.length === 0) continue;
          if (role === 'public') report({ message: 'everybody', ...common, certainty: 'likely', data: { privileges: event.privileges.map((p) => (p.name === 'all' ? 'do anything to' : p.name)).join(', '), object } });
          else if (event.grantOption && isCaller(role, facts) && held.some((t) => t.grants.some((g) => g.role === role && g.grantOption))) report({ message: 'onward', ...common, data: { role, quoted: sqlName(role), object } });
          else if (isCaller(role, facts) && facts.environment.kind !== 'supabase' && event.privileges.some((p) => p.name === 'all' || p.name === 'truncate') && held.some((t) => protectedTable(t, facts) && t.grants.some((g) => g.role === role && (g.privilege === 'truncate' || g.privilege === 'all')))) report({ message: 'truncate', ...common, data: { role, quoted: sqlName(role), object } });
        }
      }
    },
  },
});

/** A role that requests arrive as. */
function isCaller(role: string, { environment }: Facts): boolean {
  return environment.untrusted.includes(role) || environment.appRole === role;
}

function protectedTable(table: Table, facts: Facts): boolean {
  return table.rls?.value === true && isOwned(facts.tenancyOf(table).tenancy);
}

/** The product's tables of the grant that are still there. */
function tablesOf(event: GrantEvent, facts: Facts): readonly Table[] {
  if (event.allInSchemas.length > 0) return ownTables(facts).filter((t) => event.allInSchemas.includes(t.schema));
  return event.names.flatMap((name) => tablesNamed(facts, name.name).find((t) => name.schema === undefined || t.schema === name.schema) ?? []);
}
