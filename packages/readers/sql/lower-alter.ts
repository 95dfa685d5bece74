import type { SchemaEvent, Span, TableAction } from '@tenantlint/model';
import type { AlterTableCmd, AlterTableStmt, ObjectType } from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import { lowerExpr } from './lower-expr.ts';
import { relationName, roleOf, typeOf } from './lower-names.ts';
import { option, optionsOf, scalar } from './lower-options.ts';
import { boundText, column, identitySequence, tableConstraint } from './lower-table.ts';
import { itemsOf, type Tree } from './tree.ts';

type AlterTable = Extract<SchemaEvent, { kind: 'alter-table' }>;

export function alterTable(e: Excerpt, node: AlterTableStmt): AlterTable {
  const table = relationName(e, node.relation);
  const cmds = node.cmds ?? [];
  let first = e.lastToken(table.at) + 1;
  if (e.is(first, '*')) first++;
  const starts = e.elements(first, e.tokens.count);
  const actions = cmds.flatMap((cmd, index) => {
    const start = starts.length === cmds.length ? (starts[index] ?? first) : first;
    const part = node.objtype === 'OBJECT_TYPE' ? 'attribute' : 'column';
    return alterAction(e, (cmd as Tree).AlterTableCmd ?? {}, start, part);
  });
  return {
    kind: 'alter-table', at: e.whole(), object: OBJECTS[node.objtype ?? 'OBJECT_TABLE'] ?? 'table', table, actions,
    ifExists: node.missing_ok === true,
    only: node.relation?.inh !== true && node.objtype === 'OBJECT_TABLE',
  };
}

const OBJECTS: { readonly [type in ObjectType]?: AlterTable['object'] } = {
  OBJECT_TABLE: 'table', OBJECT_VIEW: 'view', OBJECT_MATVIEW: 'materialized view', OBJECT_INDEX: 'index',
  OBJECT_SEQUENCE: 'sequence', OBJECT_FOREIGN_TABLE: 'foreign table', OBJECT_TYPE: 'type',
};

/** One action, which starts at token `i`. None where the statement says nothing to the model. */
function alterAction(e: Excerpt, cmd: AlterTableCmd, i: number, part: 'column' | 'attribute'): TableAction[] {
  const at = e.between(i, e.elementEnd(i));
  const name = cmd.name ?? '';
  const ifExists = cmd.missing_ok === true;
  const cascade = cmd.behavior === 'DROP_CASCADE';
  const def: Tree = cmd.def ?? {};
  const other = (what: string): TableAction[] => [{ do: 'other', what, at }];
  const otherColumn = (what: string): TableAction[] => [{ do: 'other', what, column: name, at }];
  switch (cmd.subtype) {
    case 'AT_AddColumn':
      return [{ do: 'add-column', column: column(e, def.ColumnDef ?? {}), ifNotExists: ifExists, at }];
    case 'AT_DropColumn':
      return [{ do: 'drop-column', column: name, columnAt: columnPlace(e, i, part), ifExists, cascade, at }];
    case 'AT_AlterColumnType': {
      const { typeName, raw_default: using } = def.ColumnDef ?? {};
      const type = typeOf(e, typeName);
      return [{ do: 'set-type', column: name, columnAt: columnPlace(e, i, part), type, at, ...(using !== undefined && { using: lowerExpr(e, using) }) }];
    }
    case 'AT_ColumnDefault': {
      const value = cmd.def === undefined ? {} : { value: lowerExpr(e, cmd.def) };
      return [{ do: 'set-default', column: name, columnAt: columnPlace(e, i, part), at, ...value }];
    }
    case 'AT_SetNotNull':
    case 'AT_DropNotNull':
      return [{ do: 'set-not-null', column: name, columnAt: columnPlace(e, i, part), notNull: cmd.subtype === 'AT_SetNotNull', at }];
    case 'AT_AddIdentity': {
      const sequence = identitySequence(e, def.Constraint);
      return [{ do: 'set-identity', column: name, identity: identityOf(def.Constraint?.generated_when), at, ...(sequence !== undefined && { sequence }) }];
    }
    case 'AT_SetIdentity': {
      const generated = option(itemsOf(cmd.def), 'generated');
      // Only sequence options change: the column stays as it was.
      if (generated === undefined) return otherColumn('set identity options');
      return [{ do: 'set-identity', column: name, identity: identityOf(String.fromCharCode(Number(scalar(generated)))), at }];
    }
    case 'AT_DropIdentity':
      return [{ do: 'set-identity', column: name, identity: undefined, ifExists, at }];
    case 'AT_DropExpression':
      return [{ do: 'drop-expression', column: name, ifExists, at }];
    case 'AT_AddConstraint':
    case 'AT_AddIndexConstraint':
      return tableConstraint(e, def.Constraint ?? {}).map((constraint) => ({ do: 'add-constraint', constraint, at }));
    case 'AT_DropConstraint':
      return [{ do: 'drop-constraint', name, ifExists, cascade, at }];
    case 'AT_ValidateConstraint':
      return [{ do: 'validate-constraint', name, at }];
    case 'AT_AlterConstraint': {
      const { conname, alterDeferrability, deferrable = false, initdeferred = false } = def.ATAlterConstraint ?? {};
      return conname === undefined || alterDeferrability !== true ? other('alter constraint') : [{ do: 'defer-constraint', name: conname, deferrable, deferred: initdeferred, at }];
    }
    case 'AT_EnableRowSecurity':
    case 'AT_DisableRowSecurity':
      return [{ do: 'rls', enabled: cmd.subtype === 'AT_EnableRowSecurity', at }];
    case 'AT_ForceRowSecurity':
    case 'AT_NoForceRowSecurity':
      return [{ do: 'force-rls', forced: cmd.subtype === 'AT_ForceRowSecurity', at }];
    case 'AT_SetRelOptions':
      return [{ do: 'set-options', options: optionsOf(itemsOf(cmd.def)), at }];
    case 'AT_ResetRelOptions':
      return [{ do: 'reset-options', options: Object.keys(optionsOf(itemsOf(cmd.def))), at }];
    case 'AT_ChangeOwner':
      return [{ do: 'owner', owner: roleOf(cmd.newowner), at }];
    case 'AT_AttachPartition': {
      const { name: partition, bound } = def.PartitionCmd ?? {};
      const text = bound === undefined ? '' : boundText(e, bound.location);
      return [{ do: 'attach-partition', partition: relationName(e, partition), bound: text, at }];
    }
    case 'AT_DetachPartition':
      return [{ do: 'detach-partition', partition: relationName(e, def.PartitionCmd?.name), concurrently: def.PartitionCmd?.concurrent === true, at }];
    case 'AT_AddInherit':
    case 'AT_DropInherit':
      return [{ do: 'inherit', parent: relationName(e, def.RangeVar), inherit: cmd.subtype === 'AT_AddInherit', at }];
    case 'AT_EnableTrig':
    case 'AT_EnableAlwaysTrig':
    case 'AT_EnableReplicaTrig':
    case 'AT_DisableTrig':
      // A replica trigger fires in no ordinary session.
      return [{ do: 'trigger-state', name, enabled: cmd.subtype === 'AT_EnableTrig' || cmd.subtype === 'AT_EnableAlwaysTrig', at }];
    case 'AT_EnableTrigAll':
    case 'AT_EnableTrigUser':
    case 'AT_DisableTrigAll':
    case 'AT_DisableTrigUser':
      return [{ do: 'trigger-state', enabled: cmd.subtype.startsWith('AT_Enable'), at }];
    case 'AT_SetExpression':
    case 'AT_SetStatistics':
    case 'AT_SetOptions':
    case 'AT_ResetOptions':
    case 'AT_SetStorage':
    case 'AT_SetCompression':
    case 'AT_AlterColumnGenericOptions':
      return otherColumn(spelled(cmd.subtype));
    default:
      return other(spelled(cmd.subtype ?? ''));
  }
}

/** `AT_SetTableSpace` is `set table space`. */
function spelled(subtype: string): string {
  return subtype.replace(/^AT_/, '').replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

function identityOf(code: string | undefined): 'always' | 'by default' {
  return code === 'a' ? 'always' : 'by default';
}

/** The column of an action: after ALTER or DROP, COLUMN or ATTRIBUTE, and IF EXISTS. */
function columnPlace(e: Excerpt, i: number, part: 'column' | 'attribute'): Span {
  const name = e.skip(e.skip(i + 1, part), 'if', 'exists');
  return e.between(name, name);
}
