import { beforeAll, expect, test } from 'vitest';
import { buildOnce, project, tenantlint } from './run.ts';

beforeAll(buildOnce);

const BASE = {
  'pyproject.toml': '[project]\nname = "shop"\ndependencies = ["sqlalchemy==2.0.30", "fastapi==0.111.0", "pyjwt==2.8.0"]\n',
  'migrations/001_start.sql': `create table tenants (id text primary key);
create table users (id text primary key, tenant_id text not null references tenants (id));
create table projects (id text primary key, tenant_id text not null references tenants (id), name text not null);
create index on projects (tenant_id);
create role app_user nologin;
alter table projects enable row level security;
alter table projects force row level security;
create policy tenant on projects using (tenant_id = current_setting('app.tenant_id', true)) with check (tenant_id = current_setting('app.tenant_id', true));
grant select, insert, update, delete on projects to app_user;
`,
  'app/models.py': `from sqlalchemy import Column, ForeignKey, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(String, primary_key=True)


class User(Base):
    __tablename__ = "users"
    id = Column(String, primary_key=True)
    tenant_id = Column(String, ForeignKey("tenants.id"), nullable=False)


class Project(Base):
    __tablename__ = "projects"
    id = Column(String, primary_key=True)
    tenant_id = Column(String, ForeignKey("tenants.id"), nullable=False)
    name = Column(String, nullable=False)
`,
};

function product(hook: string, ask: string): string {
  return project({
    ...BASE,
    'app/db.py': `from contextvars import ContextVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql://localhost/shop")
Local = sessionmaker(engine)
current_tenant = ContextVar("current_tenant")


def get_session():
    with Local() as session:
        yield session


${hook}
`,
    'app/routes.py': `from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, Header, HTTPException
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import current_tenant, engine, get_session
from app.models import Project, User

router = APIRouter()


def current_user(authorization: Annotated[str, Header()], session: Session = Depends(get_session)):
    user = session.get(User, jwt.decode(authorization, "key")["sub"])
    if user is None:
        raise HTTPException(401)
    current_tenant.set(user.tenant_id)
    session.info["tenant_id"] = user.tenant_id
    return user


@router.get("/projects/{id}")
def one(id: str, session: Session = Depends(get_session), user: User = Depends(current_user)):
    ${ask}
`,
  }).dir;
}

async function verdict(hook: string, ask: string): Promise<string[]> {
  const { out, err } = await tenantlint(product(hook, ask), ['inspect', '--format', 'json']);
  expect(err).toBe('');
  return (JSON.parse(out) as { sites: readonly { readonly table?: string; readonly verdict: string; readonly why: readonly string[] }[] }).sites.filter((s) => s.table === 'public.projects').map((s) => `${s.verdict}: ${s.why.join('; ')}`);
}

const HOOK = (body: string, head = '@event.listens_for(Session, "after_begin")\n'): string => `${head}def set_tenant(session, transaction, connection):\n    ${body}`;
const CONTEXT = `connection.execute(text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": current_tenant.get()})`;
const GET = 'return session.get(Project, id)';

const TENANT = ['injected: policies of public.projects let app_user see the tenant\'s rows only'];
/** Safe as well, and useless: rules about the setting tell. */
const NOTHING = ['injected: policies of public.projects let app_user see nothing here'];

test.each([
  ['a variable of the context', HOOK(CONTEXT), GET, TENANT],
  ['what the session was told', HOOK(`tenant = session.info.get("tenant_id")\n    if tenant is not None:\n        connection.execute(text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": tenant})`), GET, TENANT],
  ['by its key', HOOK(`session.execute(text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": session.info["tenant_id"]})`), GET, TENANT],
  ['SET LOCAL', HOOK(`connection.execute(text(f"SET LOCAL app.tenant_id = '{session.info['tenant_id']}'"))`), GET, TENANT],
  ['a hook that is registered by a call', `${HOOK(CONTEXT, '')}\n\n\nevent.listen(Local, "after_begin", set_tenant)`, GET, TENANT],
  ['a setting that a condition turns on', HOOK(`if session.info.get("internal"):\n        connection.execute(text("select set_config('app.tenant_id', 'internal', true)"))`), GET, NOTHING],
  ['no hook', '', GET, NOTHING],
  ['a hook of another event', HOOK(CONTEXT, '@event.listens_for(Session, "after_commit")\n'), GET, NOTHING],
  ['a hook that makes another setting', HOOK(CONTEXT.replace('app.tenant_id', 'app.company')), GET, NOTHING],
  ['a connection beside the sessions', HOOK(CONTEXT), 'with engine.connect() as connection:\n        return connection.execute(select(Project).where(Project.id == id)).all()', NOTHING],
])('%s', async (_, hook, ask, told) => {
  expect(await verdict(hook, ask)).toEqual(told);
});

test.each([
  ['the hook sets what policies read', HOOK(CONTEXT), 0],
  ['nothing does', '', 1],
])('%s', async (_, hook, times) => {
  const { out } = await tenantlint(product(hook, GET), ['check', '--preset', 'strict']);
  expect([...out.matchAll(/tenant-context-unset/g)]).toHaveLength(times);
  expect(out).not.toContain('tenant-context-leaks');
});
