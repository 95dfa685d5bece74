"""A base whose parts are spread over files."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from .mixins import Identified

SCHEMA = "app"


class Base(Identified, DeclarativeBase):
    __abstract__ = True


Base.metadata = MetaData(schema=SCHEMA)
Base.metadata.naming_convention = {"ix": "idx_%(table_name)s_%(column_0_name)s", "fk": "%(table_name)s_%(column_0_name)s_fkey"}
