import { defineRule, tableName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['models'],
  messages: {
    shared: {
      what: 'Every new row of `{table}` is given the same object as its `{column}`: the default `{value}` is made once.',
      why: 'It is made when the class is, not when a row is. Code that changes it in place (`row.{column}["seen"] = True`) before the row is written changes the default of every row to come, whichever tenant\'s it is.',
      fix: 'Give what makes one instead of one: `default={maker}`.',
    },
  },
  visit: {
    project(facts, report) {
      for (const map of facts.models) {
        for (const model of map.models.values()) {
          for (const field of model.fields.values()) {
            if (field.kind !== 'scalar' || field.sharedDefault === undefined) continue;
            const value = facts.text(field.sharedDefault);
            // One mixin is many tables, and one place.
            report({ message: 'shared', at: field.sharedDefault, subject: { kind: 'column', name: `${model.table}.${field.column}` }, certainty: 'likely', data: { table: tableName(model.table), column: field.name, value, maker: makerOf(value) } });
          }
        }
      }
    },
  },
});

function makerOf(value: string): string {
  if (/^\{\s*\}$/.test(value)) return 'dict';
  return /^\[\s*\]$/.test(value) ? 'list' : `lambda: ${value}`;
}
