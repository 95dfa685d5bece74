import { defineRule, sqlName, sqlTable, sqlText, tableName, type Index } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: [],
  sources: [{ tool: 'splinter', rule: '0009_duplicate_index' }],
  messages: {
    same: {
      what: 'Index `{index}` of `{table}` is the same as `{other}`.',
      why: 'No query can use both, and every insert, update and vacuum keeps both up to date.',
      fix: 'Keep `{other}` and drop this one: `{drop}`.',
    },
    prefix: {
      severity: 'note',
      what: 'Index `{index}` of `{table}` is the beginning of `{other}`.',
      why: 'A query that looks for `{columns}` alone can use `{other}` just as well; the smaller index costs every write and saves little.',
      fix: 'Drop it, unless it is much smaller and read very often: `{drop}`.',
    },
  },
  visit: {
    table(table, _facts, report) {
      const all = [...table.indexes.values()];
      const gone = new Set<Index>();
      // What backs a constraint stays; of two others the later one goes.
      const order = [...all].sort((a, b) => Number(b.constraint) - Number(a.constraint) || a.createdIn - b.createdIn || a.at.start - b.at.start);
      order.forEach((index, i) => {
        const other = order.slice(0, i).find((one) => !gone.has(one) && same(one, index));
        const longer = other || !plain(index) || index.unique || index.constraint ? undefined : all.find((one) => one !== index && plain(one) && one.keys.length > index.keys.length && index.keys.every((key, k) => sameKey(key, one.keys[k])));
        const kept = other ?? longer;
        if (!kept) return;
        gone.add(index);
        const drop = index.constraint ? `alter table ${sqlTable(table.key)} drop constraint ${sqlName(index.name)};` : `drop index ${sqlTable(`${table.schema}.${index.name}`)};`;
        const common = { at: index.at, subject: { kind: 'index', name: `${table.schema}.${index.name}` } as const, related: [{ at: kept.at, note: kept.name }] };
        const data = { index: index.name, table: tableName(table.key), other: kept.name, drop };
        if (other) report({ message: 'same', ...common, data });
        else report({ message: 'prefix', ...common, certainty: 'likely', data: { ...data, columns: index.keys.map((key) => key.column ?? '').join(', ') } });
      });
    },
  },
});

/** The later one does nothing that the earlier one does not: a unique index serves as a plain one, never the other way round. */
function same(kept: Index, other: Index): boolean {
  if (kept.method !== other.method || (other.unique && !kept.unique) || kept.keys.length !== other.keys.length) return false;
  if (text(kept.where) !== text(other.where)) return false;
  return kept.keys.every((key, i) => sameKey(key, other.keys[i])) && [...other.include].every((column) => kept.include.includes(column)) && (kept.include.length === other.include.length || !kept.constraint);
}

function plain(index: Index): boolean {
  return index.method === 'btree' && index.where === undefined && index.include.length === 0 && index.keys.every((key) => key.column !== undefined);
}

function sameKey(a: Index['keys'][number], b: Index['keys'][number] | undefined): boolean {
  return b !== undefined && a.column === b.column && text(a.expr) === text(b.expr) && a.opclass === b.opclass && a.descending === b.descending && (a.nullsFirst ?? a.descending) === (b.nullsFirst ?? b.descending) && a.operator === b.operator;
}

function text(expr: Index['where']): string {
  return expr === undefined ? '' : sqlText(expr);
}
