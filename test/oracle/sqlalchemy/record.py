"""What SQLAlchemy makes of the models of a case: the DDL that it compiles for Postgres, and its mappers.

    python record.py ddl NAME        the DDL, to standard output
    python record.py mappers NAME    classes, columns and relationships, as JSON
    python record.py dump NAME       what dump_models.py writes
    python record.py --all           rewrites recorded/ for every case
"""

import importlib
import json
import pathlib
import sys

import sqlalchemy
from sqlalchemy import MetaData, create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import configure_mappers, mapperlib

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "cases"))
sys.path.insert(0, str(HERE.parents[2] / "packages" / "readers" / "sqlalchemy"))

import dump_models  # noqa: E402


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


def mappers(name):
    importlib.import_module(name)
    configure_mappers()
    found = {}
    for registry in mapperlib._all_registries():
        for mapper in registry.mappers:
            if mapper.class_.__module__.split(".")[0] != name:
                continue
            table = mapper.local_table
            found[mapper.class_.__name__] = {
                "table": f"{table.schema or 'public'}.{table.name}",
                "columns": {p.key: p.columns[0].name for p in mapper.column_attrs},
                "relationships": {p.key: relationship(p) for p in mapper.relationships},
            }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def relationship(p):
    pairs = [] if p.secondary is not None else [[key(p.parent, a), key(p.mapper, b)] for a, b in p.local_remote_pairs]
    through = None if p.secondary is None else f"{p.secondary.schema or 'public'}.{p.secondary.name}"
    return {"to": p.mapper.class_.__name__, "list": bool(p.uselist), "on": sorted(pairs), "through": through, "lazy": p.lazy}


def key(mapper, column):
    return mapper.get_property_by_column(column).key


def dump(name):
    module = importlib.import_module(name)
    found = next(key for key, value in vars(module).items() if getattr(value, "metadata", value) is metadata_of(module))
    return json.dumps(dump_models.dump(f"{name}:{found}"), indent=1) + "\n"


def headed(text):
    return f"-- SQLAlchemy {sqlalchemy.__version__}\n\n{text}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--all"]:
        for case in sorted((HERE / "cases").iterdir()):
            if case.suffix == ".py" or (case / "__init__.py").exists():
                (HERE / "recorded" / f"{case.stem}.sql").write_text(headed(ddl(case.stem)))
                (HERE / "recorded" / f"{case.stem}.json").write_text(mappers(case.stem))
                (HERE / "recorded" / f"{case.stem}.dump.json").write_text(dump(case.stem))
                # One collection for all: SQLModel has only the one.
                if "sqlmodel" in sys.modules:
                    sys.modules["sqlmodel"].SQLModel.metadata.clear()
    else:
        what, name = sys.argv[1:]
        print({"ddl": lambda: headed(ddl(name)), "mappers": lambda: mappers(name), "dump": lambda: dump(name)}[what](), end="")
