import { LineIndex, sqlText, selectText, typeText, type Access, type Facts, type Grant, type Index, type Isolation, type Policy, type Routine, type Span, type Table, type Tenancy, type View } from '@tenantlint/model';
import { ledger, tableVerdicts, touchedTables, type TableVerdict } from './ledger.ts';
import { shownFile } from './shown.ts';
import type { Workspace } from './workspace.ts';

/**
 * The model as plain data: version 1 of the `inspect` contract (`schema/inspect.schema.json`), extended, never broken.
 * Everything is sorted by name or place, so that two runs can be compared as text.
 */
export function model(facts: Facts, workspace: Workspace, notes: readonly string[]) {
  const place = places(workspace);
  const { schema } = facts;
  const verdictOf = tableVerdicts(facts);
  const own = <T extends { readonly platform: boolean }>(of: ReadonlyMap<string, T>) => sorted([...of].filter(([, o]) => !o.platform), ([key]) => key).map(([, o]) => o);
  return {
    version: 1 as const,
    notes,
    environment: { kind: facts.environment.kind, untrusted: facts.environment.untrusted, exposed: facts.environment.exposed, connectsAs: facts.environment.connectsAs, why: facts.environment.why.map((r) => r.text) },
    tenancy: { root: facts.tenancy.root ?? null, found: facts.tenancy.found, users: facts.tenancy.users ?? null, why: facts.tenancy.why.map((r) => r.text) },
    tables: touchedTables(facts).map((t) => table(t, facts, place, verdictOf(t))),
    views: own(schema.views).map((v) => view(v, facts, place)),
    functions: own(schema.functions).map((f) => routine(f, facts, place)),
    types: own(schema.types).map((t) => ({
      name: t.key,
      ...place(t.at),
      kind: t.form.is,
      ...(t.form.is === 'enum' ? { labels: t.form.labels } : {}),
      ...(t.form.is === 'composite' ? { columns: [...t.form.columns].map(([name, c]) => ({ name, type: c.typeText })) } : {}),
      ...(t.form.is === 'domain' ? { base: typeText(t.form.base), notNull: t.form.notNull, checks: [...t.form.checks].map(([name, expr]) => ({ name, expression: sqlText(expr) })) } : {}),
    })),
    sequences: own(schema.sequences).map((s) => ({ name: s.key, ...place(s.at), ownedBy: s.ownedBy ?? null, grants: grants(s.grants) })),
    schemas: own(schema.schemas).map((s) => ({ name: s.name, ...place(s.at), owner: s.owner, grants: grants(s.grants) })),
    roles: own(schema.roles).map((r) => ({ name: r.name, ...place(r.at), bypassRls: r.options.bypassRls ?? false, superuser: r.options.superuser ?? false, login: r.options.login ?? false, memberOf: r.memberOf })),
    publications: sorted([...schema.publications.values()], (p) => p.name).map((p) => ({ name: p.name, ...place(p.at), allTables: p.allTables, tables: [...p.tables.keys()].sort(), schemas: p.schemas })),
    extensions: sorted([...schema.extensions.values()], (e) => e.name).map((e) => ({ name: e.name, schema: e.schema })),
    defaultPrivileges: schema.defaultPrivileges.map((d) => ({ forRole: d.forRole, inSchema: d.inSchema ?? null, object: d.object, role: d.role, privilege: d.privilege, grant: d.grant, ...place(d.at) })),
    buckets: sorted([...schema.buckets.values()], (b) => b.id).map((b) => ({ id: b.id, public: b.public, ...place(b.at) })),
    sites: facts.sites.map((s) => ({
      ...place(s.at),
      client: s.client,
      clientKind: s.clientKind,
      verb: s.verb,
      operation: s.operation,
      table: s.table ?? null,
      model: s.model ?? null,
      function: s.fn,
      entry: s.entry ? { kind: s.entry.kind, framework: s.entry.framework, name: s.entry.name, authenticates: s.entry.authenticates } : null,
      verdict: s.verdict,
      certainty: s.certainty,
      why: s.why.map((r) => r.text),
      ...(s.defect ? { defect: s.defect } : {}),
    })),
    histories: facts.timeline.histories.map((h) => ({ tool: h.tool, root: workspace.prefix + h.root, steps: h.steps.length, downs: h.downs, skipped: h.skipped.map((x) => ({ ...x, file: workspace.prefix + x.file })), seeds: h.seeds.map((x) => workspace.prefix + x) })),
    steps: facts.timeline.steps.map((s) => ({ file: workspace.prefix + s.file, id: s.id, tool: s.tool, reversible: s.down !== undefined })),
    doubts: facts.timeline.doubts.map((d) => ({ ...place(d.at), reason: d.reason, touches: d.touches })),
    ledger: ledger(facts),
  };
}

export type Model = ReturnType<typeof model>;
type Place = ReturnType<typeof places>;

function table(t: Table, facts: Facts, place: Place, verdict: TableVerdict) {
  const { tenancy, declared, why } = facts.tenancyOf(t);
  const constraints = sorted([...t.constraints.values()], (c) => c.name);
  const { rls, forced } = rowSecurity(t, facts);
  return {
    name: t.key,
    ...place(t.at),
    kind: t.kind,
    platform: t.platform,
    tenancy: { kind: tenancy.kind, ...tenancyColumns(tenancy), path: tenancy.kind === 'through' || tenancy.kind === 'user-owned' ? (tenancy.path ?? []).map((h) => h.parent) : [], why: why.map((r) => r.text), declared },
    rls: rls === 'unknown' || forced === 'unknown' ? ('unknown' as const) : { enabled: rls, forced },
    verdict,
    columns: [...t.columns.values()].map((c) => ({
      name: c.name,
      type: c.typeText,
      notNull: c.notNull,
      default: c.default ? sqlText(c.default.value) : null,
      ...(c.generated ? { generated: sqlText(c.generated.value) } : {}),
      ...(c.identity ? { identity: c.identity } : {}),
      ...place(c.at),
    })),
    primaryKey: constraints.flatMap((c) => (c.kind === 'primary key' ? c.columns : [])),
    indexes: sorted([...t.indexes.values()], (i) => i.name).map((i) => index(i, place)),
    foreignKeys: constraints.flatMap((c) => (c.kind === 'foreign key' ? [{ name: c.name, columns: c.columns, references: c.references, referencedColumns: c.referenced, onDelete: c.onDelete, onUpdate: c.onUpdate, validated: c.validated, ...place(c.at) }] : [])),
    checks: constraints.flatMap((c) => (c.kind === 'check' ? [{ name: c.name, expression: sqlText(c.expr), validated: c.validated, ...place(c.at) }] : [])),
    policies: sorted([...t.policies.values()], (p) => p.name).map((p) => policy(p, t, facts, place)),
    triggers: sorted([...t.triggers.values()], (g) => g.name).map((g) => ({ name: g.name, timing: g.timing, events: g.events, function: g.function, enabled: g.enabled, ...place(g.at) })),
    owner: t.owner,
    grants: grants(t.grants),
    access: facts.access(t).map(access),
    partitionOf: t.partitionOf ?? null,
    inferred: t.inferred,
  };
}

function access(a: Access) {
  return {
    role: a.role,
    command: a.command,
    verdict: a.verdict,
    why: a.why.map((r) => r.text),
    ...(a.policy === undefined ? {} : { policy: a.policy }),
    ...(a.escape ? { escape: a.escape.row } : {}),
    ...(a.escalation ? { escalation: { table: a.escalation.table, command: a.escalation.command, text: a.escalation.text } } : {}),
  };
}

/** A history that only states models says nothing of row level security. */
export function rowSecurity(t: Table, facts: Facts): { readonly rls: boolean | 'unknown'; readonly forced: boolean | 'unknown' } {
  const onlyModels = facts.timeline.histories.length > 0 && facts.timeline.histories.every((h) => h.tool === 'models');
  return { rls: t.rls?.value ?? (onlyModels ? 'unknown' : false), forced: t.forced?.value ?? (onlyModels ? 'unknown' : false) };
}

/** Columns that say whose row it is, and what else the kind needs. */
export function tenancyColumns(tenancy: Tenancy): { columns: readonly string[]; secret?: string; predicate?: string; user?: string; role?: string } {
  switch (tenancy.kind) {
    case 'root': return { columns: [tenancy.key] };
    case 'keyed': return { columns: tenancy.columns };
    case 'through': return { columns: tenancy.path[0]?.columns ?? [] };
    case 'membership': return { columns: [tenancy.tenant], user: tenancy.user, ...(tenancy.role === undefined ? {} : { role: tenancy.role }) };
    case 'user-owned': return { columns: [tenancy.column] };
    case 'pre-tenant': return { columns: tenancy.columns, secret: tenancy.secret };
    case 'shared': return { columns: tenancy.columns, predicate: tenancy.predicate };
    default: return { columns: [] };
  }
}

function policy(p: Policy, t: Table, facts: Facts, place: Place) {
  return {
    name: p.name,
    ...place(p.at),
    command: p.command,
    permissive: p.permissive,
    roles: p.roles,
    using: p.using ? sqlText(p.using) : null,
    check: p.check ? sqlText(p.check) : null,
    isolates: isolates(p, t, facts),
    filters: facts.filters(t, p).map((f) => `${f.table}.${f.column}`),
  };
}

/** What the policy lets through is isolated on every side that its command uses. */
export function isolates(p: Policy, t: Table, facts: Facts): Isolation['verdict'] {
  const reads = p.command !== 'insert';
  const writes = p.command === 'insert' || p.command === 'update' || p.command === 'all';
  const verdicts = [...(reads ? [facts.isolates(t, p, 'using').verdict] : []), ...(writes ? [facts.isolates(t, p, 'check').verdict] : [])];
  return verdicts.includes('no') ? 'no' : verdicts.includes('unknown') ? 'unknown' : 'yes';
}

function index(i: Index, place: Place) {
  return {
    name: i.name,
    columns: i.keys.map((k) => k.column ?? (k.expr === undefined ? '' : k.expr.kind === 'call' ? sqlText(k.expr) : `(${sqlText(k.expr)})`)),
    unique: i.unique,
    primary: i.primary,
    method: i.method,
    include: i.include,
    where: i.where ? sqlText(i.where) : null,
    ...place(i.at),
  };
}

function view(v: View, facts: Facts, place: Place) {
  return {
    name: v.key,
    ...place(v.at),
    materialized: v.materialized,
    securityInvoker: ['true', 'on', '1', 'yes'].includes(v.options['security_invoker'] ?? ''),
    columns: v.columns.map((c) => ({ name: c.name, type: c.typeText ?? null })),
    reads: v.reads,
    access: facts.viewAccess(v).map(access),
    query: selectText(v.select),
    indexes: sorted([...v.indexes.values()], (i) => i.name).map((i) => index(i, place)),
    owner: v.owner,
    grants: grants(v.grants),
  };
}

function routine(f: Routine, facts: Facts, place: Place) {
  return {
    name: f.key,
    ...place(f.at),
    kind: f.kind,
    language: f.language,
    volatility: f.volatility,
    returns: f.returns ? `${f.returns.setof ? 'setof ' : ''}${typeText(f.returns)}` : null,
    securityDefiner: f.securityDefiner.value,
    searchPath: f.settings['search_path'] ?? null,
    reaches: facts.routineReach(f).map((r) => ({ role: r.role, command: r.command, table: r.table, isolates: r.isolation.verdict })),
    executableBy: [...new Set([...f.grants.filter((g) => g.privilege === 'execute').map((g) => g.role), ...facts.reachableBy(f, 'execute')])].sort(),
    owner: f.owner,
  };
}

function grants(of: readonly Grant[]) {
  const by = new Map<string, string[]>();
  for (const g of of) {
    const name = g.columns ? `${g.privilege}(${g.columns.join(', ')})` : g.privilege;
    const list = by.get(g.role);
    if (list) list.push(name);
    else by.set(g.role, [name]);
  }
  return [...by].sort(([a], [b]) => (a < b ? -1 : 1)).map(([role, privileges]) => ({ role, privileges: [...new Set(privileges)].sort() }));
}

function places(workspace: Workspace): (at: Span) => { file: string; line: number; column: number } {
  const indexes = new Map<string, LineIndex>();
  return ({ file, start }) => {
    let lines = indexes.get(file);
    if (!lines) indexes.set(file, (lines = new LineIndex(workspace.text(file) ?? '')));
    return { file: shownFile(workspace.prefix, file), ...lines.position(start) };
  };
}

function sorted<T>(of: readonly T[], key: (one: T) => string): T[] {
  return [...of].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

