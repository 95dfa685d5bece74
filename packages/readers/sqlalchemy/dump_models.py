"""Writes what SQLAlchemy makes of a product's models, for tenantlint to read instead of the sources.

    python dump_models.py app.models:Base > models.json
    python dump_models.py app.models:Base --ddl > models.sql

The argument names a module and, behind the colon, a MetaData or something that has one as `metadata`: a declarative
base, SQLModel, Flask's `db`. Needs SQLAlchemy 1.4 or later and nothing else; imports the module, as the product does.

The JSON, version 1:

    {
      "format": "tenantlint-models",
      "version": 1,
      "sqlalchemy": "2.0.54",
      "statements": ["CREATE TABLE ...", ...],       DDL for Postgres, in order, each complete
      "models": [
        {
          "name": "Project",                         class
          "module": "app.models",
          "table": "public.projects",
          "columns": [{"name": "id", "column": "id", "required": true, "unique": true, "list": false, "sharedDefault": false}],
          "relationships": [{"name": "tenant", "model": "Tenant", "list": false, "required": true,
                             "on": [["tenant_id", "id"]], "through": null, "lazy": "select"}],
          "uniques": [{"name": "uq_name", "columns": ["tenant_id", "name"]}]
        }
      ]
    }

`name` of a column is the attribute; `on` pairs attributes of both sides; `through` is the table between them.
"""

import importlib
import json
import os
import sys

import sqlalchemy
from sqlalchemy import MetaData, UniqueConstraint, create_mock_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import configure_mappers, interfaces


def metadata_of(path):
    module_name, _, attribute = path.partition(":")
    found = importlib.import_module(module_name)
    for part in filter(None, attribute.split(".")):
        found = getattr(found, part)
    metadata = found if isinstance(found, MetaData) else getattr(found, "metadata", None)
    if not isinstance(metadata, MetaData):
        raise SystemExit(f"{path} is no MetaData and has none")
    return metadata


def statements(metadata):
    lines = [f'CREATE SCHEMA IF NOT EXISTS "{schema}"' for schema in sorted({t.schema for t in metadata.tables.values() if t.schema})]
    engine = create_mock_engine("postgresql://", lambda ddl, *_, **__: lines.append(str(ddl.compile(dialect=postgresql.dialect())).strip()))
    metadata.create_all(engine, checkfirst=False)
    return lines


def all_mappers():
    configure_mappers()
    try:
        from sqlalchemy.orm.mapperlib import _all_registries as registries
    except ImportError:
        from sqlalchemy.orm.mapper import _all_registries as registries
    found = [mapper for registry in registries() for mapper in registry.mappers]
    return sorted(found, key=lambda m: (m.class_.__module__, m.class_.__name__))


def table_name(table):
    return f"{table.schema or 'public'}.{table.name}"


def attribute(mapper, column):
    return mapper.get_property_by_column(column).key


def models(metadata):
    found = []
    for mapper in all_mappers():
        table = mapper.local_table
        if getattr(table, "metadata", None) is not metadata:
            continue
        uniques = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
        single = {c.columns.values()[0].name for c in uniques if len(c.columns) == 1}
        single |= {i.expressions[0].name for i in table.indexes if identifies_one(i)}
        key = list(table.primary_key.columns)
        if len(key) == 1:
            single.add(key[0].name)
        found.append(
            {
                "name": mapper.class_.__name__,
                "module": mapper.class_.__module__,
                "table": table_name(table),
                "columns": [column(p, single) for p in mapper.column_attrs if isinstance(p.columns[0], sqlalchemy.Column)],
                "relationships": [relationship(p) for p in sorted(mapper.relationships, key=lambda p: p.key)],
                "uniques": [
                    {"name": c.name or "_".join(x.name for x in c.columns), "columns": [attribute(mapper, x) for x in c.columns]}
                    for c in sorted(uniques, key=lambda c: [x.name for x in c.columns])
                    if len(c.columns) > 1
                ],
            }
        )
    return found


def identifies_one(index):
    plain = len(index.expressions) == 1 and isinstance(index.expressions[0], sqlalchemy.Column)
    return index.unique and plain and index.dialect_options["postgresql"].get("where") is None


def column(p, single):
    c = p.columns[0]
    default = getattr(c.default, "arg", None)
    return {
        "name": p.key,
        "column": c.name,
        "required": not c.nullable,
        "unique": c.name in single,
        "list": isinstance(c.type, sqlalchemy.ARRAY),
        "sharedDefault": isinstance(default, (dict, list, set)),
    }


def relationship(p):
    many_to_one = p.direction is interfaces.MANYTOONE
    return {
        "name": p.key,
        "model": p.mapper.class_.__name__,
        "list": bool(p.uselist),
        "required": many_to_one and all(not c.nullable for c in p.local_columns),
        "on": [] if p.secondary is not None else sorted([attribute(p.parent, a), attribute(p.mapper, b)] for a, b in p.local_remote_pairs),
        "through": None if p.secondary is None else table_name(p.secondary),
        "lazy": p.lazy if isinstance(p.lazy, str) else "select",
    }


def dump(path):
    metadata = metadata_of(path)
    return {"format": "tenantlint-models", "version": 1, "sqlalchemy": sqlalchemy.__version__, "statements": statements(metadata), "models": models(metadata)}


def main(arguments):
    paths = [a for a in arguments if not a.startswith("--")]
    if len(paths) != 1:
        raise SystemExit(__doc__)
    sys.path.insert(0, os.getcwd())
    if "--ddl" in arguments:
        print(";\n\n".join(statements(metadata_of(paths[0]))) + ";")
    else:
        json.dump(dump(paths[0]), sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
