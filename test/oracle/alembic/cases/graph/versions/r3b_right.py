"""right"""

import sqlalchemy as sa
from alembic import op

revision = "r3b"
down_revision = "r2"


def upgrade():
    op.create_table("t_r3b", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r3b")
