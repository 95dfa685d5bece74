"""z_after"""

import sqlalchemy as sa
from alembic import op

revision = "r6"
down_revision = "r5"
depends_on = None
branch_labels = None


def upgrade():
    op.create_table("t_r6", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_r6")
