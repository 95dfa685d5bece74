import type { Formula, Row, Term, Value } from './formula.ts';

/** Small questions about formulas that rules ask. */

/** Rows that a formula reads besides the one that is judged, the negated ones too. */
export function rowsOf(formula: Formula): readonly Row[] {
  const out: Row[] = [];
  each(formula, (part) => {
    if (part.kind === 'exists') out.push(...part.rows);
  });
  return out;
}

/** Tables of the rows that a formula speaks of, by the row's id. */
export function tablesOfRows(formula: Formula, judged: string): ReadonlyMap<number, string> {
  const rows = new Map<number, string>([[0, judged]]);
  for (const row of rowsOf(formula)) if (row.table !== undefined) rows.set(row.id, row.table);
  return rows;
}

/** Some comparison of the formula, however deep, mentions the column of the row. */
export function mentionsRow(formula: Formula, row: number, column: string): boolean {
  let found = false;
  const see = (term: Term): void => {
    if (term.kind === 'column' && term.row === row && term.column === column) found = true;
    if (term.kind === 'apply') term.of.forEach(see);
  };
  each(formula, (part) => {
    if (part.kind === 'compare') [part.left, part.right].forEach(see);
    else if (part.kind === 'null') see(part.of);
  });
  return found;
}

/** Never holds for somebody who is not signed in: it compares the caller's id or a claim, or asks for one. */
export function needsCaller(formula: Formula): boolean {
  switch (formula.kind) {
    case 'and': return formula.of.some(needsCaller);
    case 'or': return formula.of.every(needsCaller);
    case 'exists': return needsCaller(formula.where);
    case 'false': return true;
    case 'true': case 'not': case 'opaque': return false;
    case 'null': return formula.negated && ofSignedIn(valueIn(formula.of));
    case 'compare': {
      const values = [formula.left, formula.right].map(valueIn);
      const role = values.some((value) => value?.kind === 'role' || (value?.kind === 'claim' && value.path === 'role'));
      const literal = [formula.left, formula.right].find((term) => term.kind === 'value' && term.value.kind === 'literal');
      if (role && literal?.kind === 'value' && literal.value.kind === 'literal') return formula.op === '=' ? literal.value.value !== 'anon' : literal.value.value === 'anon';
      return values.some(ofSignedIn);
    }
  }
}

function ofSignedIn(value: Value | undefined): boolean {
  return value !== undefined && (value.kind === 'caller' || value.kind === 'tenant' || (value.kind === 'claim' && value.path !== 'role' && value.path !== '' && !value.path.startsWith('request.')));
}

/**
 * The ways to satisfy a formula, each as its atoms; rows that have to exist are taken apart, what is negated stays whole.
 * Undefined where there are too many to list.
 */
export function disjuncts(formula: Formula, most = 64): readonly (readonly Formula[])[] | undefined {
  switch (formula.kind) {
    case 'true': return [[]];
    case 'false': return [];
    case 'or': {
      const parts = formula.of.map((part) => disjuncts(part, most));
      const all = parts.flatMap((part) => part ?? []);
      return parts.includes(undefined) || all.length > most ? undefined : all;
    }
    case 'and': {
      let out: readonly (readonly Formula[])[] = [[]];
      for (const part of formula.of) {
        const next = disjuncts(part, most);
        if (next === undefined || out.length * next.length > most) return undefined;
        out = out.flatMap((one) => next.map((other) => [...one, ...other]));
      }
      return out;
    }
    case 'exists': return disjuncts(formula.where, most);
    case 'compare': case 'null': case 'not': case 'opaque': return [[formula]];
  }
}

/** Asks of the caller only to be signed in. */
export function isPresence(atom: Formula): boolean {
  if (atom.kind === 'null') return atom.negated && atom.of.kind === 'value' && ofSignedIn(atom.of.value);
  if (atom.kind !== 'compare' || atom.op !== '=') return false;
  const [left, right] = [atom.left, atom.right].map((term) => (term.kind === 'value' ? term.value : undefined));
  const role = [left, right].some((value) => value?.kind === 'claim' && value.path === 'role');
  return role && [left, right].some((value) => value?.kind === 'literal' && value.value === 'authenticated');
}

function pushReversed(stack: Formula[], parts: readonly Formula[]): void {
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i];
    if (part !== undefined) stack.push(part);
  }
}

/** Every part of a formula, itself first. */
export function each(formula: Formula, visit: (part: Formula) => void): void {
  const stack: Formula[] = [formula];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    visit(next);
    if (next.kind === 'and' || next.kind === 'or') pushReversed(stack, next.of);
    else if (next.kind === 'not') stack.push(next.of);
    else if (next.kind === 'exists') stack.push(next.where);
  }
}

export function sameTerm(a: Term, b: Term): boolean {
  if (a.kind === 'column') return b.kind === 'column' && a.row === b.row && a.column === b.column;
  if (a.kind === 'value') return b.kind === 'value' && a.value.kind !== 'unknown' && JSON.stringify(a.value) === JSON.stringify(b.value);
  return b.kind === 'apply' && a.fn === b.fn && a.of.length === b.of.length && a.of.every((part, i) => sameTerm(part, b.of[i] ?? part));
}

/** A value that tells who is asking. */
export function aboutCaller(value: Value): boolean {
  return value.kind === 'caller' || value.kind === 'tenant' || value.kind === 'setting' || (value.kind === 'claim' && value.path !== 'role');
}

/** A value that the caller chooses. */
export function callerWrites(value: Value): boolean {
  return (value.kind === 'claim' && !value.trusted) || (value.kind === 'setting' && value.callerCanSet);
}

/** The value that a term is made of: itself, or the one inside functions of it and constants. */
export function valueIn(term: Term): Value | undefined {
  if (term.kind === 'value') return term.value.kind === 'literal' ? undefined : term.value;
  if (term.kind === 'column') return undefined;
  if (term.of.some((part) => part.kind === 'column')) return undefined;
  for (const part of term.of) {
    const found = valueIn(part);
    if (found) return found;
  }
  return undefined;
}
