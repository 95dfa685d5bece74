import type { Capture, FunctionBody, Routine as CatalogRoutine, Row, Schema, Span, SqlExpr, Table, Term } from '@tenantlint/model';
import type { Routines } from './routines.ts';
import type { Branch, Scope } from './scope.ts';
import { NO_CTES, NO_NAMES } from './scope.ts';

/** What binding rests on; shared by all policies of a run. */
export interface World {
  readonly schema: Schema;
  body(routine: CatalogRoutine): FunctionBody;
  readonly routines: Routines;
  readonly helpers: { readonly isMember: ReadonlySet<string>; readonly currentTenant: ReadonlySet<string>; readonly currentUser: ReadonlySet<string> };
  readonly trustedSettings: ReadonlySet<string>;
  /** May callers set the setting themselves, through a function that the API exposes? */
  callerCanSet(setting: string): boolean;
  /** Names of the tenant column anywhere in the product, to tell which argument of a helper is the tenant. */
  readonly tenantColumns: ReadonlySet<string>;
}

/** State of binding one condition. */
export class Bind {
  readonly world: World;
  readonly captures: Capture[] = [];
  /** Values of expressions with rows of their own: read twice, it is the same row twice. */
  readonly memo = new WeakMap<SqlExpr, Map<Scope, readonly Branch[] | undefined>>();
  /** The rows over which an aggregate is taken. */
  readonly counted = new WeakMap<Term, readonly Row[]>();
  private nextRow = 1;
  private nextElement = 1;
  /** Work done, so that a nest of helpers cannot take for ever. */
  private spent = 0;

  constructor(world: World) {
    this.world = world;
  }

  row(table: string | undefined, alias: string, at: Span, definer: boolean): Row {
    const id = this.nextRow++;
    return definer ? { id, table, alias, at, definer: true } : { id, table, alias, at };
  }

  element(): number {
    return this.nextElement++;
  }

  /** False when the condition is too large to be followed any further; what was made of it then means nothing. */
  spend(): boolean {
    return ++this.spent < MOST_STEPS;
  }

  get exhausted(): boolean {
    return this.spent >= MOST_STEPS;
  }
}
const MOST_STEPS = 3000;

const columnsIn = new WeakMap<World, Map<Table, ReadonlySet<string>>>();

/** Names of a table's columns; one set for all who read of it. */
export function columnNames(world: World, table: Table): ReadonlySet<string> {
  let known = columnsIn.get(world);
  if (known === undefined) columnsIn.set(world, (known = new Map<Table, ReadonlySet<string>>()));
  let columns = known.get(table);
  if (columns === undefined) known.set(table, (columns = new Set(table.columns.keys())));
  return columns;
}

/** Scope of a condition over one row of a table, which is row 0. */
export function rootScope(world: World, table: Table, at: Span): Scope {
  const row: Row = { id: 0, table: table.key, alias: table.name, at };
  return {
    sources: [{ kind: 'row', alias: table.name, name: table.name, schema: table.schema, row, columns: columnNames(world, table), renamed: undefined }],
    ctes: NO_CTES,
    names: NO_NAMES,
    label: undefined,
    params: [],
    outer: undefined,
    routine: { definer: false, owner: undefined, searchPath: world.schema.searchPath, stack: [] },
    policy: true,
  };
}
