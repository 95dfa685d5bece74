"""The SQL that alembic prints for the revisions of a case, there and back.

    python record.py up NAME       or `down`, to standard output
    python record.py --all         rewrites recorded/ for every case
"""

import io
import pathlib
import sys

import alembic
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

HERE = pathlib.Path(__file__).parent


def sql(name, direction):
    folder = HERE / "cases" / name
    sys.path.insert(0, str(folder))
    for module in ("models", "helpers"):
        sys.modules.pop(module, None)
    output = io.StringIO()
    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(folder))
    if direction == "up":
        command.upgrade(config, "heads", sql=True)
    else:
        command.downgrade(config, "heads:base", sql=True)
    sys.path.remove(str(folder))
    return f"-- alembic {alembic.__version__}, SQLAlchemy {sqlalchemy.__version__}\n\n{output.getvalue()}"


if __name__ == "__main__":
    if sys.argv[1:] == ["--all"]:
        for case in sorted((HERE / "cases").iterdir()):
            (HERE / "recorded" / f"{case.name}.up.sql").write_text(sql(case.name, "up"))
            try:
                (HERE / "recorded" / f"{case.name}.down.sql").write_text(sql(case.name, "down"))
            except CommandError:
                print(f"{case.name}: alembic cannot print the way back from several heads")
    else:
        way, case = sys.argv[1:]
        print(sql(case, way), end="")
