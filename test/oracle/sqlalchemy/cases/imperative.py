"""Classes mapped to tables by hand, and decorated ones."""

from dataclasses import dataclass, field
from typing import List

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

reg = registry()

users = Table("users", reg.metadata, Column("id", Integer, primary_key=True), Column("tenant", Integer, nullable=False, index=True))
addresses = Table("addresses", reg.metadata, Column("id", Integer, primary_key=True), Column("user_id", None, ForeignKey(users.c.id)), Column("city", String(30)))


class User:
    pass


class Address:
    pass


reg.map_imperatively(User, users, properties={"addresses": relationship(Address)})
reg.map_imperatively(Address, addresses)


@reg.mapped
class Decorated:
    __tablename__ = "decorated"

    id: Mapped[int] = mapped_column(primary_key=True)
    name = Column(String(5))


@reg.mapped_as_dataclass
class AsDataclass:
    __tablename__ = "as_dataclass"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    label: Mapped[str] = mapped_column(default="x")
