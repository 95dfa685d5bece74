import type { Access, Formula, Isolation, Row, View } from '@tenantlint/model';
import type { World } from '../bind/bind.ts';
import { Bind } from '../bind/bind.ts';
import { NO_CTES, NO_NAMES } from '../bind/scope.ts';
import { bindSelect, type Alternative } from '../bind/select.ts';
import { and, FALSE } from '../logic/formula.ts';
import { shift } from '../logic/rename.ts';
import { prove } from '../prove/prove.ts';
import type { Caller, Database } from '../prove/question.ts';
import { isOwned, tableFacts } from '../prove/tables.ts';
import type { EffectiveRules } from './effective.ts';
import type { Roles } from './roles.ts';
import { handedOut, type Given } from './routines.ts';

/** What a role sees through a view: the rows of its tables, under the view's own condition and whoever's policies apply. */
export class ViewVerdicts {
  private readonly world: World;
  private readonly roles: Roles;
  private readonly rules: EffectiveRules;
  private readonly db: Database;

  constructor(world: World, roles: Roles, rules: EffectiveRules, db: Database) {
    this.world = world;
    this.roles = roles;
    this.rules = rules;
    this.db = db;
  }

  judge(view: View, caller: Caller): Access {
    const { role } = caller;
    const made = (verdict: Access['verdict'], text: string, found?: Isolation): Access => ({ role, command: 'select', verdict, why: [{ text, at: view.at }], ...(found?.verdict === 'no' ? { escape: found.escape } : {}) });
    if (!this.roles.reaches(role, view, 'select')) return made('denied', `${role} holds no select privilege`);
    const invoker = isInvoker(view);
    const scope = { sources: [], ctes: NO_CTES, names: NO_NAMES, label: undefined, params: [], outer: undefined, policy: false, routine: { definer: !invoker, owner: view.owner, searchPath: this.world.schema.searchPath, stack: [`view ${view.key}`] } };
    let unknown: Access | undefined;
    let shown: Access | undefined;
    let passes = false;
    const bind = new Bind(this.world);
    const alternatives = bindSelect(bind, view.select, scope);
    if (bind.exhausted) return made('unknown', 'the view is too large to be followed');
    for (const one of alternatives) {
      for (const { row, rows, when } of this.shownBy(bind, one)) {
        const facts = row.table === undefined ? undefined : tableFacts(this.db, row.table);
        if (facts?.tenancy.kind === 'unknown') unknown ??= made('unknown', `how ${facts.key} belongs to tenants is not known`);
        if (row.table === undefined || facts === undefined || !isOwned(facts)) continue;
        const own = this.ofRow(row, invoker ? role : view.owner);
        const found = prove({ formula: and([when, own]), row: row.id, rows, table: row.table, goal: 'reach', caller, at: view.at }, this.db);
        if (found.verdict === 'no') {
          const leak = made('leak', invoker ? 'the policies of its tables let it' : `it reads with the rights of ${view.owner}, past row level security`, found);
          // What the table shows to everybody anyway says less than what only the view shows.
          const open = !invoker && prove({ formula: and([when, this.ofRow(row, role)]), row: row.id, rows, table: row.table, goal: 'reach', caller, at: view.at }, this.db).verdict === 'no';
          if (!open) return leak;
          shown ??= leak;
          continue;
        }
        if (found.verdict === 'unknown') unknown ??= { ...made('unknown', 'could not be decided'), why: found.opaque };
        else if (found.vacuous !== true) passes = true;
      }
    }
    if (shown !== undefined) return shown;
    if (unknown !== undefined) return unknown;
    if (!passes) return made('isolated', 'it shows no rows of tenants');
    return made('isolated', invoker ? 'it reads with the caller\'s rights' : 'its own condition binds the rows to the caller');
  }

  /** Rows of the view's FROM, and of sub-selects in its columns. A total over everything is nobody's row. */
  private shownBy(bind: Bind, one: Alternative): readonly Given[] {
    const from = one.rows.map((row) => ({ row, rows: one.rows.filter((other) => other !== row), when: one.where }));
    if (one.rows.length === 0) return from;
    return [...from, ...handedOut(bind, { rows: one.rows, when: one.where, outputs: one.targets }).filter(({ row }) => !one.rows.includes(row))];
  }

  /** What row level security asks of a row that is read as `role`. */
  private ofRow(row: Row, role: string): Formula {
    const table = row.table === undefined ? undefined : this.world.schema.tables.get(row.table);
    if (table === undefined) return FALSE;
    return shift(this.rules.formula(this.rules.of(table, role, 'select', 'using')), row.id, { next: 2_000_000 + row.id * 1000 });
  }
}

export function isInvoker(view: View): boolean {
  const option = view.options['security_invoker'];
  return !view.materialized && option !== undefined && /^(true|on|1|yes|)$/i.test(option);
}
