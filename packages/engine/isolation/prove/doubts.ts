import type { Formula, Reason, Row, Term } from '@tenantlint/model';
import type { Atom, Known } from './known.ts';
import type { Ownership } from './ownership.ts';
import type { Database, Question } from './question.ts';
import { tellingColumns } from './tables.ts';
import { columnsOf, hasUnknown, mentionsTrusted, paramsOf } from './terms.ts';
import { atomText } from './words.ts';

type Test = Extract<Term, { kind: 'apply' }>;
interface Seen { readonly atoms: readonly Atom[]; readonly rows: readonly Row[] }

/** What could still bind the row, if only it were understood. */
export function doubtsOf({ atoms, rows }: Seen, question: Question, db: Database, known: Known, ownership: Ownership): readonly Reason[] {
  const out: Reason[] = [];
  const names = new Map(rows.map((row) => [row.id, row.alias]));
  const mine = new Set(rows.filter((row) => row.id !== question.row && (ownership.own(row.id) !== undefined || ownership.mine(row.id) !== undefined)).map((row) => row.id));
  const tests = atoms.flatMap((atom) => unopened(atom) ?? []);
  const checked = tests.length === 0 ? new Set<string>() : checkedParams(tests, mine, known, ownership);
  for (const atom of atoms) {
    if (atom.kind === 'opaque') out.push({ text: `${atom.text}: ${atom.why}`, at: atom.at });
    else if (atom.kind === 'not') out.push(...opaqueInside(atom.of));
    else if (atom.kind === 'compare') {
      const test = unopened(atom);
      if (hasUnknown(atom.left) || hasUnknown(atom.right) || (test !== undefined && mayBind(test, rows, db, mine, checked))) out.push({ text: atomText(atom, question, names), at: atom.at });
    }
  }
  return out;
}

/** A test by an operator or function that nothing is known of but that it answers yes or no (ILIKE, @@, starts_with). */
function unopened(atom: Atom): Test | undefined {
  if (atom.kind !== 'compare') return undefined;
  for (const [test, answer] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
    if (test.kind === 'apply' && answer.kind === 'value' && answer.value.kind === 'literal' && typeof answer.value.value === 'boolean') return test;
  }
  return undefined;
}

/**
 * Could the test be what ties the row to the caller? Not when it is over the row's own columns, constants and whatever
 * the caller likes to give: then it only chooses among the rows.
 */
function mayBind(test: Test, rows: readonly Row[], db: Database, mine: ReadonlySet<number>, checked: ReadonlySet<string>): boolean {
  const columns: { readonly row: number; readonly column: string }[] = [];
  columnsOf(test, (row, column) => columns.push({ row, column }));
  if (columns.length === 0) return false;
  if (mentionsTrusted(test)) return true;
  // Rows that meet in it may be a chain that starts at the caller's.
  if (mine.size > 0 && new Set(columns.map((one) => one.row)).size > 1) return true;
  const params = paramsOf(test);
  if (params.some((param) => checked.has(param))) return true;
  return params.length > 0 && columns.some(({ row, column }) => tells(rows.find((one) => one.id === row)?.table, column, db));
}

/** Who presents one of these may have the row. */
const SECRET = /token|secret|password|otp|api_?key|hash/i;

/** The column says whose the row is, or by name or type may: a secret, a path of ids, a list of them. */
function tells(table: string | undefined, column: string, db: Database): boolean {
  if (table === undefined) return true;
  if (tellingColumns(db, table).has(column) || SECRET.test(column)) return true;
  const type = db.schema.tables.get(table)?.columns.get(column)?.type;
  return type === undefined || type.dims > 0 || type.name === 'ltree' || type.name === 'uuid';
}

/** Arguments of which something of the caller's is known: what is compared with one of them may be checked by it. */
function checkedParams(tests: readonly Test[], mine: ReadonlySet<number>, known: Known, ownership: Ownership): ReadonlySet<string> {
  const out = new Set<string>();
  const add = (term: Term): void => {
    for (const param of paramsOf(term)) out.add(param);
  };
  for (const [root, members] of known.closure.classes()) {
    const info = known.of(root);
    if (info.literals.has('true') || info.literals.has('false')) continue;
    if (info.trusted || ownership.holds(root)) members.forEach(add);
  }
  for (const test of tests) columnsOf(test, (row) => (mine.has(row) ? add(test) : undefined));
  return out;
}

function opaqueInside(formula: Formula): readonly Reason[] {
  const out: Reason[] = [];
  const stack: Formula[] = [formula];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.kind === 'opaque') out.push({ text: `not ${next.text}: ${next.why}`, at: next.at });
    else if (next.kind === 'and' || next.kind === 'or') stack.push(...next.of);
    else if (next.kind === 'not') stack.push(next.of);
    else if (next.kind === 'exists') stack.push(next.where);
  }
  return out;
}
