import type { Condition, EntryPoint, Formula, QuerySite, Reason, Term } from '@tenantlint/model';
import { bindings } from './trust.ts';
import type { SiteRecord } from '../queries/site-record.ts';
import { columnOf, OBJECTS } from '../queries/ends.ts';
import type { Judgement } from './judgement.ts';

/** A judged query as the rules see it. */
export function siteOf(record: SiteRecord, judgement: Judgement, point: EntryPoint, path: readonly Reason[]): QuerySite {
  const { query, model } = record;
  const filters = new Set([...bindings(query.condition).filter((b) => !b.related).map((b) => columnOf(model, b.field) ?? b.field), ...(query.sql ? columnsOf(record.formula, record.row) : [])]);
  const writes = new Set([...query.inserts, ...query.changes].flatMap((w) => w.entries.flatMap((e) => (e.kind === 'field' ? [columnOf(model, e.field) ?? e.field] : []))));
  return {
    at: query.at,
    client: query.client,
    clientKind: query.clientKind,
    verb: query.verb,
    operation: query.operation,
    table: record.table,
    model: model?.name,
    fn: record.frame?.name ?? '',
    entry: point.kind === 'library' ? undefined : point,
    verdict: judgement.verdict,
    certainty: judgement.certainty,
    why: judgement.why,
    ...(judgement.defect ? { defect: judgement.defect } : {}),
    ...(judgement.defectAt ? { defectAt: judgement.defectAt } : {}),
    path,
    shape: {
      several: query.verb === 'count' || (query.verb === 'select' && (query.result === 'rows' || query.result === 'groups' || query.result === 'count')),
      open: isOpen(query.condition),
      // A job does its work tenant by tenant, and a file is fetched by itself.
      inLoop: record.table === OBJECTS || record.eachTenant && (point.kind === 'queue' || point.kind === 'cron') ? undefined : record.loop,
      transaction: query.transaction,
      filters: [...filters].sort(),
      orders: query.orders.map((o) => columnOf(model, o) ?? o),
      writes: [...writes].sort(),
      ...([...query.inserts, ...query.changes].some((w) => w.entries.some((e) => e.kind !== 'field')) ? { writesMore: true as const } : {}),
      wholeRecord: query.verb === 'select' && query.selects === undefined,
      ...(query.selects && query.selects.length > 0 ? { selects: query.selects.map((s) => columnOf(model, s) ?? s).sort() } : {}),
      relations: query.includes.map((i) => i.field).sort(),
      ...(judgement.extra ?? { unbounded: false, included: [], linked: [], spliced: undefined, follows: undefined }),
      ...(query.dropped && query.dropped.length > 0 ? { dropped: query.dropped } : {}),
    },
  };
}

function isOpen(of: Condition): boolean {
  switch (of.kind) {
    case 'all': case 'any': return of.of.some(isOpen);
    case 'not': return isOpen(of.of);
    case 'relation': return isOpen(of.where);
    case 'alternatives': return of.of.some((one) => isOpen(one.condition));
    case 'overwritten': case 'narrowing': case 'opaque': return true;
    case 'compare': return false;
  }
}

/** Columns of the row that SQL asks about. */
function columnsOf(formula: Formula, row: number): string[] {
  const found: string[] = [];
  const term = (t: Term): void => {
    if (t.kind === 'column' && t.row === row) found.push(t.column);
    if (t.kind === 'apply') for (const part of t.of) term(part);
  };
  const work: Formula[] = [formula];
  for (let part = work.pop(); part; part = work.pop()) {
    if (part.kind === 'and' || part.kind === 'or') work.push(...part.of);
    else if (part.kind === 'not') work.push(part.of);
    else if (part.kind === 'exists') work.push(part.where);
    else if (part.kind === 'compare') {
      term(part.left);
      term(part.right);
    } else if (part.kind === 'null') term(part.of);
  }
  return found;
}
