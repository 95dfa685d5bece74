import { replay } from '@tenantlint/engine';
import { sqlText, type Constraint, type History, type Index, type SqlParser } from '@tenantlint/model';

/** The catalog that histories leave behind, as plain data without places: what two ways to say one schema must share. */
export function catalogOf(histories: readonly History[], sql: SqlParser): unknown {
  const { last } = replay(histories, sql);
  const tables = [...last.tables.values()].filter((t) => !t.platform).map((t) => [t.key, {
    columns: Object.fromEntries([...t.columns.values()].map((c): [string, unknown] => [c.name, {
      type: c.typeText, notNull: c.notNull,
      ...(c.default ? { default: sqlText(c.default.value) } : {}),
      ...(c.generated ? { generated: sqlText(c.generated.value) } : {}),
      ...(c.identity === undefined ? {} : { identity: c.identity }),
      ...(c.comment === undefined ? {} : { comment: c.comment }),
    }]).sort(byKey)),
    constraints: [...t.constraints.values()].map(constraint).sort(),
    indexes: [...t.indexes.values()].filter((i) => !i.constraint).map(index).sort(),
    rls: t.rls?.value ?? false,
    policies: [...t.policies.values()].map((p) => `${p.name} ${p.command} ${p.using ? sqlText(p.using) : ''} ${p.check ? sqlText(p.check) : ''}`).sort(),
    ...(t.partitionBy ? { partitionBy: t.partitionBy } : {}),
    ...(t.comment === undefined ? {} : { comment: t.comment }),
  }] as [string, unknown]);
  return {
    tables: Object.fromEntries(tables.sort(byKey)),
    types: Object.fromEntries([...last.types.values()].filter((t) => !t.platform).map((t): [string, unknown] => [t.key, t.form.is === 'enum' ? t.form.labels : t.form.is]).sort(byKey)),
    sequences: [...last.sequences.values()].filter((s) => !s.platform && s.ownedBy === undefined).map((s) => s.key).sort(),
    views: [...last.views.values()].filter((v) => !v.platform).map((v) => v.key).sort(),
  };
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function constraint(c: Constraint): string {
  switch (c.kind) {
    case 'primary key': case 'unique': return `${c.name} ${c.kind} (${c.columns.join(', ')})`;
    case 'foreign key': return `${c.name} ${c.kind} (${c.columns.join(', ')}) -> ${c.references} (${c.referenced.join(', ')}) delete ${c.onDelete} update ${c.onUpdate}${c.validated ? '' : ' not valid'}`;
    case 'check': return `${c.name} check ${sqlText(c.expr)}${c.validated ? '' : ' not valid'}`;
    case 'exclude': return `${c.name} exclude ${c.def.kind === 'exclude' ? `${c.def.method} ${c.def.keys.map(key).join(', ')} ${c.def.where ? sqlText(c.def.where) : ''}` : ''}`;
    default: return c satisfies never;
  }
}

function index(i: Index): string {
  return `${i.name}${i.unique ? ' unique' : ''} ${i.method} (${i.keys.map(key).join(', ')}) include (${i.include.join(', ')}) ${i.where ? sqlText(i.where) : ''}`;
}

function key(k: Index['keys'][number]): string {
  return [k.column ?? (k.expr ? `(${sqlText(k.expr)})` : ''), k.opclass, k.descending ? 'desc' : undefined, k.nullsFirst === undefined || k.nullsFirst === k.descending ? undefined : k.nullsFirst ? 'nulls first' : 'nulls last', k.operator === undefined ? undefined : `with ${k.operator}`].filter((p) => p !== undefined).join(' ');
}
