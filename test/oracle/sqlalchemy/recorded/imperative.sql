-- SQLAlchemy 2.0.54

CREATE TABLE users (
	id SERIAL NOT NULL, 
	tenant INTEGER NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX ix_users_tenant ON users (tenant);

CREATE TABLE decorated (
	id SERIAL NOT NULL, 
	name VARCHAR(5), 
	PRIMARY KEY (id)
);

CREATE TABLE as_dataclass (
	id SERIAL NOT NULL, 
	label VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE addresses (
	id SERIAL NOT NULL, 
	user_id INTEGER, 
	city VARCHAR(30), 
	PRIMARY KEY (id), 
	FOREIGN KEY(user_id) REFERENCES users (id)
);
