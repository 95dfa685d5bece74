import { never, type Formula, type Term } from '@tenantlint/model';
import { ELEMENT, JOINS, termKey } from '../../isolation/prove/terms.ts';
import { valueKey } from './values.ts';

/** A comparison without its names: what stands in the holes are rows, by number, and the names of values and functions. */
interface Leaf {
  readonly text: string;
  readonly holes: readonly (number | string)[];
}

const leaves = new WeakMap<Formula, Leaf>();
const keys = new WeakMap<Formula, { readonly row: number; readonly key: string }>();

/**
 * Equal for two questions that the prover answers alike. To it one row, one value of a request or one function that is
 * not opened is as good as another: what counts is which of them are the same.
 */
export function alike(formula: Formula, row: number): string {
  const known = keys.get(formula);
  if (known?.row === row) return known.key;
  const names = new Map<number | string, number>([[row, 0]]);
  const key = written(formula, names);
  keys.set(formula, { row, key });
  return key;
}

function named(holes: readonly (number | string)[], names: Map<number | string, number>): string {
  let text = '';
  for (const hole of holes) {
    let name = names.get(hole);
    if (name === undefined) names.set(hole, (name = names.size));
    text += ` ${name}`;
  }
  return text;
}

function written(of: Formula, names: Map<number | string, number>): string {
  switch (of.kind) {
    case 'true': case 'false': return of.kind;
    // It is never told from the next one, whatever it is about.
    case 'opaque': return '?';
    case 'and': case 'or': {
      let text = of.kind === 'and' ? '(&' : '(|';
      for (const part of of.of) text += written(part, names);
      return `${text})`;
    }
    case 'not': return `!${written(of.of, names)}`;
    case 'exists': {
      let text = 'E';
      for (const one of of.rows) text += `${one.table ?? ''}${one.definer ? '!' : ''}${named([one.id], names)},`;
      return `${text}[${written(of.where, names)}]`;
    }
    case 'compare': case 'null': {
      let leaf = leaves.get(of);
      if (!leaf) {
        const holes: (number | string)[] = [];
        leaves.set(of, (leaf = { text: of.kind === 'null' ? `${termText(of.of, holes)}${of.negated ? ' there' : ' null'}` : `${termText(of.left, holes)}${of.op}${termText(of.right, holes)}`, holes }));
      }
      return `${leaf.text}${named(leaf.holes, names)};`;
    }
    default: return never(of);
  }
}

function termText(of: Term, holes: (number | string)[]): string {
  switch (of.kind) {
    case 'column':
      holes.push(of.row);
      return `.${of.column}`;
    case 'apply': {
      let text = JOINS.has(of.fn) ? 'joined(' : of.fn.startsWith(ELEMENT) ? 'element(' : 'f(';
      holes.push(`()${of.fn}`);
      for (const part of of.of) text += `${termText(part, holes)},`;
      return `${text})`;
    }
    case 'value': {
      const { value } = of;
      switch (value.kind) {
        case 'param': case 'input': case 'tenant':
          holes.push(termKey(of));
          return value.kind;
        case 'unknown':
          // Unknown for the same reason at another place, it need not be the same value.
          holes.push(`?${value.why}`, termKey(of));
          return value.kind;
        default: return valueKey(value);
      }
    }
    default: return never(of);
  }
}
