import type { Escape, Formula, Row, Span, Term, Value } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import type { Atom, Known, KnownRow } from './known.ts';
import type { Ownership } from './ownership.ts';
import type { Question } from './question.ts';
import { columnsOf, ELEMENT, termTrust, trustOf } from './terms.ts';

/** The counter-example of atoms that bind the row to nobody: what was tested, and which row gets through. */
export function escapeOf(question: Question, target: KnownRow, atoms: readonly Atom[], rows: readonly Row[], known: Known, ownership: Ownership): Escape {
  const names = new Map(rows.map((row) => [row.id, row.alias]));
  const disjunct = atoms.length === 0 ? 'true' : [...new Set(atoms.map((atom) => atomText(atom, question, names)))].join(' and ');
  return { disjunct, row: rowText(question, target, atoms, names, known, ownership), at: placeOf(question, atoms), atoms, rows };
}

/** The atoms that stand in the file that was asked about; what opened functions say elsewhere is not what to underline. */
function placeOf(question: Question, atoms: readonly Atom[]): Span {
  let start = Infinity;
  let end = -1;
  for (const atom of atoms) {
    const at = atom.kind === 'not' ? undefined : atom.at;
    if (at === undefined || at.file !== question.at.file || at.start < question.at.start || at.end > question.at.end) continue;
    start = Math.min(start, at.start);
    end = Math.max(end, at.end);
  }
  return end < 0 ? question.at : { file: question.at.file, start, end };
}

function rowText(question: Question, target: KnownRow, atoms: readonly Atom[], names: ReadonlyMap<number, string>, known: Known, ownership: Ownership): string {
  const who = whoText(question);
  const { table } = target;
  const keys = table.tenantColumns.join(', ');
  const client = clientValue(question, target, atoms);
  if (client !== undefined) return `${who} who puts another tenant's id into ${client}`;
  if (question.goal === 'write') {
    const tested = [...known.columnsOf(question.row)].sort();
    const only = tested.length > 0 ? `only ${tested.join(', ')} ${tested.length === 1 ? 'is' : 'are'} looked at` : 'nothing of the row is looked at';
    if (table.tenancy.kind === 'through') return `${who} can leave a row whose ${table.tenancy.path[0]?.columns.join(', ') ?? ''} leads to another tenant: ${only}`;
    if (table.tenancy.kind === 'user-owned' && table.tenancy.path !== undefined) return `${who} can leave a row whose ${table.tenancy.column} leads to somebody else: ${only}`;
    if (keys === '') return `${who} can leave any row: ${only}`;
    return `${who} can leave a row with another tenant's ${keys}: ${only}`;
  }
  const tests = atoms.filter((atom) => atom.kind !== 'opaque' && atom.kind !== 'not' && mentionsRow(atom, question.row));
  const others = known.rows.filter((row) => row.row.id !== question.row && ownership.own(row.row.id) !== undefined);
  const gate = others.length > 0 ? `, given a row of their own in ${[...new Set(others.map((row) => row.table.name))].join(' and ')} (of whatever tenant)` : '';
  const unset = atoms.some((atom) => contextMissing(atom));
  if (tests.length === 0 && unset) return `every row of ${table.name}, for ${who} that has not set the tenant, or whose SET LOCAL is over`;
  if (tests.length === 0) return `every row of ${table.name}, for ${who}${gate}`;
  return `any row where ${[...new Set(tests.map((atom) => atomText(atom, question, names)))].join(' and ')}, whoever owns it, for ${who}${gate}`;
}

function whoText(question: Question): string {
  const { caller } = question;
  if (caller === undefined) return 'any caller';
  if (caller.signedIn === false) return `anybody without signing in (${caller.role})`;
  if (caller.signedIn === true) return `a signed-in user of any tenant (${caller.role})`;
  return `a connection as ${caller.role}`;
}

/** Holds where a setting is missing or empty: after SET LOCAL it is empty, not missing, for as long as the connection lives. */
function contextMissing(atom: Atom): boolean {
  if (atom.kind === 'null') return !atom.negated && atom.of.kind === 'value' && atom.of.value.kind === 'setting';
  if (atom.kind !== 'compare' || atom.op !== '=') return false;
  const sides = [atom.left, atom.right];
  return sides.some((side) => side.kind === 'value' && side.value.kind === 'setting') && sides.some((side) => side.kind === 'value' && side.value.kind === 'literal' && side.value.value === '');
}

/** A tenant column that is compared, but with something that the caller writes. */
function clientValue(question: Question, target: KnownRow, atoms: readonly Atom[]): string | undefined {
  for (const atom of atoms) {
    if (atom.kind !== 'compare' || atom.op !== '=') continue;
    for (const [one, other] of [[atom.left, atom.right], [atom.right, atom.left]] as const) {
      if (one.kind !== 'column' || one.row !== question.row) continue;
      const bound = target.table.tenantColumns.includes(one.column) || (target.table.tenancy.kind === 'through' && target.table.tenancy.path[0]?.columns.includes(one.column) === true);
      if (bound && termTrust(other) === 'untrusted') return termText(other, question, new Map());
    }
  }
  return undefined;
}

function mentionsRow(atom: Atom, row: number): boolean {
  let found = false;
  const see = (id: number): void => { if (id === row) found = true; };
  if (atom.kind === 'compare') {
    columnsOf(atom.left, see);
    columnsOf(atom.right, see);
  } else if (atom.kind === 'null') columnsOf(atom.of, see);
  return found;
}

export function atomText(formula: Formula, question: Question, names: ReadonlyMap<number, string>): string {
  switch (formula.kind) {
    case 'true': case 'false': return formula.kind;
    case 'and': case 'or': return `(${formula.of.map((part) => atomText(part, question, names)).join(` ${formula.kind} `)})`;
    case 'not': return `not ${atomText(formula.of, question, names)}`;
    case 'compare': {
      const answered = formula.op === '=' && formula.left.kind === 'apply' && isOperator(formula.left) && formula.right.kind === 'value' && formula.right.value.kind === 'literal' ? formula.right.value.value : undefined;
      if (answered === true) return termText(formula.left, question, names);
      if (answered === false) return `not (${termText(formula.left, question, names)})`;
      return `${termText(formula.left, question, names)} ${formula.op} ${termText(formula.right, question, names)}`;
    }
    case 'null': return `${termText(formula.of, question, names)} is ${formula.negated ? 'not ' : ''}null`;
    case 'exists': return `exists (${formula.rows.map((row) => row.alias).join(', ')})`;
    case 'opaque': return formula.text;
    default: return never(formula);
  }
}

export function termText(term: Term, question: Question, names: ReadonlyMap<number, string>): string {
  switch (term.kind) {
    case 'column': return term.row === question.row ? term.column : `${names.get(term.row) ?? 'row'}.${term.column}`;
    case 'value': return valueText(term.value);
    case 'apply': {
      const args = term.of.map((part) => termText(part, question, names));
      if (term.fn.startsWith(ELEMENT)) return `any(${args.join(', ')})`;
      if (isOperator(term)) return `${args[0] ?? ''} ${SPELT[term.fn] ?? term.fn} ${args[1] ?? ''}`;
      return `${term.fn}(${args.join(', ')})`;
    }
    default: return never(term);
  }
}

const SPELT: Readonly<Record<string, string>> = { '~~': 'like', '~~*': 'ilike', '!~~': 'not like', '!~~*': 'not ilike' };

function isOperator(term: Extract<Term, { kind: 'apply' }>): boolean {
  return /^[^\w\s]+$/.test(term.fn) && term.of.length === 2;
}

export function valueText(value: Value): string {
  switch (value.kind) {
    case 'literal': return typeof value.value === 'string' ? `'${value.value}'` : String(value.value);
    case 'caller': return 'the caller\'s id';
    case 'tenant': return `the caller's tenant (${value.from})`;
    case 'claim': return trustOf(value) === 'trusted' ? `${value.path} of the token` : `${value.path}, which the caller writes`;
    case 'setting': return `the setting ${value.name}`;
    case 'role': return value.which;
    case 'param': return value.path.length > 0 ? value.path.join('.') : `argument ${value.index + 1} of ${value.fn}`;
    case 'input': return [value.channel, ...value.path].join('.');
    case 'unknown': return value.why;
    default: return never(value);
  }
}
