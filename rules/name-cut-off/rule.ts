import { defineRule, operations, type Operation, type Span } from '@tenantlint/model';

/** NAMEDATALEN less one. */
const LIMIT = 63;

const BEYOND_ASCII = /[\u0080-\uffff]/;

const bytes = new TextEncoder();

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  sources: [{ tool: 'squawk', rule: 'identifier-too-long' }],
  messages: {
    cut: {
      what: 'This name is {bytes} bytes long; Postgres cuts it after 63.',
      why: 'The object is called `{kept}`. Another name with the same beginning collides with it, and who looks it up in the catalog by its whole name does not find it.',
      fix: 'Choose a shorter name.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      for (const op of operations(facts, index)) {
        const at = nameOf(op);
        if (at !== undefined) measure(at);
        if (op.event.kind === 'create-table') for (const column of op.event.columns) measure(column.at);
      }

      function measure(at: Span): void {
        // Most are short, whatever they are written in.
        if ((at.end - at.start) * 3 <= LIMIT) return;
        // The parser has cut it already: what was written stands in the file.
        const text = facts.text(at);
        if ((text.length <= LIMIT && !BEYOND_ASCII.test(text)) || bytes.encode(text).length <= LIMIT) return;
        const written = /"(?:[^"]|"")+"$|[^\s.";(]+$/.exec(text)?.[0].replace(/^"|"$/g, '').replaceAll('""', '"') ?? '';
        const length = bytes.encode(written).length;
        if (length > LIMIT) report({ message: 'cut', at, subject: { kind: 'step', name: step.id }, data: { bytes: String(length), kept: new TextDecoder().decode(bytes.encode(written).slice(0, LIMIT)) } });
      }
    },
  },
});

/** The name that the statement gives; columns of a new table have theirs besides. */
function nameOf({ event, action }: Operation): Span | undefined {
  switch (event.kind) {
    case 'create-index': case 'create-policy': case 'create-trigger':
      return event.nameAt;
    case 'create-table': case 'create-view': case 'create-function': case 'create-type': case 'create-sequence': case 'create-table-as':
      return event.name.at;
    case 'alter-table':
      return action?.do === 'add-column' ? action.column.at : undefined;
    default:
      return undefined;
  }
}
