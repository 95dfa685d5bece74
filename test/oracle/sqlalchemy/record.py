"""Prints the DDL that SQLAlchemy compiles for the models of a case, for Postgres.

    python record.py NAME          to standard output
    python record.py --all         rewrites recorded/NAME.sql for every case
"""

import importlib
import pathlib
import sys

import sqlalchemy
from sqlalchemy import MetaData, create_mock_engine
from sqlalchemy.dialects import postgresql

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "cases"))


def metadata_of(module):
    found = {}
    for value in vars(module).values():
        for one in (value, getattr(value, "metadata", None)):
            if isinstance(one, MetaData) and one.tables:
                found[id(one)] = one
    assert len(found) == 1, f"{module.__name__} has {len(found)} collections of tables"
    return next(iter(found.values()))


def ddl(name):
    lines = []
    engine = create_mock_engine("postgresql://", lambda statement, *_, **__: lines.append(str(statement.compile(dialect=postgresql.dialect())).strip()))
    metadata = metadata_of(importlib.import_module(name))
    # Schemas are somebody else's to create.
    lines.extend(f"CREATE SCHEMA {schema}" for schema in sorted({t.schema for t in metadata.tables.values() if t.schema}))
    metadata.create_all(engine, checkfirst=False)
    return "\n\n".join(f"{line};" for line in lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--all"]:
        for case in sorted((HERE / "cases").iterdir()):
            if case.suffix == ".py" or (case / "__init__.py").exists():
                (HERE / "recorded" / f"{case.stem}.sql").write_text(f"-- SQLAlchemy {sqlalchemy.__version__}\n\n{ddl(case.stem)}")
                # One collection for all: SQLModel has only the one.
                sys.modules.get("sqlmodel") and sys.modules["sqlmodel"].SQLModel.metadata.clear()
    else:
        print(f"-- SQLAlchemy {sqlalchemy.__version__}\n\n{ddl(sys.argv[1])}", end="")
