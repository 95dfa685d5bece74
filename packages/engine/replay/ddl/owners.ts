import type { Grant, RoleName, SchemaEvent } from '@tenantlint/model';
import { findRelation, requireRole, type World } from '../world.ts';
import { existingRoutines } from './routine-names.ts';
import { findType } from './user-types.ts';

type Owned =
  | { readonly is: 'table' | 'view' | 'sequence' | 'function' | 'type' | 'schema'; readonly key: string };

/** A new owner holds everything by ownership, so his own grants fall away; the former one keeps none. */
export function setOwner(world: World, object: Owned, written: RoleName): void {
  const owner = world.session.roleName(written);
  requireRole(world, owner);
  const { catalog } = world;
  const own = <T extends { readonly owner: RoleName; readonly grants: readonly Grant[] }>(value: T | undefined): T | undefined =>
    value === undefined || value.owner === owner ? value : { ...value, owner, grants: value.grants.filter((grant) => grant.role !== owner) };
  switch (object.is) {
    case 'table': {
      const table = catalog.get('table', object.key);
      catalog.put('table', object.key, own(table));
      for (const column of table?.columns.keys() ?? []) for (const sequence of catalog.ownedSequences(`${object.key}.${column}`)) catalog.put('sequence', sequence.key, own(sequence));
      return;
    }
    case 'view':
      return catalog.put('view', object.key, own(catalog.get('view', object.key)));
    case 'sequence':
      return catalog.put('sequence', object.key, own(catalog.get('sequence', object.key)));
    case 'function':
      return catalog.put('function', object.key, own(catalog.get('function', object.key)));
    case 'type':
      return catalog.put('type', object.key, own(catalog.get('type', object.key)));
    case 'schema':
      return catalog.put('schema', object.key, own(catalog.get('schema', object.key)));
  }
}

export function changeOwner(world: World, event: SchemaEvent & { readonly kind: 'set-owner' }): void {
  switch (event.object) {
    case 'function':
    case 'procedure':
    case 'routine':
    case 'aggregate':
      for (const key of existingRoutines(world, event.name, event.object)) setOwner(world, { is: 'function', key }, event.owner);
      return;
    case 'type':
    case 'domain': {
      const type = findType(world, event.name);
      if (type !== undefined) setOwner(world, { is: 'type', key: type.key }, event.owner);
      return;
    }
    case 'schema':
      setOwner(world, { is: 'schema', key: event.name.name }, event.owner);
      return;
    case 'table':
    case 'foreign table':
    case 'view':
    case 'materialized view':
    case 'sequence': {
      const found = findRelation(world, event.name);
      if (found !== undefined && found.relation.is !== 'index' && found.relation.is !== 'composite') setOwner(world, { is: found.relation.is, key: found.key }, event.owner);
      return;
    }
    default:
      return;
  }
}
