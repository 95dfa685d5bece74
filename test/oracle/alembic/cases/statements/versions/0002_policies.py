"""policies"""

import pathlib
import sys
import textwrap

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from helpers import current_tenant, disable_rls, enable_rls  # noqa: E402

revision: str = "b2"
down_revision: str | None = "b1"

POLICIES = {
    "projects": "tenant_id",
    "documents": "tenant_id",
}
ROLES = ("reader", "writer")

ROLE_SQL = textwrap.dedent(
    """
    DO $$
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN
        CREATE ROLE app;
      END IF;
    END
    $$;
    """
)


def upgrade():
    op.execute(ROLE_SQL)
    for table, column in POLICIES.items():
        enable_rls(table, column, force=table == "projects")
    op.execute(text("ALTER TABLE invoices ENABLE ROW LEVEL SECURITY"))
    op.execute(
        "CREATE POLICY invoices_read ON invoices FOR SELECT "
        "USING (tenant_id = " + current_tenant() + ")"
    )
    statements = [f"GRANT {privilege} ON invoices TO {role}" for role in ROLES for privilege in ("SELECT", "UPDATE") if not (role == "reader" and privilege == "UPDATE")]
    for role in ROLES:
        op.execute(f'CREATE ROLE "{role}"')
    op.execute(";\n".join(statements))
    op.execute(
        sa.text(
            """
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $fn$
            BEGIN
              NEW.title \\:= 'x';
              RETURN NEW;
            END
            $fn$
            """
        )
    )
    op.execute("COMMENT ON TABLE extra IS 'it''s \"extra\"\tand more'")
    op.execute((pathlib.Path(__file__).parent / "views.sql").read_text())


def downgrade():
    op.execute("DROP VIEW project_titles")
    op.execute("DROP FUNCTION touch()")
    for role in reversed(ROLES):
        op.execute(f"REVOKE ALL ON invoices FROM {role}")
        op.execute(f"DROP ROLE {role}")
    op.execute("DROP POLICY invoices_read ON invoices")
    op.execute("ALTER TABLE invoices DISABLE ROW LEVEL SECURITY")
    for table in POLICIES:
        disable_rls(table)
