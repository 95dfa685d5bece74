"""Joined, single and concrete inheritance; mixins; declared attributes; annotated aliases."""

import datetime
import re
from typing import Annotated, Any, ClassVar, Optional

from sqlalchemy import DateTime, ForeignKey, Index, Integer, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, has_inherited_table, mapped_column, relationship

intpk = Annotated[int, mapped_column(primary_key=True)]
timestamp = Annotated[datetime.datetime, mapped_column(DateTime(timezone=True), nullable=False, server_default=func.current_timestamp())]
str30 = Annotated[str, 30]
tenant_fk = Annotated[int, mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), index=True)]


class Base(DeclarativeBase):
    type_annotation_map = {str30: String(30), dict[str, Any]: JSONB}

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower() + "s"

    created_at: Mapped[timestamp]


class Tenant(Base):
    id: Mapped[intpk]
    name: Mapped[str30]


class TenantMixin:
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @declared_attr
    def tenant_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, index=True)

    @declared_attr.directive
    def __table_args__(cls):
        return (Index(f"ix_{cls.__name__.lower()}_recent", "tenant_id", "created_at"), UniqueConstraint("tenant_id", "id"))


class Abstract(Base):
    __abstract__ = True

    id: Mapped[intpk]
    note: Mapped[Optional[str30]]
    counter: ClassVar[int] = 0


class PurchaseOrder(TenantMixin, Abstract):
    total: Mapped[int] = mapped_column(default=0)


class Invoice(TenantMixin, Abstract):
    __tablename__ = "bills"

    purchase_order_id: Mapped[Optional[int]] = mapped_column(ForeignKey(PurchaseOrder.id))
    inline: Mapped[Annotated[int, mapped_column(index=True)]]


class Animal(Base):
    __tablename__ = "animals"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(10))
    tenant: Mapped[tenant_fk]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}


class Dog(Animal):
    __tablename__ = "dogs"

    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    breed: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "dog"}


class Cat(Animal):
    __tablename__ = None

    lives: Mapped[Optional[int]]
    __mapper_args__ = {"polymorphic_identity": "cat"}


class Parent:
    """A mixin with constraints in `__table_args__` of the class that uses it."""

    code = mapped_column(String(8), unique=True)


class Child(Parent, Base):
    __table_args__ = (UniqueConstraint("code", "created_at", name="child_code"),)

    id: Mapped[intpk]
