import { defineRule } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: [],
  messages: {
    named: {
      what: '`{name}` is sent to every browser.',
      why: 'Bundlers put variables with this prefix into the code that browsers load, and the name says that it is a secret. Whoever has the key of the service role reads and writes every row of every tenant, whatever the policies say.',
      fix: 'Take the prefix away, use the key in code that runs on the server only, and make a new key: the old one is known.',
    },
    written: {
      what: 'A key of the service role is written down here ({name}).',
      why: 'It is in the history of the repository, and in the bundle if browsers load this file. Whoever has it reads and writes every row of every tenant, whatever the policies say.',
      fix: 'Make a new key, and read it from the environment of the server.',
    },
  },
  visit: {
    project(facts, report) {
      for (const fact of facts.code) {
        if (fact.kind !== 'secret-shipped') continue;
        const common = { at: fact.at, subject: { kind: 'file', name: fact.at.file }, certainty: 'proven', data: { name: fact.name } } as const;
        if (fact.how === 'name') report({ message: 'named', ...common });
        else report({ message: 'written', ...common });
      }
    },
  },
});
