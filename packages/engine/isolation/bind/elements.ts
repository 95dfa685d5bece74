import type { Formula, SqlExpr } from '@tenantlint/model';
import { and, literal, TRUE } from '../logic/formula.ts';
import { ELEMENT } from '../prove/terms.ts';
import type { Bind } from './bind.ts';
import { openBranches } from './functions.ts';
import type { Branch, Meaning, Scope } from './scope.ts';
import { bindSelect } from './select.ts';
import { valuesOf } from './values.ts';

/** What an element of an array-valued expression may be. Two elements of one array need not be equal. */
export function elementsOf(b: Bind, expr: SqlExpr, scope: Scope): readonly Branch[] {
  if (!b.spend()) return [];
  switch (expr.kind) {
    case 'cast': return elementsOf(b, expr.of, scope);
    case 'array': return expr.of.map((one) => branch([], TRUE, { kind: 'expr', expr: one, scope }));
    case 'literal': {
      if (typeof expr.value !== 'string' || !/^\{.*\}$/s.test(expr.value)) return [];
      const inner = expr.value.slice(1, -1).trim();
      return inner === '' ? [] : inner.split(',').map((part) => branch([], TRUE, { kind: 'term', term: literal(part.trim().replace(/^"|"$/g, ''), expr.at) }));
    }
    case 'array-select': return bindSelect(b, expr.select, scope).flatMap((one) => (one.targets[0] === undefined ? [] : [branch(one.rows, one.where, one.targets[0].meaning)]));
    case 'call': {
      const name = expr.name.name;
      const first = expr.args[0];
      // A SELECT list that aggregates: the elements are what was aggregated, over the rows of the SELECT.
      if (/^(array_agg|jsonb_agg|json_agg)$/.test(name) && first !== undefined) return [branch([], TRUE, { kind: 'expr', expr: first, scope })];
      if (/^(array_remove|array_append|array_cat|to_jsonb|array_prepend|unnest)$/.test(name) && first !== undefined) return expr.args.slice(0, name === 'array_remove' || name === 'to_jsonb' || name === 'unnest' ? 1 : 2).flatMap((arg) => elementsOf(b, arg, scope));
      if (/^jsonb?_build_array$/.test(name)) return expr.args.map((one) => branch([], TRUE, { kind: 'expr', expr: one, scope }));
      break;
    }
    default: break;
  }
  const opened = openBranches(b, expr, scope);
  if (opened !== undefined) {
    return opened.flatMap((one) => meaningElements(b, one.of).map((inner) => branch([...one.rows, ...inner.rows], and([one.when, inner.when]), inner.of)));
  }
  return leafElements(b, { kind: 'expr', expr, scope });
}

function meaningElements(b: Bind, meaning: Meaning): readonly Branch[] {
  if (meaning.kind === 'expr') return elementsOf(b, meaning.expr, meaning.scope);
  if (meaning.kind === 'branches') return meaning.of.flatMap((one) => meaningElements(b, one.of).map((inner) => branch([...one.rows, ...inner.rows], and([one.when, inner.when]), inner.of)));
  return leafElements(b, meaning);
}

function leafElements(b: Bind, meaning: Meaning): readonly Branch[] {
  return valuesOf(b, meaning).map((value) => branch(value.rows, value.when, { kind: 'term', term: { kind: 'apply', fn: `${ELEMENT}${b.element()}`, of: [value.term], at: value.term.at } }));
}

function branch(rows: Branch['rows'], when: Formula, of: Meaning): Branch {
  return { rows, when, of };
}
