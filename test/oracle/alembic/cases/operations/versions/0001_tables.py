"""tables

Revision ID: a0000001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "a0000001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA crm")
    op.create_table(
        "tenants",
        sa.Column("id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("plan", sa.Enum("free", "paid", name="plan"), nullable=False, server_default="free"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("name"),
        comment="root",
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), autoincrement=True, primary_key=True),
        sa.Column("tenant_id", UUID(), sa.ForeignKey("tenants.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(255), unique=True),
        sa.Column("payload", JSONB(astext_type=sa.Text()), nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("tags", postgresql.ARRAY(sa.String()), comment="free words"),
        sa.ForeignKeyConstraint(["manager_id"], ["contacts.id"], name="contacts_manager", onupdate="CASCADE", ondelete="SET NULL"),
        sa.CheckConstraint("email <> ''", name="email_given"),
        sa.UniqueConstraint("tenant_id", "email", name="uq_contacts_email"),
        sa.Index("ix_contacts_recent", "tenant_id", sa.text("id DESC")),
    )
    op.create_table("notes", sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("body", sa.Text), schema="crm")
    op.create_index("ix_tenants_name_lower", "tenants", [sa.text("lower(name)")], unique=True)
    op.create_index(op.f("ix_contacts_manager_id"), "contacts", ["manager_id"], unique=False)
    op.create_index("ix_contacts_payload", "contacts", ["payload"], postgresql_using="gin")
    op.create_index("ix_contacts_live", "contacts", ["tenant_id", "email"], postgresql_where=sa.text("email IS NOT NULL"), postgresql_include=["manager_id"])
    op.create_index("ix_notes_body", "notes", ["body"], schema="crm")


def downgrade() -> None:
    op.drop_index("ix_notes_body", table_name="notes", schema="crm")
    op.drop_table("notes", schema="crm")
    op.drop_table("contacts")
    op.drop_index("ix_tenants_name_lower", table_name="tenants")
    op.drop_table("tenants")
    sa.Enum(name="plan").drop(op.get_bind(), checkfirst=False)
    op.execute("DROP SCHEMA crm")
