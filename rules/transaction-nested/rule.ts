import { defineRule, generatesSql, type SchemaEvent } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'transaction-nesting' },
    { tool: 'postgres-language-server', rule: 'transactionNesting' },
  ],
  messages: {
    inTool: {
      what: '{verb} inside the transaction of {tool}.',
      why: "The tool runs the file in a transaction of its own: BEGIN does nothing but warn, and COMMIT ends the tool's transaction, so that the rest of the file, and the entry that the migration was applied, are no longer all or nothing.",
      fix: 'Leave BEGIN and COMMIT out.',
    },
    twice: {
      what: 'BEGIN where a transaction is open already.',
      why: 'Postgres warns and goes on; the first COMMIT ends both.',
      fix: 'Leave it out, or use SAVEPOINT.',
    },
    without: {
      what: '{verb} where no transaction is open.',
      why: 'Postgres warns and goes on: what stands before it is committed already, statement by statement.',
      fix: 'Put BEGIN at the top, or leave it out.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      if (facts.deploy(index) === undefined) return;
      let open: SchemaEvent | undefined;
      let told = false;
      for (const event of step.up) {
        if (event.kind !== 'transaction') continue;
        const word = /^(?:begin|start|commit|end|rollback|abort)\b/i.exec(facts.text(event.at))?.[0];
        // What a tool's own call does (`autocommit_block()`) is no mistake.
        if (word === undefined) continue;
        const verb = event.verb.toUpperCase();
        const place = { at: { ...event.at, end: event.at.start + word.length }, subject: { kind: 'step', name: step.id } } as const;
        if (event.verb !== 'begin' && event.verb !== 'commit' && event.verb !== 'rollback') continue;
        if (step.transactional) {
          // BEGIN and its COMMIT are one mistake. Some generators write them around a change of an enum.
          if (!told) report({ message: 'inTool', ...place, certainty: generatesSql(step.tool) ? 'possible' : 'proven', data: { verb, tool: step.tool } });
          told = true;
        } else if (event.verb === 'begin') {
          if (open) report({ message: 'twice', ...place, related: [{ at: open.at, note: 'open since here' }] });
          open ??= event;
        } else {
          if (!open) report({ message: 'without', ...place, data: { verb } });
          open = undefined;
        }
      }
    },
  },
});
