"""concurrently"""

import sqlalchemy as sa
from alembic import context, op

revision = "b3"
down_revision = ("b2",)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_documents_title", "documents", ["title"], postgresql_concurrently=True, if_not_exists=True)
    bind = op.get_bind()
    if bind is not None and bind.dialect.name == "sqlite":
        op.drop_table("projects")
    if context.get_context().dialect.name == "postgresql":
        op.execute("CREATE TYPE mood AS ENUM ('ok')")
    else:
        op.drop_table("documents")
    op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'great'")
    width = 3
    while width > 0:
        op.add_column("extra", sa.Column(f"c{width}", sa.String(width)))
        width -= 1


def downgrade() -> None:
    for i in range(1, 4):
        op.drop_column("extra", "c%d" % i)
    op.execute("DROP TYPE mood")
    with op.get_context().autocommit_block():
        op.drop_index("ix_documents_title", table_name="documents", postgresql_concurrently=True)
