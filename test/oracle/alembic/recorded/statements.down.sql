-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

-- Running downgrade b3 -> b2

ALTER TABLE extra DROP COLUMN c1;

ALTER TABLE extra DROP COLUMN c2;

ALTER TABLE extra DROP COLUMN c3;

DROP TYPE mood;

COMMIT;

DROP INDEX CONCURRENTLY ix_documents_title;

BEGIN;

UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'b3';

-- Running downgrade b2 -> b1

DROP VIEW project_titles;

DROP FUNCTION touch();

REVOKE ALL ON invoices FROM writer;

DROP ROLE writer;

REVOKE ALL ON invoices FROM reader;

DROP ROLE reader;

DROP POLICY invoices_read ON invoices;

ALTER TABLE invoices DISABLE ROW LEVEL SECURITY;

DROP POLICY projects_isolation ON projects;

ALTER TABLE projects NO FORCE ROW LEVEL SECURITY;

ALTER TABLE projects DISABLE ROW LEVEL SECURITY;

DROP POLICY documents_isolation ON documents;

ALTER TABLE documents NO FORCE ROW LEVEL SECURITY;

ALTER TABLE documents DISABLE ROW LEVEL SECURITY;

UPDATE alembic_version SET version_num='b1' WHERE alembic_version.version_num = 'b2';

-- Running downgrade b1 -> 

DROP TABLE extra;

DROP TABLE invoices;

DROP TABLE documents;

DROP TABLE projects;

DELETE FROM alembic_version WHERE alembic_version.version_num = 'b1';

COMMIT;

