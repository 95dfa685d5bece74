import type { Formula, Term, Value } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { shift } from '../../isolation/logic/rename.ts';
import { and, FALSE, TRUE } from '../queries/formulas.ts';
import { termOf } from '../queries/terms.ts';
import { askClosed } from './prove.ts';
import { bound, isAmbient } from './supposed.ts';
import type { Case, Judgement } from './judgement.ts';

/** Row level security that this client cannot bypass, with the settings that the code made: does it isolate? `trusting`: if the request said the truth. */
export function secured(f: Flow, of: Case, trusting = false): Judgement | undefined {
  const { record, table, truths, at } = of;
  const role = roleOf(f, of);
  if (role === undefined || !f.input.visible) return undefined;
  const { row, formula } = record;
  const inserted = record.inserted.find((i) => i.table === table);
  if (inserted && record.query.verb === 'insert') {
    // What may be left behind is decided by WITH CHECK, whatever can be seen.
    const verdict = f.input.access?.(table).find((a) => a.role === role && a.command === 'insert')?.verdict;
    if (verdict === 'isolated' || verdict === 'denied') return { verdict: 'injected', certainty: 'proven', why: [{ text: `policies of ${table} let ${role} insert rows of its tenant only`, at }] };
  }
  const policies = f.input.visible({ id: row, table, alias: table, at }, { role, signedIn: role === 'anon' ? false : true });
  if (!policies) return undefined;
  const known = withSettings(f, shift(policies, row, { next: -1_000_000 + row * 100 }), of);
  const why = [{ text: `policies of ${table} let ${role} see the tenant's rows only`, at }];
  if (known.kind === 'false') return { verdict: 'injected', certainty: 'proven', why: [{ text: `policies of ${table} let ${role} see nothing here`, at }] };
  const whole = closed(f, row, and([formula, known]), truths);
  if (askClosed(f, row, table, whole, 'reach', at).verdict === 'yes') return { verdict: 'injected', certainty: 'proven', why };
  const handed = bound(f, row, table, whole, 'reach', at);
  return handed && (trusting || handed.value.kind !== 'input' || isAmbient(handed.value)) ? { verdict: 'injected', certainty: 'likely', why } : undefined;
}

/** What policies ask of a row that this client makes, changes or takes away; of one that is there it must be able to see it as well. */
export function admitted(f: Flow, of: Case, row: number): Formula | undefined {
  const role = roleOf(f, of);
  const { verb } = of.record.query;
  if (role === undefined || !f.input.visible) return undefined;
  const caller = { role, signedIn: role !== 'anon' };
  const target = { id: row, table: of.table, alias: of.table, at: of.at };
  const command = verb === 'update' || verb === 'delete' || verb === 'insert' ? verb : verb === 'upsert' ? 'insert' : undefined;
  const asked = [command === 'insert' ? undefined : f.input.visible(target, caller), command && f.input.admitted?.(target, caller, command)];
  return and(asked.map((policies, i) => (policies ? withSettings(f, shift(policies, row, { next: -1_000_000 + row * 100 - i * 50 }), of) : TRUE)));
}

/** The role that the policies judge: by kind of client, or the application's own behind its connection. */
export function roleOf(f: Flow, { record }: Case): string | undefined {
  const { environment, roles = [] } = f.input;
  switch (record.query.clientKind) {
    case 'anon': return 'anon';
    case 'user': return 'authenticated';
    case 'service-role': case 'unknown': return undefined;
    case 'plain': case 'scoped':
      if (environment.kind !== 'own-connection' || environment.connectsAs === 'owner' || environment.connectsAs === 'service-role') return undefined;
      return roles.find((r) => !environment.untrusted.includes(r));
  }
}

/** Settings become what the code last made them; one that nobody made is null, and nothing equals it. */
function withSettings(f: Flow, policies: Formula, { truths, at }: Case): Formula {
  const made = new Map<string, Term | undefined>();
  for (const t of truths) if (t.kind === 'setting') made.set(t.name, t.value && termOf(f, t.value, at));
  const term = (t: Term): Term | undefined => {
    if (t.kind === 'apply') {
      const parts = t.of.map(term);
      const known = parts.filter((p) => p !== undefined);
      return known.length === parts.length ? { ...t, of: known } : undefined;
    }
    if (t.kind !== 'value' || t.value.kind !== 'setting' || isClaims(t.value)) return t;
    return made.get(t.value.name);
  };
  const visit = (of: Formula): Formula => {
    switch (of.kind) {
      case 'and': return and(of.of.map(visit));
      case 'or': {
        const parts = of.of.map(visit).filter((p) => p.kind !== 'false');
        return parts.length === 0 ? FALSE : parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', of: parts };
      }
      case 'not': return { ...of, of: visit(of.of) };
      case 'exists': return { ...of, where: visit(of.where) };
      case 'compare': {
        const left = term(of.left);
        const right = term(of.right);
        if (!left || !right) return FALSE;
        if (left.kind === 'value' && right.kind === 'value' && left.value.kind === 'literal' && right.value.kind === 'literal') return of.op === '=' ? (left.value.value === right.value.value ? { kind: 'true' } : FALSE) : { ...of, left, right };
        return { ...of, left, right };
      }
      case 'null': {
        const inner = term(of.of);
        return inner ? { ...of, of: inner } : of.negated ? FALSE : { kind: 'true' };
      }
      default: return of;
    }
  };
  return visit(policies);
}

/** Settings that an API fills from the caller's token are not the code's to make. */
const isClaims = (value: Extract<Value, { kind: 'setting' }>): boolean => value.name.startsWith('request.');
