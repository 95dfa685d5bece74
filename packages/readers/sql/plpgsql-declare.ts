import type { PlVariable } from '@tenantlint/model';
import type { Stretch } from './lower-select.ts';
import type { PlText } from './plpgsql-text.ts';

/** The declarations between DECLARE and BEGIN. */
export function declarations(text: PlText): PlVariable[] {
  const variables: PlVariable[] = [];
  while (!text.is('begin')) {
    if (text.take('declare')) continue;
    if (text.done) text.fail('BEGIN expected');
    variables.push(declaration(text));
    text.expect(';');
  }
  return variables;
}

function declaration(text: PlText): PlVariable {
  const name = text.name();
  if (text.take('alias', 'for')) return { name, value: text.expression() };
  if (text.is('cursor') || text.is('scroll') || text.e.skip(text.i, 'no', 'scroll') > text.i) return cursor(text, name);
  const constant = text.take('constant');
  const type = text.until(':=', '=', 'default', 'not', 'collate');
  if (text.take('collate')) text.target();
  text.take('not', 'null');
  const given = text.take(':=') || text.take('=') || text.take('default');
  return {
    name,
    ...typed(text, type),
    ...(constant && { constant }),
    ...(given && { value: text.expression() }),
  };
}

/** `table.column%TYPE` and `table%ROWTYPE` stay as written. */
function typed(text: PlText, stretch: Stretch): Pick<PlVariable, 'type' | 'typeOf'> {
  if (stretch.last < stretch.first) text.fail('a type expected');
  for (let i = stretch.first; i <= stretch.last; i++) {
    if (text.e.is(i, '%')) return { typeOf: text.e.slice(text.place(stretch)) };
  }
  const type = text.type(stretch);
  return type === undefined ? {} : { type };
}

/** `name [[NO] SCROLL] CURSOR [(arguments)] {FOR | IS} query` */
function cursor(text: PlText, name: string): PlVariable {
  if (!text.take('no', 'scroll')) text.take('scroll');
  text.expect('cursor');
  if (text.is('(')) text.i = text.e.after(text.i);
  if (!text.take('for')) text.expect('is');
  const { statement } = text.sql(text.until());
  if (statement.kind !== 'select') return { name };
  text.cursors.set(name, statement);
  return { name, cursor: statement };
}
