import { describe, expect, test } from 'vitest';
import { analysed } from './product.ts';

/** What is said of files that one call of the storage asks for, by a signed-in caller whose organization is `org`. */
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
  const { data: project } = await service.from('projects').select('id, name').eq('id', body.id).eq('org_id', org).single();
  if (!project) throw new Error('no project');
  const { data: any } = await service.from('projects').select('id, name').eq('slug', body.slug).single();
  if (!any) throw new Error('no project');
  const { data, error } = await ${client}.storage.${call};
  if (error) throw error;
  return Response.json(data);
}` });
  return sites.filter((s) => s.table === 'storage.objects').map((s) => `${s.operation} ${s.verb} ${s.verdict} ${s.certainty}${s.defect ? ` ${s.defect.kind}` : ''}`).join();
}

describe('stored files', () => {
  test.each([
    ['service', `from('files').download(body.path)`, 'download select leak proven bypasses-rls'],
    ['service', `from('files').createSignedUrl(\`invoices/\${body.name}.pdf\`, 60)`, 'createSignedUrl select leak proven bypasses-rls'],
    ['service', `from('files').createSignedUrls([\`\${org}/a\`, body.path], 60)`, 'createSignedUrls select leak proven bypasses-rls'],
    ['service', `from('files').remove([body.path])`, 'remove delete leak proven bypasses-rls'],
    ['service', `from('files').upload(body.path, 'x')`, 'upload insert leak likely bypasses-rls'],
    ['service', `from('files').upload(body.path, 'x', { upsert: true })`, 'upload upsert leak likely bypasses-rls'],
    ['service', `from('files').copy(body.path, \`\${org}/a\`)`, 'copy select leak proven bypasses-rls'],
    ['service', `from('files').list(body.folder)`, 'list select leak proven bypasses-rls'],
    ['service', `from('files').download(any.name)`, 'download select leak likely bypasses-rls'],
    // What stands before the tenant's folder is the caller's choice.
    ['service', `from('files').download(\`\${body.folder}/\${org}/a\`)`, 'download select leak proven bypasses-rls'],
    ['service', `from('files').download(\`\${org}/\${body.name}\`)`, 'download select guarded proven'],
    ['service', `from('files').download(\`\${me.id}/\${body.name}\`)`, 'download select scoped proven'],
    ['service', `from('files').download(\`avatars/\${me.id}.png\`)`, 'download select scoped proven'],
    ['service', `from(org).download(body.path)`, 'download select guarded proven'],
    ['service', `from('files').list(org)`, 'list select guarded proven'],
    ['service', `from('files').remove([project.name])`, 'remove delete guarded proven'],
    ['service', `from('files').download(\`\${project.id}/a\`)`, 'download select guarded proven'],
    ['service', `from('files').download(\`\${body.id}/a\`)`, 'download select guarded proven'],
    ['service', `from('files').upload(\`\${org}/a\`, 'x')`, 'upload insert guarded proven'],
    ['service', `from('files').upload(\`\${crypto.randomUUID()}.png\`, 'x')`, 'upload insert by-design likely'],
    ['service', `from('files').download('templates/contract.docx')`, 'download select by-design likely'],
    ['service', `from('files').list()`, 'list select unknown possible'],
    // No policy of stored files is among the migrations.
    ['user', `from('files').download(body.path)`, 'download select unknown possible'],
    ['user', `from('files').download(\`\${me.id}/a\`)`, 'download select scoped proven'],
    ['service', `from('files').getPublicUrl(body.path)`, ''],
  ] as const)('%s client, %s', (client, call, want) => {
    expect(verdict(client, call)).toBe(want);
  });
});
