import { columnList, defineRule, listed, tableName, tenantColumnsOf, type Column, type Facts, type Index, type Table } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['tenancy'],
  sources: [{ tool: 'pgrls', rule: 'SEC035' }],
  messages: {
    across: {
      what: '{columns} of `{table}` has to be unique among the rows of all tenants, not of one.',
      why: 'Two tenants cannot use the same value, and the second one is told so: whether a value exists anywhere can be found out by trying to insert it, past every policy.',
      fix: 'Make it unique within the tenant: `unique ({tenant}, {list})`. Keep it as it is only for what is one in the whole world (a domain, a public address).',
    },
  },
  visit: {
    index(index, table, facts, report) {
      const { tenancy } = facts.tenancyOf(table);
      if (!index.unique || index.primary || table.inferred || tenancy.kind !== 'keyed' || facts.tenancy.people.has(table.key) || OTHERS.test(table.name)) return;
      const columns = index.keys.map((key) => table.columns.get(key.column ?? columnOf(key)));
      const named = columns.flatMap((c) => (c ? [c] : []));
      // Every column has to be one that people choose: an id, a secret or a key to another row is unique by itself.
      if (named.length === 0 || named.length < columns.length || tenancy.columns.some((name) => named.some((c) => c.name === name)) || !named.every((c) => isNatural(c, table))) return;
      // One row for each tenant stands for the tenant itself.
      if ([...table.indexes.values()].some((other) => other.unique && other.where === undefined && other.keys.length === tenancy.columns.length && tenancy.columns.every((name) => other.keys.some((key) => key.column === name)))) return;
      const twin = [...table.indexes.values()].find((other) => other !== index && other.unique && scoped(other, named, tenancy.columns));
      report({
        message: 'across',
        at: index.at,
        subject: { kind: 'index', name: `${table.schema}.${index.name}` },
        // A slug that stands in a public address is one for all.
        certainty: twin || named.some((c) => /slug|handle/i.test(c.name)) ? 'possible' : 'likely',
        data: { columns: listed(named.map((c) => `\`${c.name}\``)), table: tableName(table.key), tenant: columnList(tenancy.columns.slice(0, 1)), list: columnList(named.map((c) => c.name)) },
        related: related(facts, table),
      });
    },
  },
});

const NATURAL = /(^|_)(e?mail|email_address|name|title|slug|handle|code|number|no|nr|num|sku|label|phone|username|user_name|vin|plate|registration|barcode|isbn|iban|tax_?id(_hash)?|vat(_id)?|ssn|reference|ref)$/i;
/** Tables that are about what belongs to everybody, or whose codes are given out as secrets. */
const OTHERS = /invit|referral|coupon|voucher|promo|token|link|session|api_?key|domain|webhook|idempot|share/i;

function isNatural(column: Column, table: Table): boolean {
  const name = column.name.replace(/([a-z])([A-Z])/g, '$1_$2');
  const tied = [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.columns.includes(column.name));
  return !tied && NATURAL.test(name) && column.default === undefined && column.generated === undefined && /^(text|character varying|character|citext|integer|bigint)/.test(column.typeText);
}

/** `lower(email)` */
function columnOf(key: Index['keys'][number]): string {
  const arg = key.expr?.kind === 'call' ? key.expr.args[0] : undefined;
  return arg?.kind === 'column' ? (arg.path.at(-1) ?? '') : '';
}

/** The same columns are unique within the tenant as well: the wider one was meant. */
function scoped(other: Index, named: readonly Column[], tenant: readonly string[]): boolean {
  const keys = other.keys.map((key) => key.column);
  return tenant.some((name) => keys.includes(name)) && named.every((c) => keys.includes(c.name));
}

function related(facts: Facts, table: Table) {
  const [name] = tenantColumnsOf(facts.tenancyOf(table).tenancy);
  const column = name === undefined ? undefined : table.columns.get(name);
  return column ? [{ at: column.at, note: 'the tenant' }] : [];
}
