import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ADMIN_ROLES, inferTenancy, prove, replay } from '@tenantlint/engine';
import { analyse } from '@tenantlint/engine/flow';
import type { QuerySite } from '@tenantlint/model';
import { loadPython, PythonProject, readPythonProgram } from '@tenantlint/readers/python';
import { clients } from '@tenantlint/readers/python/clients';
import { createSqlParser } from '@tenantlint/readers/sql';
import { readSqlalchemy } from '@tenantlint/readers/sqlalchemy';
import { pythonWith, recordedBy } from './sqlalchemy-python.ts';

/*
 * Each statement is judged twice: as the program builds it, and as the SQL that SQLAlchemy compiles it to, read by the
 * grammar of Postgres. What the adapter makes of a statement has to be what the database makes of it.
 */

const here = fileURLToPath(new URL('./sqlalchemy/queries', import.meta.url));
const file = (name: string): string => readFileSync(path.join(here, name), 'utf8');

interface Recorded {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}
const recorded = JSON.parse(file('recorded.json')) as Readonly<Record<string, Recorded>>;
const names = Object.keys(recorded).sort();

const HEADER = `from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, Header, HTTPException
from sqlalchemy import text
from sqlalchemy.orm import Session

import statements
from models import User

router = APIRouter()


def current_user(session: Session, authorization: Annotated[str, Header()]) -> User:
    user = session.get(User, jwt.decode(authorization, "key")["sub"])
    if user is None:
        raise HTTPException(401)
    return user


Caller = Annotated[User, Depends(current_user)]
`;

const VALUES: Readonly<Record<string, string>> = { TENANT: 'caller.tenant_id', GIVEN: 'given' };
const value = (of: Recorded['params'][string]): string => VALUES[String(of)] ?? (of === null ? 'None' : typeof of === 'boolean' ? (of ? 'True' : 'False') : JSON.stringify(of));

const route = (name: string, statement: string): string => `
@router.get("/${name}")
def ${name}(session: Session, caller: Caller, given: str):
    result = session.execute(${statement})
    return [dict(row) for row in result.mappings()]
`;

async function judged(routes: string): Promise<readonly QuerySite[]> {
  const texts = new Map([['models.py', file('models.py')], ['statements.py', file('statements.py')], ['routes.py', HEADER + routes]]);
  const project = new PythonProject({ files: new Set(texts.keys()), text: (p) => texts.get(p) }, await loadPython());
  const sql = createSqlParser();
  const [models] = readSqlalchemy(project, sql);
  if (!models) throw new Error('no models');
  const schema = replay([models.history], sql).last;
  const program = readPythonProgram({ project, hints: /./, packages: new Map() });
  const environment = { kind: 'own-connection', untrusted: [], exposed: [], connectsAs: 'owner', why: [] } as const;
  return analyse(program, { schema, tenancy: inferTenancy(schema, [models.models], undefined), models: models.models, environment, adapters: clients, prove, sql, adminRoles: new Set(ADMIN_ROLES) });
}

/** What counts: which rows of which table, and whether they are the caller's. */
function told(sites: readonly QuerySite[], route: string): string {
  const own = sites.filter((s) => s.entry?.name === `routes.py#${route}` && s.table !== 'public.users');
  // Sub-selects of a built statement are told at their own places; text is one place.
  const worst = own.some((s) => s.verdict === 'leak') ? 'leak' : own.some((s) => s.verdict === 'unknown') ? 'unknown' : own.length === 0 ? 'nothing' : 'safe';
  return worst;
}

/** Safe as they are built; as text they are judged more strictly, since its reader does not follow rows into these. */
const APART: Readonly<Record<string, string>> = {
  equals_scalar: 'a sub-select that is compared',
  from_expression: 'a WITH query that is joined',
  from_sub_select: 'a sub-select in FROM',
  outer_with_tenant_in_where: 'an outer join whose WHERE asks for the other row',
};

describe('statements are judged as the SQL that they are compiled to', async () => {
  const built = await judged(names.map((name) => route(name, `statements.${name}(caller.tenant_id, given)`)).join('\n'));
  const spelled = await judged(names.map((name) => {
    const { sql, params } = recorded[name] ?? { sql: '', params: {} };
    return route(name, `text(${JSON.stringify(sql)}), {${Object.entries(params).map(([key, of]) => `${JSON.stringify(key)}: ${value(of)}`).join(', ')}}`);
  }).join('\n'));

  test.each(names.filter((name) => !(name in APART)))('%s', (name) => {
    expect(`${name}: ${told(built, name)}`).toBe(`${name}: ${told(spelled, name)}`);
  });

  test.each(Object.keys(APART))('%s is safe, though its text is not followed', (name) => {
    expect([told(built, name), told(spelled, name)]).toEqual(['safe', 'leak']);
  });

  test('some are safe and some are not', () => {
    const all = names.map((name) => told(built, name));
    expect(all.filter((v) => v === 'safe').length).toBeGreaterThan(20);
    expect(all.filter((v) => v === 'leak').length).toBeGreaterThan(10);
  });
});

describe('the record is what SQLAlchemy compiles today', () => {
  const python = pythonWith('sqlalchemy');
  test.skipIf(!python)('every statement', () => {
    const now = python && recordedBy(python, path.join(here, 'record.py'));
    expect(JSON.parse(now ?? '{}')).toEqual(recorded);
  });
});
