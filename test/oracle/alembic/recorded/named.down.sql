-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

-- Running downgrade n1 -> 

ALTER TABLE users DROP CONSTRAINT ck_users_positive;

ALTER TABLE users DROP CONSTRAINT uq_users_tenant_id;

DROP TABLE users;

DROP TABLE tenants;

DELETE FROM alembic_version WHERE alembic_version.version_num = 'n1';

COMMIT;

