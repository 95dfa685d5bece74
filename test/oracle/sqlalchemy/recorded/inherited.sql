-- SQLAlchemy 2.0.54

CREATE TABLE tenants (
	id SERIAL NOT NULL, 
	name VARCHAR(30) NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE childs (
	id SERIAL NOT NULL, 
	code VARCHAR(8), 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT child_code UNIQUE (code, created_at), 
	UNIQUE (code)
);

CREATE TABLE purchase_orders (
	total INTEGER NOT NULL, 
	extra JSONB NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	id SERIAL NOT NULL, 
	note VARCHAR(30), 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (tenant_id, id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_purchase_orders_tenant_id ON purchase_orders (tenant_id);

CREATE INDEX ix_purchaseorder_recent ON purchase_orders (tenant_id, created_at);

CREATE TABLE animals (
	id SERIAL NOT NULL, 
	kind VARCHAR(10) NOT NULL, 
	tenant INTEGER NOT NULL, 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	lives INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(tenant) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_animals_tenant ON animals (tenant);

CREATE TABLE bills (
	purchase_order_id INTEGER, 
	inline INTEGER NOT NULL, 
	extra JSONB NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	id SERIAL NOT NULL, 
	note VARCHAR(30), 
	created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (tenant_id, id), 
	FOREIGN KEY(purchase_order_id) REFERENCES purchase_orders (id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE
);

CREATE INDEX ix_bills_inline ON bills (inline);

CREATE INDEX ix_bills_tenant_id ON bills (tenant_id);

CREATE INDEX ix_invoice_recent ON bills (tenant_id, created_at);

CREATE TABLE dogs (
	id INTEGER NOT NULL, 
	breed VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES animals (id)
);
