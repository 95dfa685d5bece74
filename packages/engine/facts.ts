import type { Environment, Facts, Policy, QuerySite, Schema, Span, SqlFile, Table, TenancyModel, Timeline } from '@tenantlint/model';
import type { IsolationFacts } from './isolation/index.ts';
import { underRowSecurity } from './row-security.ts';

export interface Known {
  readonly timeline: Timeline;
  readonly environment: Environment;
  readonly tenancy: TenancyModel;
  readonly isolation: IsolationFacts;
  readonly sites: readonly QuerySite[];
  /** See Facts. */
  readonly loose?: readonly SqlFile[];
  text(path: string): string | undefined;
  /** See Facts. */
  modelled?(): Schema | undefined;
}

/** All that is known, each answer computed when the first rule asks for it. */
export function createFacts({ modelled, timeline, environment, tenancy, isolation, sites, loose = [], text }: Known): Facts {
  const perPolicy = <A extends readonly string[], T>(answer: (table: Table, policy: Policy, ...more: A) => T) => {
    const memo = new WeakMap<Policy, Map<string, T>>();
    return (table: Table, policy: Policy, ...more: A): T => {
      let answers = memo.get(policy);
      if (!answers) memo.set(policy, (answers = new Map()));
      const key = more.join();
      const known = answers.get(key);
      if (known !== undefined || answers.has(key)) return known as T;
      const made = answer(table, policy, ...more);
      answers.set(key, made);
      return made;
    };
  };
  const perObject = <K extends object, T extends object>(answer: (of: K) => T) => {
    const memo = new WeakMap<K, T>();
    return (of: K): T => {
      const known = memo.get(of);
      if (known !== undefined) return known;
      const made = answer(of);
      memo.set(of, made);
      return made;
    };
  };
  let models: { readonly schema: Schema | undefined } | undefined;
  return {
    schema: timeline.last,
    modelled: () => (models ??= { schema: modelled?.() }).schema,
    timeline,
    environment,
    tenancy,
    sites: underRowSecurity(sites, isolation, timeline.last, environment),
    loose,
    tenancyOf: isolation.tenancyOf,
    access: isolation.access,
    isolates: perPolicy(isolation.isolates),
    formula: perPolicy(isolation.formula),
    filters: perPolicy(isolation.filters),
    captures: perPolicy(isolation.captures),
    body: isolation.body,
    reachableBy: isolation.reachableBy,
    calls: perPolicy(isolation.calls),
    circle: perPolicy(isolation.circle),
    reads: perPolicy(isolation.reads),
    viewAccess: perObject(isolation.viewAccess),
    routineReach: perObject(isolation.routineReach),
    triggerReach: isolation.triggerReach,
    text: ({ file, start, end }: Span) => text(file)?.slice(start, end) ?? '',
  };
}
