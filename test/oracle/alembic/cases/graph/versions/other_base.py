"""other_base"""

import sqlalchemy as sa
from alembic import op

revision = "o1"
down_revision = None
depends_on = None
branch_labels = ("other",)


def upgrade():
    op.create_table("t_o1", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_o1")
