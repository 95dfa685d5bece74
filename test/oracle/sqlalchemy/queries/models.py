"""A small product: tenants, their projects, the documents of these, and tags of documents."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class Tenant(Base):
    __tablename__ = "tenants"

    id = Column(String, primary_key=True)
    name = Column(String, nullable=False)


class User(Base):
    __tablename__ = "users"

    id = Column(String, primary_key=True)
    tenant_id = Column(String, ForeignKey("tenants.id"), nullable=False)
    email = Column(String, nullable=False)


class Project(Base):
    __tablename__ = "projects"

    id = Column(String, primary_key=True)
    tenant_id = Column(String, ForeignKey("tenants.id"), nullable=False)
    name = Column(String, nullable=False)
    status = Column(String, nullable=False)
    shared = Column(Boolean, nullable=False)

    documents = relationship("Document", back_populates="project")


class Document(Base):
    __tablename__ = "documents"

    id = Column(String, primary_key=True)
    project_id = Column(String, ForeignKey("projects.id"), nullable=False)
    title = Column(String, nullable=False)
    pages = Column(Integer, nullable=False)

    project = relationship("Project", back_populates="documents")
    tags = relationship("Tag", back_populates="document")


class Tag(Base):
    __tablename__ = "tags"

    id = Column(String, primary_key=True)
    document_id = Column(String, ForeignKey("documents.id"), nullable=False)
    label = Column(String, nullable=False)

    document = relationship("Document", back_populates="tags")
