import type { Model, ModelField, ModelMap } from '@tenantlint/model';
import type { Interpreter } from '../python/constant/index.ts';
import type { Collected, MappedClass } from './collect.ts';
import { Relations, type Relation } from './relations.ts';
import { tableKey, type TableSpec } from './table.ts';

/** The models of one MetaData as code sees them: classes, their columns by attribute, their relationships. */
export function modelMap(run: Interpreter, collected: Collected, classes: readonly MappedClass[]): ModelMap {
  const relations = new Relations(run, collected);
  const byClass = new Map<MappedClass, Relation[]>();
  for (const one of collected.classes) {
    for (const attribute of one.attributes) {
      if (attribute.kind !== 'relation') continue;
      for (const relation of relations.of(one, attribute)) {
        const known = byClass.get(relation.from);
        if (known) known.push(relation);
        else byClass.set(relation.from, [relation]);
      }
    }
  }
  const names = namesOf(classes);
  const every = new Map(collected.classes.map((c) => [c, names.get(c) ?? c.name]));
  const models = new Map<string, Model>();
  for (const one of classes) {
    const name = names.get(one) ?? one.name;
    models.set(name, lower(one, name, collected, byClass, every));
  }
  return { source: 'sqlalchemy', models };
}

/** Class names; two classes of one name also carry the module that they stand in. */
function namesOf(classes: readonly MappedClass[]): Map<MappedClass, string> {
  const taken = new Set<string>();
  return new Map(classes.map((one) => {
    const name = taken.has(one.name) ? `${one.cls.scope.file.replace(/\.py$/, '').replaceAll('/', '.')}.${one.name}` : one.name;
    taken.add(name);
    return [one, name];
  }));
}

function lower(of: MappedClass, name: string, collected: Collected, relations: ReadonlyMap<MappedClass, readonly Relation[]>, names: ReadonlyMap<MappedClass, string>): Model {
  const fields = new Map<string, ModelField>();
  // What is inherited first: an attribute of the class itself takes the place of one above.
  for (const one of lineageOf(of, collected).reverse()) {
    const key = new Set(primaryKeyOf(one.table));
    const unique = new Set(uniquesOf(one.table).filter((u) => u.columns.length === 1).flatMap((u) => u.columns));
    for (const attribute of one.attributes) {
      if (attribute.kind !== 'column') continue;
      const { column } = attribute;
      fields.set(attribute.name, {
        kind: 'scalar', name: attribute.name, at: attribute.at, column: column.name, required: !column.nullable || key.has(column.name), unique: unique.has(column.name), list: column.type?.text.endsWith('[]') ?? false,
        ...(column.sharedDefault ? { sharedDefault: column.sharedDefault } : {}),
      });
    }
    for (const relation of relations.get(one) ?? []) {
      fields.set(relation.name, {
        kind: 'relation', name: relation.name, at: relation.at, model: names.get(relation.to) ?? relation.to.name, list: relation.list, required: relation.required, on: relation.on, through: relation.through,
        ...(relation.lazy === undefined ? {} : { lazy: relation.lazy }),
      });
    }
  }
  const byColumn = new Map([...fields.values()].flatMap((f) => (f.kind === 'scalar' ? [[f.column, f.name] as const] : [])));
  const uniques = uniquesOf(of.table).filter((u) => u.columns.length > 1).map((u) => [u.name, u.columns.map((c) => byColumn.get(c) ?? c)] as const);
  return { name, delegate: name, table: tableKey(of.table.schema, of.table.name), at: of.cls.class.nameAt, fields, uniques: new Map(uniques) };
}

/** The class and those above it that have rows. */
function lineageOf(of: MappedClass, collected: Collected): MappedClass[] {
  const found = [of];
  for (let parent = of.parent; parent; ) {
    const cls = parent;
    const above = collected.classes.find((c) => c.cls.class === cls.class);
    if (!above) break;
    found.push(above);
    parent = above.parent;
  }
  return found;
}

/** Keys that tell one row, by their name, or by their columns where they have none. */
function uniquesOf(table: TableSpec): { readonly name: string; readonly columns: readonly string[] }[] {
  const key = primaryKeyOf(table);
  const found = key.length > 0 ? [{ name: key.join('_'), columns: key }] : [];
  for (const c of table.constraints) if (c.kind === 'unique') found.push({ name: c.name?.text ?? c.columns.join('_'), columns: c.columns });
  for (const i of table.indexes) if (i.unique && !i.where && i.keys.every((k) => k.column !== undefined)) found.push({ name: i.name?.text ?? i.keys.map((k) => k.column).join('_'), columns: i.keys.flatMap((k) => k.column ?? []) });
  for (const c of table.columns) if (c.unique !== false) found.push({ name: c.name, columns: [c.name] });
  return found;
}

export function primaryKeyOf(table: TableSpec): readonly string[] {
  const stated = table.constraints.find((c) => c.kind === 'primary key');
  return stated?.kind === 'primary key' && stated.columns.length > 0 ? stated.columns : table.columns.filter((c) => c.primaryKey).map((c) => c.name);
}
