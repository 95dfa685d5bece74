import { defineRule, isIdle, tableName, type Difference, type Related, type Span } from '@tenantlint/model';

export default defineRule({
  since: '0.1.0',
  severity: 'warning',
  preset: 'recommended',
  needs: ['history'],
  messages: {
    left: {
      what: 'After the way back of migration `{name}` the schema is not what it was: {left}.',
      why: 'Who goes back after a bad deploy gets a schema that no migration describes, and the next one may fail on it.',
      fix: '{fix}',
    },
    lasting: {
      severity: 'note',
      what: 'Migration `{name}` cannot be undone in place: {left}.',
      why: 'Postgres has no statement that removes a value of an enum, and rows may hold it by then.',
      fix: 'Leave the value in the type and say so in the way back; or, where no row holds it, make the type anew without it and convert the columns.',
    },
    fails: {
      what: 'The way back of migration `{name}` fails here: {reason}.',
      why: 'The tool stops at this statement, in the moment in which somebody needs to go back.',
      fix: 'Run the statements in the reverse order of the migration, with the names that its objects have after it.',
    },
    dropped: {
      what: 'The way back of migration `{name}` drops `{table}`, and with it the rows that the migration took away.',
      why: 'They were copied there and lie nowhere else, and nothing has put them back by then.',
      fix: 'Put them back before it is dropped, or leave it there.',
    },
  },
  visit: {
    step(step, index, facts, report) {
      const undone = facts.migrations.undone(index);
      const down = step.down?.known === true ? step.down.value : [];
      const [first] = down;
      if (!undone || !first || facts.timeline.changes(index).length === 0) return;
      const subject = { kind: 'step', name: step.id } as const;
      const certainty = undone.doubtful ? 'possible' : 'proven';
      if (!undone.doubtful) for (const { at, reason } of undone.failures) report({ message: 'fails', at: headOf(at, facts.text(at)), subject, data: { name: step.id, reason: reason.replace(/^statement fails: /, '') } });
      for (const { table, at } of undone.dropped) report({ message: 'dropped', at: headOf(at, facts.text(at)), subject, certainty: 'likely', data: { name: step.id, table: tableName(table) } });
      const [lasting, left] = [undone.differences.filter(isLasting), undone.differences.filter((d) => !isLasting(d))];
      const place = { at: headOf(first.at, facts.text(first.at)), subject, certainty } as const;
      // What a way back leaves that does nothing is everything: that it does nothing is said elsewhere.
      if (left.length > 0 && !down.every(isIdle)) report({ message: 'left', ...place, related: relatedOf(left), data: { name: step.id, left: listed(left), fix: fixOf(left) } });
      if (lasting.length > 0) report({ message: 'lasting', ...place, certainty: 'likely', related: relatedOf(lasting), data: { name: step.id, left: listed(lasting) } });
    },
  },
});

/** A value that an enum has got stays, and values behind it change their place. */
function isLasting({ kind, is }: Difference): boolean {
  return kind === 'enum value' && is !== 'missing';
}

/** The first words of a statement stand for it. */
function headOf(at: Span, text: string): Span {
  const words = /^[\w.]+(?:\s+\w+)?/.exec(text)?.[0].length ?? 0;
  return words === 0 ? at : { ...at, end: at.start + words };
}

const SAYS = { missing: 'missing', extra: 'left over', changed: 'changed' } as const;
const MOST = 4;

/** `missing: index a of table b; left over: function c()` */
function listed(left: readonly Difference[]): string {
  const shown = left.slice(0, MOST);
  const groups = (['missing', 'extra', 'changed'] as const).flatMap((is) => {
    const words = shown.filter((d) => d.is === is).map((d) => d.what);
    return words.length > 0 ? [`${SAYS[is]}: ${words.join(', ')}`] : [];
  });
  return `${groups.join('; ')}${left.length > MOST ? `; and ${left.length - MOST} more` : ''}`;
}

function relatedOf(left: readonly Difference[]): Related[] {
  return left.flatMap(({ at, what, is }) => (at ? [{ at, note: `${SAYS[is]}: ${what}` }] : []));
}

function fixOf(left: readonly Difference[]): string {
  const lost = (kind: Difference['kind']) => left.some((d) => d.kind === kind && d.is !== 'extra');
  const parts = ['Undo every statement of the migration, the last one first; `tenantlint fix --dry-run` prints what is missing.'];
  if (lost('policy')) parts.push('The text of a policy is gone with it: write the one that was there before.');
  if (lost('privilege')) parts.push('Privileges go with their object: grant again what was granted before.');
  return parts.join(' ');
}
