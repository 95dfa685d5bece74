import { defineRule, walkStatement, type Facts, type SqlStatement } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['sql'],
  sources: [{ tool: 'splinter', rule: '0019_insecure_queue_exposed_in_api' }],
  messages: {
    exposed: {
      what: 'Queue `{queue}` has no row level security, and the API exposes queues (schema `{schema}`).',
      why: 'Whoever may call the queue\'s functions reads, adds and deletes the messages of all tenants.',
      fix: '`alter table pgmq.q_{queue} enable row level security;`, with policies for those who may use it, or take `{schema}` out of the exposed schemas.',
    },
  },
  visit: {
    step(step, _index, facts, report) {
      const schema = facts.environment.exposed.find((s) => s === 'pgmq_public' || s === 'pgmq');
      if (schema === undefined) return;
      // As written: what a call of the extension's own runs is not known.
      for (const event of step.up) {
        if (event.kind !== 'run') continue;
        for (const { queue, at } of made(event.statement)) {
          if (!dropped(facts, queue) && facts.schema.tables.get(`pgmq.q_${queue.toLowerCase()}`)?.rls?.value !== true) report({ message: 'exposed', at, subject: { kind: 'table', name: `pgmq.q_${queue}` }, data: { queue, schema } });
        }
      }
    },
  },
});

function made(statement: SqlStatement) {
  return calls(statement, /^create(_non_partitioned|_unlogged|_partitioned)?$/);
}

function dropped(facts: Facts, queue: string): boolean {
  return facts.timeline.steps.some((step) => step.up.some((e) => e.kind === 'run' && calls(e.statement, /^drop_queue$/).some((c) => c.queue === queue)));
}

function calls(statement: SqlStatement, name: RegExp) {
  const out: { readonly queue: string; readonly at: SqlStatement['at'] }[] = [];
  walkStatement(statement, { expr: (e) => {
    const first = e.kind === 'call' ? e.args[0] : undefined;
    const queue = first?.kind === 'cast' ? first.of : first;
    if (e.kind === 'call' && e.name.schema === 'pgmq' && name.test(e.name.name) && queue?.kind === 'literal' && typeof queue.value === 'string') out.push({ queue: queue.value, at: e.at });
  } });
  return out;
}
