-- SQLAlchemy 2.0.54

CREATE TABLE tenants (
	id SERIAL NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE teams (
	id SERIAL NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE settings (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (tenant_id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);

CREATE TABLE users (
	user_id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	manager_id INTEGER, 
	PRIMARY KEY (user_id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id), 
	FOREIGN KEY(manager_id) REFERENCES users (user_id)
);

CREATE TABLE events (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	kind VARCHAR(10), 
	ticket_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);

CREATE TABLE animals (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id)
);

CREATE TABLE memberships (
	team_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	PRIMARY KEY (team_id, user_id), 
	FOREIGN KEY(team_id) REFERENCES teams (id), 
	FOREIGN KEY(user_id) REFERENCES users (user_id)
);

CREATE TABLE tickets (
	id SERIAL NOT NULL, 
	tenant_id INTEGER NOT NULL, 
	author_id INTEGER NOT NULL, 
	assignee_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(tenant_id) REFERENCES tenants (id), 
	FOREIGN KEY(author_id) REFERENCES users (user_id), 
	FOREIGN KEY(assignee_id) REFERENCES users (user_id)
);

CREATE TABLE dogs (
	id INTEGER NOT NULL, 
	owner_id INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(id) REFERENCES animals (id), 
	FOREIGN KEY(owner_id) REFERENCES users (user_id)
);
