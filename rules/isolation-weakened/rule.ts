import { defineRule, isBySecret, listed, tableName, type Facts, type Related, type Weakening } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history', 'tenancy'],
  messages: {
    rlsOff: {
      what: 'This turns row level security of `{table}` off: {roles} {verbs} rows of other tenants from here on.',
      why: 'Before this migration the policies kept every caller to their own tenant.',
      fix: 'Leave row level security on; work that needs all rows is done by a role with BYPASSRLS, or inside one transaction that turns it on again.',
    },
    forceOff: {
      what: 'Without FORCE the policies of `{table}` no longer hold for its owner, and the application connects as {roles}.',
      why: 'Row level security does not apply to the owner of a table unless it is forced.',
      fix: 'Keep `force row level security`, or let the application connect as a role that owns nothing.',
    },
    recreated: {
      what: '`{table}` is made anew without what protected it: {roles} {verbs} rows of other tenants from here on.',
      why: 'Dropping a table drops its policies and switches row level security off; the new table starts open.',
      fix: 'Enable row level security and make the policies again in this migration.',
    },
    policy: {
      what: 'Policy "{policy}" opens `{table}`, which was closed before this migration: {row}.',
      why: 'Permissive policies are added up: one that is too wide opens what all others keep closed.',
      fix: 'Let the policy compare the row\'s tenant with the caller\'s, as it was before or as the other policies do.',
    },
    restriction: {
      what: 'Without the restrictive policy "{policy}" {roles} {verbs} rows of other tenants in `{table}`.',
      why: 'It was what narrowed the permissive policies to the caller\'s tenant.',
      fix: 'Keep the restrictive policy, or put its condition into each permissive one.',
    },
    granted: {
      what: 'This grants {roles} what opens `{table}`: they {verbs} rows of other tenants from here on.',
      why: 'Nothing but the missing privilege kept them out: no policy does.',
      fix: 'Enable row level security with a policy that binds the tenant before granting, or grant to another role.',
    },
    owner: {
      what: '`{table}` now belongs to a role that {roles} act as, and its policies do not hold for the owner.',
      why: 'Row level security does not apply to the owner of a table unless it is forced.',
      fix: 'Add `force row level security`, or give the table to a role that the application does not use.',
    },
    helper: {
      what: '`{fn}` answers yes to more callers than before: {roles} {verbs} rows of other tenants in `{table}`.',
      why: 'The policies of the table ask this function who may see a row.',
      fix: 'Let the function compare with the caller (auth.uid(), the tenant of the session) and with nothing that the caller chooses.',
    },
    view: {
      what: 'View `{view}` shows {roles} rows of other tenants from here on.',
      why: 'It reads with its owner\'s rights or asks for less than before, and no policy stands in its way.',
      fix: 'Keep `with (security_invoker = true)` when replacing it: CREATE OR REPLACE VIEW and RESET drop options that are not repeated.',
    },
    fn: {
      what: 'Function `{fn}` gives {roles} rows of other tenants from here on.',
      why: 'It runs with its owner\'s rights, past row level security, and does not bind the caller\'s tenant.',
      fix: 'Keep SECURITY INVOKER, or compare the tenant with the caller\'s inside the function.',
    },
    bypass: {
      what: 'Role `{role}` may go past row level security from here on.',
      why: 'The application speaks to the database as this role: every policy is without effect for it.',
      fix: 'Give BYPASSRLS to a role of its own that only back-office work uses.',
    },
    membership: {
      what: 'Role `{role}` becomes a member of `{of}`, who owns tables: their policies no longer hold for it.',
      why: 'Row level security does not apply to the owner of a table, nor to members of the owner, unless it is forced.',
      fix: 'Force row level security on the tables, or grant the privileges instead of the membership.',
    },
    meanwhile: {
      severity: 'warning',
      what: '{object} is open to {roles} from this migration until `{later}` closes it again.',
      why: 'Between the two, and for good where the second one fails, rows of other tenants can be reached.',
      fix: 'Put both into one migration, in one transaction.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      for (const one of facts.migrations.weakened(index)) {
        const { opening, object, at, closed } = one;
        const name = tableName(object.name);
        // What is applied is reported where it stands today by other rules; what a change brings about, here.
        const certainty = opening.kind === 'function' && one.escape !== undefined && isBySecret(one.escape) ? 'possible' : facts.pending(step) ? 'proven' : closed ? 'possible' : 'likely';
        const place = { at, subject: object, certainty, related: relatedOf(one, facts) } as const;
        const data = { roles: listed(one.roles), verbs: verbsOf(one) };
        if (closed) {
          report({ message: 'meanwhile', ...place, data: { object: `\`${name}\``, roles: data.roles, later: facts.timeline.steps[closed.step]?.id ?? '' } });
          continue;
        }
        switch (opening.kind) {
          case 'rls-off': report({ message: 'rlsOff', ...place, data: { ...data, table: name } }); break;
          case 'force-off': report({ message: 'forceOff', ...place, data: { table: name, roles: data.roles } }); break;
          case 'recreated': report({ message: 'recreated', ...place, data: { ...data, table: name } }); break;
          case 'policy': report({ message: 'policy', ...place, data: { table: name, policy: opening.policy, row: one.escape?.row ?? `${data.roles} ${data.verbs} rows of other tenants` } }); break;
          case 'restriction-dropped': report({ message: 'restriction', ...place, data: { ...data, table: name, policy: opening.policy } }); break;
          case 'granted': report({ message: 'granted', ...place, data: { ...data, table: name } }); break;
          case 'owner': report({ message: 'owner', ...place, data: { table: name, roles: data.roles } }); break;
          case 'helper': report({ message: 'helper', ...place, data: { ...data, table: name, fn: tableName(opening.fn) } }); break;
          case 'view': report({ message: 'view', ...place, data: { view: name, roles: data.roles } }); break;
          case 'function': report({ message: 'fn', ...place, data: { fn: name, roles: data.roles } }); break;
          case 'bypass': report({ message: 'bypass', ...place, data: { role: object.name } }); break;
          case 'membership': report({ message: 'membership', ...place, data: { role: object.name, of: opening.of } }); break;
        }
      }
    },
  },
});

const VERBS = { select: 'read', insert: 'add', update: 'change', delete: 'delete' } as const;

function verbsOf({ commands }: Weakening): string {
  return listed(commands.map((command) => VERBS[command]));
}

function relatedOf({ escape, closed, at }: Weakening, facts: Facts): Related[] {
  const out: Related[] = [];
  if (escape && (escape.at.start !== at.start || escape.at.file !== at.file) && facts.text(escape.at) !== '') out.push({ at: escape.at, note: escape.row });
  if (closed?.at) out.push({ at: closed.at, note: 'closed again here' });
  return out;
}
