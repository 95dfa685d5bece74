"""What SQLAlchemy compiles each statement to, with the values that its parameters have.

    python record.py           to standard output
    python record.py --write   rewrites recorded.json
"""

import inspect
import json
import pathlib
import sys

from sqlalchemy.dialects import postgresql

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

import statements  # noqa: E402


def compiled(statement):
    made = statement.compile(dialect=postgresql.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    return {"sql": " ".join(str(made).split()), "params": dict(made.params)}


found = {name: compiled(make("TENANT", "GIVEN")) for name, make in sorted(vars(statements).items()) if inspect.isfunction(make) and make.__module__ == "statements"}
text = json.dumps(found, indent=1, sort_keys=True) + "\n"
if "--write" in sys.argv:
    (HERE / "recorded.json").write_text(text)
else:
    print(text, end="")
