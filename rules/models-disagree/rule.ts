import { columnList, columnSubject, defineRule, listed, sqlName, sqlTable, tableName, tableSubject, type Constraint, type Table } from '@tenantlint/model';
import { differs, enumsApart, required } from './types.ts';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'strict',
  needs: ['models', 'sql'],
  messages: {
    table: {
      what: 'The model of `{table}` is there, and no migration makes the table.',
      why: 'The code is checked against the models, and the database is made by the migrations: every query of this table fails where only the migrations have run.',
      fix: 'Write the migration, or take the model out.',
    },
    column: {
      what: '`{table}.{column}` is in the model, and no migration adds it.',
      why: 'The client asks for every column of the model: where only the migrations have run, each query of the table fails.',
      fix: 'Write the migration, or take the field out.',
    },
    unmodelled: {
      what: '`{table}.{column}` is required in the database, without a default, and the model does not know it.',
      why: 'No row can be made through the models any more: each insert leaves the column out and is refused.',
      fix: 'Add the field to the model, or give the column a default.',
    },
    required: {
      what: '`{table}.{column}` is {model} in the model and {database} in the database.',
      why: 'Code that was checked against the model meets NULL where it expects none, or is refused where it expects to leave the value out.',
      fix: 'Decide which is meant, and bring the other one in line.',
    },
    type: {
      what: '`{table}.{column}` is {model} in the model and {database} in the database.',
      why: 'Values that the code may write are refused, cut or rounded, and what it reads is not what its types promise.',
      fix: 'Decide which is meant, and bring the other one in line.',
    },
    default: {
      what: '`{table}.{column}` is required and has a default in the model, and none in the database.',
      why: 'Code that leaves the value out, as the model lets it, is refused by the database.',
      fix: 'Write the migration that sets the default: `alter table {sql} alter column {quoted} set default …;`.',
    },
    refused: {
      what: 'The model of `{type}` knows {labels}, and the database does not.',
      why: 'The code may write the value, and the database refuses it.',
      fix: 'Write the migration: `alter type {sql} add value …;`.',
    },
    unread: {
      what: 'The database knows {labels} of `{type}`, and the model does not.',
      why: 'A client that checks what it reads fails on the first row that holds it.',
      fix: 'Add the value to the model.',
    },
    unguarded: {
      what: 'The model of `{table}` says that {columns} is {kind}, and nothing in the database keeps it so.',
      why: 'The code rests on it: it looks rows up by what may be there twice, or follows references that lead nowhere.',
      fix: 'Write the migration that adds it; what breaks it already has to be mended first.',
    },
    unindexed: {
      severity: 'note',
      what: 'The model of `{table}` declares an index on {columns}, and no migration makes it.',
      why: 'Whoever reads the model takes the query for fast, and it reads the whole table.',
      fix: 'Write the migration: `create index`.',
    },
  },
  visit: {
    project(facts, report) {
      const models = facts.modelled();
      if (!models) return;
      for (const { type, real, refused, unread } of enumsApart(models, facts.schema)) {
        const common = { at: type.at, subject: { kind: 'model', name: type.key } as const, related: [{ at: real.at, note: 'the type' }] };
        if (refused.length > 0) report({ message: 'refused', ...common, data: { type: tableName(type.key), sql: sqlTable(type.key), labels: listed(refused) } });
        if (unread.length > 0) report({ message: 'unread', ...common, certainty: 'likely', data: { type: tableName(type.key), labels: listed(unread) } });
      }
      for (const model of [...models.tables.values()].filter((t) => !t.platform && !t.inferred)) {
        const table = facts.schema.tables.get(model.key);
        const name = tableName(model.key);
        if (!table) {
          // Another schema may be made by somebody else's migrations.
          if (!facts.schema.views.has(model.key) && [...facts.schema.tables.values()].some((t) => t.schema === model.schema && !t.platform)) report({ message: 'table', at: model.at, subject: tableSubject(model), certainty: 'likely', data: { table: name } });
          continue;
        }
        if (table.inferred) continue;
        const related = [{ at: table.at, note: 'the table' }];
        for (const column of model.columns.values()) {
          const real = table.columns.get(column.name);
          const common = { at: column.at, subject: columnSubject(model, column.name) };
          const data = { table: name, column: column.name };
          if (!real) report({ message: 'column', ...common, data, related });
          else if (real.notNull !== column.notNull) report({ message: 'required', ...common, data: { ...data, model: required(column), database: required(real) }, related: [{ at: real.at, note: required(real) }] });
          else {
            const differ = differs(column, real);
            if (column.default && column.notNull && !real.default && !real.generated && !real.identity) report({ message: 'default', ...common, certainty: 'likely', data: { ...data, sql: sqlTable(table.key), quoted: sqlName(column.name) }, related: [{ at: real.at, note: 'the column' }] });
            if (differ) report({ message: 'type', ...common, certainty: differ, data: { ...data, model: column.typeText, database: real.typeText }, related: [{ at: real.at, note: real.typeText }] });
          }
        }
        for (const column of table.columns.values()) {
          if (model.columns.has(column.name) || !column.notNull || column.default || column.generated || column.identity) continue;
          report({ message: 'unmodelled', at: column.at, subject: columnSubject(table, column.name), data: { table: name, column: column.name }, related: [{ at: model.at, note: 'the model' }] });
        }
        const known = (columns: readonly string[]) => columns.every((c) => table.columns.has(c));
        for (const constraint of model.constraints.values()) {
          if ((constraint.kind !== 'unique' && constraint.kind !== 'foreign key') || !known(constraint.columns) || keeps(table, constraint)) continue;
          report({ message: 'unguarded', at: constraint.at, subject: tableSubject(model), data: { table: name, columns: columnList(constraint.columns), kind: constraint.kind === 'foreign key' ? `a key to \`${tableName(constraint.references)}\`` : 'unique' }, related });
        }
        for (const index of model.indexes.values()) {
          const columns = index.keys.flatMap((k) => k.column ?? []);
          if (index.primary || columns.length !== index.keys.length || !known(columns)) continue;
          const twins = [...table.indexes.values()].filter((i) => columns.every((c, k) => i.keys[k]?.column === c));
          if (index.unique ? twins.some((i) => i.unique && i.keys.length === columns.length) : twins.length > 0) continue;
          if (index.unique) {
            if (![...model.constraints.values()].some((c) => c.kind === 'unique' && c.index === index.name)) report({ message: 'unguarded', at: index.at, subject: tableSubject(model), data: { table: name, columns: columnList(columns), kind: 'unique' }, related });
          } else report({ message: 'unindexed', at: index.at, subject: tableSubject(model), data: { table: name, columns: listed(columns) }, related });
        }
      }
    },
  },
});

function keeps(table: Table, wanted: Constraint): boolean {
  const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((name) => b.includes(name));
  if (wanted.kind === 'foreign key') return [...table.constraints.values()].some((c) => c.kind === 'foreign key' && c.references === wanted.references && same(c.columns, wanted.columns));
  return wanted.kind !== 'unique' || [...table.indexes.values()].some((i) => i.unique && same(i.keys.map((k) => k.column ?? ''), wanted.columns));
}
