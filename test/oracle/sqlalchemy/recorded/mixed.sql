-- SQLAlchemy 2.0.54

CREATE SCHEMA app;

CREATE TABLE app.tenants (
	name VARCHAR(9) NOT NULL, 
	created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL, 
	id UUID DEFAULT gen_random_uuid() NOT NULL, 
	tenant_id UUID NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT tenants_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE
);

CREATE INDEX idx_tenants_tenant_id ON app.tenants (tenant_id);

CREATE TABLE app.sites (
	parent_id UUID, 
	created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL, 
	id UUID DEFAULT gen_random_uuid() NOT NULL, 
	tenant_id UUID NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT sites_parent_id_fkey FOREIGN KEY(parent_id) REFERENCES app.sites (id), 
	CONSTRAINT sites_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE
);

CREATE INDEX idx_sites_tenant_id ON app.sites (tenant_id);

CREATE TABLE app.site_tags (
	site_id UUID, 
	tag VARCHAR(20), 
	CONSTRAINT site_tags_site_id_fkey FOREIGN KEY(site_id) REFERENCES app.sites (id)
);

CREATE TABLE app.audits (
	site_id UUID NOT NULL, 
	created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now() NOT NULL, 
	id UUID DEFAULT gen_random_uuid() NOT NULL, 
	tenant_id UUID NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT audits_site_id_fkey FOREIGN KEY(site_id) REFERENCES app.sites (id), 
	CONSTRAINT audits_tenant_id_fkey FOREIGN KEY(tenant_id) REFERENCES app.tenants (id) ON DELETE CASCADE
);

CREATE INDEX idx_audits_tenant_id ON app.audits (tenant_id);
