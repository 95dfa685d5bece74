"""Names by convention, in a schema of their own."""

from sqlalchemy import CheckConstraint, Column, Enum, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, String, Table, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.schema import conv

convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=convention, schema="crm")
mapper_registry = registry(metadata=metadata)


class Base(DeclarativeBase):
    registry = mapper_registry


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    plan: Mapped[str] = mapped_column(Enum("free", "paid", name="plan"))
    kind: Mapped[str] = mapped_column(Enum("a", "b", name="kind", inherit_schema=True))
    stage: Mapped[str] = mapped_column(Enum("x", "y", name="stage", schema="audit"))


class Contact(Base):
    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "email"),
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "phone", name="given_name"),
        CheckConstraint("email <> ''", name="email_given"),
        CheckConstraint("phone <> ''", name=conv("phone_given_finally")),
        ForeignKeyConstraint(["tenant_id", "owner_id"], ["crm.contacts.tenant_id", "crm.contacts.id"]),
        Index(None, "email", "phone"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)
    owner_id: Mapped[int | None]
    email: Mapped[str]
    phone: Mapped[str]
    a_column_whose_name_is_so_long_that_no_index_can_hold_it: Mapped[str] = mapped_column(index=True)


class Elsewhere(Base):
    __tablename__ = "elsewhere"
    __table_args__ = {"schema": "audit"}

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("crm.tenants.id", ondelete="cascade"), index=True)
    checked: Mapped[str] = mapped_column(Enum("a", "b", name="letters", native_enum=False, create_constraint=True))


links = Table("links", metadata, Column("a", ForeignKey(Tenant.id), primary_key=True), Column("b", ForeignKey(Contact.id, name="named_link"), primary_key=True))
