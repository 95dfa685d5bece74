import { pathOf, textOf, type Guard, type Value } from '../python/constant/index.ts';

/** Words by which a program asks the database what is there. */
const ASKS = /(?:^|\.)(?:inspect|Inspector|from_engine|reflection|has_table|has_index|has_column|get_table_names|get_columns|get_indexes|get_foreign_keys|get_unique_constraints|get_check_constraints|get_pk_constraint|get_enums|table_names|has_sequence|has_type)\b/;
const CATALOG = /information_schema|pg_catalog|pg_(?:class|type|indexes|constraint|tables|policies|policy|enum|attribute|namespace|roles|extension|proc|trigger)|to_regclass|to_regtype|alembic_version/i;

/** Whether a condition asks if something exists: what stands under it then is what is done if it does, or does not. */
export function asksExistence(guard: Guard): boolean {
  return guard.kind === 'try' || (guard.test !== undefined && mentions(guard.test, 0));
}

function mentions(value: Value, depth: number): boolean {
  if (depth > 12) return false;
  const path = pathOf(value);
  if (path !== undefined && ASKS.test(path)) return true;
  const deeper = (v: Value): boolean => mentions(v, depth + 1);
  switch (value.kind) {
    case 'text': return CATALOG.test(textOf(value) ?? '');
    case 'call': return deeper(value.callee) || value.args.positional.some(deeper) || [...value.args.named.values()].some(deeper);
    case 'member': return ASKS.test(value.name) || deeper(value.of);
    case 'item': return deeper(value.of) || deeper(value.key);
    case 'operation': case 'either': return value.of.some(deeper);
    case 'list': return value.items.some(deeper);
    case 'dict': return value.entries.some((e) => deeper(e.value));
    default: return false;
  }
}
