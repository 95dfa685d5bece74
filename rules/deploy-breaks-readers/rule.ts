import { defineRule, listed, renameFixes, tableName, type QuerySite, type Related, type Subject } from '@tenantlint/model';
import { breaksOf, type Break } from './readers.ts';
import { readersOf } from './sites.ts';

const CONTRACT = 'deploy code that no longer asks for it, and drop it in a later release.';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history', 'sites'],
  messages: {
    column: {
      what: '`{table}.{column}` is {gone} here, and the code still asks for it: {readers}.',
      why: 'From the moment in which the migration is applied these queries fail, whichever version of the code is running.',
      fix: 'Expand, then contract: {steps}',
    },
    table: {
      what: '`{table}` is {gone} here, and the code still asks for it: {readers}.',
      why: 'From the moment in which the migration is applied these queries fail, whichever version of the code is running.',
      fix: 'Expand, then contract: {steps}',
    },
    required: {
      what: '`{table}.{column}` is required from here on, and the code adds rows without it: {readers}.',
      why: 'The column has no default, so that these inserts fail as soon as the migration is applied.',
      fix: 'Deploy code that writes the column first, fill the rows that are there, then make it NOT NULL; or give it a default.',
    },
    refused: {
      what: 'From here on {role} may not {verbs} rows of `{table}`, and the code does: {readers}.',
      why: 'The queries fail or come back empty as soon as the migration is applied.',
      fix: 'Make the policy, or keep the privilege, in the same migration; take it away when no code needs it any more.',
    },
    retyped: {
      severity: 'warning',
      what: '`{table}.{column}` becomes {to} instead of {from}, and the code compares or writes it: {readers}.',
      why: 'Code that is still running sends values of the old type: they are refused, or compare as something else.',
      fix: 'Expand, then contract: add a column of the new type, write both, fill it, read the new one, and drop the old one in a later release.',
    },
    running: {
      severity: 'warning',
      what: '{what} here, and the code before this change asks for it: {readers}.',
      why: 'That code is running until the deploy is done, and again when it is rolled back: from the moment in which the migration is applied its queries fail.',
      fix: 'Take two releases: first the code that does without, then this migration.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      const told = new Set<string>();
      // Queries that fail would have been noticed since: what was applied long ago was misread rather than missed.
      const certainty = facts.pending(step) || index === facts.timeline.steps.length - 1 ? 'proven' : 'likely';
      for (const one of breaksOf(facts, step, index, readersOf(facts.sites, false))) {
        const { at } = one;
        told.add(placeOf(one));
        const related: Related[] = one.sites.slice(0, MOST).map((site) => ({ at: site.at, note: `${site.operation} here` }));
        const readers = filesOf(one.sites);
        switch (one.kind) {
          case 'table': {
            const { table, to } = one;
            const steps = to === undefined ? CONTRACT : `keep a view under the old name until no running code asks for it (\`create view ${table.name} with (security_invoker = true) as select * from ${to}\`).`;
            report({ message: 'table', certainty, at, related, fixes: to === undefined ? [] : renameFixes(facts, index, at), subject: { kind: 'table', name: table.key }, data: { table: tableName(table.key), gone: to === undefined ? 'dropped' : `renamed to ${to}`, readers, steps } });
            break;
          }
          case 'column': {
            const { table, column, to } = one;
            const steps = to === undefined ? CONTRACT : `add \`${to}\` beside it, write both, fill it, read the new one, and drop \`${column.name}\` in a later release.`;
            report({ message: 'column', certainty, at, related, fixes: to === undefined ? [] : renameFixes(facts, index, at), subject: { kind: 'column', name: `${table.key}.${column.name}` }, data: { table: tableName(table.key), column: column.name, gone: to === undefined ? 'dropped' : `renamed to ${to}`, readers, steps } });
            break;
          }
          case 'required':
            report({ message: 'required', at, related, subject: { kind: 'column', name: `${one.table.key}.${one.column.name}` }, certainty: 'likely', data: { table: tableName(one.table.key), column: one.column.name, readers } });
            break;
          case 'retyped':
            report({ message: 'retyped', at, related, subject: { kind: 'column', name: `${one.table.key}.${one.column.name}` }, certainty: 'likely', data: { table: tableName(one.table.key), column: one.column.name, from: one.column.typeText, to: one.to.typeText, readers } });
            break;
          case 'refused': {
            const { table, role, commands } = one.narrowing;
            report({ message: 'refused', certainty, at, related, subject: { kind: 'table', name: table }, data: { table: tableName(table), role, verbs: listed(commands), readers } });
          }
        }
      }
      if (facts.deployed.length === 0 || !facts.pending(step)) return;
      for (const one of breaksOf(facts, step, index, readersOf(facts.deployed, true))) {
        const { what, subject } = said(one);
        if (!told.has(placeOf(one))) report({ message: 'running', at: one.at, certainty: 'likely', fixes: one.kind === 'table' || one.kind === 'column' ? renameFixes(facts, index, one.at) : [], subject, data: { what, readers: filesOf(one.sites) } });
      }
    },
  },
});

const MOST = 8;

/** `src/a.ts, src/b.ts and 3 more` */
function filesOf(sites: readonly QuerySite[]): string {
  const files = [...new Set(sites.map((site) => site.at.file))].sort();
  return files.length > 3 ? `${files.slice(0, 3).join(', ')} and ${files.length - 3} more` : listed(files);
}

function placeOf({ kind, at }: Break): string {
  return `${kind} ${at.file} ${at.start}`;
}

function said(one: Break): { readonly what: string; readonly subject: Subject } {
  if (one.kind === 'refused') return { what: `${one.narrowing.role} may not ${listed(one.narrowing.commands)} rows of \`${tableName(one.narrowing.table)}\` from`, subject: { kind: 'table', name: one.narrowing.table } };
  const table = tableName(one.table.key);
  if (one.kind === 'table') return { what: `\`${table}\` is ${one.to === undefined ? 'dropped' : `renamed to ${one.to}`}`, subject: { kind: 'table', name: one.table.key } };
  const becomes = one.kind === 'column' ? (one.to === undefined ? 'is dropped' : `is renamed to ${one.to}`) : one.kind === 'required' ? 'is required from' : `becomes ${one.to.typeText}`;
  return { what: `\`${table}.${one.column.name}\` ${becomes}`, subject: { kind: 'column', name: `${one.table.key}.${one.column.name}` } };
}
