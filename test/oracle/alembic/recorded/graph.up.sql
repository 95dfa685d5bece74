-- alembic 1.20.0, SQLAlchemy 2.0.54

BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> o1

CREATE TABLE t_o1 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('o1') RETURNING alembic_version.version_num;

-- Running upgrade  -> r1

CREATE TABLE t_r1 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('r1') RETURNING alembic_version.version_num;

-- Running upgrade r1 -> r2

CREATE TABLE t_r2 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='r2' WHERE alembic_version.version_num = 'r1';

-- Running upgrade r2 -> r3b

CREATE TABLE t_r3b (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='r3b' WHERE alembic_version.version_num = 'r2';

-- Running upgrade r2 -> r3a

CREATE TABLE t_r3a (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('r3a') RETURNING alembic_version.version_num;

-- Running upgrade r3a -> r4a

CREATE TABLE t_r4a (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='r4a' WHERE alembic_version.version_num = 'r3a';

-- Running upgrade r4a, r3b -> r5

CREATE TABLE t_r5 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

DELETE FROM alembic_version WHERE alembic_version.version_num = 'r4a';

UPDATE alembic_version SET version_num='r5' WHERE alembic_version.version_num = 'r3b';

-- Running upgrade o1 -> o2

CREATE TABLE t_o2 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='o2' WHERE alembic_version.version_num = 'o1';

-- Running upgrade r5 -> r6

CREATE TABLE t_r6 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='r6' WHERE alembic_version.version_num = 'r5';

-- Running upgrade r5 -> r7

CREATE TABLE t_r7 (
    id SERIAL NOT NULL, 
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('r7') RETURNING alembic_version.version_num;

COMMIT;

