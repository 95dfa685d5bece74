import type { CodeFact, Environment, Facts, ModelMap, Policy, QuerySite, Schema, Span, SqlFile, Table, TenancyModel, Timeline } from '@tenantlint/model';
import type { IsolationFacts } from './isolation/index.ts';
import { migrationFacts } from './migrations/index.ts';
import { underRowSecurity } from './row-security.ts';

export interface Known {
  readonly timeline: Timeline;
  readonly environment: Environment;
  readonly tenancy: TenancyModel;
  readonly isolation: IsolationFacts;
  readonly sites: readonly QuerySite[];
  readonly code?: readonly CodeFact[];
  /** See Facts. */
  readonly deployed?: readonly QuerySite[];
  /** Who reaches what in another state of the schema. */
  isolationOf(schema: Schema): IsolationFacts;
  /** See Facts. */
  readonly loose?: readonly SqlFile[];
  text(path: string): string | undefined;
  /** Which migrations are judged as not applied yet; none by default. */
  readonly pending?: Pending;
  /** See Facts. */
  readonly merged?: Facts['merged'];
  /** See Facts. */
  readonly removed?: Facts['removed'];
  /** Major version of the server. */
  readonly postgres?: number;
  /** See Facts. */
  modelled?(): Schema | undefined;
  /** See Facts. */
  readonly models?: readonly ModelMap[];
}

/** Files that go out together in one deploy; or every migration, each as a deploy of its own. */
export type Pending = 'all' | ((file: string) => boolean);

/** The oldest major version that is still maintained: what holds for it holds for most. */
const POSTGRES = 15;

/** All that is known, each answer computed when the first rule asks for it. */
export function createFacts({ modelled, models: maps = [], timeline, environment, tenancy, isolation, isolationOf, sites, deployed = [], code = [], loose = [], text, pending = () => false, merged = () => undefined, removed = [], postgres = POSTGRES }: Known): Facts {
  const perPolicy = <T>(answer: (table: Table, policy: Policy) => T) => {
    const memo = new WeakMap<Policy, { readonly answer: T }>();
    return (table: Table, policy: Policy): T => {
      let known = memo.get(policy);
      if (known === undefined) memo.set(policy, (known = { answer: answer(table, policy) }));
      return known.answer;
    };
  };
  const perSide = <T>(answer: (table: Table, policy: Policy, side: 'using' | 'check') => T) => {
    const sides = { using: perPolicy((table, policy) => answer(table, policy, 'using')), check: perPolicy((table, policy) => answer(table, policy, 'check')) };
    return (table: Table, policy: Policy, side: 'using' | 'check'): T => sides[side](table, policy);
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
  const isPending = (file: string) => pending === 'all' || pending(file);
  const viewAccess = perObject(isolation.viewAccess);
  const routineReach = perObject(isolation.routineReach);
  let models: { readonly schema: Schema | undefined } | undefined;
  return {
    schema: timeline.last,
    modelled: () => (models ??= { schema: modelled?.() }).schema,
    models: maps,
    timeline,
    environment,
    tenancy,
    sites: underRowSecurity(sites, isolation, timeline.last, environment),
    deployed,
    code,
    loose,
    tenancyOf: isolation.tenancyOf,
    access: isolation.access,
    isolates: perSide(isolation.isolates),
    formula: perSide(isolation.formula),
    filters: perPolicy(isolation.filters),
    captures: perPolicy(isolation.captures),
    body: isolation.body,
    reachableBy: isolation.reachableBy,
    calls: perPolicy(isolation.calls),
    circle: perPolicy(isolation.circle),
    reads: perPolicy(isolation.reads),
    viewAccess,
    routineReach,
    triggerReach: isolation.triggerReach,
    pending: (of) => isPending(typeof of === 'string' ? of : of.file),
    merged,
    removed,
    deploy: (n) => {
      const step = timeline.steps[n];
      return step === undefined || step.tool === 'models' || !isPending(step.file) ? undefined : pending === 'all' ? n : 0;
    },
    migrations: migrationFacts({ timeline, tenancy, isolation: { ...isolation, viewAccess, routineReach }, isolationOf, pending: (n) => isPending(timeline.steps[n]?.file ?? '') }),
    postgres,
    text: ({ file, start, end }: Span) => text(file)?.slice(start, end) ?? '',
  };
}
