-- SQLAlchemy 2.0.54

CREATE TABLE app_tenants (
	id UUID NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE app_letters (
	id UUID NOT NULL, 
	tenant_id UUID NOT NULL, 
	reviewer_id UUID, 
	code VARCHAR(12), 
	secret BYTEA, 
	short VARCHAR(7), 
	sized VARCHAR(99), 
	embedding BIT(8), 
	state VARCHAR DEFAULT 'draft', 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, 
	updated_at TIMESTAMP WITH TIME ZONE DEFAULT now(), 
	body TEXT NOT NULL, 
	footer TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (tenant_id, code), 
	FOREIGN KEY(tenant_id) REFERENCES app_tenants (id) ON DELETE CASCADE, 
	FOREIGN KEY(reviewer_id) REFERENCES app_tenants (id) ON DELETE SET NULL
);

CREATE INDEX ix_app_letters_reviewer_id ON app_letters (reviewer_id);

CREATE INDEX ix_letters_code ON app_letters (code);

CREATE INDEX ix_app_letters_tenant_id ON app_letters (tenant_id);

CREATE INDEX ix_letters_state ON app_letters (state);

CREATE INDEX ix_app_letters_created_at ON app_letters (created_at);
