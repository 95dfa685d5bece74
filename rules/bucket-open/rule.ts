import { defineRule, isAnonymous, listed, policySubject, walkStatement, type Bucket, type Facts, type Policy, type Span, type Table } from '@tenantlint/model';
import { casesOf, type StorageCase } from './cases.ts';

const DOES = { all: 'read, overwrite and delete', select: 'read', insert: 'add', update: 'overwrite', delete: 'delete' } as const;

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'splinter', rule: '0025_public_bucket_allows_listing' }, { tool: 'pgrls', rule: 'SEC050' }],
  messages: {
    listed: {
      severity: 'warning',
      what: 'Bucket `{bucket}` is public, and policy "{policy}" lets {roles} list what is in it.',
      why: 'Files of a public bucket are served by their address without any policy. The policy adds the list of all addresses: what was hard to guess is written down for everybody, tenant by tenant.',
      fix: 'Drop the policy: reading by address needs none. Or make the bucket private and hand out signed URLs.',
    },
    anyBucket: {
      what: 'Policy "{policy}" lets {roles} {does} files of every bucket.',
      why: 'All buckets keep their files in one table. A policy that does not name the bucket holds for those that are made later, too.',
      fix: 'Add `bucket_id = \'…\'`, and tie the path to the caller: `(storage.foldername(name))[1] = (select auth.uid())::text`, or the tenant\'s id in the first folder.',
    },
    everyTenant: {
      what: 'Policy "{policy}" lets {roles} {does} every file of bucket `{bucket}`, whoever put it there.',
      why: 'The policy names the bucket and nothing of the path or the owner: one tenant\'s files are another tenant\'s to {does}.',
      fix: 'Put the tenant\'s id into the first folder of the path and compare it: `(storage.foldername(name))[1] in (select organization_id::text from … where user_id = (select auth.uid()))`.',
    },
    everybody: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {roles} read and list every file of bucket `{bucket}`.',
      why: 'If the files are public, the policy adds the list of them, tenant by tenant. If they are not, it gives them away.',
      fix: 'For public files make the bucket public and drop the policy: reading by address needs none. For others compare the first folder of the path with the tenant.',
    },
    anyPath: {
      severity: 'warning',
      what: 'Policy "{policy}" lets {roles} add files anywhere in bucket `{bucket}`.',
      why: 'A file can be put under another tenant\'s folder, where that tenant\'s pages will show it.',
      fix: 'Compare the first folder of the path in WITH CHECK: `(storage.foldername(name))[1] = …`.',
    },
  },
  visit: {
    project(facts, report) {
      const objects = facts.schema.tables.get('storage.objects');
      if (!objects) return;
      const policies = [...objects.policies.values()].filter((policy) => policy.permissive && policy.createdIn >= 0);
      for (const bucket of [...facts.schema.buckets.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
        const policy = bucket.public === true ? policies.find((one) => (one.command === 'select' || one.command === 'all') && strangers(one, facts).length > 0 && open(objects, one, facts, bucket.id)) : undefined;
        if (policy) report({ message: 'listed', at: placeOf(bucket, facts), subject: { kind: 'bucket', name: bucket.id }, data: { bucket: bucket.id, policy: policy.name, roles: listed(strangers(policy, facts)) }, related: [{ at: policy.at, note: 'lists it' }] });
      }
    },
    policy(policy, table, facts, report) {
      const side = policy.command === 'insert' ? 'check' : 'using';
      const expr = policy[side];
      const formula = facts.formula(table, policy, side);
      if (table.key !== 'storage.objects' || !policy.permissive || !expr || !formula) return;
      const cases = casesOf(formula).filter((one) => !one.bound);
      const who = strangers(policy, facts).filter((role) => !isAnonymous(role) || cases.some((one) => !one.signedIn));
      if (cases.length === 0 || who.length === 0) return;
      const roles = listed(who);
      const place = { at: expr.at, subject: policySubject(table, policy) };
      const data = { policy: policy.name, roles, does: DOES[policy.command] };
      // A role that is looked up elsewhere may be the platform's own staff's; what strangers may read is meant for them.
      const meant = policy.command === 'select' && who.some(isAnonymous);
      const certainty = meant || !facts.tenancy.found || cases.every((one) => one.asks) ? 'likely' : 'proven';
      if (cases.some((one) => one.bucket === undefined)) {
        report({ ...place, message: 'anyBucket', certainty, data });
        return;
      }
      const buckets = [...new Set(cases.map((one) => one.bucket ?? ''))].filter((id) => policy.command !== 'select' || facts.schema.buckets.get(id)?.public !== true).sort();
      if (buckets.length === 0) return;
      if (meant) report({ ...place, message: 'everybody', certainty, data: { policy: policy.name, roles, bucket: listed(buckets) } });
      else if (policy.command === 'insert') report({ ...place, message: 'anyPath', certainty: 'likely', data: { policy: policy.name, roles, bucket: listed(buckets) } });
      else report({ ...place, message: 'everyTenant', certainty, data: { ...data, bucket: listed(buckets) } });
    },
  },
});

/** Strangers and users that the policy is for. */
function strangers(policy: Policy, facts: Facts): readonly string[] {
  return facts.environment.untrusted.filter((role) => policy.roles.includes('public') || policy.roles.includes(role));
}

function open(objects: Table, policy: Policy, facts: Facts, bucket: string): boolean {
  const formula = facts.formula(objects, policy, 'using');
  const cases: readonly StorageCase[] = formula ? casesOf(formula) : [];
  return cases.some((one) => !one.bound && (one.bucket === undefined || one.bucket === bucket));
}

/** The bucket's id in the statement that made it; the statement's first line where it is computed. */
function placeOf(bucket: Bucket, facts: Facts): Span {
  let found: Span | undefined;
  for (const step of facts.timeline.steps) {
    if (step.file !== bucket.at.file) continue;
    for (const event of step.up) {
      if (event.kind !== 'data' || event.at.start !== bucket.at.start) continue;
      walkStatement(event.statement, { expr: (expr) => { if (expr.kind === 'literal' && expr.value === bucket.id) found ??= expr.at; } });
    }
  }
  return found ?? { ...bucket.at, end: bucket.at.start + (facts.text(bucket.at).split('\n')[0]?.length ?? 0) };
}
