"""Columns and names made by helpers, loops and constants."""

import enum
import uuid
from datetime import datetime

from sqlalchemy import CHAR, Column, DateTime, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, func
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator, UserDefinedType

PREFIX = "app"
TENANT = f"{PREFIX}_tenants"
LIMITS = {"name": 120, "code": 12}


class GUID(TypeDecorator):
    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(CHAR(32))


class Encrypted(TypeDecorator):
    impl = LargeBinary
    cache_ok = True


class Short(TypeDecorator):
    impl = String(7)
    cache_ok = True


class Sized(TypeDecorator):
    impl = String
    cache_ok = True


class Embedding(UserDefinedType):
    cache_ok = True

    def __init__(self, size):
        self.size = size

    def get_col_spec(self, **kw):
        return f"BIT({self.size})"


class State(str, enum.Enum):
    DRAFT = "draft"
    SENT = "sent"

    @classmethod
    def values(cls):
        return [member.value for member in cls]


def key():
    return mapped_column(GUID(), primary_key=True, default=uuid.uuid4)


def tenant_key(nullable: bool = False, *, ondelete="CASCADE"):
    return Column(GUID, ForeignKey(f"{TENANT}.id", ondelete=ondelete), nullable=nullable, index=True)


def stamp(**options):
    return Column(DateTime(timezone=True), server_default=func.now(), **options)


class Base(DeclarativeBase):
    pass


class Tenant(Base):
    __tablename__ = TENANT

    id = key()
    name = Column(String(LIMITS["name"]), nullable=False)


class Letter(Base):
    __tablename__ = "%s_letters" % PREFIX
    __table_args__ = tuple(Index("ix_letters_" + name, name) for name in ("code", "state")) + (UniqueConstraint(*["tenant_id", "code"]),)

    id = key()
    tenant_id = tenant_key()
    reviewer_id = tenant_key(True, ondelete="SET NULL")
    code = Column(String(LIMITS.get("code")))
    secret = Column(Encrypted())
    short = Column(Short)
    sized = Column(Sized(99))
    embedding = Column(Embedding(8))
    state = Column(String, default=State.DRAFT, server_default=State.DRAFT.value)
    created_at = stamp(nullable=False, index=True)
    updated_at = stamp(onupdate=datetime.utcnow)
    body, footer = Column(Text, nullable=False), Column(Text)
