import { defineRule, settingsMade, settingsRead } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'strict',
  needs: ['sites', 'rls'],
  messages: {
    other: {
      what: 'Policies read `{setting}`, and the code sets `{made}`.',
      why: 'What nobody sets is NULL, and nothing equals it: the policies show no rows at all, or those of everybody where they let a missing tenant pass.',
      fix: 'Use one name in both places.',
    },
    never: {
      what: 'Policies read `{setting}`, and no code that was read sets it.',
      why: 'What nobody sets is NULL, and nothing equals it: the policies show no rows at all, or those of everybody where they let a missing tenant pass.',
      fix: 'Set it at the beginning of each transaction, from the session: `set_config(\'{setting}\', …, true)`.',
    },
  },
  visit: {
    project(facts, report) {
      // An API fills its settings from the caller's token.
      if (facts.environment.kind !== 'own-connection' || facts.sites.length === 0) return;
      const made = new Set([...settingsMade(facts), ...facts.code.flatMap((fact) => (fact.kind === 'setting' ? [fact.name] : []))]);
      for (const [setting, places] of settingsRead(facts)) {
        const [first, ...others] = places;
        if (!first || made.has(setting)) continue;
        const common = { at: first, subject: { kind: 'file', name: first.file }, certainty: 'likely', related: others.slice(0, 5).map((at) => ({ at, note: 'read here as well' })) } as const;
        const instead = [...made].filter((name) => !settingsRead(facts).has(name)).sort()[0];
        if (instead === undefined) report({ message: 'never', ...common, data: { setting } });
        else report({ message: 'other', ...common, data: { setting, made: instead } });
      }
    },
  },
});
