"""none"""

import sqlalchemy as sa
from alembic import op

revision = "r1"
down_revision = None


def upgrade():
    op.create_table("t_r1", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r1")
