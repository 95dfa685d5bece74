import type { PlStatement, SqlStatement } from '@tenantlint/model';
import type { PlText } from './plpgsql-text.ts';

/** LOOP, WHILE, FOR and FOREACH; `body` reads the statements up to END. */
export function loop(text: PlText, first: number, label: string | undefined, body: () => PlStatement[]): PlStatement {
  const labelled = label === undefined ? {} : { label };
  const rest = (): PlStatement[] => {
    text.expect('loop');
    const statements = body();
    text.expect('end', 'loop');
    if (!text.is(';')) text.name();
    return statements;
  };
  const at = (): PlStatement['at'] => text.e.between(first, text.i - 1);
  if (text.take('foreach')) {
    const target = text.targets().join(', ');
    const slice = text.take('slice') ? Number(text.name()) : 0;
    text.expect('in', 'array');
    const array = text.expression('loop');
    const statements = rest();
    return { kind: 'foreach', target, slice, array, body: statements, at: at(), ...labelled };
  }
  if (text.take('while')) {
    const test = text.expression('loop');
    const statements = rest();
    return { kind: 'loop', while: test, body: statements, at: at(), ...labelled };
  }
  if (!text.take('for')) {
    const statements = rest();
    return { kind: 'loop', body: statements, at: at(), ...labelled };
  }
  const targets = text.targets();
  text.expect('in');
  if (text.take('execute')) {
    const sql = text.expression('using', 'loop');
    const using = text.take('using') ? text.expressions('loop') : [];
    const statements = rest();
    return { kind: 'for-execute', targets, sql, using, body: statements, at: at(), ...labelled };
  }
  if (counts(text)) {
    const reverse = text.take('reverse');
    const from = text.expression('..');
    text.expect('..');
    const to = text.expression('by', 'loop');
    const by = text.take('by') ? { by: text.expression('loop') } : {};
    const statements = rest();
    return { kind: 'for-range', variable: targets[0] ?? '', from, to, ...by, reverse, body: statements, at: at(), ...labelled };
  }
  const query = queryOf(text);
  const statements = rest();
  return { kind: 'for-query', targets, query, body: statements, at: at(), ...labelled };
}

/** Whether two dots stand before LOOP. */
function counts(text: PlText): boolean {
  const start = text.i;
  text.until('..', 'loop');
  const found = text.is('..');
  text.i = start;
  return found;
}

/** A query, or the query of a declared cursor. */
function queryOf(text: PlText): SqlStatement {
  const stretch = text.until('loop');
  const { e } = text;
  const name = e.token(stretch.first);
  const cursor = stretch.last === stretch.first || e.is(stretch.first + 1, '(') ? text.cursors.get(name.toLowerCase()) : undefined;
  return cursor ?? text.sql(stretch).statement;
}
