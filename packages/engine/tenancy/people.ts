import type { Schema, Table } from '@tenantlint/model';
import type { KeyGraph } from './graph.ts';
import { singleKey } from './graph.ts';
import { isAuthorColumn, isPersonTable, isSubjectColumn, spelled } from './names.ts';

export interface People {
  readonly users: string | undefined;
  /** Person tables with the column that other tables refer to. */
  readonly people: ReadonlyMap<string, string>;
  /** Columns that hold a user's id; those that say whom the row is about come first. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

const isUserTable = spelled(/^(app_|auth_)?users?$/);
/** Persons that a tenant deals with as often as users. */
const isPartyTable = spelled(/^(members|individuals?|staff|employees?|drivers?|sales)$/);

export function findPeople(schema: Schema, graph: KeyGraph, declared: string | undefined): People {
  const people = new Map<string, string>();
  const auth = schema.tables.get('auth.users');
  if (auth !== undefined) people.set('auth.users', 'id');
  let users = declared ?? (auth !== undefined && (graph.into.get('auth.users') ?? []).length > 0 ? 'auth.users' : undefined);
  const named = graph.tables.filter((table) => isPersonTable(graph.ownName(table)) && singleKey(table) !== undefined);
  const plain = named.filter((table) => isUserTable(graph.ownName(table)));
  users ??= best(plain, graph) ?? (auth !== undefined ? 'auth.users' : best(named, graph));
  if (users !== undefined && users !== 'auth.users') {
    const key = singleKey(schema.tables.get(users));
    if (key !== undefined) people.set(users, key);
  }
  // A table whose own key is a user's id extends the users; so does one with a unique user column and a person's name.
  for (let again = true; again; ) {
    again = false;
    for (const table of graph.tables) {
      const key = singleKey(table);
      if (key === undefined || people.has(table.key)) continue;
      const extendsUsers = (graph.out.get(table.key) ?? []).some((hop) => people.has(hop.parent) && hop.columns.length === 1 && hop.columns[0] === key);
      const name = graph.ownName(table);
      const named = isPersonTable(name) && !isPartyTable(name);
      if (extendsUsers || named) {
        people.set(table.key, key);
        again = true;
      }
    }
  }
  const columns = new Map<string, readonly string[]>();
  for (const table of graph.tables) {
    const found = userColumns(table, graph, people);
    if (found.length > 0) columns.set(table.key, found);
  }
  if (auth !== undefined) columns.set('auth.users', ['id']);
  return { users, people, columns };
}

function best(tables: readonly Table[], graph: KeyGraph): string | undefined {
  let found: string | undefined;
  let most = -1;
  for (const table of tables) {
    const count = (graph.into.get(table.key) ?? []).length;
    if (count > most) {
      most = count;
      found = table.key;
    }
  }
  return found;
}

function userColumns(table: Table, graph: KeyGraph, people: ReadonlyMap<string, string>): readonly string[] {
  const subject: string[] = [];
  const author: string[] = [];
  const key = singleKey(table);
  const hops = graph.out.get(table.key) ?? [];
  for (const column of table.columns.values()) {
    const leads = hops.length === 0 ? undefined : hops.find((hop) => hop.columns.includes(column.name));
    const toPerson = leads !== undefined && people.has(leads.parent) && leads.referenced[leads.columns.indexOf(column.name)] === (people.get(leads.parent) ?? 'id');
    const byName = leads === undefined && (isSubjectColumn(column.name) || isAuthorColumn(column.name)) && idType(column.typeText);
    if (!toPerson && !byName && !(people.has(table.key) && column.name === key)) continue;
    (isAuthorColumn(column.name) ? author : subject).push(column.name);
  }
  return [...subject, ...author];
}

function idType(type: string): boolean {
  return /^(uuid|text|character varying|integer|bigint)/.test(type);
}
