"""a_merge"""

import sqlalchemy as sa
from alembic import op

revision = "r5"
down_revision = ("r4a", "r3b")
depends_on = None
branch_labels = None


def upgrade():
    op.create_table("t_r5", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r5")
