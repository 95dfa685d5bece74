-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> a0000001

CREATE SCHEMA crm;

CREATE TYPE plan AS ENUM ('free', 'paid');

CREATE TABLE tenants (
    id UUID DEFAULT gen_random_uuid() NOT NULL, 
    name VARCHAR(100) NOT NULL, 
    plan plan DEFAULT 'free' NOT NULL, 
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now(), 
    CONSTRAINT pk_tenants PRIMARY KEY (id), 
    UNIQUE (name)
);

COMMENT ON TABLE tenants IS 'root';

CREATE TABLE contacts (
    id SERIAL NOT NULL, 
    tenant_id UUID NOT NULL, 
    manager_id INTEGER, 
    email VARCHAR(255), 
    payload JSONB DEFAULT '{}'::jsonb NOT NULL, 
    tags VARCHAR[], 
    PRIMARY KEY (id), 
    CONSTRAINT contacts_manager FOREIGN KEY(manager_id) REFERENCES contacts (id) ON DELETE SET NULL ON UPDATE CASCADE, 
    CONSTRAINT email_given CHECK (email <> ''), 
    CONSTRAINT uq_contacts_email UNIQUE (tenant_id, email), 
    FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, 
    UNIQUE (email)
);

CREATE INDEX ix_contacts_tenant_id ON contacts (tenant_id);

CREATE INDEX ix_contacts_recent ON contacts (tenant_id, id DESC);

COMMENT ON COLUMN contacts.tags IS 'free words';

CREATE TABLE crm.notes (
    id BIGSERIAL NOT NULL, 
    body TEXT, 
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_tenants_name_lower ON tenants (lower(name));

CREATE INDEX ix_contacts_manager_id ON contacts (manager_id);

CREATE INDEX ix_contacts_payload ON contacts USING gin (payload);

CREATE INDEX ix_contacts_live ON contacts (tenant_id, email) INCLUDE (manager_id) WHERE email IS NOT NULL;

CREATE INDEX ix_notes_body ON crm.notes (body);

INSERT INTO alembic_version (version_num) VALUES ('a0000001') RETURNING alembic_version.version_num;

-- Running upgrade a0000001 -> a0000002

CREATE TYPE status AS ENUM ('open', 'done');

ALTER TABLE contacts ADD COLUMN status status DEFAULT 'open' NOT NULL;

ALTER TABLE contacts ADD COLUMN owner_id INTEGER;

ALTER TABLE contacts ADD CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES contacts (id);

CREATE INDEX ix_contacts_owner_id ON contacts (owner_id);

COMMENT ON COLUMN contacts.owner_id IS 'who looks after it';

ALTER TABLE crm.notes ADD COLUMN word VARCHAR(9);

ALTER TABLE crm.notes ADD UNIQUE (word);

ALTER TABLE contacts ALTER COLUMN email TYPE TEXT;

ALTER TABLE contacts ALTER COLUMN email SET NOT NULL;

ALTER TABLE contacts RENAME manager_id TO boss_id;

ALTER TABLE contacts ALTER COLUMN payload DROP DEFAULT;

ALTER TABLE contacts ALTER COLUMN tags SET DEFAULT '{}';

COMMENT ON COLUMN contacts.tags IS 'words';

ALTER TABLE contacts ALTER COLUMN status TYPE VARCHAR(10) USING status::text;

ALTER TABLE contacts ALTER COLUMN status SET DEFAULT 'open';

ALTER TABLE crm.notes ALTER COLUMN body SET NOT NULL;

ALTER TABLE crm.notes ALTER COLUMN body SET DEFAULT 'none';

ALTER TABLE tenants DROP COLUMN created_at;

UPDATE alembic_version SET version_num='a0000002' WHERE alembic_version.version_num = 'a0000001';

-- Running upgrade a0000002 -> a0000003

CREATE TABLE links (
    a INTEGER, 
    b INTEGER, 
    during TSTZRANGE
);

CREATE TABLE left_out (
    a INTEGER
);

ALTER TABLE links ADD CONSTRAINT links_pk PRIMARY KEY (a, b);

ALTER TABLE links ADD CONSTRAINT uq_links_b UNIQUE (b);

ALTER TABLE links ADD CONSTRAINT fk_links_a FOREIGN KEY(a) REFERENCES contacts (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE links ADD FOREIGN KEY(b) REFERENCES crm.notes (id);

ALTER TABLE links ADD CONSTRAINT ck_links CHECK (a > 0 AND b != 5);

ALTER TABLE links ADD CONSTRAINT ck_text CHECK (a <> b) NOT VALID;

ALTER TABLE links ADD CONSTRAINT no_overlap EXCLUDE USING gist (a WITH =, during WITH &&) WHERE (a > 1);

COMMENT ON TABLE links IS 'pairs';

ALTER TABLE links RENAME TO pairs;

INSERT INTO pairs (a, b) VALUES (1, 2);

UPDATE pairs SET a=3 WHERE a = 1;

ALTER TABLE pairs ADD COLUMN c INTEGER;

CREATE UNIQUE INDEX ix_pairs_c ON pairs (c);

ALTER TABLE pairs ALTER COLUMN c SET NOT NULL;

ALTER TABLE pairs RENAME c TO d;

ALTER TABLE pairs ADD CONSTRAINT uq_d UNIQUE (d, a);

ALTER TABLE pairs ADD CONSTRAINT fk_d FOREIGN KEY(d) REFERENCES contacts (id);

ALTER TABLE pairs ADD CONSTRAINT ck_d CHECK (d > 0);

ALTER TABLE pairs DROP CONSTRAINT uq_links_b;

ALTER TABLE pairs DROP COLUMN during;

ALTER TABLE crm.notes DROP COLUMN word;

UPDATE alembic_version SET version_num='a0000003' WHERE alembic_version.version_num = 'a0000002';

COMMIT;

