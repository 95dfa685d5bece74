import { cases, constantText, type AbstractValue, type Reason } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { closed } from '../queries/assemble.ts';
import { OBJECTS } from '../queries/ends.ts';
import { and } from '../queries/formulas.ts';
import { blamed } from './blame.ts';
import { namesChecked, partChecked } from './compared.ts';
import { speaksOf } from '../entries/gateway.ts';
import { authenticated, systemCall } from './caller.ts';
import { fromRows } from './inherit.ts';
import { admitted, roleOf } from './policies.ts';
import { askClosed, restsOnRows } from './prove.ts';
import { isAmbient } from './supposed.ts';
import { isDirect, sourceOf, trustOf } from './trust.ts';
import { byDesign, type Case, type Judgement } from './judgement.ts';


/** A file is read, put, replaced or removed by its path: is that the caller's own? */
export function storedObject(f: Flow, of: Case): Judgement {
  const { record, entry, truths, at } = of;
  const { query } = record;
  if (!f.input.tenancy.found) return byDesign('no tenancy was found', at);
  const reads = query.verb === 'select';
  const bucket = fieldOf(of, 'bucket_id').flatMap((value) => constantText(value) ?? [])[0];
  if (reads && bucket !== undefined && f.input.schema.buckets.get(bucket)?.public === true) return byDesign(`files of ${bucket} are served to everybody by their address`, at);
  const [made] = record.inserted;
  const { row, formula } = made ?? record;
  const told = (verdict: 'scoped' | 'guarded' | 'injected', text: string): Judgement => ({ verdict, certainty: 'proven', why: [{ text, at }] });
  if (askClosed(f, row, OBJECTS, closed(f, row, formula, truths), 'reach', at).verdict === 'yes') {
    const stated = !restsOnRows(f, row, formula) && askClosed(f, row, OBJECTS, closed(f, row, formula, []), 'reach', at).verdict === 'yes';
    return stated ? told('scoped', 'the path begins with what is the caller\'s') : told('guarded', 'the path is that of a row of the caller\'s');
  }
  const role = roleOf(f, of);
  const policies = admitted(f, of, row);
  const stated = [...(f.input.schema.tables.get(OBJECTS)?.policies.values() ?? [])].some((p) => p.createdIn >= 0);
  const allowed = role !== undefined && policies && stated && f.input.prove({ formula: closed(f, row, and([formula, policies]), truths), row, table: OBJECTS, goal: made ? 'write' : 'reach', at, yesOnly: true, caller: { role, signedIn: role !== 'anon' } }, f.database).verdict === 'yes';
  if (allowed) return told('injected', `policies of ${OBJECTS} let ${role} reach the tenant's files only`);
  const system = systemCall(f, of);
  if (system) return system;
  const parts = fieldOf(of, 'name').flatMap(beginning);
  const ofRows = parts.filter((part) => trustOf(part) === 'row');
  const [kept] = ofRows;
  const referred = kept && fromRows(f, of, ofRows);
  const others = parts.filter((part) => trustOf(part) !== 'row' && !isMade(part) && !namesChecked(f, of, part));
  if (others.length === 0 && parts.length > 0 && (!kept || referred?.verdict === 'guarded') && !parts.every(isMade)) return { verdict: 'guarded', certainty: 'likely', why: [{ text: 'the path is that of a row that the caller may have', at }] };
  if (others.length === 0 && referred?.verdict === 'by-design') return referred;
  const brought = others.find((part) => trustOf(part) === 'input');
  const unknown = (text: string, place = at): Judgement => ({ verdict: 'unknown', certainty: 'possible', why: [{ text, at: place }] });
  if (role !== undefined && !stated) return unknown(`no policy of ${OBJECTS} was read`);
  if (brought) {
    const value = sourceOf(brought);
    if (entry && entry.kind !== 'action' && !authenticated(f, of)) return byDesign('nobody is signed in here: whoever has the path may have the file', at, 'possible');
    const ambient = ambientTenant(f, of, brought);
    if (ambient) return ambient;
    if (partChecked(f, of, brought)) return { verdict: 'guarded', certainty: 'likely', why: [{ text: `a part of ${value} is checked`, at: brought.at }] };
    const why: Reason = { text: `${value} comes from the request, and nothing ties the path to the caller's tenant`, at: brought.at };
    // Whoever holds the caller's own token can ask for any path: then the policies are to blame, not the call.
    if (role !== undefined) return unknown(`policies of ${OBJECTS} were not found to keep ${role} to a tenant's files`);
    if (query.clientKind !== 'service-role') return unknown(`which policies hold for this client is not known; ${why.text}`, why.at);
    if (!entry) return unknown(why.text, why.at);
    return reachable(f, of, { verdict: 'leak', certainty: isDirect(brought) && !made ? 'proven' : 'likely', why: [why], defect: { kind: 'unbound-id', value }, defectAt: why.at });
  }
  const open = others.find((part) => trustOf(part) === 'param' || trustOf(part) === 'unknown');
  if (open) return unknown(trustOf(open) === 'param' ? `${sourceOf(open)} is handed in by callers that were not read` : 'where the path comes from could not be told', open.at);
  if (kept) {
    const why: Reason = { text: `${sourceOf(kept)} is that of a row that nothing ties to the caller's tenant`, at: kept.at };
    if (referred || !entry || query.clientKind !== 'service-role') return referred ?? unknown(why.text, why.at);
    return reachable(f, of, { verdict: 'leak', certainty: 'likely', why: [why], defect: { kind: 'unbound-id', value: sourceOf(kept) }, defectAt: why.at });
  }
  if (parts.length === 0 && query.operation === 'list') return unknown('everything at the top of the bucket is listed');
  return byDesign('the code itself says which file it is', at, 'likely');
}

/** A header that the product's own gateway sets says for which tenant the request is. */
function ambientTenant(f: Flow, { entry, at }: Case, part: AbstractValue): Judgement | undefined {
  if (part.kind !== 'symbol' || part.origin.kind !== 'input' || !entry) return undefined;
  const value = { kind: 'input', channel: part.origin.channel, path: part.path } as const;
  return isAmbient(value) && speaksOf(f, entry.at.file, part.path) ? { verdict: 'scoped', certainty: 'possible', why: [{ text: `the tenant is taken from ${sourceOf(part)}, which the gateway sets`, at }] } : undefined;
}

/** Nothing holds the service role but the path. */
function reachable(f: Flow, of: Case, judgement: Judgement): Judgement {
  const told = blamed(f, of, judgement);
  return told.defect?.kind === 'unbound-id' ? { ...told, defect: { kind: 'bypasses-rls', value: told.defect.value } } : told;
}

function fieldOf({ record: { query } }: Case, field: string): AbstractValue[] {
  const asked = query.condition.kind === 'all' ? query.condition.of.flatMap((c) => (c.kind === 'compare' && c.field === field ? [c.value] : [])) : [];
  return asked.length > 0 ? asked : query.inserts.flatMap((w) => w.entries.flatMap((e) => (e.kind === 'field' && e.field === field ? [e.value] : [])));
}

/** A name that the program makes up: an unguessable one, or the time. */
const isMade = (part: AbstractValue): boolean => part.kind === 'symbol' && part.origin.kind === 'call' && part.origin.args.every((arg) => trustOf(arg) === 'program') && /uuid|nanoid|random|cuid|ulid|createId|^(?:now|v[1-7]|Date)$/i.test(nameOfCallee(part.origin.callee));
const nameOfCallee = (callee: AbstractValue): string => (callee.kind !== 'symbol' ? '' : callee.path.at(-1) ?? (callee.origin.kind === 'package' || callee.origin.kind === 'global' ? callee.origin.name : ''));

/** What a path begins with, up to the first part that the program does not vouch for: what follows stands below it. */
function beginning(path: AbstractValue): AbstractValue[] {
  switch (path.kind) {
    case 'union': return path.of.flatMap((c) => beginning(c.value));
    case 'array': return path.items.flatMap((item) => beginning(item.value));
    case 'list': return beginning(path.of);
    case 'text': {
      const end = path.values.findIndex((part) => cases(part).some((c) => trustOf(c.value) !== 'program'));
      return end < 0 ? [] : path.values.slice(end, end + 1).flatMap(beginning);
    }
    case 'literal': case 'undefined': return [];
    // Which of the paths that are kept there, the index says.
    case 'symbol': return path.origin.kind === 'computed' && path.origin.op === 'index' ? path.origin.of.slice(0, 1).flatMap(beginning) : [path];
    default: return [path];
  }
}
