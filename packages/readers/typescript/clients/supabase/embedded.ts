import { constantText, type ClientContext, type Condition, type Included, type Span, type Table } from '@tenantlint/model';
import type { Builder, Filter } from './state.ts';
import { ALWAYS } from './operators.ts';
import { relationship, tableOf } from './relations.ts';
import { parseSelect, type Selected } from './select.ts';

/** What a request returns: columns of the rows, and rows that come along. */
export interface Returned {
  /** Undefined: all of them. */
  readonly columns: readonly string[] | undefined;
  readonly includes: readonly Included[];
  /** What embedding asks of the rows themselves: `!inner`, `.not('rooms', 'is', null)`. */
  readonly required: readonly Condition[];
  /** Names of the rows that come along: no columns, whatever filters say of them. */
  readonly embedded: ReadonlySet<string>;
}

const UNTOLD: Returned = { columns: undefined, includes: [], required: [], embedded: new Set() };

export function returned(builder: Builder, context: ClientContext): Returned {
  if (!builder.columns) return UNTOLD;
  const { at } = builder.columns;
  const text = constantText(builder.columns);
  const items = text === undefined ? undefined : parseSelect(text);
  if (!items) return UNTOLD;
  return level(items, tableOf(context.schema, builder.table), [], builder.filters, at, context);
}

function level(items: readonly Selected[], from: Table | undefined, path: readonly string[], filters: readonly Filter[], at: Span, context: ClientContext): Returned {
  const plain = items.filter((item) => !item.embedded && !item.aggregate);
  const required: Condition[] = [];
  const includes = items.flatMap((item): Included[] => {
    if (!item.embedded) return [];
    const to = from && relationship(context.schema, from, item);
    const there = [...path, item.name];
    const inner = level(item.embedded, to && tableOf(context.schema, to.table), there, filters, at, context);
    const condition = conjunction([...conditionsAt(filters, there, at, inner.embedded), ...inner.required]);
    const presence = presenceOf(filters, path, item.name);
    const quantifier = to && !to.list ? 'is' : 'some';
    const relation = (where: Condition): Condition => ({ kind: 'relation', field: item.of, quantifier, where, ...(to ? { to } : {}), at });
    if (item.inner || presence === 'there') required.push(relation(condition));
    else if (presence === 'absent') required.push({ kind: 'not', of: relation(condition), at });
    return [{ field: item.name, condition, includes: inner.includes, counted: false, required: item.inner || presence === 'there', ...(to ? { to } : {}), at }];
  });
  const columns = plain.some((item) => item.of === '*') ? undefined : plain.map((item) => item.of.split('->')[0] ?? item.of);
  return { columns, includes, required, embedded: new Set(includes.map((i) => i.field)) };
}

/** `.is('rooms', null)` and its negation are about whether there are such rows. */
function presenceOf(filters: readonly Filter[], path: readonly string[], name: string): 'there' | 'absent' | undefined {
  for (const filter of filters) {
    if (!('condition' in filter) || filter.path.join('.') !== path.join('.')) continue;
    const { condition } = filter;
    if (condition.kind !== 'compare' || condition.field !== name) continue;
    if (condition.op === 'null') return 'absent';
    if (condition.op === 'not-null') return 'there';
  }
  return undefined;
}

/** Filters on the rows under a path, but for those that ask whether embedded rows are there. */
export function conditionsAt(filters: readonly Filter[], path: readonly string[], at: Span, embedded: ReadonlySet<string>, keep: (filter: Filter) => boolean = () => true): Condition[] {
  return filters.filter(keep).flatMap((filter): Condition[] => {
    if ('condition' in filter) {
      const { condition } = filter;
      const presence = condition.kind === 'compare' && embedded.has(condition.field) && (condition.op === 'null' || condition.op === 'not-null');
      return !presence && filter.path.length === path.length && filter.path.every((p, i) => p === path[i]) ? [condition] : [];
    }
    const of = filter.ways.map(({ filters: inner, truths }) => ({ condition: conjunction(conditionsAt(inner, path, at, embedded, keep)), truths }));
    return of.every((way) => isEmpty(way.condition)) ? [] : [{ kind: 'alternatives', of, at: filter.at }];
  });
}

export function conjunction(of: readonly Condition[]): Condition {
  const parts = of.flatMap((c) => (c.kind === 'all' ? c.of : [c]));
  const [only] = parts;
  return parts.length === 1 && only ? only : parts.length === 0 ? ALWAYS : { kind: 'all', of: parts };
}

const isEmpty = (of: Condition): boolean => of.kind === 'all' && of.of.length === 0;
