-- SQLAlchemy 2.0.54

CREATE TYPE stage AS ENUM ('new', 'won');

CREATE TABLE tenant (
	id UUID NOT NULL, 
	name VARCHAR(50) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);

CREATE TABLE tags (
	id SERIAL NOT NULL, 
	label VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE owner (
	id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE deal (
	tenant_id UUID NOT NULL, 
	id SERIAL NOT NULL, 
	title VARCHAR NOT NULL, 
	note VARCHAR, 
	amount NUMERIC(12, 2) NOT NULL, 
	stage stage NOT NULL, 
	is_open BOOLEAN NOT NULL, 
	score FLOAT NOT NULL, 
	maybe INTEGER NOT NULL, 
	optional_anyway VARCHAR, 
	created_at TIMESTAMP WITH TIME ZONE NOT NULL, 
	payload JSONB NOT NULL, 
	extra JSON NOT NULL, 
	content TEXT, 
	owner_id INTEGER, 
	stamped TIMESTAMP WITH TIME ZONE DEFAULT 'now()' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (tenant_id, title), 
	FOREIGN KEY(tenant_id) REFERENCES tenant (id) ON DELETE CASCADE, 
	FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE SET NULL
);

CREATE INDEX ix_deal_tenant_id ON deal (tenant_id);

CREATE INDEX ix_deal_title ON deal (title);

CREATE INDEX ix_deal_open ON deal (tenant_id, stage);

COMMENT ON COLUMN deal.stamped IS 'when';

CREATE TABLE dealtag (
	deal_id INTEGER NOT NULL, 
	tag_id INTEGER NOT NULL, 
	PRIMARY KEY (deal_id, tag_id), 
	FOREIGN KEY(deal_id) REFERENCES deal (id), 
	FOREIGN KEY(tag_id) REFERENCES tags (id)
);
