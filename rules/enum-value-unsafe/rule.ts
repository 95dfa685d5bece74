import { defineRule, isOfDeploy, operations, type Operation, type SchemaEvent } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'require-enum-value-ordering' },
    { tool: 'postgres-language-server', rule: 'avoidAlterEnumAddValue' },
    { tool: 'pgfence', rule: 'alter-enum-add-value' }, { tool: 'pgfence', rule: 'alter-enum-no-ordering' },
    { tool: 'strong_migrations', rule: 'rename_enum_value' },
  ],
  messages: {
    inTransaction: {
      what: "ALTER TYPE … ADD VALUE '{label}' fails inside a transaction on Postgres {version}.",
      why: 'Before version 12 it cannot run inside a transaction block at all.',
      fix: 'Run it in a migration of its own without a transaction.',
    },
    usedAtOnce: {
      what: "The new value '{label}' of `{type}` is used in the transaction that added it.",
      why: 'Postgres refuses it: "unsafe use of new value"; it can be used once the transaction has committed.',
      fix: 'Move the statement that uses it to a later migration.',
    },
    renamed: {
      severity: 'warning',
      what: "Value '{label}' of `{type}` is called '{to}' from this moment on.",
      why: 'Code that is still running writes the old value and compares with it: the one fails, the other finds nothing.',
      fix: "Add '{to}' as a new value, let the code know both, move the rows in batches, and leave the old one unused.",
    },
    unordered: {
      severity: 'note',
      what: "The new value '{label}' of `{type}` has no stated place.",
      why: 'Without BEFORE or AFTER it goes last, and the order of an enum decides comparisons and ORDER BY; it cannot be changed later.',
      fix: "State it: `add value '{label}' after '{last}'`.",
    },
  },
  visit: {
    step(step, index, facts, report) {
      const all = operations(facts, index);
      all.forEach((op, i) => {
        const { event } = op;
        if (event.kind !== 'alter-enum') return;
        const created = all.slice(0, i).some((o) => o.event.kind === 'create-type' && o.event.name.name === event.name.name);
        const { types, searchPath } = facts.timeline.at(index - 1);
        const type = (event.name.schema === undefined ? searchPath : [event.name.schema]).map((schema) => types.get(`${schema}.${event.name.name}`)).find((t) => t !== undefined);
        const subject = { kind: 'step', name: step.id } as const;
        const fresh = created || (type !== undefined && isOfDeploy(facts, index, type.at));
        if (event.rename && !fresh) report({ message: 'renamed', at: event.name.at, subject, certainty: 'likely', data: { label: event.rename.from, type: event.name.name, to: event.rename.to } });
        if (!event.add) return;
        const { label, before, after } = event.add;
        if (facts.postgres < 12 && op.transaction !== undefined) report({ message: 'inTransaction', at: event.name.at, subject, data: { label, version: String(facts.postgres) } });
        if (op.transaction !== undefined && !created) {
          const use = all.slice(i + 1).find((later) => later.transaction === op.transaction && uses(later, label, facts.text(later.event.at)));
          if (use) report({ message: 'usedAtOnce', at: startOf(use.event, facts.text(use.event.at)), subject, related: [{ at: event.name.at, note: `'${label}' is added here` }], certainty: 'likely', data: { label, type: event.name.name } });
        }
        const last = type?.form.is === 'enum' ? type.form.labels.at(-1) : undefined;
        if (before === undefined && after === undefined && last !== undefined && !fresh) report({ message: 'unordered', at: event.name.at, subject, certainty: 'possible', data: { label, type: event.name.name, last } });
      });
    },
  },
});

/** The value stands in a statement that is evaluated at once. A function's body or a policy is only kept. */
function uses({ event, action }: Operation, label: string, text: string): boolean {
  if (!text.includes(`'${label.replaceAll("'", "''")}'`)) return false;
  if (event.kind === 'data' || event.kind === 'create-index' || event.kind === 'run') return true;
  if (event.kind === 'create-table') return true;
  return action?.do === 'add-column' || action?.do === 'set-default' || action?.do === 'add-constraint' || action?.do === 'set-type';
}

/** The first word stands for the statement. */
function startOf({ at }: SchemaEvent, text: string): SchemaEvent['at'] {
  return { ...at, end: at.start + (/^\w+/.exec(text)?.[0].length ?? text.length) };
}
