-- SQLAlchemy 2.0.54

CREATE TYPE role AS ENUM ('admin', 'member');

CREATE TYPE account_status AS ENUM ('open', 'closed');

CREATE TABLE organizations (
	id UUID NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	slug VARCHAR(50) NOT NULL, 
	settings JSON, 
	tags VARCHAR[], 
	PRIMARY KEY (id), 
	UNIQUE (slug)
);

CREATE TABLE groups (
	id SERIAL NOT NULL, 
	name VARCHAR(80), 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_groups_lower_name ON groups (lower(name));

CREATE TABLE legacy (
	id SERIAL NOT NULL, 
	"Mixed Case" VARCHAR(3), 
	"select" INTEGER, 
	PRIMARY KEY (id)
);

CREATE TABLE accounts (
	id SERIAL NOT NULL, 
	organization_id UUID NOT NULL, 
	email VARCHAR(255) NOT NULL, 
	handle VARCHAR(40), 
	age INTEGER CONSTRAINT age_small CHECK (age < 200), 
	role role DEFAULT 'member' NOT NULL, 
	status account_status, 
	manager_id INTEGER, 
	is_active BOOLEAN, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now(), 
	PRIMARY KEY (id), 
	CONSTRAINT uq_account_email UNIQUE (organization_id, email), 
	UNIQUE (handle), 
	CHECK (length(email) > 3), 
	CONSTRAINT age_positive CHECK (age >= 0), 
	FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_manager FOREIGN KEY(manager_id) REFERENCES accounts (id) ON DELETE SET NULL ON UPDATE CASCADE
);

CREATE UNIQUE INDEX ix_accounts_handle ON accounts (handle);

CREATE INDEX ix_accounts_organization_id ON accounts (organization_id);

CREATE INDEX ix_accounts_org_created ON accounts (organization_id, created_at DESC);

COMMENT ON TABLE accounts IS 'people who can sign in';

CREATE TABLE bookings (
	room INTEGER NOT NULL, 
	organization_id UUID NOT NULL, 
	account_id INTEGER, 
	during TSTZRANGE NOT NULL, 
	notes TEXT, 
	payload JSONB, 
	deleted_at TIMESTAMP WITHOUT TIME ZONE, 
	CONSTRAINT bookings_pk PRIMARY KEY (organization_id, room), 
	CONSTRAINT bookings_account FOREIGN KEY(account_id) REFERENCES accounts (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE RESTRICT, 
	CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (deleted_at is null)
);

CREATE INDEX ix_bookings_where_text ON bookings (account_id, room) WHERE notes is not null;

CREATE INDEX ix_bookings_order ON bookings (account_id DESC NULLS LAST, room ASC);

CREATE INDEX ix_bookings_payload ON bookings USING gin (payload jsonb_path_ops);

CREATE INDEX ix_bookings_include ON bookings (room) INCLUDE (notes);

CREATE INDEX ix_bookings_lower ON bookings (lower(notes));

CREATE INDEX ix_bookings_text ON bookings ((payload ->> 'kind'));

CREATE UNIQUE INDEX ix_bookings_live ON bookings (account_id) WHERE deleted_at IS NULL;

CREATE TABLE account_groups (
	account_id INTEGER NOT NULL, 
	group_id INTEGER NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (account_id, group_id), 
	FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	FOREIGN KEY(group_id) REFERENCES groups (id)
);

CREATE INDEX ix_account_groups_position ON account_groups (group_id, position);

CREATE INDEX ix_account_groups_by_account ON account_groups (account_id, position DESC);
