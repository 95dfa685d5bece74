import { ADMIN_ROLES, inferTenancy, prove, replay } from '@tenantlint/engine';
import { analyse } from '@tenantlint/engine/flow';
import type { QuerySite } from '@tenantlint/model';
import { loadPython, PythonProject, readPythonProgram } from '@tenantlint/readers/python';
import { clients } from '@tenantlint/readers/python/clients';
import { createSqlParser } from '@tenantlint/readers/sql';
import { readSqlalchemy } from '@tenantlint/readers/sqlalchemy';

export const MODELS = `from sqlalchemy import Column, ForeignKey, String
from sqlalchemy.orm import declarative_base, relationship

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
    documents = relationship("Document", back_populates="project")


class Document(Base):
    __tablename__ = "documents"
    id = Column(String, primary_key=True)
    project_id = Column(String, ForeignKey("projects.id"), nullable=False)
    title = Column(String)
    project = relationship("Project", back_populates="documents")
`;

/** Queries of a small product, judged. */
export async function analysePython(files: Readonly<Record<string, string>>): Promise<readonly QuerySite[]> {
  const texts = new Map(Object.entries({ 'app/models.py': MODELS, ...files }));
  const project = new PythonProject({ files: new Set(texts.keys()), text: (p) => texts.get(p) }, await loadPython());
  const sql = createSqlParser();
  const [models] = readSqlalchemy(project, sql);
  if (!models) throw new Error('no models');
  const schema = replay([models.history], sql).last;
  const program = readPythonProgram({ project, hints: /./, packages: new Map() });
  const environment = { kind: 'own-connection', untrusted: [], exposed: [], connectsAs: 'owner', why: [] } as const;
  return analyse(program, { schema, tenancy: inferTenancy(schema, [models.models], undefined), models: models.models, environment, adapters: clients, prove, sql, adminRoles: new Set(ADMIN_ROLES) });
}

/** `Project.select scoped`, in the order of the files. */
export const brief = (sites: readonly QuerySite[]): string[] => sites.map((s) => `${s.model ?? s.table ?? '?'}.${s.operation} ${s.verdict}`);
