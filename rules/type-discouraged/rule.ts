import { defineRule, generatesSql, operations, sqlName, typeText, type ColumnDef, type ConstraintDef, type Operation, type TypeRef } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'ban-char-field' }, { tool: 'squawk', rule: 'prefer-bigint-over-int' }, { tool: 'squawk', rule: 'prefer-bigint-over-smallint' }, { tool: 'squawk', rule: 'prefer-identity' },
    { tool: 'squawk', rule: 'prefer-text-field' }, { tool: 'squawk', rule: 'ban-create-domain-with-constraint' },
    { tool: 'postgres-language-server', rule: 'banCharField' }, { tool: 'postgres-language-server', rule: 'preferBigInt' }, { tool: 'postgres-language-server', rule: 'preferBigintOverInt' }, { tool: 'postgres-language-server', rule: 'preferBigintOverSmallint' },
    { tool: 'postgres-language-server', rule: 'preferIdentity' }, { tool: 'postgres-language-server', rule: 'preferTextField' }, { tool: 'postgres-language-server', rule: 'preferJsonb' }, { tool: 'postgres-language-server', rule: 'creatingEnum' },
    { tool: 'pgfence', rule: 'ban-char-field' }, { tool: 'pgfence', rule: 'prefer-bigint-over-int' }, { tool: 'pgfence', rule: 'prefer-identity' }, { tool: 'pgfence', rule: 'prefer-text-field' }, { tool: 'pgfence', rule: 'add-column-json' },
    { tool: 'pgfence', rule: 'ban-create-domain-with-constraint' },
    { tool: 'eugene', rule: 'E3' }, { tool: 'eugene', rule: 'W13' },
    { tool: 'strong_migrations', rule: 'add_column_json' },
  ],
  messages: {
    json: {
      severity: 'warning',
      what: '`{column}` is json, which has no equality.',
      why: 'SELECT DISTINCT, UNION and GROUP BY over the table fail on it, in queries that ran before the column was there; no index helps to look inside.',
      fix: 'Use jsonb.',
    },
    char: {
      what: '`{column}` is {type}, which is padded with blanks.',
      why: 'Blanks at the end come and go with each cast, and the length can only be changed by a rewrite.',
      fix: 'Use text, with a CHECK where the length matters.',
    },
    key: {
      severity: 'warning',
      what: 'The key `{column}` is {type} and ends at {last}.',
      why: 'Each insert, failed ones too, takes a number. When they are used up all inserts fail, and widening the key rewrites the table and all that refers to it.',
      fix: 'Make it `{name} bigint generated always as identity`, or a uuid.',
    },
    serial: {
      what: '`{column}` is {type}, whose sequence has rights and a life of its own.',
      why: 'Roles need a grant on the sequence besides the one on the table, and the sequence stays behind when the default is dropped.',
      fix: 'Use `bigint generated always as identity`.',
    },
    limited: {
      what: '`{column}` is {type}.',
      why: 'The limit saves no space, and a shorter one later rewrites the table.',
      fix: 'Use text, with a CHECK where the length matters: it can be changed without a rewrite.',
    },
    odd: {
      what: '`{column}` is {type}.',
      why: 'money depends on the locale of whoever reads it; a time of day with a zone has no date to tell which offset holds.',
      fix: 'Use numeric for amounts, timestamptz for moments.',
    },
    enum: {
      what: 'Enum `{column}` can grow and never shrink.',
      why: 'A value cannot be taken away or moved, and a new one cannot be used in the transaction that adds it.',
      fix: 'Where the values change now and then, use text with a CHECK, or a table of them.',
    },
    domain: {
      what: 'Domain `{column}` has a constraint.',
      why: 'Changing it later reads every table that uses the domain under a lock that blocks all writes.',
      fix: 'Put the CHECK on the columns, where it can be added with NOT VALID.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      const generated = generatesSql(step.tool);
      for (const op of operations(facts, index)) {
        const { event } = op;
        const subject = { kind: 'step', name: step.id } as const;
        if (event.kind === 'create-type' && !generated) {
          if (event.form.is === 'enum') report({ message: 'enum', at: event.name.at, subject, certainty: 'possible', data: { column: event.name.name } });
          if (event.form.is === 'domain' && (event.form.notNull || event.form.checks.length > 0)) report({ message: 'domain', at: event.name.at, subject, certainty: 'possible', data: { column: event.name.name } });
        }
        for (const column of columnsOf(op)) {
          const { name, mods, dims } = column.type;
          if (dims > 0) continue;
          const place = { at: column.typeAt, subject } as const;
          const last = name in LAST && isKey(op, column) ? LAST[name] : undefined;
          if (name === 'json') report({ message: 'json', ...place, data: { column: column.name } });
          else if (last !== undefined) report({ message: 'key', ...place, certainty: 'likely', data: { ...dataOf(column), last, name: sqlName(column.name) } });
          else if (name === 'character' && !isOneLetter(column.type)) report({ message: 'char', ...place, certainty: 'likely', data: dataOf(column) });
          else if (generated) continue;
          else if (/serial\d?$/.test(name)) report({ message: 'serial', ...place, certainty: 'possible', data: dataOf(column) });
          else if (name === 'character varying' && mods.length > 0) report({ message: 'limited', ...place, certainty: 'possible', data: dataOf(column) });
          else if (name === 'money' || name === 'time with time zone') report({ message: 'odd', ...place, certainty: 'likely', data: dataOf(column) });
        }
      }
    },
  },
});

const LAST: Readonly<Record<string, string>> = { integer: '2,147,483,647', serial: '2,147,483,647', serial4: '2,147,483,647', smallint: '32,767', smallserial: '32,767', serial2: '32,767' };

function isOneLetter({ mods }: TypeRef): boolean {
  return mods.length === 0 || mods[0] === '1';
}

function dataOf({ name, type }: ColumnDef): { readonly column: string; readonly type: string } {
  return { column: name, type: typeText(type) };
}

/** Columns that the operation defines. */
function columnsOf({ event, action }: Operation): readonly ColumnDef[] {
  if (event.kind === 'create-table') return event.temporary ? [] : event.columns;
  return action?.do === 'add-column' ? [action.column] : [];
}

/** A key that counts by itself: its numbers are used up. */
function isKey({ event }: Operation, column: ColumnDef): boolean {
  if (column.identity === undefined && !/serial\d?$/.test(column.type.name)) return false;
  const isPrimary = (c: ConstraintDef): boolean => c.kind === 'primary key';
  return column.constraints.some(isPrimary) || (event.kind === 'create-table' && event.constraints.some((c) => c.kind === 'primary key' && c.columns.includes(column.name)));
}
