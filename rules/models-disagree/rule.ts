import { columnList, columnSubject, defineRule, listed, sqlName, sqlTable, tableName, tableSubject } from '@tenantlint/model';
import { unguarded, unindexed } from './promises.ts';
import { differs, enumsApart, required } from './types.ts';
import { unknownColumns, unknownIndexes } from './unknown-columns.ts';

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
    policed: {
      what: 'Policies of `{table}` ask for `{column}`, and the model does not know it.',
      why: 'Rows that are made through the model leave the column to its default: the policies then hide them, or give them to the wrong tenant.',
      fix: 'Add the field to the model and fill it, or let the policies ask for what the model holds.',
    },
    leftover: {
      severity: 'note',
      what: '`{table}.{column}` is in the database, and the model does not know it.',
      why: 'A tool that brings the database in line with the models writes a migration that drops the column, with all that it holds.',
      fix: 'Add the field to the model, or drop the column on purpose.',
    },
    undeclared: {
      severity: 'note',
      what: 'A migration makes an index on {columns} of `{table}`, and the model does not declare it.',
      why: 'A tool that brings the database in line with the models writes a migration that drops the index.',
      fix: 'Declare the index in the model, or drop it on purpose.',
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
        // What no migration makes stands in the catalog as the model itself says it.
        if (!table || (table.at.file === model.at.file && table.at.start === model.at.start)) {
          // Another schema may be made by somebody else's migrations.
          if (!facts.schema.views.has(model.key) && [...facts.schema.tables.values()].some((t) => t.schema === model.schema && !t.platform)) report({ message: 'table', at: model.at, subject: tableSubject(model), certainty: 'likely', data: { table: name } });
          continue;
        }
        if (table.inferred) continue;
        const [related, toModel] = [[{ at: table.at, note: 'the table' }], [{ at: model.at, note: 'the model' }]];
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
        for (const { column, message } of unknownColumns(table, model)) report({ message, at: column.at, subject: columnSubject(table, column.name), certainty: message === 'unmodelled' ? 'proven' : 'likely', data: { table: name, column: column.name }, related: toModel });
        for (const { index, columns } of unknownIndexes(table, model)) report({ message: 'undeclared', at: index.at, subject: { kind: 'index', name: `${table.schema}.${index.name}` }, certainty: 'possible', data: { table: name, columns: listed(columns) }, related: toModel });
        for (const { at, columns, kind } of unguarded(table, model)) report({ message: 'unguarded', at, subject: tableSubject(model), data: { table: name, columns: columnList(columns), kind }, related });
        for (const { at, columns } of unindexed(table, model)) report({ message: 'unindexed', at, subject: tableSubject(model), data: { table: name, columns: listed(columns) }, related });
      }
    },
  },
});
