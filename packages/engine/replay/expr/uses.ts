import type { Column, Constraint, Index, Policy, Publication, Routine, SqlExpr, SqlSelect, Table, Trigger, TypeRef, UserType, View } from '@tenantlint/model';
import { visitExpr, visitStatement, type Visitor } from './walk.ts';

/**
 * Names that an object's stored definition mentions: `r:schema.relation`, `f:schema.function` (all overloads)
 * and `t:schema.type`. Stored definitions are qualified, so this needs no scope; a name without a schema is a
 * CTE or belongs to Postgres itself.
 */
export type Uses = readonly string[];

export interface UseParts {
  table: Table;
  column: Column;
  constraint: Constraint;
  index: Index;
  policy: Policy;
  trigger: Trigger;
  view: View;
  routine: Routine;
  type: UserType;
  publication: Publication;
}

const NONE: Uses = [];
const known = new WeakMap<object, Uses>();

export function usesOf<K extends keyof UseParts>(is: K, part: UseParts[K]): Uses {
  if (isPlain[is]?.(part) === true) return NONE;
  const cached = known.get(part);
  if (cached !== undefined) return cached;
  const uses = compute[is](part);
  known.set(part, uses);
  return uses;
}

/** Parts that mention nothing, as most do; asking is cheaper than remembering. */
const isPlain: { readonly [K in keyof UseParts]?: (part: UseParts[K]) => boolean } = {
  table: (table) => table.parents.length === 0,
  column: (column) => column.type.schema === undefined && column.default === undefined && column.generated === undefined,
  constraint: (constraint) => constraint.kind === 'primary key' || constraint.kind === 'unique' || constraint.kind === 'exclude',
  index: (index) => index.where === undefined && index.keys.every((key) => key.expr === undefined),
};

const compute: { readonly [K in keyof UseParts]: (part: UseParts[K]) => Uses } = {
  table: (table) => table.parents.map((parent) => `r:${parent}`),
  column(column) {
    return collect((add) => {
      add.type(column.type);
      add.expr(column.default?.value);
      add.expr(column.generated?.value);
    });
  },
  constraint(constraint) {
    switch (constraint.kind) {
      case 'foreign key':
        return [`r:${constraint.references}`];
      case 'check':
        return collect((add) => add.expr(constraint.expr));
      case 'exclude':
      case 'primary key':
      case 'unique':
        return NONE;
    }
  },
  index(index) {
    return collect((add) => {
      for (const key of index.keys) add.expr(key.expr);
      add.expr(index.where);
    });
  },
  policy: (policy) =>
    collect((add) => {
      add.expr(policy.using);
      add.expr(policy.check);
    }),
  trigger: (trigger) =>
    collect((add) => {
      add.name(`f:${trigger.function.slice(0, trigger.function.indexOf('('))}`);
      add.expr(trigger.when);
    }),
  view: (view) =>
    collect((add) => {
      for (const read of view.reads) add.name(`r:${read}`);
      add.select(view.select);
    }),
  routine: (routine) =>
    collect((add) => {
      for (const arg of routine.args) {
        add.type(arg.type);
        add.expr(arg.default);
      }
      if (routine.returns !== undefined) add.type(routine.returns);
    }),
  type: (type) =>
    collect((add) => {
      if (type.form.is !== 'domain') return;
      add.type(type.form.base);
      add.expr(type.form.default);
      for (const check of type.form.checks.values()) add.expr(check);
    }),
  publication: (publication) => [...publication.tables.keys()].map((key) => `r:${key}`),
};

interface Collector {
  name(use: string): void;
  expr(expr: SqlExpr | undefined): void;
  select(select: SqlSelect): void;
  type(type: TypeRef): void;
}

function collect(fill: (add: Collector) => void): Uses {
  const uses = new Set<string>();
  const visitor: Visitor = {
    expr(expr) {
      if (expr.kind === 'call') {
        if (expr.name.schema !== undefined) uses.add(`f:${expr.name.schema}.${expr.name.name}`);
      } else if (expr.kind === 'cast') {
        type(expr.type);
        const relation = regclassConstant(expr);
        if (relation !== undefined) uses.add(`r:${relation}`);
      }
    },
    from(from) {
      if (from.kind === 'table' && from.name.schema !== undefined) uses.add(`r:${from.name.schema}.${from.name.name}`);
    },
  };
  // A type can be a table's row type; both names lead to it.
  const type = (ref: TypeRef): void => {
    if (ref.schema !== undefined) uses.add(`t:${ref.schema}.${ref.name}`);
  };
  fill({
    name: (use) => uses.add(use),
    expr: (expr) => expr !== undefined && visitExpr(expr, visitor),
    select: (select) => visitStatement(select, visitor),
    type,
  });
  return uses.size === 0 ? NONE : [...uses];
}

/** Key of the relation behind `'schema.name'::regclass`, as stored expressions spell it. */
function regclassConstant(expr: SqlExpr): string | undefined {
  if (expr.kind !== 'cast' || expr.type.name !== 'regclass' || expr.of.kind !== 'literal') return undefined;
  return typeof expr.of.value === 'string' ? expr.of.value : undefined;
}
