import { defineRule, settingsRead } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites'],
  messages: {
    stays: {
      what: '`{setting}` stays set on the connection after this request.',
      why: 'Connections come from a pool: the next request that gets this one has the tenant of the one before, and every policy that reads `{setting}` believes it.',
      fix: 'Make it for one transaction only (`set_config(…, true)`, `SET LOCAL`), and send the queries inside that transaction.',
    },
    vanishes: {
      what: '`{setting}` is made for one transaction, and there is none around it.',
      why: 'Each statement is a transaction of its own here: the setting has ended before the next query, which may run on another connection.',
      fix: 'Open a transaction, make the setting in it, and send the queries through it.',
    },
  },
  visit: {
    project(facts, report) {
      const read = settingsRead(facts);
      for (const fact of facts.code) {
        if (fact.kind !== 'setting' || !fact.name.includes('.')) continue;
        const certainty = read.has(fact.name) ? 'proven' : 'likely';
        const common = { at: fact.at, subject: { kind: 'file', name: fact.at.file }, certainty, data: { setting: fact.name } } as const;
        if (!fact.local) report({ message: 'stays', ...common });
        else if (!fact.transaction) report({ message: 'vanishes', ...common });
      }
    },
  },
});
