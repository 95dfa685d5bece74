"""leftmost"""

import sqlalchemy as sa
from alembic import op

revision = "r4a"
down_revision = "r3a"


def upgrade():
    op.create_table("t_r4a", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r4a")
