"""What several revisions share."""

from alembic import op

SETTING = "app.tenant_id"


def current_tenant(cast: str = "uuid") -> str:
    return f"current_setting('{SETTING}', true)::{cast}"


def enable_rls(table, column="tenant_id", *, force=False):
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    if force:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"""
        CREATE POLICY {table}_isolation ON {table}
            USING ({column} = {current_tenant()})
            WITH CHECK ({column} = {current_tenant()})
        """
    )


def disable_rls(table):
    op.execute(f"DROP POLICY {table}_isolation ON {table}")
    op.execute("ALTER TABLE %s NO FORCE ROW LEVEL SECURITY" % table)
    op.execute("ALTER TABLE {} DISABLE ROW LEVEL SECURITY".format(table))
