import type { Formula, Routine, RoutineReach, Row, Table, Trigger, Value } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { Bind } from '../bind/bind.ts';
import type { Touch } from '../bind/dml.ts';
import { runBlock } from '../bind/plpgsql.ts';
import type { Meaning, Scope, Source } from '../bind/scope.ts';
import { NO_CTES } from '../bind/scope.ts';
import { and, compare, literal, valueTerm } from '../logic/formula.ts';
import { prove } from '../prove/prove.ts';
import type { Caller, Database } from '../prove/question.ts';
import { isOwned, pathOf, tableFacts } from '../prove/tables.ts';
import { staysWhose } from './routines.ts';

/**
 * What a trigger writes with its owner's rights when a row of the caller's is written: NEW and OLD are taken as the
 * caller's, since policies have let them through, and everything that the function writes then has to be as well.
 */
export function firedReach(table: Table, trigger: Trigger, world: World, db: Database, callers: readonly Caller[]): readonly RoutineReach[] {
  const routine = routineOf(trigger, world);
  if (routine === undefined || !routine.securityDefiner.value || !trigger.enabled) return [];
  const body = world.body(routine);
  if (body.kind !== 'plpgsql') return [];
  const b = new Bind(world);
  const fired = b.row(table.key, 'new', table.at, true);
  const source: Source = { kind: 'row', alias: 'new', name: table.name, schema: undefined, row: fired, columns: new Set(table.columns.keys()), renamed: undefined };
  const names = new Map<string, Meaning>([['tg_table_name', { kind: 'term', term: literal(table.name, table.at) }]]);
  const [event, ...more] = trigger.events;
  if (event !== undefined && more.length === 0) names.set('tg_op', { kind: 'term', term: literal(event.toUpperCase(), table.at) });
  if (trigger.perRow) for (const name of ['new', 'old']) names.set(name, { kind: 'row', source });
  const path = routine.settings['search_path'];
  const searchPath = path === undefined ? routine.searchPath : path.split(',').map((part) => part.trim().replace(/^"|"$/g, '')).filter((part) => part !== '');
  const scope: Scope = { sources: [], ctes: NO_CTES, names, label: routine.name, params: [], outer: undefined, policy: false, routine: { definer: true, owner: routine.owner, searchPath, stack: [routine.key] } };
  const touched: Touch[] = [];
  runBlock(b, body.block, routine, scope, touched);
  const out = new Map<string, RoutineReach>();
  for (const caller of callers) {
    const given = assumed(b, table, fired, db);
    for (const touch of touched.filter((one) => isOwned(tableFacts(db, one.table)) && !staysWhose(one, db))) {
      const rows = [...touch.rows, fired, ...given.rows].filter((row) => row !== touch.row);
      const isolation = prove({ formula: and([given.when, touch.when]), row: touch.row.id, rows, table: touch.table, goal: touch.written ? 'write' : 'reach', caller, at: touch.at }, db);
      const key = `${touch.command}|${touch.table}|${touch.at.start}`;
      const known = out.get(key);
      if (known === undefined || RANK[isolation.verdict] > RANK[known.isolation.verdict]) out.set(key, { command: touch.command, table: touch.table, role: caller.role, isolation, at: touch.at });
    }
  }
  return [...out.values()].sort((a, b) => a.at.start - b.at.start);
}
const RANK = { yes: 0, unknown: 1, no: 2 } as const;

function routineOf(trigger: Trigger, world: World): Routine | undefined {
  return world.schema.functions.get(trigger.function) ?? world.schema.functions.get(`${trigger.function}()`);
}

/** The row that fired is the caller's own, or its tenant one of the caller's, along whatever way leads there. */
function assumed(b: Bind, table: Table, row: Row, db: Database): { readonly rows: readonly Row[]; readonly when: Formula } {
  const rows: Row[] = [];
  const parts: Formula[] = [];
  const equal = (of: Row, column: string, value: Value): void => {
    parts.push(compare('=', { kind: 'column', row: of.id, column, at: table.at }, valueTerm(value, table.at), table.at));
  };
  const facts = tableFacts(db, table.key);
  const tenant: Value = { kind: 'tenant', from: `the row of ${table.name}` };
  if (facts.person !== undefined || table.key === 'auth.users') equal(row, facts.person ?? 'id', { kind: 'caller' });
  if (facts.tenancy.kind === 'user-owned' && facts.tenancy.path === undefined) equal(row, facts.tenancy.column, { kind: 'caller' });
  let at = row;
  for (const hop of pathOf(facts.tenancy)) {
    const parent = b.row(hop.parent, hop.parent, table.at, true);
    rows.push(parent);
    hop.columns.forEach((column, index) => {
      const referenced = hop.referenced[index];
      if (referenced !== undefined) parts.push(compare('=', { kind: 'column', row: at.id, column, at: table.at }, { kind: 'column', row: parent.id, column: referenced, at: table.at }, table.at));
    });
    at = parent;
  }
  const [key] = tableFacts(db, at.table ?? table.key).tenantColumns;
  if (key !== undefined) equal(at, key, tenant);
  return { rows, when: and(parts) };
}
