import type { EntryPoint, QuerySite, Reason } from '@tenantlint/model';
import type { SiteRecord } from '../queries/record.ts';
import { columnOf } from '../queries/rows.ts';
import { bindings } from './trust.ts';
import type { Judgement } from './verdict.ts';

/** A judged query as the rules see it. */
export function siteOf(record: SiteRecord, judgement: Judgement, point: EntryPoint, path: readonly Reason[]): QuerySite {
  const { query, model } = record;
  const filters = new Set(bindings(query.condition).filter((b) => !b.related).map((b) => columnOf(model, b.field) ?? b.field));
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
      unbounded: query.verb === 'select' && !query.limited,
      inLoop: record.loop,
      transaction: query.transaction,
      filters: [...filters].sort(),
      orders: query.orders.map((o) => columnOf(model, o) ?? o),
      writes: [...writes].sort(),
      wholeRecord: query.verb === 'select' && query.selects === undefined,
      relations: query.includes.map((i) => i.field).sort(),
    },
  };
}
