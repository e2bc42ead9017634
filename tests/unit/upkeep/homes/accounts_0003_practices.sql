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
INSERT INTO "account" VALUES(1,'ada@example.org','admin',NULL,'$argon2id$v=19$m=8,t=1,p=1$d9rNXzwhsW2k5UjXFGiqNA$EYVtB/0aoqF3bNtG2J7uXly9MsdKFk5vtjJWtM0rrFc',0,'f747d8e52f5e41087c2273b6fc7a0b71','2026-03-02T17:00:00+00:00');
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
CREATE TABLE link (
	digest BLOB NOT NULL, 
	account_id INTEGER NOT NULL, 
	purpose VARCHAR(16) NOT NULL, 
	made VARCHAR(32) NOT NULL, 
	expires VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_link PRIMARY KEY (digest), 
	CONSTRAINT fk_link_account_id_account FOREIGN KEY(account_id) REFERENCES account (account_id) ON DELETE CASCADE, 
	CONSTRAINT ck_link_purpose CHECK (purpose IN ('invitation', 'forgotten'))
);
INSERT INTO "link" VALUES(X'573E5AB22C97FA8FBBD8773B78214301FEA2FBD123D11D177E85A098B99A0CAB',3,'invitation','2026-03-02T17:00:00+00:00','2026-03-09T17:00:00+00:00');
INSERT INTO "link" VALUES(X'11E561F8155D20CB8FAB5B253FA79AAFDF84A0F6A833D860EB97FD9E35B15043',2,'forgotten','2026-03-02T17:00:00+00:00','2026-03-02T18:00:00+00:00');
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
CREATE TABLE provider_attempt (
	digest BLOB NOT NULL, 
	nonce VARCHAR(64) NOT NULL, 
	verifier VARCHAR(64) NOT NULL, 
	expires VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_provider_attempt PRIMARY KEY (digest)
);
INSERT INTO "provider_attempt" VALUES(X'0000000000000000000000000000000000000000000000000000000000000000','nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn','vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv','2026-03-02T17:10:00+00:00');
CREATE TABLE recovery_code (
	account_id INTEGER NOT NULL, 
	digest BLOB NOT NULL, 
	CONSTRAINT pk_recovery_code PRIMARY KEY (account_id, digest), 
	CONSTRAINT fk_recovery_code_account_id_account FOREIGN KEY(account_id) REFERENCES account (account_id) ON DELETE CASCADE
);
INSERT INTO "recovery_code" VALUES(1,X'B2C8FBB997C0BAB0DEC37B23946D11ED8AA2B62D2A838A9F6F1ADEBD749874A8');
INSERT INTO "recovery_code" VALUES(1,X'965C71FBF17BECF6A0D85310C05C1F55CC6CEDECDB606C80B0E972A9EB4C3B58');
INSERT INTO "recovery_code" VALUES(1,X'4DAF5B6A90F14340A9B88341A14CE20D760130A0968A2B49D2A863A4BA394B27');
INSERT INTO "recovery_code" VALUES(1,X'06B5A936E94EE0E62E8697167D32C79F165A97AD832981AF39FFB31E453051E4');
INSERT INTO "recovery_code" VALUES(1,X'C6444D0EC146AB56B9DCB0DE372BDBE06D32E71EF2A3F90F7D9A2532A2F03FAE');
INSERT INTO "recovery_code" VALUES(1,X'8C051066EF65404103A989B5B7E77895FB023F3E336C818645721311D942BD6A');
INSERT INTO "recovery_code" VALUES(1,X'9E90F5786A9FF9471215EF02B03C1A0157543F08C9008B5F41460AA41F10AC9F');
INSERT INTO "recovery_code" VALUES(1,X'7580D9F82E8140373EB9B79777F1AD31DD5D44CECD5F352E12E9A31AEC6B7452');
INSERT INTO "recovery_code" VALUES(1,X'0BCCBA7B6CE21D6984695D471E221EBADF99BC01DF3721CD52F04D7ABE179F1C');
INSERT INTO "recovery_code" VALUES(1,X'0E8A41E296CEAD091585E673B8C4ED00FB8F6782DAA9F670551BABC3A1EA9DCC');
CREATE TABLE second_factor (
	account_id INTEGER NOT NULL, 
	secret BLOB NOT NULL, 
	confirmed BOOLEAN NOT NULL, 
	last_step INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	tried VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_second_factor PRIMARY KEY (account_id), 
	CONSTRAINT fk_second_factor_account_id_account FOREIGN KEY(account_id) REFERENCES account (account_id) ON DELETE CASCADE
);
INSERT INTO "second_factor" VALUES(1,X'CFAF90EF59C831369518EECFBEE3A05F754E81626E7675C308EB9F5631FB754EB37CD6C684901E88DC4782C99877935AEB75B2AEA1D826FBB5CCAC1B',1,59082360,0,'');
CREATE TABLE session (
	session_id VARCHAR(32) NOT NULL, 
	account_id INTEGER NOT NULL, 
	stamp VARCHAR(32) NOT NULL, 
	way VARCHAR(16) NOT NULL, 
	second BOOLEAN NOT NULL, 
	browser VARCHAR(16) NOT NULL, 
	began VARCHAR(32) NOT NULL, 
	seen VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (session_id), 
	CONSTRAINT fk_session_account_id_account FOREIGN KEY(account_id) REFERENCES account (account_id) ON DELETE CASCADE, 
	CONSTRAINT ck_session_way CHECK (way IN ('password', 'provider'))
);
INSERT INTO "session" VALUES('6a8f6522abd0d0538afa9b418bd97696',1,'f747d8e52f5e41087c2273b6fc7a0b71','password',1,'Firefox','2026-03-02T17:00:00+00:00','2026-03-02T17:00:00+00:00');
CREATE INDEX ix_access_log_moment ON access_log (moment);
CREATE INDEX ix_access_log_email ON access_log (email);
CREATE INDEX ix_link_account_id ON link (account_id);
CREATE INDEX ix_session_account_id ON session (account_id);
COMMIT;
