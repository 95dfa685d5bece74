import { describe, expect, test } from 'vitest';
import { analysed } from './product.ts';

/** The verdict of one call of a database function, by a signed-in caller whose organization is `org`. */
function verdict(client: 'user' | 'service', call: string): string {
  const { sites } = analysed({ 'app/api/x/route.ts': `import { createClient } from '@supabase/supabase-js';
import { createServerClient } from '@supabase/ssr';
const service = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
const user = createServerClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!, { cookies: {} });
export async function POST(request: Request) {
  const { data: { user: me } } = await user.auth.getUser();
  if (!me) throw new Error('nobody');
  const { data: member } = await service.from('members').select('org_id').eq('user_id', me.id).single();
  if (!member) throw new Error('no member');
  const org = member.org_id;
  const body = await request.json();
  const { data } = await ${client}.${call};
  return Response.json(data);
}` });
  return sites.filter((s) => s.operation === 'rpc').map((s) => `${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`).join();
}

describe('functions of the database', () => {
  test.each([
    ['user', `rpc('my_projects')`, 'injected likely'],
    ['user', `rpc('own_list')`, 'injected proven'],
    ['user', `rpc('any_list')`, 'unknown possible'],
    ['user', `rpc('org_list', { p_org_id: org })`, 'scoped proven'],
    ['user', `rpc('org_list', { p_org_id: body.org })`, 'unknown possible'],
    ['service', `rpc('my_projects')`, 'unknown possible'],
    ['service', `rpc('org_list', { p_org_id: org })`, 'scoped proven'],
    ['service', `rpc('org_list', { p_org_id: body.org })`, 'leak likely chosen-tenant'],
    ['service', `rpc('org_list', body)`, 'unknown possible'],
    ['service', `rpc('my_projects', { p_user: me.id })`, 'scoped likely'],
    ['service', `rpc('org_maybe', { p_org_id: org })`, 'scoped proven'],
    ['service', `rpc('org_maybe', {})`, 'unknown possible'],
    // What is undefined is not sent, and the function takes its default.
    ['service', `rpc('org_maybe', { p_org_id: body.mine ? org : undefined })`, 'unknown possible'],
    ['service', `rpc('org_list', { p_org_id: body.mine ? org : undefined })`, 'scoped proven'],
    ['service', `rpc('nowhere', { p_org_id: org })`, 'unknown possible'],
    ['service', `rpc(body.name)`, 'unknown possible'],
  ] as const)('%s client, %s', (client, call, want) => {
    expect(verdict(client, call)).toBe(want);
  });
});
