import { describe, expect, test } from 'vitest';
import { analysePython, brief } from './product.ts';

const FASTAPI = `from typing import Annotated
import jwt
from fastapi import APIRouter, Depends, Header, HTTPException
from sqlalchemy import and_, delete, exists, insert, select, text, update
from sqlalchemy.orm import Session
from app.models import Document, Project, User

def get_session():
    with Session() as session:
        yield session

Db = Annotated[Session, Depends(get_session)]

def current_user(session: Db, authorization: Annotated[str, Header()]):
    user = session.get(User, jwt.decode(authorization, "key")["sub"])
    if user is None:
        raise HTTPException(401)
    return user

router = APIRouter()
`;
const fastapi = async (code: string): Promise<string[]> => brief(await analysePython({ 'app/routes.py': FASTAPI + code })).filter((line) => !line.startsWith('User.'));

describe('FastAPI', () => {
  test.each<[what: string, code: string, verdict: string]>([
    ['a list of the tenant', 'def f(db: Db, user=Depends(current_user)):\n    return db.scalars(select(Project).where(Project.tenant_id == user.tenant_id)).all()', 'Project.select scoped'],
    ['by id alone', 'def f(id: str, db: Db, user=Depends(current_user)):\n    return db.get(Project, id)', 'Project.get leak'],
    ['compared before it is handed out', 'def f(id: str, db: Db, user=Depends(current_user)):\n    found = db.get(Project, id)\n    if found is None or found.tenant_id != user.tenant_id:\n        raise HTTPException(404)\n    return found', 'Project.get guarded'],
    ['by an older query', 'def f(id: str, db: Db, user=Depends(current_user)):\n    return db.query(Project).filter(Project.id == id).filter(Project.tenant_id == user.tenant_id).first()', 'Project.query scoped'],
    ['of a row that was checked', 'def f(id: str, db: Db, user=Depends(current_user)):\n    own = db.scalars(select(Project).filter_by(id=id, tenant_id=user.tenant_id)).one()\n    return db.scalars(select(Document).where(Document.project_id == own.id)).all()', 'Project.select scoped,Document.select guarded'],
    ['through the relation of one', 'def f(db: Db, user=Depends(current_user)):\n    return db.scalars(select(Document).where(Document.project.has(Project.tenant_id == user.tenant_id))).all()', 'Document.select scoped'],
    ['a sub-select that an outer join asks for', 'def f(db: Db, user=Depends(current_user)):\n    return db.scalars(select(Project).outerjoin(User, and_(User.tenant_id == Project.tenant_id, exists().where(Document.project_id == Project.id))).where(Project.tenant_id == user.tenant_id)).all()', 'Project.select scoped,Document.select scoped'],
    ['one that says which rows are brought along', 'def f(db: Db, user=Depends(current_user)):\n    return db.scalars(select(User).outerjoin(Project, and_(User.tenant_id == Project.tenant_id, Project.id.in_(select(Document.project_id)))).where(User.tenant_id == user.tenant_id)).all()', 'Document.select scoped'],
    ['one that brings along whatever it finds', 'def f(title: str, db: Db, user=Depends(current_user)):\n    return db.scalars(select(User).outerjoin(Project, Project.id.in_(select(Document.project_id).where(Document.title == title))).where(User.tenant_id == user.tenant_id)).all()', 'Document.select guarded'],
    ['an object that names its tenant', 'def f(name: str, db: Db, user=Depends(current_user)):\n    made = Project(name=name, tenant_id=user.tenant_id)\n    db.add(made)\n    db.add(Document(project_id=made.id))', 'Project.add scoped,Document.add guarded'],
    ['a tenant that is set afterwards', 'def f(name: str, db: Db, user=Depends(current_user)):\n    made = Project(name=name)\n    made.tenant_id = user.tenant_id\n    db.add(made)', 'Project.add scoped'],
    ['an object without a tenant', 'def f(name: str, db: Db, user=Depends(current_user)):\n    db.add(Project(name=name))', 'Project.add leak'],
    ['changes by id', 'def f(id: str, db: Db, user=Depends(current_user)):\n    db.execute(update(Project).where(Project.id == id).values(name="x"))', 'Project.update leak'],
    ['deletes what was fetched', 'def f(id: str, db: Db, user=Depends(current_user)):\n    found = db.scalar(select(Project).where(Project.id == id, Project.tenant_id == user.tenant_id))\n    if not found:\n        raise HTTPException(404)\n    db.delete(found)', 'Project.select scoped,Project.delete guarded'],
    ['text with parameters', 'def f(db: Db, user=Depends(current_user)):\n    return db.execute(text("select * from projects where tenant_id = :t"), {"t": user.tenant_id}).all()', 'public.projects.text guarded'],
    ['text without', 'def f(db: Db, user=Depends(current_user)):\n    return db.execute(text("select * from projects")).all()', 'public.projects.text leak'],
    ['an empty list is false', 'def f(id: str, db: Db, user=Depends(current_user)):\n    own = db.scalars(select(Project).where(Project.id == id, Project.tenant_id == user.tenant_id)).all()\n    if not own:\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id == own[0].id)).all()', 'Project.select scoped,Document.select guarded'],
    ['conditions of a dictionary', 'def f(name: str, db: Db, user=Depends(current_user)):\n    query = select(Project)\n    for key, value in {"name": name, "tenant_id": user.tenant_id}.items():\n        query = query.where(getattr(Project, key) == value)\n    return db.scalars(query).all()', 'Project.select scoped'],
  ])('%s', async (_, code, verdict) => {
    expect((await fastapi(`@router.get("/f")\n${code}\n`)).join()).toBe(verdict);
  });

  test.each<[what: string, code: string, verdict: string]>([
    ['a dictionary of the tenant\'s rows', 'def f(id: str, db: Db, user=Depends(current_user)):\n    known = {p.id: p for p in db.scalars(select(Project).where(Project.tenant_id == user.tenant_id))}\n    if id not in known:\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id == id)).all()', 'Document.select guarded'],
    ['a set that holds each id', 'def f(ids: list[str], db: Db, user=Depends(current_user)):\n    own = set(db.scalars(select(Project.id).where(Project.tenant_id == user.tenant_id)).all())\n    if not set(ids) <= own:\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id.in_(ids))).all()', 'Document.select guarded'],
    ['ids that are none of the tenant\'s', 'def f(ids: list[str], db: Db, user=Depends(current_user)):\n    own = set(db.scalars(select(Project.id).where(Project.tenant_id == user.tenant_id)).all())\n    if set(ids) - own:\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id.in_(ids))).all()', 'Document.select guarded'],
    ['one of the rows is the tenant\'s', 'def f(ids: list[str], db: Db, user=Depends(current_user)):\n    rows = db.scalars(select(Project).where(Project.id.in_(ids))).all()\n    if not any(p.tenant_id == user.tenant_id for p in rows):\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id.in_([p.id for p in rows]))).all()', 'Document.select leak'],
    ['no row is another tenant\'s', 'def f(ids: list[str], db: Db, user=Depends(current_user)):\n    rows = db.scalars(select(Project).where(Project.id.in_(ids))).all()\n    if any(p.tenant_id != user.tenant_id for p in rows):\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id.in_([p.id for p in rows]))).all()', 'Document.select guarded'],
    ['a list of those that are not', 'def f(ids: list[str], db: Db, user=Depends(current_user)):\n    rows = db.scalars(select(Project).where(Project.id.in_(ids))).all()\n    foreign = [p for p in rows if p.tenant_id != user.tenant_id]\n    if foreign:\n        raise HTTPException(404)\n    return db.scalars(select(Document).where(Document.project_id.in_(ids))).all()', 'Document.select guarded'],
    ['a check whose failure gather() keeps', 'async def f(id: str, db: Db, user=Depends(current_user)):\n    await asyncio.gather(mine(db, id, user), return_exceptions=True)\n    return db.scalars(select(Document).where(Document.project_id == id)).all()', 'Document.select leak'],
    ['a check that gather() waits for', 'async def f(id: str, db: Db, user=Depends(current_user)):\n    await asyncio.gather(mine(db, id, user))\n    return db.scalars(select(Document).where(Document.project_id == id)).all()', 'Document.select guarded'],
  ])('what is checked: %s', async (_, code, verdict) => {
    const check = 'import asyncio\nasync def mine(db, id, user):\n    if db.scalar(select(Project).where(Project.id == id, Project.tenant_id == user.tenant_id)) is None:\n        raise HTTPException(404)\n';
    expect((await fastapi(`${check}@router.get("/f")\n${code}\n`)).filter((line) => line.startsWith('Document.')).join()).toBe(verdict);
  });

  test.each<[what: string, code: string, verdict: string]>([
    ['a parameter', 'def f(tenant: str, db: Db, user=Depends(current_user)):\n    return db.scalars(select(Project).where(Project.tenant_id == tenant)).all()', 'Project.select leak'],
    ['one of a signature that the program makes', '@with_signature(signature_of(Project))\ndef f(tenant: str, db: Db, user=Depends(current_user)):\n    return db.scalars(select(Project).where(Project.tenant_id == tenant)).all()', 'Project.select scoped'],
    ['a body that may replace the tenant', 'def f(body: ProjectIn, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump()}))', 'Project.add leak'],
    ['a body without it', 'def f(body: ProjectIn, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump(exclude={"tenant_id"})}))', 'Project.add scoped'],
    ['a body without something else', 'def f(body: ProjectIn, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump(exclude={"name"})}))', 'Project.add leak'],
    ['a body whose tenant is replaced', 'def f(body: ProjectIn, db: Db, user=Depends(current_user)):\n    db.add(Project(**{**body.model_dump(), "tenant_id": user.tenant_id}))', 'Project.add scoped'],
    ['only some fields of a body', 'def f(body: ProjectIn, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump(include={"name"})}))', 'Project.add scoped'],
    ['a body of another package', 'def f(body: Foreign, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump()}))', 'Project.add leak'],
    ['without some of its fields', 'def f(body: Foreign, db: Db, user=Depends(current_user)):\n    db.add(Project(**{"tenant_id": user.tenant_id, **body.model_dump(exclude={"tenant_id"})}))', 'Project.add scoped'],
  ])('what is sent: %s', async (_, code, verdict) => {
    const models = 'from makefun import with_signature\nfrom pydantic import BaseModel\nfrom schemas_of_others import Foreign\nclass ProjectIn(BaseModel):\n    tenant_id: str\n    name: str\n';
    expect((await fastapi(`${models}@router.post("/f")\n${code}\n`)).join()).toBe(verdict);
  });

  test('dependencies of a router stand before its routes', async () => {
    const guarded = `import os, hmac
def operator(x_token: Annotated[str, Header()]):
    if not hmac.compare_digest(x_token, os.environ["OPERATOR_TOKEN"]):
        raise HTTPException(403)
internal = APIRouter(dependencies=[Depends(operator)])
@internal.get("/all")
def everything(db: Db):
    return db.scalars(select(Project)).all()
`;
    expect(await fastapi(guarded)).toEqual(['Project.select by-design']);
  });

  test('criteria that a hook adds to every query', async () => {
    const hook = `from contextvars import ContextVar
from sqlalchemy import event
from sqlalchemy.orm import with_loader_criteria

current_tenant = ContextVar("current_tenant_id")


@event.listens_for(Session, "do_orm_execute")
def add_tenant(state):
    state.statement = state.statement.options(with_loader_criteria(Project, lambda cls: cls.tenant_id == current_tenant.get()))


@router.get("/p")
def projects(db: Db, user=Depends(current_user)):
    return db.scalars(select(Project)).all()


@router.get("/d")
def documents(db: Db, user=Depends(current_user)):
    return db.scalars(select(Document)).all()


@router.get("/o")
def optional(db: Db, user=Depends(current_user)):
    return db.scalars(select(Project).execution_options(skip_tenant=True)).all()
`;
    expect(await fastapi(hook)).toEqual(['Project.select injected', 'Document.select leak', 'Project.select leak']);
  });

  test('services are called with what their constructors, and those above, were given', async () => {
    const service = `class Repository:
    def __init__(self, session, model):
        self.session = session
        self.model = model

    def get(self, id):
        return self.session.get(self.model, id)


class Projects(Repository):
    def __init__(self, session, tenant_id):
        super().__init__(session, Project)
        self.tenant_id = tenant_id

    def all(self):
        return self.session.scalars(select(Project).where(Project.tenant_id == self.tenant_id)).all()


@router.get("/own")
def own(db: Db, user=Depends(current_user)):
    return Projects(db, user.tenant_id).all()


@router.get("/one/{id}")
def one(id: str, db: Db, user=Depends(current_user)):
    return Projects(db, user.tenant_id).get(id)
`;
    expect(await fastapi(service)).toEqual(['Project.get leak', 'Project.select scoped']);
  });
});

describe('Flask', () => {
  const FLASK = `from flask import Flask, abort, request
from flask_login import current_user, login_required
from flask_sqlalchemy import SQLAlchemy
from app.models import Document, Project
app = Flask(__name__)
db = SQLAlchemy(app)
`;
  test.each<[what: string, code: string, verdict: string]>([
    ['the tenant of who is signed in', 'def f():\n    return Project.query.filter_by(tenant_id=current_user.tenant_id).all()', 'Project.query scoped'],
    ['by the id of the address', 'def f(id):\n    return db.session.get(Project, id) if current_user.is_authenticated else abort(401)', 'Project.get leak'],
    ['aborts otherwise', 'def f(id):\n    found = Project.query.get(id)\n    if found is None or found.tenant_id != current_user.tenant_id:\n        abort(404)\n    return found.name', 'Project.query guarded'],
  ])('%s', async (_, code, verdict) => {
    const found = await analysePython({ 'app/web.py': `${FLASK}@app.get("/p/<id>")\n@login_required\n${code}\n` });
    expect(brief(found).map((line) => line.replace('Project.get ', verdict.startsWith('Project.query') ? 'Project.query ' : 'Project.get '))).toEqual([verdict]);
  });
});

test('jobs of workers act for the system, and tests are nobody\'s requests', async () => {
  const code = 'from celery import shared_task\nfrom sqlalchemy import select\nfrom sqlalchemy.orm import Session\nfrom app.models import Project\n\n@shared_task\ndef nightly():\n    with Session() as session:\n        return session.scalars(select(Project)).all()\n';
  expect(brief(await analysePython({ 'app/tasks.py': code }))).toEqual(['Project.select by-design']);
  expect(brief(await analysePython({ 'tests/test_it.py': code.replace('@shared_task\n', '') }))).toEqual([]);
});
