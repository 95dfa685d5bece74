import { defineRule, leakBy, listed, siteTable, type QuerySite } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'error',
  preset: 'recommended',
  needs: ['sites', 'tenancy'],
  messages: {
    operation: {
      what: 'This extension binds `{known}` to the tenant and leaves {missing} to pass as they are.',
      why: '{sites} through this client without a tenant, and whoever writes them has reason to believe that the client adds it.',
      fix: 'Handle `$allOperations`, and throw for an operation that the extension does not know.',
    },
    open: {
      what: 'Without a tenant this extension sends {missing} as they are.',
      why: '{sites} for every tenant where nobody has said which one is meant: in a job, a script, or where the context was lost on the way.',
      fix: 'Throw when there is no tenant. Code that works for all tenants takes the plain client, by name.',
    },
    discarded: {
      what: 'This client is extended, and nobody uses the client that came out.',
      why: '`$extends` changes nothing in the client that it is called on: queries go on as before, without what the extension adds.',
      fix: 'Keep its result, and export that instead of the plain client.',
    },
    lost: {
      what: 'This query is sent after the context in which its tenant is known has ended.',
      why: 'The client sends a query when somebody waits for it. The callback hands the query out unsent, and whoever waits for it is outside.',
      fix: 'Make the callback `async` and await the query in it.',
    },
  },
  visit: {
    project(facts, report) {
      for (const fact of facts.code) {
        const common = { at: fact.at, subject: { kind: 'file', name: fact.at.file } } as const;
        if (fact.kind === 'extension-discarded') report({ message: 'discarded', ...common, certainty: 'proven' });
        else if (fact.kind === 'context-lost') report({ message: 'lost', ...common, certainty: 'likely', related: [{ at: fact.query, note: 'the query' }] });
      }
      const places = new Map<string, QuerySite[]>();
      for (const site of facts.sites) {
        const defect = leakBy(site, 'extension-incomplete');
        if (!defect) continue;
        const key = `${defect.extension.file}:${defect.extension.start}:${defect.open ? 'open' : ''}`;
        places.set(key, [...(places.get(key) ?? []), site]);
      }
      for (const sites of places.values()) {
        const [first] = sites;
        const defect = first && leakBy(first, 'extension-incomplete');
        if (!first || !defect) continue;
        const operations = [...new Set(sites.map((s) => s.operation))].sort();
        const common = {
          at: defect.extension,
          subject: { kind: 'file', name: defect.extension.file },
          certainty: first.certainty,
          related: sites.map((s) => ({ at: s.at, note: `\`${s.operation}\` on \`${siteTable(s)}\`` })),
        } as const;
        const data = { missing: listed(operations.map((o) => `\`${o}\``)), sites: sites.length === 1 ? 'One query goes out' : `${sites.length} queries go out` };
        if (defect.open) report({ message: 'open', ...common, data });
        else report({ message: 'operation', ...common, data: { ...data, known: facts.text(defect.extension) } });
      }
    },
  },
});
