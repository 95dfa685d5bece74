import { defineRule, type Facts, type Role, type SchemaEvent, sqlName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'pgrls', rule: 'SEC016' }, { tool: 'pgrls', rule: 'SEC029' }, { tool: 'pgrls', rule: 'SEC048' }],
  messages: {
    caller: {
      what: 'Requests arrive as `{role}`, and it is {how}: no policy applies to it.',
      why: 'Row level security is switched off for such a role, forced or not. Whatever the policies say, every request sees and changes the rows of all tenants.',
      fix: '`alter role {quoted} nosuperuser nobypassrls;`, and let only what has to reach all tenants (migrations, jobs) connect as another role.',
    },
    member: {
      what: '`{role}`, which requests arrive as, may become `{power}`, which is {how}.',
      why: 'A member can `set role {power}`, and from then on no policy applies. Row level security is as strong as the strongest role that a request can take on.',
      fix: '`revoke {grantedName} from {quoted};`',
    },
    made: {
      severity: 'note',
      what: '`{role}` is {how}: whoever connects as it sees all tenants.',
      why: 'That is what migrations, backups and jobs over all tenants need, and what a connection that serves requests must never have.',
      fix: 'Make sure that no code that serves requests connects as `{role}`; otherwise `alter role {quoted} nosuperuser nobypassrls;`.',
    },
  },
  visit: {
    project(facts, report) {
      const { roles } = facts.schema;
      const callers = callersOf(facts);
      for (const role of roles.values()) {
        const how = powerOf(role);
        const at = how === undefined ? undefined : (lastChange(facts, role.name) ?? (role.at.file === '' ? undefined : role.at));
        const subject = { kind: 'role', name: role.name } as const;
        if (how !== undefined && at) {
          if (callers.has(role.name)) report({ message: 'caller', at, subject, data: { role: role.name, quoted: sqlName(role.name), how } });
          else if (!role.platform) report({ message: 'made', at, subject, certainty: 'possible', data: { role: role.name, quoted: sqlName(role.name), how } });
        }
        if (how !== undefined || !callers.has(role.name)) continue;
        const power = strongest(role, roles);
        const given = power && grantAt(facts, role.name);
        if (power && given) report({ message: 'member', at: given, subject, data: { role: role.name, quoted: sqlName(role.name), power: power.name, grantedName: sqlName(power.name), how: powerOf(power) ?? '' } });
      }
    },
  },
});

/** Roles that requests arrive as. */
function callersOf({ environment }: Facts): ReadonlySet<string> {
  return new Set([...environment.untrusted, ...(environment.appRole === undefined ? [] : [environment.appRole])]);
}

function powerOf({ options }: Role): string | undefined {
  return options.superuser === true ? 'a superuser' : options.bypassRls === true ? 'declared BYPASSRLS' : undefined;
}

/** The first role with such a power among those that this one may become, directly or in turn. */
function strongest(role: Role, roles: ReadonlyMap<string, Role>): Role | undefined {
  const queue = [...role.memberOf];
  const seen = new Set(queue);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const found = roles.get(name);
    if (!found) continue;
    if (powerOf(found) !== undefined) return found;
    for (const next of found.memberOf) if (!seen.has(next)) queue.push(next);
    for (const next of found.memberOf) seen.add(next);
  }
  return undefined;
}

function lastChange(facts: Facts, role: string): SchemaEvent['at'] | undefined {
  return lastEvent(facts, (e) => ((e.kind === 'create-role' || e.kind === 'alter-role') && e.name === role && (e.options.bypassRls === true || e.options.superuser === true) ? e.nameAt : undefined));
}

function grantAt(facts: Facts, role: string): SchemaEvent['at'] | undefined {
  return lastEvent(facts, (e) => (e.kind === 'grant-role' && e.grant && e.to.includes(role) ? e.at : e.kind === 'create-role' && e.name === role && e.memberOf.length > 0 ? e.nameAt : undefined));
}

function lastEvent({ timeline }: Facts, at: (event: SchemaEvent) => SchemaEvent['at'] | undefined): SchemaEvent['at'] | undefined {
  for (let i = timeline.steps.length - 1; i >= 0; i--) {
    const found = timeline.executed(i).findLast((event) => at(event) !== undefined);
    if (found) return at(found);
  }
  return undefined;
}
