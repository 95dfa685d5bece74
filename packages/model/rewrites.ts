import { executed, withArgument, type Call } from './embedded.ts';
import type { Edit, Fix, NewMigration } from './finding.ts';
import type { ConstraintDef } from './events.ts';
import { operations, type Operation } from './operations.ts';
import { columnList, grouped, sqlTable } from './questions.ts';
import { sqlName } from './sql-text.ts';
import type { ExchangeOf } from './migrations.ts';
import type { Facts } from './rule.ts';
import type { Table } from './schema.ts';
import type { Span } from './span.ts';

/** Edits of pending migrations: what a rule offers to put in the place of an operation that locks for long. */

/** Whether the operation is written as itself: not made by a program from other words, nor run by a block. */
export function isWritten(op: Operation): boolean {
  return isOfFile(op) || (op.event === op.statement && op.embedded()?.direction === 'up');
}

/** Whether it is written in an SQL file, so that others may stand beside it. */
function isOfFile({ event, statement }: Operation): boolean {
  return event === statement && event.at.end > event.at.start && event.at.file.endsWith('.sql');
}

/** Puts SQL in the place of one action of an ALTER TABLE, or of a whole statement; undefined where there is no such text. */
export function replaced(op: Operation, text: string): Edit | undefined {
  if (isWritten(op)) return { at: op.action?.at ?? op.event.at, text };
  const call = op.built();
  return call?.direction !== 'up' || op.table === undefined ? undefined : { at: call.statement, text: executed(`${op.action === undefined ? '' : `alter table ${sqlTable(op.table.key)} `}${text}`) };
}

/** Has a constraint that is added not check what is there. */
export function unvalidated(op: Operation, facts: Facts, { at }: ConstraintDef): Edit | undefined {
  if (isWritten(op)) return { at: { ...at, start: at.end }, text: ' not valid' };
  const call = op.built();
  return call?.direction !== 'up' ? undefined : { at: call.statement, text: withArgument(facts.text(call.statement), 'postgresql_not_valid=True') };
}

/** Takes an operation out of its file: an action with its comma, a statement that has no other with its semicolon and its line. */
export function withoutOperation(op: Operation, facts: Facts): Edit | undefined {
  const made = op.built();
  if (!isWritten(op) && made?.direction !== 'up') return undefined;
  const { event, action } = op;
  const text = facts.text({ file: event.at.file, start: 0, end: Number.MAX_SAFE_INTEGER });
  if (made !== undefined) return { at: wholeCall(made, text), text: '' };
  if (event.kind !== 'alter-table' || event.actions.length < 2 || action === undefined) {
    const call = op.embedded();
    // What a function gives its caller to wait for is not taken away.
    return call?.returned === true && op.step.up.length > 1 ? undefined : { at: call === undefined ? wholeStatement(event.at, text) : wholeCall(call, text), text: '' };
  }
  const n = event.actions.indexOf(action);
  const [before, after] = [event.actions[n - 1], event.actions[n + 1]];
  return { at: { ...action.at, start: after === undefined ? (before?.at.end ?? action.at.start) : action.at.start, end: after?.at.start ?? action.at.end }, text: '' };
}

/** With its semicolon, and the rest of its line where nothing else stands on it. */
export function wholeStatement(at: Span, text: string): Span {
  const end = at.end + (/^\s*;/.exec(text.slice(at.end))?.[0].length ?? 0);
  const line = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end))?.[0].length ?? 0;
  const alone = at.start === 0 || text[at.start - 1] === '\n';
  return { ...at, end: alone ? end + line : end };
}

/** Moves an operation into a new migration; undefined where it cannot be taken out of the text. */
export function moved(op: Operation, facts: Facts, title: string, migration: NewMigration): readonly Fix[] {
  const edit = withoutOperation(op, facts);
  return edit === undefined ? [] : [{ title, safe: true, edits: [edit], migration }];
}

/** A call with its line. */
export function wholeCall({ statement, indent }: Call, text: string): Span {
  return { ...statement, start: statement.start - indent.length, end: statement.end + (/^[ \t]*(?:\r?\n|$)/.exec(text.slice(statement.end))?.[0].length ?? 0) };
}

/** The name that Postgres gives a constraint written at that place. */
export function constraintName(op: Operation, facts: Facts, at: Span): string | undefined {
  // What the step changed is at hand; the state after it would have to be put together.
  for (const { object, after } of facts.timeline.changes(op.index)) {
    if (object !== 'table' || after === undefined) continue;
    for (const constraint of (after as Table).constraints.values()) if (constraint.at.file === at.file && constraint.at.start === at.start) return constraint.name;
  }
  return undefined;
}

/** A UNIQUE or PRIMARY KEY whose index is there first: built CONCURRENTLY in a migration without a transaction, then taken over. */
export function indexFirst(op: Operation, facts: Facts, constraint: ConstraintDef & { readonly kind: 'primary key' | 'unique' }, name: string, columns: readonly string[]): readonly Fix[] {
  if (op.table === undefined || op.action === undefined || !isWritten(op)) return [];
  const { at } = constraint;
  const blank = /\s*$/.exec(facts.text({ file: at.file, start: 0, end: at.start }))?.[0].length ?? 0;
  const edit = op.action.do === 'add-constraint' ? withoutOperation(op, facts) : { at: { ...at, start: at.start - blank }, text: '' };
  if (edit === undefined) return [];
  const [sql, index] = [sqlTable(op.table.key), sqlName(name)];
  const include = constraint.include.length > 0 ? ` include (${columnList(constraint.include)})` : '';
  // What it says of deferring, and of NULL, stands behind its columns.
  const [deferred = ''] = /\b(?:not\s+)?deferrable\b.*$|\binitially\b.*$/is.exec(facts.text(at)) ?? [];
  const statements = [
    `create unique index concurrently ${index} on ${sql} (${columnList(columns)})${include}${constraint.nullsNotDistinct === true ? ' nulls not distinct' : ''}`,
    `alter table ${sql} add constraint ${index} ${constraint.kind} using index ${index}${deferred === '' ? '' : ` ${deferred}`}`,
  ];
  return [{ title: 'Its index first, in a migration without a transaction', safe: true, edits: [edit], migration: { slug: `index_${name}`, statements, outside: true } }];
}

/** Puts another column in the place of one in use, over several migrations: nothing of it is safe, for both are there until a later release. */
export function exchanged(op: Operation, facts: Facts, of: Omit<ExchangeOf, 'step'>, title: string): { readonly fixes: readonly Fix[]; /** For the end of a sentence that tells the way. */ readonly how: string } {
  if (!isOfFile(op)) return { fixes: [], how: '' };
  const exchange = facts.migrations.exchange({ step: op.index, ...of });
  if (exchange === undefined) return { fixes: [], how: '' };
  if (typeof exchange === 'string') return { fixes: [], how: ` \`tenantlint fix\` does not write it: ${exchange}.` };
  const edit = withoutOperation(op, facts);
  const fixes = edit === undefined ? [] : [{ title, safe: false, edits: [edit], migration: exchange.expand, more: exchange.more, later: exchange.contract }];
  return { fixes, how: ' `tenantlint fix --unsafe` writes all of it but the last.' };
}

/** A view of a table's old name behind the statement that gives it another: in its transaction, and with the privileges of the table. */
export function viewLeft(op: Operation, facts: Facts, table: Table, to: string): readonly Fix[] {
  // Before Postgres 15 a view asks as its owner, and policies of the table do not hold.
  if (!isOfFile(op) || op.transaction === undefined || facts.postgres < 15 || table.grants.some((g) => g.columns !== undefined)) return [];
  const [old, now] = [sqlTable(table.key), sqlTable(`${table.schema}.${to}`)];
  const grants = [...grouped(table.grants.filter((g) => PASSED_ON.has(g.privilege)), (g) => g.role)].map(([role, of]) => `grant ${of.map((g) => g.privilege).join(', ')} on ${old} to ${role === 'public' ? role : sqlName(role)}`);
  const text = [`create view ${old} with (security_invoker = true) as select * from ${now}`, ...grants].map((s) => `;\n${s}`).join('');
  return [{ title: 'A view of the old name, until nothing that runs asks for it', safe: false, edits: [{ at: { ...op.event.at, start: op.event.at.end }, text }], later: [`drop view ${old}`] }];
}

/** What a view takes as well. */
const PASSED_ON: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'delete']);

/** What lets code go on asking for a table or column that a statement at that place gives another name. */
export function renameFixes(facts: Facts, index: number, at: Span): readonly Fix[] {
  const op = operations(facts, index).find(({ event }) => event.kind === 'rename' && event.at.file === at.file && event.at.start <= at.start && at.end <= event.at.end);
  if (op?.table === undefined || op.event.kind !== 'rename') return [];
  const { table, event: { object, name, to } } = op;
  return object === 'column' ? exchanged(op, facts, { table, column: name.name, to, using: undefined }, 'A column of the new name beside it, filled in batches').fixes : viewLeft(op, facts, table, to);
}
