import type { ClientContext, Model, TableName } from '@tenantlint/model';
import type { Entity, Expr, Statement } from './state.ts';

/** What an expression mentions, by key; what stands inside a sub-select counts only where it is the outer one's. */
export function entitiesIn(expr: Expr): Map<string, Entity> {
  const found = new Map<string, Entity>();
  const work: Expr[] = [expr];
  for (let one = work.pop(); one; one = work.pop()) {
    switch (one.e) {
      case 'column': case 'relation': case 'entity': case 'related': found.set(one.entity.key, one.entity); break;
      case 'compare': work.push(one.right, one.left); break;
      case 'and': case 'or': case 'function': work.push(...[...one.of].reverse()); break;
      case 'not': work.push(one.of); break;
      case 'ways': for (const way of one.of) work.push(...way.exprs); break;
      default:
    }
  }
  return found;
}

export const modelOf = (entity: Entity, context: ClientContext): Model | undefined => (entity.of.kind === 'model' ? context.models?.models.get(entity.of.name) : undefined);

/** Name of the column behind a field. */
export function columnName(entity: Entity, field: string, context: ClientContext): string | undefined {
  const model = modelOf(entity, context);
  if (!model) return field;
  const known = model.fields.get(field);
  return known?.kind === 'scalar' ? known.column : undefined;
}

export function tableName(entity: Entity): TableName {
  switch (entity.of.kind) {
    case 'model': return { kind: 'model', name: entity.of.name };
    case 'table': return { kind: 'table', name: entity.of.name, schema: entity.of.schema };
    case 'query': return { kind: 'unknown', why: 'rows of a query' };
  }
}

/** The column of a sub-select as its own statement says it. */
export function outputOf(statement: Statement, name: string): Expr | undefined {
  for (const column of statement.columns) {
    if (column.label === name) return column.expr;
    if (column.expr.e === 'entity') return { e: 'column', entity: column.expr.entity, field: name, at: column.expr.at };
  }
  return undefined;
}

/** Fields of the primary key. */
export function keyOf(entity: Entity, context: ClientContext): readonly string[] {
  const model = modelOf(entity, context);
  const table = model && context.schema.tables.get(model.table);
  for (const constraint of table?.constraints.values() ?? []) {
    if (constraint.kind !== 'primary key') continue;
    return constraint.columns.map((column) => fieldOf(model, column));
  }
  return ['id'];
}

const fieldOf = (model: Model | undefined, column: string): string => {
  for (const field of model?.fields.values() ?? []) if (field.kind === 'scalar' && field.column === column) return field.name;
  return column;
};
