"""named"""

import sqlalchemy as sa
from alembic import op

revision = "n1"
down_revision = None


def upgrade():
    op.create_table(
        "tenants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.CheckConstraint("name <> ''", name="given"),
        sa.CheckConstraint("name <> 'x'", name=op.f("final_name")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("tenant_id", sa.Integer(), sa.ForeignKey("tenants.id"), index=True),
        sa.ForeignKeyConstraint(["id"], ["tenants.id"], name="given_name"),
    )
    op.create_unique_constraint(None, "users", ["tenant_id"])
    op.create_check_constraint("positive", "users", "id > 0")
    op.create_index(None, "users", ["id", "tenant_id"])
    op.add_column("users", sa.Column("owner_id", sa.Integer(), sa.ForeignKey("users.id"), unique=True))


def downgrade():
    op.drop_constraint("positive", "users", type_="check")
    op.drop_constraint(op.f("uq_users_tenant_id"), "users", type_="unique")
    op.drop_table("users")
    op.drop_table("tenants")
