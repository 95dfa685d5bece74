import { cases, constantText, never, type AbstractValue, type Condition, type Included, type Query, type Written } from '@tenantlint/model';
import { list, negated } from './postgrest.ts';

/** A query in the same form as `asksFor` writes a request: one text for the rows, one for each path of embedded rows. */
export function asksOf(query: Query): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  add(found, '', withoutRelations(query.condition));
  for (const one of query.includes) embedded(found, one, '');
  return found;
}

function embedded(found: Record<string, string>, one: Included, above: string): void {
  const path = above === '' ? one.field : `${above}.${one.field}`;
  add(found, path, withoutRelations(one.condition));
  for (const inner of one.includes) embedded(found, inner, path);
}

function add(found: Record<string, string>, path: string, condition: Condition): void {
  const text = textOf(condition);
  if (text !== 'all()') found[path] = text;
}

/** What embedding asks of the rows themselves is no filter of the URL. */
function withoutRelations(of: Condition): Condition {
  if (of.kind === 'relation' || (of.kind === 'not' && of.of.kind === 'relation')) return { kind: 'all', of: [] };
  return of.kind === 'all' ? { ...of, of: of.of.map(withoutRelations).filter((c) => c.kind !== 'all' || c.of.length > 0) } : of;
}

export function textOf(of: Condition): string {
  switch (of.kind) {
    case 'all': return list('all', of.of.map(textOf));
    case 'any': return list('any', of.of.map(textOf));
    case 'not': return negated(textOf(of.of));
    case 'compare': return comparison(of);
    case 'relation': return `${of.quantifier} ${of.field} (${textOf(of.where)})`;
    case 'alternatives': return `one of (${of.of.map((one) => textOf(one.condition)).join(' | ')})`;
    case 'overwritten': return `overwritten (${textOf(of.condition)})`;
    case 'narrowing': return 'narrowing';
    case 'opaque': return 'opaque';
    default: return never(of);
  }
}

function comparison({ field, op, value, whenUndefined }: Extract<Condition, { kind: 'compare' }>): string {
  if (value.kind === 'undefined' && whenUndefined === 'dropped' && op === '=') return 'all()';
  switch (op) {
    case 'null': return `${field} is null`;
    case 'not-null': return `not ${field} is null`;
    case 'in': return `${field} in ${JSON.stringify(elements(value))}`;
    case 'not-in': return `not ${field} in ${JSON.stringify(elements(value))}`;
    case 'other': return `${field} ~`;
    default: return `${field} ${op} ${JSON.stringify(spelled(value))}`;
  }
}

const elements = (of: AbstractValue): string[] => (of.kind === 'array' ? [...new Set(of.items.flatMap((i) => (i.spread ? elements(i.value) : [spelled(i.value)])))] : of.kind === 'undefined' ? [] : [`each of ${of.kind}`]);

/** A value as it stands in a URL. */
function spelled(of: AbstractValue): string {
  const text = constantText(of);
  if (text !== undefined) return text;
  if (of.kind === 'literal') return String(of.value);
  if (of.kind === 'undefined') return 'undefined';
  if (of.kind === 'union') return `(${cases(of).map((c) => spelled(c.value)).join('|')})`;
  return `<${of.kind}>`;
}

/** Rows as they stand in a body: what is undefined is left out. */
export function bodyOf(rows: readonly Written[]): Record<string, string>[] {
  return rows.map((row) => Object.fromEntries(row.entries.flatMap((e) => (e.kind === 'field' && e.value.kind !== 'undefined' ? [[e.field, spelled(e.value)]] : e.kind === 'spread' ? [['...', spelled(e.of)]] : []))));
}
