import { createIsolation, inferTenancy, replay, type IsolationFacts, type TenancyConfig } from '@tenantlint/engine';
import type { Access, AccessCommand, Environment, History, ModelMap, Policy, Schema, Table, TenancyModel } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';

/** A product made of migrations, read and judged as the command line would. */
export interface Product {
  readonly schema: Schema;
  readonly tenancy: TenancyModel;
  readonly facts: IsolationFacts;
  readonly text: string;
  table(name: string): Table;
  policy(table: string, name?: string): Policy;
  access(table: string, role: string, command: AccessCommand): Access;
  verdict(table: string, role: string, command: AccessCommand): Access['verdict'];
}

export const SUPABASE: Environment = { kind: 'supabase', untrusted: ['anon', 'authenticated'], exposed: ['public'], connectsAs: 'unknown', why: [] };
export const OWN: Environment = { kind: 'own-connection', untrusted: [], exposed: [], connectsAs: 'unknown', why: [] };

const parser = createSqlParser();

export function product(sql: string, environment: Environment = SUPABASE, config: TenancyConfig = {}, models: readonly ModelMap[] = []): Product {
  const file = parser.file({ path: '001.sql', text: sql });
  if (file.unread.length > 0) throw new Error(`unread: ${file.unread.map((one) => one.reason).join('; ')}`);
  const history: History = {
    tool: 'plain', root: '', downs: { expected: false, why: '' }, skipped: [], seeds: [],
    steps: [{ file: '001.sql', id: '001', tool: 'plain', up: file.events, down: undefined, downAt: undefined, transactional: true, unread: [] }],
  };
  const timeline = replay([history], parser, { base: environment.kind === 'supabase' ? 'supabase' : 'plain' });
  const schema = timeline.last;
  const tenancy = inferTenancy(schema, models, config);
  const facts = createIsolation({ schema, tenancy, environment, parser, config });
  const table = (name: string): Table => {
    const found = schema.tables.get(name.includes('.') ? name : `public.${name}`);
    if (found === undefined) throw new Error(`no table ${name}`);
    return found;
  };
  const access = (name: string, role: string, command: AccessCommand): Access => {
    const found = facts.access(table(name)).find((one) => one.role === role && one.command === command);
    if (found === undefined) throw new Error(`${role} is not judged`);
    return found;
  };
  return {
    schema, tenancy, facts, text: sql, table, access,
    verdict: (name, role, command) => access(name, role, command).verdict,
    policy: (name, policy) => {
      const found = [...table(name).policies.values()].find((one) => policy === undefined || one.name === policy);
      if (found === undefined) throw new Error(`no policy on ${name}`);
      return found;
    },
  };
}
