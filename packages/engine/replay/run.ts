import type { SchemaEvent } from '@tenantlint/model';
import { never } from '@tenantlint/model';
import { alterTable } from './ddl/alter-table.ts';
import { comment } from './ddl/comments.ts';
import { drop } from './ddl/drop.ts';
import { createExtension } from './ddl/extensions.ts';
import { alterFunction, createFunction } from './ddl/functions.ts';
import { defaultPrivileges, grant } from './ddl/grants.ts';
import { changeOwner } from './ddl/owners.ts';
import { alterPolicy, createPolicy } from './ddl/policies.ts';
import { publish } from './ddl/publications.ts';
import { rename } from './ddl/rename.ts';
import { alterRole, createRole, dropOwned, grantRole } from './ddl/roles.ts';
import { createRule } from './ddl/rules.ts';
import { createSchema, setSchema } from './ddl/schemas.ts';
import { alterSequence, createSequence } from './ddl/sequences.ts';
import { createTable } from './ddl/tables.ts';
import { createTrigger } from './ddl/triggers.ts';
import { alterDomain, alterEnum, createType } from './ddl/user-types.ts';
import { createTableAs, createView } from './ddl/views.ts';
import { data } from './interpret/data.ts';
import { runQuery } from './interpret/run-query.ts';
import { runBlock } from './interpret/run-block.ts';
import { doubt, type World } from './world.ts';
import { createIndex } from './ddl/create-index.ts';

/** One event's effect on the catalog and the session. Transactions are the caller's business. */
export function apply(world: World, event: SchemaEvent): void {
  switch (event.kind) {
    case 'create-schema':
      return createSchema(world, event);
    case 'create-table':
      return createTable(world, event);
    case 'create-table-as':
      return createTableAs(world, event);
    case 'alter-table':
      return alterTable(world, event);
    case 'create-index':
      return createIndex(world, event);
    case 'create-policy':
      return createPolicy(world, event);
    case 'alter-policy':
      return alterPolicy(world, event);
    case 'create-view':
      return createView(world, event);
    case 'create-function':
      return createFunction(world, event);
    case 'alter-function':
      return alterFunction(world, event);
    case 'create-trigger':
      return createTrigger(world, event);
    case 'create-rule':
      return createRule(world, event);
    case 'create-type':
      return createType(world, event);
    case 'alter-enum':
      return alterEnum(world, event);
    case 'alter-domain':
      return alterDomain(world, event);
    case 'create-sequence':
      return createSequence(world, event);
    case 'alter-sequence':
      return alterSequence(world, event);
    case 'create-extension':
      return createExtension(world, event);
    case 'create-publication':
    case 'alter-publication':
      return publish(world, event);
    case 'create-role':
      return createRole(world, event);
    case 'alter-role':
      return alterRole(world, event);
    case 'grant-role':
      return grantRole(world, event);
    case 'grant':
      return grant(world, event);
    case 'default-privileges':
      return defaultPrivileges(world, event);
    case 'drop':
      return drop(world, event);
    case 'drop-owned':
      return dropOwned(world, event);
    case 'rename':
      return rename(world, event);
    case 'set-schema':
      return setSchema(world, event);
    case 'set-owner':
      return changeOwner(world, event);
    case 'comment':
      return comment(world, event);
    case 'set':
      return world.session.set(event.name, event.value, event.local);
    case 'data':
      return data(world, event.statement, event.at);
    case 'run':
      return runQuery(world, event.statement, event.at);
    case 'do':
      return runBlock(world, event);
    case 'unread':
      return doubt(world, event.at, event.reason, []);
    case 'transaction':
    case 'other':
      return;
    default:
      return never(event);
  }
}
