"""The style of SQLAlchemy 1.4."""

import enum
import uuid

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    desc,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, ExcludeConstraint, TSTZRANGE
from sqlalchemy.orm import backref, declarative_base, relationship

Base = declarative_base()

STATUSES = ("open", "closed")


class Role(enum.Enum):
    admin = 1
    member = 2


class Organization(Base):
    __tablename__ = "organizations"

    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid.uuid4)
    name = Column(String(100), nullable=False)
    slug = Column(String(50), unique=True, nullable=False)
    settings = Column(JSON, default={})
    tags = Column(ARRAY(String))


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("organization_id", "email", name="uq_account_email"),
        UniqueConstraint("handle"),
        CheckConstraint("length(email) > 3"),
        CheckConstraint(text("age >= 0"), name="age_positive"),
        Index("ix_accounts_org_created", "organization_id", desc("created_at")),
        {"comment": "people who can sign in"},
    )

    id = Column(Integer, primary_key=True)
    organization_id = Column(UUID(as_uuid=True), ForeignKey("organizations.id", ondelete="CASCADE"), nullable=False, index=True)
    email = Column(String(255), nullable=False)
    handle = Column(String(40), index=True, unique=True)
    age = Column(Integer, CheckConstraint("age < 200", name="age_small"))
    role = Column(Enum(Role), nullable=False, server_default="member")
    status = Column(Enum(*STATUSES, name="account_status"), default="open")
    manager_id = Column(Integer, ForeignKey("accounts.id", ondelete="SET NULL", onupdate="CASCADE", name="fk_manager"))
    is_active = Column(Boolean(), default=True)
    created_at = Column(DateTime(timezone=True), server_default=func.now())

    organization = relationship("Organization", backref=backref("accounts", lazy="dynamic"))
    reports = relationship("Account", backref=backref("manager", remote_side=[id]))


class Booking(Base):
    __tablename__ = "bookings"

    room = Column(Integer)
    organization_id = Column(UUID(as_uuid=True))
    account_id = Column(Integer)
    during = Column(TSTZRANGE, nullable=False)
    notes = Column(Text)
    payload = Column(JSONB)
    deleted_at = Column(DateTime)

    __table_args__ = (
        PrimaryKeyConstraint("organization_id", "room", name="bookings_pk"),
        ForeignKeyConstraint(["account_id"], ["accounts.id"], name="bookings_account", deferrable=True, initially="DEFERRED"),
        ForeignKeyConstraint([organization_id], [Organization.id], ondelete="RESTRICT"),
        ExcludeConstraint(("room", "="), ("during", "&&"), name="no_overlap", using="gist", where=text("deleted_at is null")),
        Index("ix_bookings_payload", payload, postgresql_using="gin", postgresql_ops={"payload": "jsonb_path_ops"}),
        Index("ix_bookings_live", account_id, unique=True, postgresql_where=deleted_at.is_(None)),
        Index("ix_bookings_where_text", "account_id", "room", postgresql_where=text("notes is not null")),
        Index("ix_bookings_lower", func.lower(notes)),
        Index("ix_bookings_order", account_id.desc().nullslast(), room.asc()),
        Index("ix_bookings_include", "room", postgresql_include=["notes"]),
        Index("ix_bookings_text", text("(payload ->> 'kind')")),
    )


account_groups = Table(
    "account_groups",
    Base.metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", Integer, ForeignKey("groups.id"), primary_key=True),
    Column("position", Integer, nullable=False, server_default="0"),
    Index("ix_account_groups_position", "group_id", "position"),
)


class Group(Base):
    __tablename__ = "groups"

    id = Column("id", Integer, primary_key=True)
    label = Column("name", String(80), key="label")
    accounts = relationship("Account", secondary=account_groups, backref="groups")


Index("ix_groups_lower_name", func.lower(Group.label), unique=True)
Index("ix_account_groups_by_account", account_groups.c.account_id, account_groups.c.position.desc())


class Legacy(Base):
    __table__ = Table("legacy", Base.metadata, Column("id", Integer, primary_key=True), Column("Mixed Case", String(3)), Column("select", Integer))
