import type { SqlExpr, SqlFrom, SqlStatement } from '@tenantlint/model';

/**
 * The relations, columns and own functions that an expression names, as one line. Postgres prints stored
 * expressions in words of its own, but these names must be the same ones.
 */
export function namesIn(expr: SqlExpr): string {
  const relations = new Set<string>();
  const columns = new Set<string>();
  const functions = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Partial<SqlExpr | SqlFrom | SqlStatement>;
    if (node.kind === 'table' && 'name' in node && typeof node.name === 'object' && 'name' in node.name) {
      if (node.name.schema !== undefined) relations.add(`${node.name.schema}.${node.name.name}`);
    } else if (node.kind === 'column' && 'path' in node) columns.add(node.path?.at(-1) ?? '');
    else if (node.kind === 'call' && 'name' in node && typeof node.name === 'object') {
      if (node.name.schema !== undefined && node.name.schema !== 'pg_catalog') functions.add(`${node.name.schema}.${node.name.name}`);
    } else if (node.kind === 'literal' && 'value' in node && typeof node.value === 'string' && /^[\w".]+_seq\d*"?$/.test(node.value)) relations.add(node.value.replaceAll('"', ''));
    // What EXISTS selects does not matter, and Postgres writes a star out.
    if (node.kind === 'exists' && 'select' in node && node.select !== undefined) return visit({ ...node.select, targets: [] });
    // GROUP BY and ORDER BY may speak of a target by its own name; Postgres prints the expression again.
    const named = new Set('targets' in node ? (node.targets ?? []).map((target) => target.alias) : []);
    const own = (part: unknown): boolean => typeof part === 'object' && part !== null && 'path' in part && Array.isArray(part.path) && part.path.length === 1 && named.has(String(part.path[0]));
    for (const [key, part] of Object.entries(value)) {
      if (key === 'at') continue;
      visit((key === 'groupBy' || key === 'orderBy') && Array.isArray(part) ? part.filter((item) => !own(item)) : part);
    }
  };
  visit(expr);
  columns.delete('*');
  return [[...relations].sort().join(' '), [...columns].sort().join(' '), [...functions].sort().join(' ')].join(' | ');
}
