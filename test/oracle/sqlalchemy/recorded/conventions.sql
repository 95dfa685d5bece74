-- SQLAlchemy 2.0.54

CREATE SCHEMA audit;

CREATE SCHEMA crm;

CREATE TYPE plan AS ENUM ('free', 'paid');

CREATE TYPE crm.kind AS ENUM ('a', 'b');

CREATE TYPE audit.stage AS ENUM ('x', 'y');

CREATE TABLE crm.tenants (
	id SERIAL NOT NULL, 
	name VARCHAR(20) NOT NULL, 
	plan plan NOT NULL, 
	kind crm.kind NOT NULL, 
	stage audit.stage NOT NULL, 
	CONSTRAINT pk_tenants PRIMARY KEY (id), 
	CONSTRAINT uq_tenants_name UNIQUE (name)
);

CREATE TABLE crm.contacts (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	owner_id INTEGER, 
	email VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	a_column_whose_name_is_so_long_that_no_index_can_hold_it VARCHAR NOT NULL, 
	CONSTRAINT pk_contacts PRIMARY KEY (id), 
	CONSTRAINT uq_contacts_tenant_id_email UNIQUE (tenant_id, email), 
	CONSTRAINT uq_contacts_tenant_id_id UNIQUE (tenant_id, id), 
	CONSTRAINT given_name UNIQUE (tenant_id, phone), 
	CONSTRAINT ck_contacts_email_given CHECK (email <> ''), 
	CONSTRAINT phone_given_finally CHECK (phone <> ''), 
	CONSTRAINT fk_contacts_tenant_id_contacts_tenant_id FOREIGN KEY(tenant_id, owner_id) REFERENCES crm.contacts (tenant_id, id), 
	CONSTRAINT fk_contacts_tenant_id_tenants_id FOREIGN KEY(tenant_id) REFERENCES crm.tenants (id)
);

CREATE INDEX ix_crm_contacts_tenant_id ON crm.contacts (tenant_id);

CREATE INDEX ix_crm_contacts_a_column_whose_name_is_so_long_that_no__b689 ON crm.contacts (a_column_whose_name_is_so_long_that_no_index_can_hold_it);

CREATE INDEX ix_crm_contacts_email ON crm.contacts (email, phone);

CREATE TABLE audit.elsewhere (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	checked VARCHAR(1) NOT NULL, 
	CONSTRAINT pk_elsewhere PRIMARY KEY (id), 
	CONSTRAINT fk_elsewhere_tenant_id_tenants_id FOREIGN KEY(tenant_id) REFERENCES crm.tenants (id) ON DELETE cascade, 
	CONSTRAINT ck_elsewhere_letters CHECK (checked IN ('a', 'b'))
);

CREATE INDEX ix_audit_elsewhere_tenant_id ON audit.elsewhere (tenant_id);

CREATE TABLE crm.links (
	a INTEGER NOT NULL, 
	b INTEGER NOT NULL, 
	CONSTRAINT pk_links PRIMARY KEY (a, b), 
	CONSTRAINT fk_links_a_tenants_id FOREIGN KEY(a) REFERENCES crm.tenants (id), 
	CONSTRAINT named_link FOREIGN KEY(b) REFERENCES crm.contacts (id)
);
