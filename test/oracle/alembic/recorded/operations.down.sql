-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

-- Running downgrade a0000003 -> a0000002

ALTER TABLE crm.notes ADD COLUMN word VARCHAR(9);

ALTER TABLE crm.notes ADD UNIQUE (word);

DROP INDEX ix_pairs_c;

ALTER TABLE pairs DROP CONSTRAINT fk_links_a;

COMMENT ON TABLE pairs IS NULL;

ALTER TABLE pairs RENAME TO links;

DROP TABLE links;

DROP TABLE left_out;

UPDATE alembic_version SET version_num='a0000002' WHERE alembic_version.version_num = 'a0000003';

-- Running downgrade a0000002 -> a0000001

ALTER TABLE tenants ADD COLUMN created_at TIMESTAMP WITH TIME ZONE DEFAULT now();

ALTER TABLE crm.notes ALTER COLUMN body DROP NOT NULL;

ALTER TABLE crm.notes ALTER COLUMN body DROP DEFAULT;

ALTER TABLE contacts ALTER COLUMN status TYPE status USING status::status;

ALTER TABLE contacts ALTER COLUMN status DROP DEFAULT;

ALTER TABLE contacts ALTER COLUMN tags DROP DEFAULT;

COMMENT ON COLUMN contacts.tags IS 'free words';

ALTER TABLE contacts ALTER COLUMN payload SET DEFAULT '{}'::jsonb;

ALTER TABLE contacts RENAME boss_id TO manager_id;

ALTER TABLE contacts ALTER COLUMN email TYPE VARCHAR(255);

ALTER TABLE contacts ALTER COLUMN email DROP NOT NULL;

ALTER TABLE crm.notes DROP COLUMN word;

DROP INDEX ix_contacts_owner_id;

ALTER TABLE contacts DROP COLUMN owner_id;

ALTER TABLE contacts DROP COLUMN status;

DROP TYPE status;

UPDATE alembic_version SET version_num='a0000001' WHERE alembic_version.version_num = 'a0000002';

-- Running downgrade a0000001 -> 

DROP INDEX crm.ix_notes_body;

DROP TABLE crm.notes;

DROP TABLE contacts;

DROP INDEX ix_tenants_name_lower;

DROP TABLE tenants;

DROP TYPE plan;

DROP SCHEMA crm;

DELETE FROM alembic_version WHERE alembic_version.version_num = 'a0000001';

COMMIT;

