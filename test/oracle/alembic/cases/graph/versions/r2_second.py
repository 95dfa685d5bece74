"""second"""

import sqlalchemy as sa
from alembic import op

revision = "r2"
down_revision = "r1"


def upgrade():
    op.create_table("t_r2", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r2")
