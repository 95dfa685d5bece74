-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> b1

CREATE TABLE projects (
    id UUID NOT NULL, 
    tenant_id UUID NOT NULL, 
    title VARCHAR(50), 
    PRIMARY KEY (id)
);

CREATE INDEX ix_projects_tenant_id ON projects (tenant_id);

CREATE TABLE documents (
    id UUID NOT NULL, 
    tenant_id UUID NOT NULL, 
    title VARCHAR(50), 
    PRIMARY KEY (id)
);

CREATE INDEX ix_documents_tenant_id ON documents (tenant_id);

CREATE TABLE invoices (
    id UUID NOT NULL, 
    tenant_id UUID NOT NULL, 
    title VARCHAR(50), 
    PRIMARY KEY (id)
);

CREATE INDEX ix_invoices_tenant_id ON invoices (tenant_id);

CREATE TABLE extra (
    id UUID NOT NULL, 
    tenant_id UUID NOT NULL, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('b1') RETURNING alembic_version.version_num;

-- Running upgrade b1 -> b2

DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN
    CREATE ROLE app;
  END IF;
END
$$;;

ALTER TABLE projects ENABLE ROW LEVEL SECURITY;

ALTER TABLE projects FORCE ROW LEVEL SECURITY;

CREATE POLICY projects_isolation ON projects
            USING (tenant_id = current_setting('app.tenant_id', true)::uuid)
            WITH CHECK (tenant_id = current_setting('app.tenant_id', true)::uuid);

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;

CREATE POLICY documents_isolation ON documents
            USING (tenant_id = current_setting('app.tenant_id', true)::uuid)
            WITH CHECK (tenant_id = current_setting('app.tenant_id', true)::uuid);

ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;

CREATE POLICY invoices_read ON invoices FOR SELECT USING (tenant_id = current_setting('app.tenant_id', true)::uuid);

CREATE ROLE "reader";

CREATE ROLE "writer";

GRANT SELECT ON invoices TO reader;
GRANT SELECT ON invoices TO writer;
GRANT UPDATE ON invoices TO writer;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $fn$
            BEGIN
              NEW.title := 'x';
              RETURN NEW;
            END
            $fn$;

COMMENT ON TABLE extra IS 'it''s "extra"    and more';

CREATE VIEW project_titles AS SELECT id, title FROM projects;
COMMENT ON COLUMN projects.title IS 'shown';;

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'b1';

-- Running upgrade b2 -> b3

COMMIT;

CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_documents_title ON documents (title);

BEGIN;

CREATE TYPE mood AS ENUM ('ok');

ALTER TYPE mood ADD VALUE IF NOT EXISTS 'great';

ALTER TABLE extra ADD COLUMN c3 VARCHAR(3);

ALTER TABLE extra ADD COLUMN c2 VARCHAR(2);

ALTER TABLE extra ADD COLUMN c1 VARCHAR(1);

UPDATE alembic_version SET version_num='b3' WHERE alembic_version.version_num = 'b2';

COMMIT;

