import { createFacts, createIsolation, inferTenancy, replay, type IsolationFacts, type Missing, type Pending, type Replayed } from '@tenantlint/engine';
import type { Access, BodyText, Comment, Facts, FunctionBody, History, ModelMap, QuerySite, Schema, SchemaEvent, Span, SqlParser, Unread } from '@tenantlint/model';
import { createSqlParser } from '@tenantlint/readers/sql';
import { UsageError } from './usage-error.ts';
import { useKeptBase } from './base.ts';
import { madeBeside } from './beside.ts';
import { severalTogether } from './products.ts';
import type { Project } from './project.ts';
import { removedSteps, type Removed } from './removed.ts';
import { NO_CODE, type CodeRead } from './code-read.ts';
import { readCode } from './code.ts';
import type { Merged } from './change.ts';
import type { Config } from './config-file.ts';
import { withDowns } from './downs.ts';
import { detectPlatform, environment } from './environment.ts';
import { ownTables } from './ledger.ts';
import { looseSql } from './loose.ts';
import { missingFacts, notes } from './notes.ts';
import { unreadClients } from './packages.ts';
import { ownerConnection } from './python-owner.ts';
import { readSources } from './sources.ts';
import type { Workspace } from './workspace.ts';

/** Everything that is known about a project, before any rule is asked. */
export interface Analysis {
  readonly facts: Facts;
  readonly models: readonly ModelMap[];
  /** Facts that no source could give, and why. */
  readonly missing: Missing;
  readonly unread: readonly Unread[];
  /** What was decided about the project as a whole. */
  readonly notes: readonly string[];
  readonly comments: ReadonlyMap<string, readonly Comment[]>;
  /** Statements by file, for suppressions that stand above one. */
  readonly statements: ReadonlyMap<string, readonly Span[]>;
  readonly read: { readonly files: number; readonly steps: number; readonly tables: number; readonly sites: number };
  /** Why there was nothing to do; undefined when there was something. */
  readonly nothing: string | undefined;
}

export interface AnalyseOptions {
  /** Stop the history after this file. */
  readonly at?: string;
  readonly pending?: PendingFiles | undefined;
  /** Files that are only tried, as they are named in the project: what they lack says nothing of what is usual there. */
  readonly drafted?: ((file: string) => boolean) | undefined;
  /** See CheckOptions. */
  readonly merged?: ((file: string) => Merged | undefined) | undefined;
  /** Migrations that the change takes away; only asked for where their folder is left. */
  readonly removed?: Removed | undefined;
  /** Queries of the code that the change is held against; only asked for where a migration takes something away. */
  readonly deployed?: (() => Promise<readonly QuerySite[]>) | undefined;
}

/**
 * Migrations that are judged as not applied yet: every one by itself, or the files for which it says so, which then go
 * out together. Files are named as they are shown (below the folder where the command runs). Nobody says: the files that
 * were named as paths, and no other.
 */
export type PendingFiles = 'all' | ((file: string) => boolean);

/** Files in, facts out. What cannot be read is listed and the rest goes on. */
export async function analyse({ workspace, config, system, parsed }: Project, options: AnalyseOptions = {}): Promise<Analysis> {
  const sql = parsed?.sql ?? createSqlParser();
  const sources = await readSources(workspace, sql);
  const platform = detectPlatform(workspace, config, [...sources.files].filter((f) => f.endsWith('.sql')));
  if (platform.base === 'supabase') useKeptBase(sql);
  const { pending, postgres } = judged(workspace, config, options.pending);
  const downs = (histories: readonly History[]) => withDowns(histories, config, (file) => pending === 'all' || pending(file), options.drafted ?? (() => false));
  const replayed = (histories: readonly History[], resume?: Replayed) => replay(downs(histories), sql, { base: platform.base, watch: (step) => pending === 'all' || pending(step.file), resume });
  const migrated = replayed(sources.histories, parsed?.replayed);
  const beside = madeBeside(sources.creating, migrated.last);
  const full = beside.length === 0 ? migrated : replayed([...sources.histories, ...beside]);
  const timeline = options.at === undefined ? full : { ...full, last: full.at(stepOf(full.steps.map((s) => s.file), options.at)) };
  const schema = timeline.last;
  const tenancy = inferTenancy(schema, sources.models, config.tenancy);
  const env = environment(platform, schema, config, ownerConnection(workspace));
  const parser = remembering(sql);
  const isolationOf = (of: Schema) => createIsolation({ schema: of, timeline, tenancy, environment: env, parser, ...(config.tenancy ? { config: config.tenancy } : {}) });
  const isolation = isolationOf(schema);
  // Without a schema there is nothing that a query could be judged by.
  const known = schema.tables.size > 0 || sources.models.length > 0;
  const code = !known ? NO_CODE : await readCode(workspace, system, { schema, tenancy, environment: env, sql, adminRoles: isolation.database.adminRoles, roles: isolation.roles, ...(isolation.database.visible ? { visible: isolation.database.visible } : {}), ...(isolation.database.admitted ? { admitted: isolation.database.admitted } : {}), access: (key) => accessOf(isolation, schema, key), reach: isolation.routineReach }, sources.models, parsed).catch(failed);
  const modelled = () => (sources.described.length === 0 ? undefined : replay(sources.described, sql, { base: platform.base }).last);
  const loose = looseSql(workspace, sources, sql);
  const { merged } = options;
  const takes = timeline.steps.some((step, n) => pending !== 'all' && pending(step.file) && takesAway(timeline.executed(n)));
  const deployed = takes ? ((await options.deployed?.()) ?? []) : [];
  const facts = createFacts({ pending, deployed, removed: await removedSteps(options.removed, sources.histories), ...(merged ? { merged: (file: string) => merged(workspace.prefix + file) } : {}), ...(postgres === undefined ? {} : { postgres }), modelled, models: sources.models, loose, timeline, environment: env, tenancy, isolation, isolationOf, sites: code.sites, code: code.facts, text: (path) => workspace.text(path) });
  const unread = [...workspace.unread, ...sources.unread, ...undecided(timeline.doubts, sources.unread), ...code.unread];
  return {
    facts,
    models: sources.models,
    missing: missingFacts(facts, sources.models.length > 0),
    unread,
    notes: notes(facts, unreadClients(workspace), severalTogether(workspace, [...sources.histories, ...sources.described])),
    comments: new Map([...loose.map((file) => [file.source.path, file.comments] as const), ...sources.comments, ...code.comments]),
    statements: new Map([...loose.map((file) => [file.source.path, file.events.map((e) => e.at)] as const), ...sources.statements]),
    read: { files: sources.files.size + code.files.length, steps: timeline.steps.length, tables: ownTables(facts).length, sites: facts.sites.length },
    nothing: sources.files.size + code.files.length === 0 ? 'nothing to lint: no SQL migrations, Prisma schema or database queries were found here' : timeline.steps.every((x) => x.up.length === 0) && unread.length > 0 && facts.sites.length === 0 ? 'nothing could be read' : undefined,
  };
}

function judged({ named, prefix, files, text }: Workspace, { migrations = {} }: Config, asked: PendingFiles | undefined): { readonly pending: Pending; readonly postgres: number | undefined } {
  const said = asked ?? migrations.pending;
  const pending = typeof said === 'function' ? (file: string) => said(prefix + file) : (said ?? ((file: string) => named.has(file)));
  // The Supabase project says which server it runs on.
  const project = migrations.postgres === undefined ? [...files].find((file) => /(?:^|\/)supabase\/config\.toml$/.test(file)) : undefined;
  const stated = project === undefined ? undefined : /^\s*major_version\s*=\s*(\d+)/m.exec(text(project) ?? '')?.[1];
  return { pending, postgres: migrations.postgres ?? (stated === undefined ? undefined : Number(stated)) };
}

/** What code that does not know of it may still ask for. */
function takesAway(events: readonly SchemaEvent[]): boolean {
  return events.some((e) => e.kind === 'drop' || e.kind === 'rename' || (e.kind === 'grant' && !e.grant) || (e.kind === 'alter-table' && e.actions.some((a) => a.do === 'drop-column' || a.do === 'set-type' || a.do === 'rls' || a.do === 'set-not-null' || a.do === 'add-column')));
}

/** States of one history share most of their functions: each body is parsed once. */
function remembering(sql: SqlParser): Pick<SqlParser, 'functionBody'> {
  const known = new WeakMap<BodyText, FunctionBody>();
  return {
    functionBody(body, language) {
      const made = known.get(body) ?? sql.functionBody(body, language);
      known.set(body, made);
      return made;
    },
  };
}

const accessOf = (isolation: IsolationFacts, schema: Schema, key: string): readonly Access[] => {
  const table = schema.tables.get(key);
  return table ? isolation.access(table) : [];
};

/** What the database refuses, or nobody can decide without it, is not read either; what a reader said already is not said again. */
function undecided(doubts: readonly Unread[], said: readonly Unread[]): Unread[] {
  const key = ({ at, reason }: Unread): string => `${at.file}:${reason}`;
  const known = new Set(said.map(key));
  return doubts.filter((doubt) => !known.has(key(doubt))).map(({ at, reason }) => ({ at, reason }));
}

/** A mistake of ours in the analysis of code takes nothing from what the schema says. */
function failed(error: unknown): CodeRead {
  const reason = `the code could not be analysed: ${error instanceof Error ? error.message : String(error)}`;
  return { sites: [], facts: [], comments: new Map(), unread: [{ at: { file: '.', start: 0, end: 0 }, reason }], files: [] };
}

function stepOf(files: readonly string[], at: string): number {
  const n = files.findLastIndex((f) => f === at || f.endsWith(`/${at}`) || at.endsWith(`/${f}`));
  if (n < 0) throw new UsageError(`--at ${at}: no migration of that name was read`);
  return n;
}
