import type { Environment, Facts, FunctionBody, Policy, QuerySite, Routine, Span, SqlParser, Table, TenancyModel, TenancyOf, Timeline } from '@tenantlint/model';

/** Answers about policies and roles, as the isolation part of the engine gives them. */
export type Judge = Pick<Facts, 'access' | 'isolates' | 'formula' | 'filters' | 'captures' | 'reachableBy'>;

export interface Known {
  readonly timeline: Timeline;
  readonly environment: Environment;
  readonly tenancy: TenancyModel;
  readonly sites: readonly QuerySite[];
  readonly judge: Judge;
  readonly body: Facts['body'];
  text(path: string): string | undefined;
}

/** All that is known, each answer computed when the first rule asks for it. */
export function createFacts({ timeline, environment, tenancy, sites, judge, body, text }: Known): Facts {
  const perPolicy = <T>(answer: (table: Table, policy: Policy) => T) => {
    const memo = new WeakMap<Policy, T>();
    return (table: Table, policy: Policy): T => remembered(memo, policy, () => answer(table, policy));
  };
  const sides = perPolicy((table, policy) => {
    const of = <T>(answer: (side: 'using' | 'check') => T) => {
      const memo = new Map<'using' | 'check', T>();
      return (side: 'using' | 'check'): T => remembered(memo, side, () => answer(side));
    };
    return { isolates: of((side) => judge.isolates(table, policy, side)), formula: of((side) => judge.formula(table, policy, side)) };
  });
  const access = new WeakMap<Table, ReturnType<Facts['access']>>();
  return {
    schema: timeline.last,
    timeline,
    environment,
    tenancy,
    sites,
    tenancyOf: (table) => tenancy.of.get(table.key) ?? undecided(table),
    access: (table) => remembered(access, table, () => judge.access(table)),
    isolates: (table, policy, side) => sides(table, policy).isolates(side),
    formula: (table, policy, side) => sides(table, policy).formula(side),
    filters: perPolicy(judge.filters),
    captures: perPolicy(judge.captures),
    body,
    reachableBy: judge.reachableBy,
    text: ({ file, start, end }: Span) => text(file)?.slice(start, end) ?? '',
  };
}

/** Bodies of routines, each parsed once and only when somebody asks. */
export function bodies(sql: SqlParser): Facts['body'] {
  const memo = new WeakMap<Routine, FunctionBody>();
  return (routine) => remembered(memo, routine, () => (routine.body ? sql.functionBody(routine.body, routine.language) : { kind: 'opaque', reason: 'it has no body' }));
}

function remembered<K, T>(memo: { get(key: K): T | undefined; set(key: K, value: T): unknown }, key: K, compute: () => T): T {
  const known = memo.get(key);
  if (known !== undefined) return known;
  const value = compute();
  memo.set(key, value);
  return value;
}

function undecided(table: Table): TenancyOf {
  return { table: table.key, tenancy: { kind: 'unknown' }, declared: false, why: [] };
}
