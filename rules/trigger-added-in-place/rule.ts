import { defineRule, isDroppedBehind, namesOfTable, operations, placeOf, usedOperations } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'postgres-language-server', rule: 'avoidCreateTrigger' }, { tool: 'postgres-language-server', rule: 'avoidEnableDisableTrigger' }, { tool: 'postgres-language-server', rule: 'banDropTrigger' },
    { tool: 'pgfence', rule: 'create-trigger' }, { tool: 'pgfence', rule: 'enable-disable-trigger' }, { tool: 'pgfence', rule: 'drop-trigger' },
  ],
  messages: {
    created: {
      what: 'A trigger is added to `{table}`, which is in use.',
      why: 'CREATE TRIGGER takes a SHARE ROW EXCLUSIVE lock, which blocks all writes while it waits for the ones that run; from then on every write pays for the trigger.',
      fix: 'Give it a short lock_timeout and a transaction of its own.',
    },
    dropped: {
      what: 'Trigger `{trigger}` of `{table}` is dropped.',
      why: 'DROP TRIGGER takes an ACCESS EXCLUSIVE lock, which blocks all reads and writes; running code may rely on what the trigger does.',
      fix: 'Give it a short lock_timeout and a transaction of its own.',
    },
    disabled: {
      severity: 'warning',
      what: '{what} of `{table}` {verb} switched off for everybody.',
      why: 'Until it is enabled again, rows that other connections write go without it as well: audit rows, counters, and with ALL the foreign keys. The lock is SHARE ROW EXCLUSIVE, which blocks all writes.',
      fix: "Set `session_replication_role = replica` for the migration's own session instead, or let the trigger look at a setting.",
    },
  },
  visit: {
    step(_step, index, facts, report) {
      for (const op of usedOperations(facts, index)) {
        const { table, event, action } = op;
        if (event.kind !== 'create-trigger' && event.kind !== 'drop' && action?.do !== 'trigger-state') continue;
        const named = { table: namesOfTable(table).table };
        const common = { subject: { kind: 'table', name: table.key } } as const;
        // One that takes the place of another was there before: both statements are one change.
        if (event.kind === 'create-trigger' && !table.triggers.has(event.name) && !replaced(event.name)) report({ message: 'created', at: event.nameAt, ...common, certainty: 'likely', data: named });
        if (event.kind === 'drop' && event.object === 'trigger' && !isDroppedBehind(facts, op)) {
          for (const name of event.names) if (table.triggers.has(name.name) && !madeAgain(name.name)) report({ message: 'dropped', at: name.at, ...common, certainty: 'likely', data: { ...named, trigger: name.name } });
        }
        if (action?.do === 'trigger-state' && !action.enabled) report({ message: 'disabled', at: placeOf(op), ...common, data: { ...named, what: action.name === undefined ? 'All triggers' : `Trigger \`${action.name}\``, verb: action.name === undefined ? 'are' : 'is' } });
      }

      function replaced(name: string): boolean {
        return operations(facts, index).some((o) => o.event.kind === 'drop' && o.event.object === 'trigger' && o.event.names.some((n) => n.name === name) && o.table?.triggers.has(name) === true);
      }

      function madeAgain(name: string): boolean {
        return operations(facts, index).some((o) => o.event.kind === 'create-trigger' && o.event.name === name);
      }
    },
  },
});
