import type { ObjectName, Privilege, RoleName, RoleOptions, SchemaEvent, Span } from '@tenantlint/model';
import type {
  AlterDefaultPrivilegesStmt, AlterPublicationStmt, AlterRoleSetStmt, AlterRoleStmt, CreatePublicationStmt, CreateRoleStmt, GrantRoleStmt,
  GrantStmt,
} from 'libpg-query';
import type { Excerpt } from './excerpt.ts';
import type { Node } from './grammar.ts';
import { partsName, relationName, roleOf, rolesOf, routineName } from './lower-names.ts';
import { objectKind } from './lower-object.ts';
import { flag, option } from './lower-options.ts';
import { storedSetting } from './lower-routine.ts';
import { itemsOf, textOf, textsOf, type Tree } from './tree.ts';

export function grant(e: Excerpt, node: GrantStmt): SchemaEvent {
  const everywhere = node.targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
  return {
    kind: 'grant', at: e.whole(), grant: node.is_grant === true,
    privileges: privileges(node.privileges),
    object: objectKind(node.objtype),
    names: everywhere ? [] : grantedNames(e, node),
    allInSchemas: everywhere ? textsOf(node.objects) : [],
    to: rolesOf(node.grantees),
    toAt: rolesPlace(e, node.grantees),
    grantOption: node.grant_option === true,
    cascade: node.behavior === 'DROP_CASCADE',
  };
}

function privileges(nodes: readonly Node[] | undefined): Privilege[] {
  if (nodes === undefined) return [{ name: 'all' }];
  return nodes.map((node) => {
    const { priv_name: name = 'all', cols } = (node as Tree).AccessPriv ?? {};
    return cols === undefined ? { name } : { name, columns: textsOf(cols) };
  });
}

function rolesPlace(e: Excerpt, nodes: readonly Node[] | undefined): Span {
  const locations = (nodes ?? []).map((node) => e.tokenAt((node as Tree).RoleSpec?.location));
  const [first = 0] = locations;
  return e.between(first, locations.at(-1) ?? first);
}

function grantedNames(e: Excerpt, node: GrantStmt): ObjectName[] {
  const objects = node.objects ?? [];
  const on = e.find(0, e.tokens.count, 'on');
  const starts = e.elements(listStart(e, on + 1, node.objtype), e.tokens.count);
  return objects.map((object, index) => {
    const tree: Tree = object;
    const at = e.nameAt(starts[index] ?? on);
    if (tree.RangeVar !== undefined) return relationName(e, tree.RangeVar);
    if (tree.ObjectWithArgs !== undefined) return routineName(e, tree.ObjectWithArgs, at);
    return partsName(tree.List === undefined ? [textOf(object)] : textsOf(itemsOf(object)), at);
  });
}

/** Past the words that name the kind of object, TABLE being optional. */
function listStart(e: Excerpt, i: number, type: GrantStmt['objtype']): number {
  switch (type) {
    case 'OBJECT_TABLE':
      return e.is(i, 'table') && !e.is(i + 1, ',') && !e.is(i + 1, 'to') && !e.is(i + 1, 'from') ? i + 1 : i;
    case 'OBJECT_FDW':
      return i + 3;
    case 'OBJECT_FOREIGN_SERVER':
    case 'OBJECT_LARGEOBJECT':
      return i + 2;
    default:
      return i + 1;
  }
}

export function grantRole(e: Excerpt, node: GrantRoleStmt): SchemaEvent {
  const names = (nodes: readonly Node[] | undefined): RoleName[] => (nodes ?? []).map((role) => (role as Tree).AccessPriv?.priv_name ?? '');
  // REVOKE ADMIN OPTION FOR leaves the membership itself alone.
  if (node.is_grant !== true && node.opt !== undefined) return { kind: 'other', at: e.whole(), verb: 'revoke option', names: [] };
  return { kind: 'grant-role', at: e.whole(), grant: node.is_grant === true, roles: names(node.granted_roles), to: rolesOf(node.grantee_roles) };
}

export function defaultPrivileges(e: Excerpt, node: AlterDefaultPrivilegesStmt): SchemaEvent {
  const { action = {} } = node;
  return {
    kind: 'default-privileges', at: e.whole(), grant: action.is_grant === true,
    forRoles: rolesOf(itemsOf(option(node.options, 'roles'))),
    inSchemas: textsOf(itemsOf(option(node.options, 'schemas'))),
    privileges: privileges(action.privileges),
    object: objectKind(action.objtype),
    to: rolesOf(action.grantees),
    grantOption: action.grant_option === true,
  };
}

const ROLE_OPTIONS: { readonly [name: string]: keyof RoleOptions } = {
  superuser: 'superuser', bypassrls: 'bypassRls', canlogin: 'login', inherit: 'inherit', createrole: 'createRole', createdb: 'createDb',
  isreplication: 'replication',
};

function roleOptions(nodes: readonly Node[] | undefined): RoleOptions {
  const options: { -readonly [key in keyof RoleOptions]: boolean } = {};
  for (const node of nodes ?? []) {
    const { defname = '', arg } = (node as Tree).DefElem ?? {};
    const name = ROLE_OPTIONS[defname];
    if (name !== undefined) options[name] = flag(arg);
  }
  return options;
}

export function createRole(e: Excerpt, node: CreateRoleStmt): SchemaEvent {
  const options = roleOptions(node.options);
  const members = [...rolesOf(itemsOf(option(node.options, 'rolemembers'))), ...rolesOf(itemsOf(option(node.options, 'adminmembers')))];
  return {
    kind: 'create-role', at: e.whole(), name: node.role ?? '', nameAt: e.between(2, 2),
    options: node.stmt_type === 'ROLESTMT_USER' ? { login: true, ...options } : options,
    memberOf: rolesOf(itemsOf(option(node.options, 'addroleto'))),
    members,
  };
}

export function alterRole(e: Excerpt, node: AlterRoleStmt): SchemaEvent {
  const name = roleOf(node.role);
  const members = rolesOf(itemsOf(option(node.options, 'rolemembers')));
  // ALTER GROUP … ADD|DROP USER is a grant in other words.
  if (members.length > 0) return { kind: 'grant-role', at: e.whole(), grant: node.action !== -1, roles: [name], to: members };
  return { kind: 'alter-role', at: e.whole(), name, nameAt: rolePlace(e, node.role?.location), options: roleOptions(node.options), memberOf: [], members: [] };
}

/** `settings.all` is null for RESET ALL. The role is `all` for ALTER ROLE ALL. */
export function alterRoleSettings(e: Excerpt, node: AlterRoleSetStmt): SchemaEvent {
  const { setstmt: set = {} } = node;
  return {
    kind: 'alter-role', at: e.whole(), name: node.role === undefined ? 'all' : roleOf(node.role), nameAt: rolePlace(e, node.role?.location),
    options: {}, memberOf: [], members: [],
    settings: { [set.kind === 'VAR_RESET_ALL' ? 'all' : set.name ?? '']: storedSetting(set) },
  };
}

function rolePlace(e: Excerpt, location: number | undefined): Span {
  const i = location === undefined ? 2 : e.tokenAt(location);
  return e.between(i, i);
}

export function publication(e: Excerpt, kind: 'create-publication' | 'alter-publication', node: CreatePublicationStmt & AlterPublicationStmt): SchemaEvent {
  const tables: ReturnType<typeof relationName>[] = [];
  const schemas: string[] = [];
  for (const object of node.pubobjects ?? []) {
    const { pubobjtype, name, pubtable } = (object as Tree).PublicationObjSpec ?? {};
    if (pubtable !== undefined) tables.push(relationName(e, pubtable.relation));
    else if (pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA') schemas.push('current_schema');
    else if (name !== undefined) schemas.push(name);
  }
  const allTables = node.for_all_tables === true;
  // SET (publish = …) lists no object and leaves those that are published as they are.
  if (kind === 'alter-publication' && node.pubobjects === undefined) {
    return { kind: 'other', at: e.whole(), verb: 'alter publication', names: [partsName([node.pubname ?? ''], e.nameAt(2))] };
  }
  const change = node.action === 'AP_AddObjects' ? 'add' : node.action === 'AP_DropObjects' ? 'drop' : 'set';
  return { kind, at: e.whole(), name: node.pubname ?? '', allTables, change, tables, schemas };
}

