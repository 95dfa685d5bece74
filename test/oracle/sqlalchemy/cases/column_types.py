"""Every kind of column, by annotation and by type."""

import datetime
import decimal
import enum
import uuid
from typing import Literal, Optional

import sqlalchemy as sa
from sqlalchemy import Computed, FetchedValue, Identity, Sequence, func, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, deferred, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {dict: JSONB, list[str]: pg.ARRAY(sa.Text), datetime.datetime: sa.DateTime(timezone=True)}


class Color(enum.Enum):
    red = "r"
    blue = "b"


class Level(str, enum.Enum):
    low = "low-level"
    high = "high-level"


class Annotated(Base):
    __tablename__ = "annotated"

    id: Mapped[int] = mapped_column(primary_key=True)
    a_str: Mapped[str]
    a_maybe: Mapped[Optional[str]]
    a_union: Mapped["str | None"]
    a_float: Mapped[float]
    a_bool: Mapped[bool] = mapped_column(default=False)
    a_bytes: Mapped[bytes]
    a_decimal: Mapped[decimal.Decimal | None]
    a_uuid: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    a_date: Mapped[datetime.date]
    a_time: Mapped[datetime.time]
    a_delta: Mapped[datetime.timedelta]
    a_stamp: Mapped[datetime.datetime]
    a_dict: Mapped[dict]
    a_list: Mapped[list[str]]
    a_enum: Mapped[Color]
    a_literal: Mapped[Literal["draft", "published"]]
    b_nullable: Mapped[str] = mapped_column(nullable=True)
    b_required: Mapped[Optional[str]] = mapped_column(nullable=False)
    b_named: Mapped[str] = mapped_column("other_name", sa.String(12))
    b_deferred: Mapped[str] = deferred(mapped_column(sa.Text))


class Typed(Base):
    __tablename__ = "typed"

    id = mapped_column(sa.BigInteger, primary_key=True)
    string = mapped_column(sa.String)
    string_n = mapped_column(sa.String(length=40))
    collated = mapped_column(sa.String(10, collation="C"))
    text_ = mapped_column("text", sa.UnicodeText)
    char_ = mapped_column("char", sa.CHAR(3))
    small = mapped_column(sa.SmallInteger)
    numeric = mapped_column(sa.Numeric)
    numeric_p = mapped_column(sa.Numeric(10))
    numeric_ps = mapped_column(sa.Numeric(precision=10, scale=2))
    decimal_ = mapped_column(sa.DECIMAL(5, 1))
    real = mapped_column(sa.Float(10))
    double = mapped_column(sa.Float(53))
    plain_float = mapped_column(sa.Float)
    double_precision = mapped_column(sa.Double)
    interval = mapped_column(sa.Interval)
    interval_of = mapped_column(pg.INTERVAL(fields="DAY TO SECOND", precision=2))
    pickle = mapped_column(sa.PickleType)
    binary = mapped_column(sa.LargeBinary(1000))
    uuid_text = mapped_column(sa.Uuid(native_uuid=False))
    uuid_native = mapped_column(sa.Uuid)
    uuid_pg = mapped_column(pg.UUID(as_uuid=True), server_default=func.gen_random_uuid())
    stamp = mapped_column(sa.TIMESTAMP)
    stamp_zone = mapped_column(sa.DateTime(True))
    stamp_precise = mapped_column(pg.TIMESTAMP(timezone=True, precision=3))
    time_zone = mapped_column(sa.Time(timezone=True))
    json_ = mapped_column("json", sa.JSON)
    jsonb = mapped_column(JSONB(none_as_null=True))
    variant = mapped_column(sa.JSON().with_variant(JSONB(), "postgresql"))
    variant_other = mapped_column(sa.String(5).with_variant(sa.Text(), "mysql", "mariadb"))
    mutable = mapped_column(MutableDict.as_mutable(JSONB), nullable=False, default={})
    mutable_list = mapped_column(MutableList.as_mutable(pg.ARRAY(sa.Integer)))
    array = mapped_column(sa.ARRAY(sa.String(3)))
    matrix = mapped_column(pg.ARRAY(sa.Integer, dimensions=2))
    bit = mapped_column(pg.BIT(3))
    bits = mapped_column(pg.BIT(varying=True))
    inet = mapped_column(pg.INET)
    hstore = mapped_column(pg.HSTORE)
    tsvector = mapped_column(pg.TSVECTOR)
    span = mapped_column(pg.TSTZRANGE)
    citext = mapped_column(pg.CITEXT)
    color = mapped_column(sa.Enum(Color))
    level = mapped_column(sa.Enum(Level, name="level_value", values_callable=lambda e: [m.value for m in e]))
    words = mapped_column(pg.ENUM("a", "b", name="words"))
    in_text = mapped_column(sa.Enum(Color, native_enum=False))
    in_checked_text = mapped_column(sa.Enum("x", "yy", name="checked_words", native_enum=False, create_constraint=True, length=20))


class Defaults(Base):
    __tablename__ = "defaults"

    id = mapped_column(sa.Integer, Identity(always=True, start=10), primary_key=True)
    by_default = mapped_column(sa.Integer, Identity())
    computed = mapped_column(sa.Integer, Computed("id * 2", persisted=True))
    word = mapped_column(sa.String, server_default="it's")
    number = mapped_column(sa.Integer, server_default="0")
    expression = mapped_column(sa.Integer, server_default=text("1 + 1"))
    yes = mapped_column(sa.Boolean, server_default=sa.true())
    no = mapped_column(sa.Boolean, server_default=sa.false(), nullable=False)
    also_no = mapped_column(sa.Boolean, server_default="f")
    json_text = mapped_column(JSONB, server_default="{}")
    json_cast = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    now = mapped_column(sa.DateTime, server_default=func.now(), onupdate=func.now())
    current = mapped_column(sa.DateTime(timezone=True), server_default=func.current_timestamp())
    utc = mapped_column(sa.DateTime, server_default=func.timezone("utc", func.now()))
    today = mapped_column(sa.Date, server_default=text("CURRENT_DATE"))
    cast = mapped_column(sa.String, server_default=sa.cast("x", sa.String))
    from_sequence = mapped_column(sa.Integer, Sequence("counter"))
    next_value = mapped_column(sa.Integer, server_default=Sequence("other_counter").next_value())
    of_trigger = mapped_column(sa.String, server_default=FetchedValue())
    nothing = mapped_column(sa.String, server_default=sa.null())
    enum_name = mapped_column(sa.Enum(Color), server_default=Color.red.name)
    commented = mapped_column(sa.String, comment="what it's for")


class Keys(Base):
    __tablename__ = "keys"

    small_id = mapped_column(sa.SmallInteger, primary_key=True)


class GivenKey(Base):
    """A key that the program fills has no sequence."""

    __tablename__ = "given_keys"

    id = mapped_column(sa.Integer, primary_key=True, default=lambda: 1)


class ForeignKeyKey(Base):
    __tablename__ = "foreign_key_keys"

    id = mapped_column(sa.ForeignKey("annotated.id"), primary_key=True)
    type_of_target = mapped_column(sa.ForeignKey("typed.id"))


class PairKey(Base):
    __tablename__ = "pair_keys"

    a = mapped_column(sa.Integer, primary_key=True)
    b = mapped_column(sa.Integer, primary_key=True, autoincrement=False)


class NoSequence(Base):
    __tablename__ = "no_sequences"

    id = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
