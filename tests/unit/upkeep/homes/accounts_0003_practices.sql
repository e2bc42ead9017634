BEGIN TRANSACTION;
CREATE TABLE access_log (
	entry_id INTEGER NOT NULL, 
	moment VARCHAR(32) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	action VARCHAR(16) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_access_log PRIMARY KEY (entry_id)
);
INSERT INTO "access_log" VALUES(1,'2026-03-02T17:00:00+00:00','lea@example.org','leader','saw','field');
INSERT INTO "access_log" VALUES(2,'2026-03-02T17:00:00+00:00','lea@example.org','leader','exported','csv field');
CREATE TABLE account (
	account_id INTEGER NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	unit_id VARCHAR(64), 
	password VARCHAR(200) NOT NULL, 
	must_change BOOLEAN NOT NULL, 
	stamp VARCHAR(32) NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_account PRIMARY KEY (account_id), 
	CONSTRAINT ck_account_unit CHECK ((role = 'leader') = (unit_id IS NOT NULL)), 
	CONSTRAINT ck_account_role CHECK (role IN ('leader', 'hr', 'auditor', 'admin')), 
	CONSTRAINT uq_account_email UNIQUE (email)
);
INSERT INTO "account" VALUES(1,'ada@example.org','admin',NULL,'$argon2id$v=19$m=8,t=1,p=1$d9rNXzwhsW2k5UjXFGiqNA$EYVtB/0aoqF3bNtG2J7uXly9MsdKFk5vtjJWtM0rrFc',0,'d55cdc2069c3a288220e21c53bf6adf9','2026-03-02T17:00:00+00:00');
INSERT INTO "account" VALUES(2,'lea@example.org','leader','field','$argon2id$v=19$m=8,t=1,p=1$vXI60Vv4p/ROMMBF3sa0HA$V8xL3arcf9fsLhqs8xJZDzgXxHJZf5P8keZ03lGBLmk',0,'403bf2ce5ba0cd26a9a3bef2a1e2a868','2026-03-02T17:00:00+00:00');
INSERT INTO "account" VALUES(3,'hr@example.org','hr',NULL,'$argon2id$v=19$m=8,t=1,p=1$XaP3s+3SBD+GVAoAPfqvWg$aIVjxZcWiRaUrQbB5R8dSjM+oPsFojVrp1GI7AzHnos',1,'1532dec956b0e8d648ef900140194947','2026-03-02T17:00:00+00:00');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('accounts_0003_practices');
CREATE TABLE api_token (
	account_id INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_api_token PRIMARY KEY (account_id), 
	CONSTRAINT fk_api_token_account_id_account FOREIGN KEY(account_id) REFERENCES account (account_id) ON DELETE CASCADE, 
	CONSTRAINT uq_api_token_digest UNIQUE (digest)
);
INSERT INTO "api_token" VALUES(3,X'1EBEE3EF97CF84E3957A631CF6DCF990C99841CB2F0BF9A7AEAEACB5E01118C9','2026-03-02T17:00:00+00:00');
CREATE TABLE practice_use (
	use_id INTEGER NOT NULL, 
	unit_id VARCHAR(64) NOT NULL, 
	practice VARCHAR(40) NOT NULL, 
	since VARCHAR(10) NOT NULL, 
	looked VARCHAR(10), 
	ended VARCHAR(10), 
	place INTEGER, 
	CONSTRAINT pk_practice_use PRIMARY KEY (use_id), 
	CONSTRAINT ck_practice_use_ended CHECK ((place IS NULL) = (ended IS NOT NULL)), 
	CONSTRAINT ck_practice_use_place CHECK (place BETWEEN 1 AND 2), 
	CONSTRAINT uq_practice_use_unit_id UNIQUE (unit_id, place)
);
INSERT INTO "practice_use" VALUES(1,'field','day-end-round','2026-02-02',NULL,NULL,1);
INSERT INTO "practice_use" VALUES(2,'field','kindness','2025-11-03','2025-12-01','2026-01-12',NULL);
CREATE INDEX ix_access_log_moment ON access_log (moment);
COMMIT;
