import type { PlStatement, QName, SchemaEvent, Span } from '@tenantlint/model';
import { doubt, findRelation, keyOf, putTable, searchPath, type World } from '../world.ts';
import type { Context } from './context.ts';
import { evaluate } from './evaluate.ts';
import { textOf } from './values.ts';

/** What code could do to the catalog if it ran. */
interface Effects {
  /** Keys of objects; complete unless `any`. */
  readonly touches: ReadonlySet<string>;
  /** Objects that cannot be named. */
  readonly any: boolean;
  /** Tables whose row level security could change. */
  readonly rls: ReadonlySet<string>;
  /** Variables that the code assigns. */
  readonly assigns: ReadonlySet<string>;
  /** The code surely ends in an error that nothing inside it handles. */
  readonly raises: boolean;
}

/** What code that did not run could have changed is unknown from here on. */
export function markUnknown(world: World, effects: Effects, at: Span, reason: string): void {
  if (effects.touches.size === 0 && !effects.any) return;
  for (const key of effects.rls) {
    const table = world.catalog.get('table', key);
    if (table !== undefined) putTable(world, { ...table, rls: { value: 'unknown', at } });
  }
  doubt(world, at, reason, effects.any ? [] : [...effects.touches].sort());
}

interface Collected {
  readonly touches: Set<string>;
  readonly rls: Set<string>;
  readonly assigns: Set<string>;
  any: boolean;
}

/** Effects of statements that are not run, because it cannot be told whether or how often they would. */
export function effectsOf(statements: readonly PlStatement[], context: Context): Effects {
  const found: Collected = { touches: new Set(), rls: new Set(), assigns: new Set(), any: false };
  collect(statements, context, found);
  return { ...found, raises: statements.some((statement) => statement.kind === 'raise' && statement.level === 'exception') };
}

function collect(statements: readonly PlStatement[], context: Context, found: Collected): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'block':
        collect(statement.body, context, found);
        for (const handler of statement.handlers) collect(handler.body, context, found);
        break;
      case 'if':
      case 'case':
        for (const branch of statement.branches) collect(branch.body, context, found);
        collect(statement.otherwise ?? [], context, found);
        break;
      case 'for-range':
        found.assigns.add(statement.variable);
        collect(statement.body, context, found);
        break;
      case 'for-query':
      case 'for-execute':
        for (const target of statement.targets) found.assigns.add(target);
        collect(statement.body, context, found);
        break;
      case 'foreach':
        found.assigns.add(statement.target);
        collect(statement.body, context, found);
        break;
      case 'loop':
        collect(statement.body, context, found);
        break;
      case 'assign':
        found.assigns.add(statement.target);
        break;
      case 'sql':
        for (const target of statement.into) found.assigns.add(target);
        for (const event of statement.events) eventEffects(context.world, event, found);
        break;
      case 'execute': {
        for (const target of statement.into) found.assigns.add(target);
        const text = textOf(quietly(() => evaluate(statement.sql, context)) ?? null);
        if (text === undefined) found.any = true;
        else for (const event of context.world.parser.events(text, statement.at, false)) eventEffects(context.world, event, found);
        break;
      }
      case 'perform':
      case 'call':
      case 'return-query':
      case 'opaque':
      case 'return':
      case 'raise':
      case 'assert':
      case 'exit':
      case 'continue':
      case 'diagnostics':
      case 'transaction':
        break;
    }
  }
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // An error here belongs to code that may never run.
    return undefined;
  }
}

/** Objects that one event could change. */
function eventEffects(world: World, event: SchemaEvent, found: Collected): void {
  const touch = (name: QName): string => {
    const key = findRelation(world, name)?.key ?? keyOf(name.schema ?? searchPath(world)[0] ?? 'public', name.name);
    found.touches.add(key);
    return key;
  };
  switch (event.kind) {
    case 'create-table':
    case 'create-table-as':
    case 'create-view':
    case 'create-function':
    case 'create-type':
    case 'create-sequence':
    case 'alter-sequence':
    case 'alter-enum':
    case 'alter-domain':
    case 'set-schema':
    case 'set-owner':
    case 'alter-function':
      touch(event.name);
      return;
    case 'alter-table': {
      const key = touch(event.table);
      if (event.actions.some((action) => action.do === 'rls' || action.do === 'force-rls')) found.rls.add(key);
      return;
    }
    case 'create-index':
    case 'create-policy':
    case 'alter-policy':
    case 'create-trigger':
    case 'create-rule':
      touch(event.table);
      return;
    case 'rename':
    case 'comment':
      touch(event.of ?? event.name);
      return;
    case 'drop':
      if (event.table !== undefined) touch(event.table);
      else for (const name of event.names) touch(name);
      if (event.cascade) found.any = true;
      return;
    case 'grant':
      for (const name of event.names) touch(name);
      if (event.allInSchemas.length > 0) found.any = true;
      return;
    case 'create-schema':
    case 'create-role':
    case 'alter-role':
    case 'create-extension':
    case 'create-publication':
    case 'alter-publication':
      found.touches.add(event.name);
      return;
    case 'grant-role':
    case 'default-privileges':
    case 'drop-owned':
    case 'do':
    case 'unread':
      found.any = true;
      return;
    case 'set':
    case 'transaction':
    case 'data':
    case 'run':
    case 'other':
      return;
  }
}
