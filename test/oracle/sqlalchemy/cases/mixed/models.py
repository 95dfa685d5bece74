from typing import TYPE_CHECKING, List, Optional
from uuid import UUID

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base
from .mixins import Dated

if TYPE_CHECKING:
    from .more import Audit


class Tenant(Dated, Base):
    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(String(9))
    audits: Mapped[List["Audit"]] = relationship(back_populates="tenant", lazy="raise")


class Site(Dated, Base):
    __tablename__ = "sites"

    tenant: Mapped[Tenant] = relationship()
    parent_id: Mapped[Optional[UUID]] = mapped_column(ForeignKey("sites.id"))


site_tags = Table("site_tags", Base.metadata, Column("site_id", ForeignKey(Site.id)), Column("tag", String(20)))
