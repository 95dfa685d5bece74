"""left"""

import sqlalchemy as sa
from alembic import op

revision = "r3a"
down_revision = "r2"


def upgrade():
    op.create_table("t_r3a", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r3a")
