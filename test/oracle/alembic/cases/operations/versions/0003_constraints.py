"""constraints"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql import column, table

revision = "a0000003"
down_revision = "a0000002"


def upgrade():
    op.create_table("links", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.Column("during", sa.dialects.postgresql.TSTZRANGE))
    op.create_table("left_out", sa.Column("a", sa.Integer, sa.ForeignKey("links.a", use_alter=True, name="left_out_fk")))
    op.create_primary_key("links_pk", "links", ["a", "b"])
    op.create_unique_constraint("uq_links_b", "links", ["b"])
    op.create_foreign_key("fk_links_a", "links", "contacts", ["a"], ["id"], ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    op.create_foreign_key(None, "links", "notes", ["b"], ["id"], referent_schema="crm")
    op.create_check_constraint("ck_links", "links", sa.and_(column("a", sa.Integer) > 0, column("b", sa.Integer) != 5))
    op.create_check_constraint("ck_text", "links", "a <> b", postgresql_not_valid=True)
    op.create_exclude_constraint("no_overlap", "links", ("a", "="), ("during", "&&"), where="a > 1", using="gist")
    op.create_table_comment("links", "pairs")
    op.rename_table("links", "pairs")
    op.bulk_insert(table("pairs", column("a", sa.Integer), column("b", sa.Integer)), [{"a": 1, "b": 2}])
    op.execute(table("pairs", column("a", sa.Integer)).update().where(column("a", sa.Integer) == 1).values(a=3))
    with op.batch_alter_table("pairs") as batch:
        batch.add_column(sa.Column("c", sa.Integer(), nullable=True))
        batch.create_index(batch.f("ix_pairs_c"), ["c"], unique=True)
        batch.alter_column("c", new_column_name="d", existing_type=sa.Integer(), nullable=False)
        batch.create_unique_constraint("uq_d", ["d", "a"])
        batch.create_foreign_key("fk_d", "contacts", ["d"], ["id"])
        batch.create_check_constraint("ck_d", sa.text("d > 0"))
        batch.drop_constraint("uq_links_b", type_="unique")
        batch.drop_column("during")
    with op.batch_alter_table("notes", schema="crm") as notes:
        notes.drop_column("word")


def downgrade():
    with op.batch_alter_table("notes", schema="crm") as notes:
        notes.add_column(sa.Column("word", sa.String(9), unique=True))
    with op.batch_alter_table("pairs") as batch:
        batch.drop_index("ix_pairs_c")
    op.drop_constraint("fk_links_a", "pairs", type_="foreignkey")
    op.drop_table_comment("pairs", existing_comment="pairs")
    op.rename_table("pairs", "links")
    op.drop_table("links")
    op.drop_table("left_out")
