"""Relationships of every shape."""

from typing import List, Optional, Set

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, DynamicMapped, Mapped, WriteOnlyMapped, backref, foreign, mapped_column, relationship, remote


class Base(DeclarativeBase):
    pass


memberships = Table(
    "memberships",
    Base.metadata,
    Column("team_id", ForeignKey("teams.id"), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
)


class Tenant(Base):
    __tablename__ = "tenants"

    id: Mapped[int] = mapped_column(primary_key=True)
    users: Mapped[List["User"]] = relationship(back_populates="tenant", cascade="all, delete-orphan", lazy="selectin")
    setting: Mapped[Optional["Setting"]] = relationship(back_populates="tenant")
    tickets: DynamicMapped["Ticket"] = relationship()
    events: WriteOnlyMapped["Event"] = relationship()


class Setting(Base):
    __tablename__ = "settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), unique=True)
    tenant: Mapped["Tenant"] = relationship(back_populates="setting")


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column("user_id", primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id))
    manager_id: Mapped[Optional[int]] = mapped_column(ForeignKey("users.user_id"))
    tenant: Mapped[Tenant] = relationship(back_populates="users", lazy="joined")
    manager: Mapped[Optional["User"]] = relationship(remote_side=[id], back_populates="reports")
    reports: Mapped[List["User"]] = relationship(back_populates="manager")
    teams: Mapped[Set["Team"]] = relationship(secondary=memberships, back_populates="members")


class Team(Base):
    __tablename__ = "teams"

    id = Column(Integer, primary_key=True)
    members = relationship("User", secondary="memberships", back_populates="teams")


class Ticket(Base):
    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    assignee_id: Mapped[Optional[int]] = mapped_column(ForeignKey("users.user_id"))
    author: Mapped[User] = relationship(foreign_keys=[author_id], backref="written")
    assignee: Mapped[Optional[User]] = relationship(foreign_keys="Ticket.assignee_id", backref=backref("assigned", lazy="noload"))
    fellow_tickets: Mapped[List["Ticket"]] = relationship(
        primaryjoin=lambda: Ticket.tenant_id == foreign(remote(Ticket.tenant_id)), viewonly=True, uselist=True
    )
    events = relationship(lambda: Event, primaryjoin="and_(Ticket.id == foreign(Event.ticket_id), Event.tenant_id == Ticket.tenant_id)", viewonly=True)


class Event(Base):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    ticket_id: Mapped[Optional[int]]
    kind = Column(String(10))
    tenant = relationship(Tenant, viewonly=True)


class Animal(Base):
    __tablename__ = "animals"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"))
    kind: Mapped[str]
    tenant: Mapped[Tenant] = relationship()
    __mapper_args__ = {"polymorphic_on": "kind"}


class Dog(Animal):
    __tablename__ = "dogs"

    id: Mapped[int] = mapped_column(ForeignKey("animals.id"), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    owner: Mapped[User] = relationship()
    __mapper_args__ = {"polymorphic_identity": "dog"}
