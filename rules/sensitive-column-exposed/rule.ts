import { columnSubject, defineRule, grantedOn, isOwned, listed, sqlTable, tableName, type Certainty, type Facts, type Table } from '@tenantlint/model';

/** Words of column names that say: not for other people's eyes. */
const SECRET = /^(password|passwd|pwd|password_hash|hashed_password|encrypted_password|passphrase|secret|client_secret|secret_key|secret_hash|private_key|api_key|apikey|api_secret|access_token|refresh_token|auth_token|bearer_token|oauth_token|session_token|reset_token|verification_token|webhook_secret|signing_secret|encryption_key|mfa_secret|totp_secret|otp_secret|recovery_codes?|backup_codes?|pin_code|security_answer|two_factor_secret|token)$/;
const PERSONAL = /^(session_id|session_key|code_verifier|ssn|social_security(_number)?|sin_number|national_id|tax_id|taxpayer_id|passport(_number)?|drivers?_license(_number)?|license_number|credit_card(_number)?|card_number|cvv|cvc|iban|bank_account(_number)?|account_number|routing_number|medical_record(_number)?|health_record|diagnosis|date_of_birth|birth_date|dob)$/;

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['sql', 'rls'],
  sources: [{ tool: 'splinter', rule: '0023_sensitive_columns_exposed' }, { tool: 'pgrls', rule: 'SEC045' }],
  messages: {
    open: {
      severity: 'error',
      what: '{columns} of `{table}` can be read by {roles}: {why}.',
      why: 'By its name the column holds what only its owner should see. A secret that was readable has to be taken for known.',
      fix: 'Close the table (row level security, or `revoke select on {sql} from {from};`), then change the secrets that stood in it.',
    },
    colleagues: {
      severity: 'note',
      what: '{columns} of `{table}` can be read by everybody who may read the row.',
      why: 'Row level security chooses rows, not columns: whoever sees a row of the tenant sees the secret in it, with the rights of the least of its members.',
      fix: 'Keep the column out of what the API returns: `revoke select on {sql} from {from}; grant select (…) on {sql} to {from};` with the other columns, or a table of its own without policies.',
    },
  },
  visit: {
    table(table, facts, report) {
      if (table.inferred || !reachableSchema(table, facts)) return;
      const names = [...table.columns.values()].filter((column) => (SECRET.test(column.name.toLowerCase()) || PERSONAL.test(column.name.toLowerCase())) && /^(text|character|uuid|bytea|json|date|bigint|integer)/.test(column.typeText));
      const [first] = names;
      if (!first) return;
      const readers = facts.environment.untrusted.filter((role) => facts.reachableBy(table, 'select').includes(role) && names.some((column) => grantedOn(table, role, 'select', column.name)));
      if (readers.length === 0) return;
      const open = openTo(table, readers, facts);
      const data = { columns: listed(names.map((column) => `\`${column.name}\``)), table: tableName(table.key), sql: sqlTable(table.key), from: (open?.roles ?? readers).join(', ') };
      const place = { at: first.at, subject: columnSubject(table, first.name), related: names.slice(1).map((column) => ({ at: column.at, note: 'as well' })) };
      if (open) report({ ...place, message: 'open', certainty: open.certainty, data: { ...data, roles: listed(open.roles), why: open.why } });
      else if (names.some((column) => SECRET.test(column.name.toLowerCase())) && shared(table, readers, facts)) report({ ...place, message: 'colleagues', certainty: 'possible', data });
    },
  },
});

function reachableSchema(table: Table, facts: Facts): boolean {
  return facts.environment.exposed.length === 0 || facts.environment.exposed.includes(table.schema);
}

function openTo(table: Table, readers: readonly string[], facts: Facts): { readonly roles: readonly string[]; readonly why: string; readonly certainty: Certainty } | undefined {
  if (table.rls === undefined || table.rls.value === false) return { roles: readers, why: 'the table has no row level security', certainty: 'proven' };
  const leaks = facts.access(table).filter((access) => access.command === 'select' && access.verdict === 'leak' && readers.includes(access.role));
  const [leak] = leaks;
  if (leak) return { roles: leaks.map((access) => access.role), why: leak.policy === undefined ? 'row level security does not apply to them' : `policy "${leak.policy}" lets other tenants' rows through`, certainty: 'proven' };
  const everybody = [...table.policies.values()].find((policy) => policy.permissive && (policy.command === 'select' || policy.command === 'all') && (policy.roles.includes('public') || policy.roles.some((role) => readers.includes(role))) && facts.formula(table, policy, 'using')?.kind === 'true');
  return everybody && !isOwned(facts.tenancyOf(table).tenancy) ? { roles: readers, why: `policy "${everybody.name}" shows every row`, certainty: 'likely' } : undefined;
}

/** Others than the person whose row it is see it: the tenant's members. */
function shared(table: Table, readers: readonly string[], facts: Facts): boolean {
  const { tenancy } = facts.tenancyOf(table);
  if (tenancy.kind === 'user-owned' || tenancy.kind === 'unknown' || tenancy.kind === 'global') return false;
  return facts.access(table).some((access) => access.command === 'select' && access.verdict === 'isolated' && readers.includes(access.role));
}
