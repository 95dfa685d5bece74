import { defineRule, sqlName } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'audit',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0014_extension_in_public' }],
  messages: {
    exposed: {
      what: 'Extension `{name}` lives in the schema `public`, which the API exposes.',
      why: 'Its functions can be called over the API beside your own, its types and tables share their names, and a database restored without it loses what depends on it in the same schema.',
      fix: '`create schema if not exists extensions; alter extension {quoted} set schema extensions;` (an extension that cannot be moved is dropped and made again `with schema extensions`).',
    },
  },
  visit: {
    project(facts, report) {
      if (!facts.environment.exposed.includes('public')) return;
      for (const { name, schema, at } of facts.schema.extensions.values()) {
        if (schema === 'public' && at.file !== '') report({ message: 'exposed', at, subject: { kind: 'file', name: `extension ${name}` }, data: { name, quoted: sqlName(name) } });
      }
    },
  },
});
