"""columns"""

from alembic import op
import sqlalchemy as sa

revision = "a0000002"
down_revision = "a0000001"

status = sa.Enum("open", "done", name="status")


def upgrade():
    status.create(op.get_bind(), checkfirst=False)
    op.add_column("contacts", sa.Column("status", status, nullable=False, server_default="open"))
    op.add_column("contacts", sa.Column("owner_id", sa.Integer(), sa.ForeignKey("contacts.id", name="fk_owner"), index=True, comment="who looks after it"))
    op.add_column("notes", sa.Column("word", sa.String(9), unique=True), schema="crm")
    op.alter_column("contacts", "email", existing_type=sa.String(255), type_=sa.Text(), nullable=False)
    op.alter_column("contacts", "manager_id", new_column_name="boss_id", existing_type=sa.Integer())
    op.alter_column("contacts", "payload", server_default=None)
    op.alter_column("contacts", "tags", server_default=sa.text("'{}'"), comment="words", existing_comment="free words")
    op.alter_column("contacts", "status", type_=sa.String(10), postgresql_using="status::text", existing_type=status, server_default="open")
    op.alter_column("notes", "body", nullable=False, server_default="none", schema="crm", existing_type=sa.Text())
    op.drop_column("tenants", "created_at")


def downgrade():
    op.add_column("tenants", sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=True))
    op.alter_column("notes", "body", nullable=True, server_default=None, schema="crm", existing_type=sa.Text())
    op.alter_column("contacts", "status", type_=status, postgresql_using="status::status", existing_type=sa.String(10), server_default=None)
    op.alter_column("contacts", "tags", server_default=None, comment="free words", existing_comment="words")
    op.alter_column("contacts", "payload", server_default=sa.text("'{}'::jsonb"))
    op.alter_column("contacts", "boss_id", new_column_name="manager_id", existing_type=sa.Integer())
    op.alter_column("contacts", "email", existing_type=sa.Text(), type_=sa.String(255), nullable=True)
    op.drop_column("notes", "word", schema="crm")
    op.drop_index("ix_contacts_owner_id", "contacts")
    op.drop_column("contacts", "owner_id")
    op.drop_column("contacts", "status")
    status.drop(op.get_bind(), checkfirst=False)
