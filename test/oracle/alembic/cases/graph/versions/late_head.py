"""late_head"""

import sqlalchemy as sa
from alembic import op

revision = "r7"
down_revision = "r5"
depends_on = ("o1",)
branch_labels = None


def upgrade():
    op.create_table("t_r7", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r7")
