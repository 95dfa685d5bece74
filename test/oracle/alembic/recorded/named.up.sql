-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> n1

CREATE TABLE tenants (
    id SERIAL NOT NULL, 
    name VARCHAR NOT NULL, 
    CONSTRAINT pk_tenants PRIMARY KEY (id), 
    CONSTRAINT ck_tenants_given CHECK (name <> ''), 
    CONSTRAINT final_name CHECK (name <> 'x'), 
    CONSTRAINT uq_tenants_name UNIQUE (name)
);

CREATE TABLE users (
    id INTEGER NOT NULL, 
    tenant_id INTEGER, 
    CONSTRAINT pk_users PRIMARY KEY (id), 
    CONSTRAINT given_name FOREIGN KEY(id) REFERENCES tenants (id), 
    CONSTRAINT fk_users_tenant_id_tenants FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);

CREATE INDEX ix_users_tenant_id ON users (tenant_id);

ALTER TABLE users ADD CONSTRAINT uq_users_tenant_id UNIQUE (tenant_id);

ALTER TABLE users ADD CONSTRAINT ck_users_positive CHECK (id > 0);

CREATE INDEX ix_users_id ON users (id, tenant_id);

ALTER TABLE users ADD COLUMN owner_id INTEGER;

ALTER TABLE users ADD CONSTRAINT uq_users_owner_id UNIQUE (owner_id);

ALTER TABLE users ADD CONSTRAINT fk_users_owner_id_users FOREIGN KEY(owner_id) REFERENCES users (id);

INSERT INTO alembic_version (version_num) VALUES ('n1') RETURNING alembic_version.version_num;

COMMIT;

