import { cases, settle, type EntryPoint, type Formula, type Query, type Routine, type SiteVerdict, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { column, equals, or, TRUE } from '../queries/formulas.ts';
import { snake, tenantNames } from '../queries/identity.ts';
import { termOf } from '../queries/terms.ts';
import { truthsSince } from '../state.ts';
import { ask } from './prove.ts';
import { supposed } from './supposed.ts';
import { trustOf } from './trust.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import type { Judgement } from './judgement.ts';

type Called = NonNullable<Query['routine']>;

/** A function of the database is called: policies answer where it runs as its caller, its body where it has its owner's rights, else what it is given. */
export function calledRoutine(f: Flow, record: SiteRecord, routine: Called, entry: EntryPoint | undefined): Judgement {
  const { at } = record.query;
  const found = named(f, routine.name);
  if (found.length === 0) return { verdict: 'unknown', certainty: 'possible', why: [{ text: `${routine.name}() is in no migration that was read`, at }] };
  const given = argument(f, record, routine, entry, truthsSince(record.truths, undefined));
  const all = found.map((one) => judged(f, record, one, given?.verdict === 'scoped' ? leftOut(routine, one) ?? given : given));
  return all.reduce((a, b) => (RANK.indexOf(b.verdict) > RANK.indexOf(a.verdict) ? b : a));
}

const RANK: readonly SiteVerdict[] = ['by-design', 'scoped', 'injected', 'guarded', 'unknown', 'leak'];

/** An argument that may be undefined is not sent, and the function takes its default: often all tenants. */
function leftOut({ args }: Called, routine: Routine): Judgement | undefined {
  const optional = new Set(routine.args.flatMap((arg) => (arg.default === undefined || arg.name === undefined ? [] : [arg.name])));
  const open = args.kind === 'object' ? settle(args).fields.find((field) => optional.has(field.name) && field.value.kind === 'union' && field.value.of.some((c) => c.value.kind === 'undefined')) : undefined;
  return open && { verdict: 'unknown', certainty: 'possible', why: [{ text: `${open.name} may be undefined, and ${routine.name}() then takes its default`, at: open.at }] };
}

/** Overloads are told apart by their arguments' types, which the call does not show. */
function named(f: Flow, name: string): readonly Routine[] {
  const [schema, own] = name.includes('.') ? [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)] : [undefined, name];
  return [...f.input.schema.functions.values()].filter((r) => r.name === own && (schema === undefined ? !r.platform : r.schema === schema));
}

function judged(f: Flow, { query }: SiteRecord, routine: Routine, given: Judgement | undefined): Judgement {
  const { at } = query;
  const role = query.clientKind === 'user' ? 'authenticated' : query.clientKind === 'anon' ? 'anon' : undefined;
  if (role !== undefined && !routine.securityDefiner.value) return { verdict: 'injected', certainty: 'likely', why: [{ text: `${routine.name}() runs as ${role}, and policies answer for what it reads`, at }] };
  const reached = role === undefined ? [] : (f.input.reach?.(routine) ?? []).filter((r) => r.role === role);
  if (reached.length > 0 && reached.every((r) => r.isolation.verdict === 'yes')) return { verdict: 'injected', certainty: 'proven', why: [{ text: `${routine.name}() asks for the caller's tenant itself`, at }] };
  // Whoever holds the caller's own token can call it with any argument: then the function is to blame, not the call.
  if (given && (role === undefined || given.verdict !== 'leak')) return given;
  return { verdict: 'unknown', certainty: 'possible', why: [{ text: reached.some((r) => r.isolation.verdict === 'no') ? `${routine.name}() reaches rows of any tenant` : `what ${routine.name}() reaches is not told by its arguments`, at }] };
}

/** Arguments that name a tenant or the caller; undefined where none does. */
function argument(f: Flow, record: SiteRecord, { args }: Called, entry: EntryPoint | undefined, truths: readonly Truth[]): Judgement | undefined {
  if (args.kind !== 'object') return undefined;
  const { at } = record.query;
  const { fields } = settle(args);
  const root = f.input.tenancy.root;
  const tenancy = root === undefined ? undefined : f.input.tenancy.of.get(root)?.tenancy;
  if (root !== undefined && tenancy?.kind === 'root') {
    const names = tenantNames(f.input.tenancy);
    for (const field of fields) {
      if (!names.has(snake(field.name).replace(/^(?:p|in|arg|v|target|the)?_+/, '').replace(/_+$/, ''))) continue;
      const { id } = f.rows.make(root, undefined, TRUE, field.at);
      const formula = or(cases(field.value).flatMap((c): Formula[] => {
        const term = termOf(f, c.value, field.at);
        return term ? [equals(column(id, tenancy.key, field.at), term, field.at)] : [];
      }));
      if (ask(f, id, root, formula, truths, 'reach', at).verdict === 'yes') return { verdict: 'scoped', certainty: 'proven', why: [{ text: `${field.name} is a tenant of the caller's`, at: field.at }] };
      const handed = supposed(f, { record, table: root, entry, truths, uses: [], at }, id, root, closed(f, id, formula, truths), 'reach');
      // The function may ask for itself whether the caller may have what the argument names.
      if (handed) return handed.verdict === 'leak' ? { ...handed, certainty: 'likely' } : handed;
    }
  }
  const own = fields.find((field) => trustOf(field.value) === 'identity');
  return own && { verdict: 'scoped', certainty: 'likely', why: [{ text: `${own.name} is the caller's own`, at: own.at }] };
}
