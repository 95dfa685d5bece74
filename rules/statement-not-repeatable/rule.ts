import { defineRule, operations, placeOf, sqlName, type Operation } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'note',
  preset: 'strict',
  needs: ['history'],
  sources: [
    { tool: 'squawk', rule: 'prefer-robust-stmts' },
    { tool: 'postgres-language-server', rule: 'preferRobustStmts' },
    { tool: 'pgfence', rule: 'prefer-robust-create-index' }, { tool: 'pgfence', rule: 'prefer-robust-create-table' }, { tool: 'pgfence', rule: 'prefer-robust-drop-index' }, { tool: 'pgfence', rule: 'prefer-robust-drop-table' },
  ],
  messages: {
    invalid: {
      severity: 'warning',
      what: 'When this build fails, it leaves an invalid index that the next try stumbles over{skips}.',
      why: 'A failed CREATE INDEX CONCURRENTLY leaves an index that costs every write and serves no query.',
      fix: 'Put `drop index concurrently if exists {index};` before it.',
    },
    halfway: {
      what: 'The migration cannot be run again once it has failed half way: {count} of its statements fail the second time, this one first.',
      why: 'It runs without a transaction, so that what is done stays done.',
      fix: 'Add {words}, or run the file in a transaction.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      const all = operations(facts, index);
      const fragile: { readonly op: Operation; readonly words: string }[] = [];
      let statements = 0;
      let last: Operation['event'] | undefined;
      for (const op of all) {
        if (op.transaction !== undefined || op.statement !== op.event) continue;
        if (op.event !== last && op.event.kind !== 'set') statements++;
        last = op.event;
        const { event } = op;
        if (event.kind === 'create-index' && event.concurrently && event.name !== undefined && !op.fresh) {
          const cleared = all.some((o) => o.event.kind === 'drop' && o.event.object === 'index' && o.event.ifExists && o.event.names.some((n) => n.name === event.name));
          if (!cleared) report({ message: 'invalid', at: event.nameAt, subject: { kind: 'step', name: step.id }, certainty: 'possible', data: { index: sqlName(event.name), skips: event.ifNotExists ? ', and skips, since one of that name exists' : '' } });
          continue;
        }
        const words = missing(op);
        if (words !== undefined) fragile.push({ op, words });
      }
      const [first] = fragile;
      if (first && statements > 1) report({ message: 'halfway', at: placeOf(first.op), subject: { kind: 'step', name: step.id }, certainty: 'possible', data: { count: String(fragile.length), words: [...new Set(fragile.map((f) => f.words))].sort().join(', ') } });
    },
  },
});

/** What would let the statement pass the second time. */
function missing({ event, action }: Operation): string | undefined {
  switch (event.kind) {
    case 'create-table': case 'create-index': case 'create-schema': case 'create-sequence': case 'create-extension': case 'create-table-as':
      return event.ifNotExists ? undefined : 'IF NOT EXISTS';
    case 'create-view':
      return event.replace || event.ifNotExists ? undefined : event.materialized ? 'IF NOT EXISTS' : 'OR REPLACE';
    case 'create-function': case 'create-trigger':
      return event.replace ? undefined : 'OR REPLACE';
    case 'drop':
      return event.ifExists ? undefined : 'IF EXISTS';
    case 'alter-table':
      if (action?.do === 'add-column') return action.ifNotExists ? undefined : 'IF NOT EXISTS';
      return (action?.do === 'drop-column' || action?.do === 'drop-constraint') && !action.ifExists ? 'IF EXISTS' : undefined;
    default:
      return undefined;
  }
}
