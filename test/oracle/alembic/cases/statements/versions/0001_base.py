"""base"""

import sqlalchemy as sa
from alembic import op

revision = "b1"
down_revision = None

TABLES = ["projects", "documents", "invoices"]


def tenant_table(name: str, *columns):
    return op.create_table(
        name,
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        *columns,
    )


def upgrade():
    for name in TABLES:
        tenant_table(name, sa.Column("title", sa.String(50)))
        op.create_index(f"ix_{name}_tenant_id", name, ["tenant_id"])
    tenant_table("extra")


def downgrade():
    for name in ["extra", *reversed(TABLES)]:
        op.drop_table(name)
