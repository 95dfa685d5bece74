"""other_two"""

import sqlalchemy as sa
from alembic import op

revision = "o2"
down_revision = "o1"
depends_on = "r3b"
branch_labels = None


def upgrade():
    op.create_table("t_o2", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("t_o2")
