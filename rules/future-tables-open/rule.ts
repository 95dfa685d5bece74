import { defineRule, listed, type DefaultPrivilege } from '@tenantlint/model';

const READS = new Set(['select', 'all']);

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql'],
  sources: [{ tool: 'pgrls', rule: 'SEC044' }],
  messages: {
    open: {
      what: '{roles} will hold {privileges} on every table that is created {where} from now on.',
      why: 'A table is open to them from the moment it is created until somebody remembers to enable row level security on it. What is forgotten is open.',
      fix: 'Grant on tables one by one, after row level security is on. `alter default privileges … revoke …` takes this statement back.',
    },
  },
  visit: {
    project(facts, report) {
      const { defaultPrivileges } = facts.schema;
      const before = facts.timeline.at(-1).defaultPrivileges;
      const opened = new Map<string, DefaultPrivilege[]>();
      for (const one of defaultPrivileges) {
        if (!one.grant || one.object !== 'table' || !(READS.has(one.privilege) || ['insert', 'update', 'delete'].includes(one.privilege))) continue;
        if (one.role !== 'public' && !facts.environment.untrusted.includes(one.role)) continue;
        // What the platform gives out by itself is not this product's doing, and a dump repeats it.
        if (before.some((base) => base.grant && base.object === 'table' && base.role === one.role && (base.inSchema === undefined || base.inSchema === one.inSchema))) continue;
        const key = `${one.at.file}:${one.at.start}:${one.inSchema ?? ''}`;
        const known = opened.get(key);
        if (known) known.push(one);
        else opened.set(key, [one]);
      }
      for (const list of opened.values()) {
        const [first] = list;
        if (!first || (facts.environment.kind !== 'own-connection' && first.inSchema !== undefined && !enters(facts.schema.schemas.get(first.inSchema)?.grants, list))) continue;
        report({
          message: 'open',
          at: first.at,
          subject: { kind: 'grant', name: `default privileges${first.inSchema === undefined ? '' : ` in ${first.inSchema}`}` },
          data: {
            roles: listed([...new Set(list.map((one) => (one.role === 'public' ? 'Everybody (PUBLIC)' : one.role)))].sort()),
            privileges: listed([...new Set(list.map((one) => one.privilege))].sort()),
            where: first.inSchema === undefined ? 'in any schema' : `in \`${first.inSchema}\``,
          },
        });
      }
    },
  },
});

/** Without USAGE on the schema no privilege inside it is worth anything. */
function enters(grants: readonly { readonly role: string; readonly privilege: string }[] | undefined, list: readonly DefaultPrivilege[]): boolean {
  return grants === undefined || grants.some((grant) => (grant.privilege === 'usage' || grant.privilege === 'all') && (grant.role === 'public' || list.some((one) => one.role === grant.role)));
}
