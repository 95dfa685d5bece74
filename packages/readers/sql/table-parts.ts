import type { ColumnDef, ConstraintDef, SchemaEvent } from '@tenantlint/model';
import { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { createTable } from './lower-table.ts';
import { recall, recallKnown } from './patterns.ts';
import type { Tree } from './tree.ts';

type CreateTable = Extract<SchemaEvent, { kind: 'create-table' }>;

/**
 * CREATE TABLE name (…) of which every element is of a known pattern, put together from these; undefined for any other
 * statement. Hardly two tables are alike, but most of their columns are, and what an element says depends on no other.
 */
export function assembled(e: Excerpt): CreateTable | undefined {
  const open = elementsOf(e);
  if (open === undefined) return undefined;
  const columns: ColumnDef[] = [];
  const constraints: ConstraintDef[] = [];
  const close = e.tokens.count - 1;
  let known = true;
  // To the end even where one is unknown: it is counted, and the next table may find it known.
  for (let first = open + 1; first < close; ) {
    const last = e.elementEnd(first, close);
    if (last + 1 !== close && !e.is(last + 1, ',')) return undefined;
    const made = recallKnown('table element', element(e, first, last), elementOf);
    if (made === undefined) known = false;
    else {
      columns.push(...made.columns);
      constraints.push(...made.constraints);
    }
    first = last + 2;
  }
  const head = known ? recall('table head', new Excerpt(e.file, `${e.text.slice(0, e.tokens.end(open))})`, e.base), tableOf) : undefined;
  return head?.ok === true ? { ...head.value, at: e.whole(), columns, constraints } : undefined;
}

/** The parenthesis that holds the elements, when the statement ends with it. */
function elementsOf(e: Excerpt): number | undefined {
  if (!e.is(0, 'create')) return undefined;
  let i = 1;
  while (KINDS.has(e.word(i))) i++;
  if (!e.is(i, 'table')) return undefined;
  const open = e.nameEnd(e.skip(i + 1, 'if', 'not', 'exists')) + 1;
  const { count } = e.tokens;
  // A comma at the end is left for the grammar to refuse.
  return e.is(open, '(') && e.tokens.partner(open) === count - 1 && count > open + 2 && !e.is(count - 2, ',') ? open : undefined;
}

const KINDS = new Set(['temp', 'temporary', 'unlogged', 'local', 'global']);
const HEAD = 'CREATE TABLE t (';

/** An element in a table of its own; its places are those that it has in the file. */
function element(e: Excerpt, first: number, last: number): Excerpt {
  const start = e.tokens.start(first);
  return new Excerpt(e.file, `${HEAD}${e.text.slice(start, e.tokens.end(last))})`, e.base + start - HEAD.length);
}

function elementOf(e: Excerpt, statement: Node): Pick<CreateTable, 'columns' | 'constraints'> {
  const { columns, constraints, like } = tableOf(e, statement);
  if (like.length > 0) throw new Error('LIKE says where among the columns it stands');
  return { columns, constraints };
}

function tableOf(e: Excerpt, statement: Node): CreateTable {
  return createTable(e, (statement as Tree).CreateStmt ?? {});
}
