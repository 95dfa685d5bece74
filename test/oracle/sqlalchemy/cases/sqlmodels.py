"""SQLModel: fields with and without columns of their own."""

import uuid
from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, List, Optional

from sqlalchemy import DateTime, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import JSON, Column, Field, Relationship, SQLModel


class Stage(str, Enum):
    new = "new"
    won = "won"


class TenantBase(SQLModel):
    tenant_id: uuid.UUID = Field(foreign_key="tenant.id", ondelete="CASCADE", index=True)


class Tenant(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    name: str = Field(max_length=50, unique=True)
    deals: List["Deal"] = Relationship(back_populates="tenant")


class DealTag(SQLModel, table=True):
    deal_id: Optional[int] = Field(default=None, foreign_key="deal.id", primary_key=True)
    tag_id: Optional[int] = Field(default=None, foreign_key="tags.id", primary_key=True)


class Deal(TenantBase, table=True):
    __table_args__ = (UniqueConstraint("tenant_id", "title"), Index("ix_deal_open", "tenant_id", "stage"))
    LIMIT: ClassVar[int] = 10

    id: Optional[int] = Field(default=None, primary_key=True)
    title: str = Field(index=True)
    note: Optional[str] = None
    amount: Decimal = Field(default=0, max_digits=12, decimal_places=2)
    stage: Stage = Stage.new
    is_open: bool = True
    score: float = 0
    maybe: int | None = Field(default=None, nullable=False)
    optional_anyway: str = Field(nullable=True)
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc), sa_type=DateTime(timezone=True))
    payload: dict = Field(sa_column=Column(JSONB, nullable=False, default={}))
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    body: str = Field(sa_column=Column("content", Text))
    owner_id: int = Field(sa_column=Column(Integer, ForeignKey("owner.id", ondelete="SET NULL")))
    stamped: datetime = Field(sa_column_kwargs={"server_default": "now()", "comment": "when"})

    tenant: Optional[Tenant] = Relationship(back_populates="deals")
    tags: List["Tag"] = Relationship(link_model=DealTag, sa_relationship_kwargs={"lazy": "selectin"})


class Tag(SQLModel, table=True):
    __tablename__ = "tags"

    id: int = Field(primary_key=True)
    label: str


class Owner(SQLModel, table=True):
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
