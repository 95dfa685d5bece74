import { cases, isNullish, never, type AbstractValue, type Condition, type Formula, type Model, type Span, type Term, type Truth } from '@tenantlint/model';
import type { Flow } from '../flow.ts';
import { elementOf } from '../values/join.ts';
import { keyOf } from '../values/key.ts';
import { and, column, equals, exists, FALSE, not, opaque, or, TRUE } from './formulas.ts';
import { columnOf, endOf } from './ends.ts';
import { termOf } from './terms.ts';
import { oneOf } from './found.ts';
import { formulasOf } from './assemble.ts';

/** Whose fields a condition speaks of. */
export interface Subject {
  readonly row: number;
  readonly model: Model | undefined;
  /** Of rows that are there, each with one of the values asked for; else of the row of each value. */
  readonly found?: true;
}

/** The condition as a formula about the row. */
export function toFormula(f: Flow, of: Condition, about: Subject): Formula {
  switch (of.kind) {
    case 'all': return and(of.of.map((c) => toFormula(f, c, about)));
    case 'any': return or(of.of.map((c) => toFormula(f, c, about)));
    case 'not': return not(toFormula(f, of.of, about));
    case 'compare': return comparison(f, of, about);
    case 'relation': return relation(f, of, about);
    case 'alternatives': return or(of.of.map((one) => given(one.truths, toFormula(f, one.condition, about))));
    case 'narrowing': return TRUE;
    case 'opaque': return opaque(of.why, keyOf(of.value), [about.row], of.at);
    case 'overwritten': {
      const stated = toFormula(f, of.condition, about);
      return or([stated, brought(f, of.field, of.by, about, of.at)]);
    }
    default: return never(of);
  }
}

/** What a spread of unknown content may put under a name: a comparison with its own property of that name. */
function brought(f: Flow, field: string, by: AbstractValue, about: Subject, at: Span): Formula {
  const name = columnOf(about.model, field);
  if (name === undefined) return TRUE;
  const property: AbstractValue = by.kind === 'symbol' ? { ...by, path: [...by.path, field] } : by;
  const term = termOf(f, property, at);
  return term ? equals(column(about.row, name, at), term, at) : opaque('a spread may replace it', field, [about.row], at);
}

/** A formula under what else is true when it is the one that counts. */
export const given = (truths: readonly Truth[], formula: Formula): Formula => (truths.length === 0 ? formula : and([formula, ...formulasOf(truths)]));

type Comparison = Extract<Condition, { kind: 'compare' }>;

function comparison(f: Flow, of: Comparison, about: Subject): Formula {
  const name = columnOf(about.model, of.field);
  if (name === undefined) return opaque(`${of.field} is no column of the model`, of.field, [about.row], of.at);
  const left = column(about.row, name, of.at);
  return or(cases(of.value).map((one) => given(one.truths, against(f, left, of, one.value, about))));
}

function against(f: Flow, left: Term, of: Comparison, value: AbstractValue, about: Subject): Formula {
  if (value.kind === 'undefined') {
    switch (of.whenUndefined) {
      case 'dropped': return TRUE;
      // It never gets as far as the database.
      case 'throws': return FALSE;
      case 'sent': return FALSE;
      case 'null': return of.op === '=' || of.op === 'in' ? { kind: 'null', of: left, negated: false, at: of.at } : FALSE;
      default: return never(of.whenUndefined);
    }
  }
  switch (of.op) {
    case 'null': return { kind: 'null', of: left, negated: false, at: of.at };
    case 'not-null': return { kind: 'null', of: left, negated: true, at: of.at };
    case 'in': return among(f, left, value, of, about);
    case 'not-in': return not(among(f, left, value, of, about));
    case 'other': return opaque('a comparison that says nothing about identity', of.field, [about.row], of.at);
    case '=': case '<>': case '<': case '<=': case '>': case '>=': {
      if (isNullish(value)) return of.op === '=' || of.op === '<>' ? { kind: 'null', of: left, negated: of.op === '<>', at: of.at } : FALSE;
      const right = termOf(f, value, of.at);
      return right ? { kind: 'compare', op: of.op, left, right, at: of.at } : opaque('compared with an object', of.field, [about.row], of.at);
    }
    default: return never(of.op);
  }
}

/** `column in values`: equal to one of them; a collection speaks through the element that stands for all. */
function among(f: Flow, left: Term, values: AbstractValue, of: Comparison, about: Subject): Formula {
  if (values.kind === 'union') return or(values.of.map((c) => given(c.truths, against(f, left, of, c.value, about))));
  if (values.kind === 'array') {
    return or(values.items.map((item) => (item.spread ? among(f, left, item.value, of, about) : or(cases(item.value).map((c) => given(c.truths, one(f, left, c.value, of)))))));
  }
  const element = elementOf(values, of.at);
  if (!element) return one(f, left, values, of);
  return or(cases(element).map((c) => given(c.truths, one(f, left, c.value, of, about.found && c.value.kind === 'symbol' ? about.row : undefined))));
}

function one(f: Flow, left: Term, value: AbstractValue, of: Comparison, row?: number): Formula {
  if (isNullish(value)) return FALSE;
  const right = termOf(f, value, of.at);
  return right ? equals(left, row === undefined ? right : oneOf(row, right), of.at) : TRUE;
}

function relation(f: Flow, of: Extract<Condition, { kind: 'relation' }>, about: Subject): Formula {
  const end = endOf(f, about.model, of.field, of.to);
  if (!end) return opaque(`${of.field} is no relation of the model`, of.field, [about.row], of.at);
  const def = f.rows.make(end.table, end.model, TRUE, of.at);
  const tied = end.tied(about.row, def.id, of.at);
  const inner = toFormula(f, of.where, { ...about, row: def.id, model: end.model });
  const some = (where: Formula): Formula => exists([{ id: def.id, table: end.table, alias: of.field, at: of.at }], and([tied, where]), of.at);
  // An empty condition on a to-one relation is no condition at all.
  if (inner.kind === 'true' && of.quantifier === 'is') return end.required || !end.keyed ? TRUE : some(TRUE);
  switch (of.quantifier) {
    case 'some': case 'is': return some(inner);
    case 'none': case 'is-not': return not(some(inner));
    case 'every': return not(some(not(inner)));
    default: return never(of.quantifier);
  }
}
