import { aboutCaller, each, tablesOfRows, valueIn, type Formula, type Term } from '@tenantlint/model';

/** Some way to satisfy the formula never looks at the column: neither of the row nor of another row of the table. */
export function free(formula: Formula, key: string, column: string, role: string): boolean {
  const rows = tablesOfRows(formula, key);
  const looks = (term: Term): boolean => (term.kind === 'column' ? term.column === column && rows.get(term.row) === key : term.kind === 'apply' && term.of.some(looks));
  const ask = (part: Formula): boolean => {
    switch (part.kind) {
      case 'true': return true;
      case 'false': case 'opaque': return false;
      case 'and': return part.of.every(ask);
      case 'or': return part.of.some(ask);
      case 'exists': return ask(part.where);
      case 'not': { let seen = false; each(part.of, (inner) => { if ((inner.kind === 'compare' && (looks(inner.left) || looks(inner.right))) || inner.kind === 'opaque') seen = true; }); return !seen; }
      case 'null': return !looks(part.of);
      case 'compare': {
        const constant = [part.left, part.right].find((term) => term.kind === 'value' && term.value.kind === 'literal');
        const other = constant === part.left ? part.right : part.left;
        // A right that the caller would have to hold already: in another table, in the token, in a setting of the server's.
        if (constant?.kind === 'value' && constant.value.kind === 'literal') {
          const value = valueIn(other);
          if (value?.kind === 'role' || (value?.kind === 'claim' && value.path === 'role')) return (String(constant.value.value) === role) === (part.op === '=');
          if ((value && aboutCaller(value)) || (other.kind === 'column' && other.row !== 0 && rows.get(other.row) !== key)) return false;
        }
        return !looks(part.left) && !looks(part.right);
      }
    }
  };
  return ask(formula);
}
