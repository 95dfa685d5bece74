import type { Access, AccessFacts, Capture, Environment, FunctionBody, Isolation, Routine, Schema, SqlParser, Table, TenancyModel, Timeline } from '@tenantlint/model';
import type { TenancyConfig } from '../tenancy/index.ts';
import { ADMIN_ROLES, listOf, tenantKeys } from '../tenancy/index.ts';
import { EffectiveRules } from './access/effective.ts';
import { escalationOf } from './access/escalation.ts';
import { firedReach } from './access/fired.ts';
import { Policies } from './access/policies.ts';
import { Recursion, rowsRead } from './access/recursion.ts';
import { Roles } from './access/roles.ts';
import { reachOf } from './access/routines.ts';
import { settingsSetByCallers } from './access/settings.ts';
import { Triggers } from './access/triggers.ts';
import { COMMANDS, Verdicts } from './access/verdict.ts';
import { ViewVerdicts } from './access/views.ts';
import type { World } from './bind/bind.ts';
import { routineIndex, routinesOf } from './bind/routines.ts';
import { callsOf } from './cost/calls.ts';
import { filtersOf } from './cost/filters.ts';
import type { Database } from './prove/question.ts';

export interface IsolationOptions {
  readonly schema: Schema;
  readonly tenancy: TenancyModel;
  readonly environment: Environment;
  readonly parser: Pick<SqlParser, 'functionBody'>;
  readonly config?: TenancyConfig;
  /** The history that the schema is a state of, where several of its states are judged. */
  readonly timeline?: Timeline;
}

/** What this engine answers, and what its answers rest on. */
export interface IsolationFacts extends AccessFacts {
  /** What `prove` rests on, for judging conditions that are no policies. */
  readonly database: Database;
  /** Roles that `access` speaks of. */
  readonly roles: readonly string[];
}

export function createIsolation(options: IsolationOptions): IsolationFacts {
  const { schema, tenancy, environment, config = {} } = options;
  const bodies = new Map<string, FunctionBody>();
  const body = (routine: Routine): FunctionBody => {
    const known = bodies.get(routine.key);
    if (known !== undefined) return known;
    const made: FunctionBody = routine.body === undefined ? { kind: 'opaque', reason: 'its body is not known' } : options.parser.functionBody(routine.body, routine.language);
    bodies.set(routine.key, made);
    return made;
  };
  const index = routineIndex(schema, options.timeline);
  let settable: ReadonlySet<string> | undefined;
  const world: World = {
    schema,
    body,
    routines: routinesOf(schema, index),
    helpers: { isMember: new Set(listOf(config.isMember)), currentTenant: new Set(listOf(config.currentTenant)), currentUser: new Set(listOf(config.currentUser)) },
    trustedSettings: new Set((config.trustedSettings ?? []).map((name) => name.toLowerCase())),
    callerCanSet: (name) => (settable ??= settingsSetByCallers(schema, index.setting, environment, body)).has(name),
    tenantColumns: tenantColumnsOf(tenancy),
  };
  const names = judgedRoles(schema, environment);
  const roles = new Roles(schema, new Set(names.filter((name) => !schema.roles.has(name) && environment.kind === 'own-connection')));
  const policies = new Policies(world);
  const rules = new EffectiveRules(schema, roles, policies);
  const recursion = new Recursion(schema, rules);
  const database: Database = {
    schema,
    tenancy,
    adminRoles: new Set([...ADMIN_ROLES, ...(config.adminRoles ?? [])].map((name) => name.toLowerCase())),
    visible: (row, caller) => (caller === undefined ? undefined : rules.visible(row, caller.role)),
    admitted: (row, caller, command) => rules.admitted(row, caller.role, command),
  };
  const views = new ViewVerdicts(world, roles, rules, database);
  const verdicts = new Verdicts({ schema, environment, roles, rules, recursion, triggers: new Triggers(world, database), db: database });
  const direct = new Map<string, readonly Access[]>();
  const judged = (table: Table, role: string): readonly Access[] => {
    const key = `${table.key}|${role}`;
    const known = direct.get(key);
    if (known !== undefined) return known;
    const made = COMMANDS.map((command) => verdicts.judge(table, role, command));
    direct.set(key, made);
    return made;
  };
  const accessOf = new Map<string, readonly Access[]>();
  return {
    database,
    roles: names,
    body,
    tenancyOf: (table) => tenancy.of.get(table.key) ?? { table: table.key, tenancy: { kind: 'unknown' }, declared: false, why: [] },
    access: (table) => {
      const known = accessOf.get(table.key);
      if (known !== undefined) return known;
      const made = names.flatMap((role) => judged(table, role)).map((access) => {
        const escalation = escalationOf(access, table, verdicts, database, judged);
        return escalation === undefined ? access : { ...access, escalation };
      });
      accessOf.set(table.key, made);
      return made;
    },
    formula: (table, policy, side) => policies.side(table, policy, side)?.formula,
    captures: (table, policy) => {
      const found = new Map<string, Capture>();
      for (const expr of [policy.using, policy.check]) {
        for (const capture of expr === undefined ? [] : policies.bound(table, expr).captures) found.set(`${capture.at.file}:${capture.at.start}`, capture);
      }
      return [...found.values()].sort((a, b) => a.at.start - b.at.start);
    },
    filters: (table, policy) => {
      const typeOf = (key: string, column: string): string | undefined => schema.tables.get(key)?.columns.get(column)?.typeText;
      // WITH CHECK finds no rows of its own table, and its sub-selects usually repeat those of USING.
      const using = policy.using === undefined ? [] : filtersOf(policies.bound(table, policy.using).formula, table.key, typeOf);
      const check = policy.check === undefined ? [] : filtersOf(policies.bound(table, policy.check).formula, table.key, typeOf).filter((one) => one.inner);
      const known = new Set(using.map((one) => `${one.table}.${one.column}.${one.inner}`));
      const last = Math.max(0, ...using.map((one) => one.scope));
      return [...using, ...check.filter((one) => !known.has(`${one.table}.${one.column}.${one.inner}`)).map((one) => ({ ...one, scope: one.scope + last }))];
    },
    isolates: (table, policy, side) => {
      const bound = policies.side(table, policy, side);
      if (bound === undefined) return { verdict: 'yes', vacuous: true, because: [{ text: `the policy has no ${side === 'using' ? 'USING' : 'WITH CHECK'} side`, at: policy.at }] };
      const concerned = names.filter((role) => roles.applies(policy, role));
      if (concerned.length === 0) return { verdict: 'yes', because: [{ text: `it applies to ${policy.roles.join(', ')} only`, at: policy.at }] };
      return worst(concerned.map((role) => verdicts.prove(table, role, bound.formula, side === 'check' ? 'write' : policy.command === 'select' ? 'reach' : 'change', bound.at)));
    },
    reachableBy: (object, privilege) => names.filter((role) => roles.reaches(role, object, privilege)),
    calls: (table, policy) => (['using', 'check'] as const).flatMap((side) => (policy[side] === undefined ? [] : callsOf(policy[side], side, table, world))),
    circle: (table, policy) => {
      for (const expr of [policy.using, policy.check]) {
        for (const role of expr === undefined ? [] : names.filter((one) => roles.applies(policy, one))) {
          const found = expr === undefined ? undefined : recursion.circle(policies.bound(table, expr).formula, role, table);
          if (found !== undefined) return found;
        }
      }
      return undefined;
    },
    viewAccess: (view) => names.map((role) => views.judge(view, verdicts.caller(role))),
    triggerReach: (table, trigger) => firedReach(table, trigger, world, database, (names.length > 0 ? names : ['app']).map((role) => verdicts.caller(role)).filter((caller) => caller.signedIn !== false)),
    routineReach: (routine) => reachOf(routine, world, database, names.filter((role) => roles.reaches(role, routine, 'execute')).map((role) => verdicts.caller(role))),
    reads: (table, policy) => [policy.using, policy.check].flatMap((expr) => (expr === undefined ? [] : rowsRead(policies.bound(table, expr).formula, true))),
  };
}

/** Names of the tenant column anywhere in the product; the same for every state of its history. */
function tenantColumnsOf(tenancy: TenancyModel): ReadonlySet<string> {
  let columns = tenantColumns.get(tenancy);
  if (columns === undefined) tenantColumns.set(tenancy, (columns = new Set([...tenancy.of.values()].flatMap((one) => (one.tenancy.kind === 'root' ? [] : tenantKeys(one.tenancy))))));
  return columns;
}
const tenantColumns = new WeakMap<TenancyModel, ReadonlySet<string>>();

function worst(found: readonly Isolation[]): Isolation {
  const [first] = found;
  return found.find((one) => one.verdict === 'no') ?? found.find((one) => one.verdict === 'unknown') ?? found.find((one) => one.verdict === 'yes' && one.vacuous !== true) ?? first ?? { verdict: 'yes', because: [] };
}

/**
 * Roles whose access is judged: those that strangers and users arrive as; behind a connection of its own the
 * application's, or one that stands for it where policies exist and no migration names it.
 */
function judgedRoles(schema: Schema, environment: Environment): readonly string[] {
  if (environment.kind !== 'own-connection') return environment.untrusted;
  const own = environment.appRole;
  if (own !== undefined) return [...new Set([...environment.untrusted, own])];
  if (environment.connectsAs === 'owner') return environment.untrusted;
  const named = new Set<string>();
  let protectedSomewhere = false;
  for (const table of schema.tables.values()) {
    if (table.platform) continue;
    if (table.policies.size > 0 || table.rls?.value === true) protectedSomewhere = true;
    for (const policy of table.policies.values()) for (const role of policy.roles) if (role !== 'public') named.add(role);
  }
  const subject = [...named].filter((name) => {
    const options = schema.roles.get(name)?.options;
    return options?.superuser !== true && options?.bypassRls !== true;
  });
  return protectedSomewhere ? [...new Set([...environment.untrusted, ...(subject.length > 0 ? subject.sort() : ['app'])])] : environment.untrusted;
}
