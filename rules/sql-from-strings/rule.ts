import { defineRule, sitePath, siteSubject } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites'],
  messages: {
    request: {
      what: '`{value}` of the request becomes part of the SQL that `{operation}` sends.',
      why: 'Text that is spliced in is read as SQL: whoever sends the request can leave the tenant\'s condition, and read or change any table.',
      fix: 'Send it as a parameter. Names of columns and directions cannot be parameters: choose them from a list that the code spells out.',
    },
    elsewhere: {
      severity: 'warning',
      what: '`{value}` becomes part of the SQL that `{operation}` sends.',
      why: 'Where the text comes from could not be told. If any of it comes from a request, the tenant\'s condition can be left.',
      fix: 'Send it as a parameter, or choose it from a list that the code spells out.',
    },
  },
  visit: {
    site(site, _facts, report) {
      const { spliced } = site.shape;
      if (!spliced || site.entry?.kind === 'test' || site.entry?.kind === 'seed') return;
      const common = { at: spliced.at, subject: siteSubject(site), related: sitePath(site), data: { value: spliced.value, operation: site.operation } } as const;
      if (spliced.from === 'request') report({ message: 'request', ...common, certainty: 'proven' });
      else report({ message: 'elsewhere', ...common, certainty: 'possible' });
    },
  },
});
