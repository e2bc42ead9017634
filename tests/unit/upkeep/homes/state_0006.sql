BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('state_0006');
CREATE TABLE announced (
	wave VARCHAR(8) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	place VARCHAR(16) NOT NULL, 
	outcome VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_announced PRIMARY KEY (wave, kind, place)
)
 WITHOUT ROWID

;
INSERT INTO "announced" VALUES('2026-W09','open','slack','told');
CREATE TABLE council_half (
	number INTEGER NOT NULL, 
	point VARCHAR(87) NOT NULL, 
	wave VARCHAR(8) NOT NULL, 
	CONSTRAINT pk_council_half PRIMARY KEY (number), 
	CONSTRAINT uq_council_half_point UNIQUE (point)
);
INSERT INTO "council_half" VALUES(1,'BGxhc3Q','2026-W09');
INSERT INTO "council_half" VALUES(2,'BG5leHQ','');
CREATE TABLE membership (
	wave VARCHAR(8) NOT NULL, 
	person_id VARCHAR(128) NOT NULL, 
	unit_id TEXT NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	locale VARCHAR(35) NOT NULL, 
	timezone VARCHAR(64) NOT NULL, channel VARCHAR(8) DEFAULT 'mail' NOT NULL, 
	CONSTRAINT pk_membership PRIMARY KEY (wave, person_id)
)
 WITHOUT ROWID

;
INSERT INTO "membership" VALUES('2026-W09','lab-0','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-1','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-2','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-3','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-4','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-5','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-6','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-7','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-8','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','lab-9','lab','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-0','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-1','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-2','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-3','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-4','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-5','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-6','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-7','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-8','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','north-9','north','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-0','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-1','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-2','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-3','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-4','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-5','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-6','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-7','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-8','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','south-9','south','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-0','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-1','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-2','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-3','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-4','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-5','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-6','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-7','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-8','tools','','','','');
INSERT INTO "membership" VALUES('2026-W09','tools-9','tools','','','','');
INSERT INTO "membership" VALUES('2026-W10','lab-0','lab','lab-0@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-1','lab','lab-1@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-2','lab','lab-2@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-3','lab','lab-3@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-4','lab','lab-4@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-5','lab','lab-5@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-6','lab','lab-6@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-7','lab','lab-7@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-8','lab','lab-8@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','lab-9','lab','lab-9@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-0','north','north-0@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-1','north','north-1@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-2','north','north-2@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-3','north','north-3@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-4','north','north-4@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-5','north','north-5@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-6','north','north-6@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-7','north','north-7@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-8','north','north-8@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','north-9','north','north-9@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-0','south','south-0@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-1','south','south-1@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-2','south','south-2@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-3','south','south-3@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-4','south','south-4@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-5','south','south-5@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-6','south','south-6@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-7','south','south-7@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-8','south','south-8@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','south-9','south','south-9@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-0','tools','tools-0@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-1','tools','tools-1@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-2','tools','tools-2@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-3','tools','tools-3@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-4','tools','tools-4@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-5','tools','tools-5@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-6','tools','tools-6@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-7','tools','tools-7@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-8','tools','tools-8@example.org','','','mail');
INSERT INTO "membership" VALUES('2026-W10','tools-9','tools','tools-9@example.org','','','mail');
CREATE TABLE pack_run (
	number INTEGER NOT NULL, 
	pack VARCHAR(40) NOT NULL, 
	waves INTEGER NOT NULL, 
	"after" VARCHAR(8) NOT NULL, 
	ended BOOLEAN NOT NULL, 
	CONSTRAINT pk_pack_run PRIMARY KEY (number), 
	CONSTRAINT ck_pack_run_waves CHECK (waves BETWEEN 1 AND 6)
);
INSERT INTO "pack_run" VALUES(1,'spin-down',6,'2026-W08',0);
CREATE TABLE pause (
	first VARCHAR(10) NOT NULL, 
	last VARCHAR(10) NOT NULL, 
	reason VARCHAR(200) NOT NULL, 
	CONSTRAINT pk_pause PRIMARY KEY (first)
);
INSERT INTO "pause" VALUES('2026-12-21','2027-01-03','end of the year');
CREATE TABLE person (
	person_id VARCHAR(128) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	email_folded VARCHAR(254), 
	unit_id VARCHAR(64) NOT NULL, 
	locale VARCHAR(35) NOT NULL, 
	timezone VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_person PRIMARY KEY (person_id), 
	CONSTRAINT fk_person_unit_id_unit FOREIGN KEY(unit_id) REFERENCES unit (unit_id), 
	CONSTRAINT uq_person_email_folded UNIQUE (email_folded)
);
INSERT INTO "person" VALUES('north-0','north-0@example.org','north-0@example.org','north','','');
INSERT INTO "person" VALUES('north-1','north-1@example.org','north-1@example.org','north','','');
INSERT INTO "person" VALUES('north-2','north-2@example.org','north-2@example.org','north','','');
INSERT INTO "person" VALUES('north-3','north-3@example.org','north-3@example.org','north','','');
INSERT INTO "person" VALUES('north-4','north-4@example.org','north-4@example.org','north','','');
INSERT INTO "person" VALUES('north-5','north-5@example.org','north-5@example.org','north','','');
INSERT INTO "person" VALUES('north-6','north-6@example.org','north-6@example.org','north','','');
INSERT INTO "person" VALUES('north-7','north-7@example.org','north-7@example.org','north','','');
INSERT INTO "person" VALUES('north-8','north-8@example.org','north-8@example.org','north','','');
INSERT INTO "person" VALUES('north-9','north-9@example.org','north-9@example.org','north','','');
INSERT INTO "person" VALUES('south-0','south-0@example.org','south-0@example.org','south','','');
INSERT INTO "person" VALUES('south-1','south-1@example.org','south-1@example.org','south','','');
INSERT INTO "person" VALUES('south-2','south-2@example.org','south-2@example.org','south','','');
INSERT INTO "person" VALUES('south-3','south-3@example.org','south-3@example.org','south','','');
INSERT INTO "person" VALUES('south-4','south-4@example.org','south-4@example.org','south','','');
INSERT INTO "person" VALUES('south-5','south-5@example.org','south-5@example.org','south','','');
INSERT INTO "person" VALUES('south-6','south-6@example.org','south-6@example.org','south','','');
INSERT INTO "person" VALUES('south-7','south-7@example.org','south-7@example.org','south','','');
INSERT INTO "person" VALUES('south-8','south-8@example.org','south-8@example.org','south','','');
INSERT INTO "person" VALUES('south-9','south-9@example.org','south-9@example.org','south','','');
INSERT INTO "person" VALUES('tools-0','tools-0@example.org','tools-0@example.org','tools','','');
INSERT INTO "person" VALUES('tools-1','tools-1@example.org','tools-1@example.org','tools','','');
INSERT INTO "person" VALUES('tools-2','tools-2@example.org','tools-2@example.org','tools','','');
INSERT INTO "person" VALUES('tools-3','tools-3@example.org','tools-3@example.org','tools','','');
INSERT INTO "person" VALUES('tools-4','tools-4@example.org','tools-4@example.org','tools','','');
INSERT INTO "person" VALUES('tools-5','tools-5@example.org','tools-5@example.org','tools','','');
INSERT INTO "person" VALUES('tools-6','tools-6@example.org','tools-6@example.org','tools','','');
INSERT INTO "person" VALUES('tools-7','tools-7@example.org','tools-7@example.org','tools','','');
INSERT INTO "person" VALUES('tools-8','tools-8@example.org','tools-8@example.org','tools','','');
INSERT INTO "person" VALUES('tools-9','tools-9@example.org','tools-9@example.org','tools','','');
INSERT INTO "person" VALUES('lab-0','lab-0@example.org','lab-0@example.org','lab','','');
INSERT INTO "person" VALUES('lab-1','lab-1@example.org','lab-1@example.org','lab','','');
INSERT INTO "person" VALUES('lab-2','lab-2@example.org','lab-2@example.org','lab','','');
INSERT INTO "person" VALUES('lab-3','lab-3@example.org','lab-3@example.org','lab','','');
INSERT INTO "person" VALUES('lab-4','lab-4@example.org','lab-4@example.org','lab','','');
INSERT INTO "person" VALUES('lab-5','lab-5@example.org','lab-5@example.org','lab','','');
INSERT INTO "person" VALUES('lab-6','lab-6@example.org','lab-6@example.org','lab','','');
INSERT INTO "person" VALUES('lab-7','lab-7@example.org','lab-7@example.org','lab','','');
INSERT INTO "person" VALUES('lab-8','lab-8@example.org','lab-8@example.org','lab','','');
INSERT INTO "person" VALUES('lab-9','lab-9@example.org','lab-9@example.org','lab','','');
CREATE TABLE sent (
	wave VARCHAR(8) NOT NULL, 
	person_id VARCHAR(128) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	CONSTRAINT pk_sent PRIMARY KEY (wave, person_id, kind)
)
 WITHOUT ROWID

;
INSERT INTO "sent" VALUES('2026-W10','lab-0','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-1','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-2','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-3','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-4','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-5','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-6','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-7','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-8','invitation');
INSERT INTO "sent" VALUES('2026-W10','lab-9','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-0','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-1','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-2','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-3','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-4','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-5','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-6','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-7','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-8','invitation');
INSERT INTO "sent" VALUES('2026-W10','north-9','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-0','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-1','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-2','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-3','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-4','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-5','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-6','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-7','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-8','invitation');
INSERT INTO "sent" VALUES('2026-W10','south-9','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-0','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-1','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-2','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-3','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-4','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-5','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-6','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-7','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-8','invitation');
INSERT INTO "sent" VALUES('2026-W10','tools-9','invitation');
CREATE TABLE unit (
	unit_id VARCHAR(64) NOT NULL, 
	parent_id VARCHAR(64), 
	name VARCHAR(200) NOT NULL, 
	position INTEGER NOT NULL, leaders BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_unit PRIMARY KEY (unit_id)
);
INSERT INTO "unit" VALUES('all',NULL,'Everybody',0,0);
INSERT INTO "unit" VALUES('field','all','Field',1,1);
INSERT INTO "unit" VALUES('north','field','North',2,0);
INSERT INTO "unit" VALUES('south','field','South',3,0);
INSERT INTO "unit" VALUES('tools','all','Tools',4,0);
INSERT INTO "unit" VALUES('lab','all','Lab',5,0);
CREATE TABLE wave (
	wave VARCHAR(8) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	opens VARCHAR(32) NOT NULL, 
	closes VARCHAR(32) NOT NULL, 
	form INTEGER NOT NULL, 
	survey VARCHAR(80) NOT NULL, 
	keys VARCHAR(200) NOT NULL, 
	fingerprint VARCHAR(100) NOT NULL, 
	groups INTEGER NOT NULL, 
	invited INTEGER NOT NULL, 
	reason VARCHAR(400) NOT NULL, 
	CONSTRAINT pk_wave PRIMARY KEY (wave), 
	CONSTRAINT ck_wave_state CHECK (state IN ('planned', 'open', 'awaiting_peel', 'held', 'released', 'lost', 'cancelled'))
);
INSERT INTO "wave" VALUES('2026-W09','released','2026-02-23T09:00:00+00:00','2026-02-27T17:00:00+00:00',0,'pulse-18 1.0.0','/w/2026-W09/keys-a55e703e45990d1481a5f0c326ea9d1986d60e314391c8a31dfd658b54ddb3cb.json','pijiv labuv hikin buhih makoj zagag firop nuhin',4,40,'');
INSERT INTO "wave" VALUES('2026-W10','open','2026-03-02T17:00:00+00:00','2026-03-06T17:00:00+00:00',1,'pulse-18 1.0.0','/w/2026-W10/keys-1c974e9e55d73bda9a404b1682516e30c0ed89f4283b7e918307edfd735eebaa.json','dufil hupiv jilil gozip nonab hosik manid kumub',4,40,'');
COMMIT;
