-- A register as it was kept before it had a ledger: entries 11 and 12 both replace entry 3.
BEGIN TRANSACTION;
CREATE TABLE entries (
	id INTEGER NOT NULL, 
	kind VARCHAR(40) NOT NULL, 
	at DATETIME NOT NULL, 
	author VARCHAR(80) NOT NULL, 
	replaces INTEGER, 
	body JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "entries" VALUES(1,'action','2026-03-01 08:00:00.000000','甲',NULL,'{"category": "\u65f6\u9650", "problem": "\u62a2\u9669\u5230\u573a\u8d85\u65f6", "action": "\u589e\u8bbe\u9a7b\u70b9", "due": "2026-06-30", "responsible": "\u4e00\u90e8", "tracker": "", "period": "2026H1", "target": "", "unit": "D1", "reference": ""}');
INSERT INTO "entries" VALUES(2,'action_step','2026-04-01 08:00:00.000000','乙',NULL,'{"action": 1, "step": "done", "on": "2026-04-01", "by": "\u4e59", "finding": "", "due": null}');
INSERT INTO "entries" VALUES(3,'action','2026-03-01 08:00:00.000000','甲',NULL,'{"category": "\u65f6\u9650", "problem": "\u7ef4\u4fee\u8d85\u65f6", "action": "", "due": null, "responsible": "", "tracker": "", "period": "2026H1", "target": "", "unit": "", "reference": ""}');
INSERT INTO "entries" VALUES(4,'success','2026-03-01 08:00:00.000000','丙',NULL,'{"unit": "D1", "experience": "\u591c\u95f4\u53cc\u4eba\u503c\u5b88", "period": "2025", "target": "", "evidence": "", "name": "\u4e19"}');
INSERT INTO "entries" VALUES(5,'success','2026-03-01 08:00:00.000000','丙',4,'{"unit": "D1", "experience": "\u591c\u95f4\u53cc\u4eba\u503c\u5b88\uff0c\u5468\u672b\u4e09\u4eba", "period": "2025", "target": "", "evidence": "", "name": "\u4e19"}');
INSERT INTO "entries" VALUES(6,'rebase','2026-03-01 08:00:00.000000','丁',NULL,'{"indicator": "promise", "unit": "C", "since": "2025-10-01", "reason": "\u65b0\u7cfb\u7edf", "name": "\u4e01"}');
INSERT INTO "entries" VALUES(7,'signature','2026-03-01 08:00:00.000000','戊',NULL,'{"letter": "D1 2026", "digest": "abababababababab", "name": "\u620a", "role": "\u4e3b\u4efb", "on": "2026-03-01"}');
INSERT INTO "entries" VALUES(8,'target_plan','2026-03-01 08:00:00.000000','甲',NULL,'{"year": 2026, "target": "promise", "owner": "\u7532", "unit": "%", "better": "higher", "goal": 0.95, "probability": 0.6, "unchanged": 0.5, "lower": 0.9, "median": 0.95, "upper": 0.97, "volume": 1.0, "assumptions": [], "fair": "equal_points", "cells": [], "months": [], "warnings": [], "evidence": {"as_of": "2026-03-01T08:00:00", "records": "r", "policy": "p", "calendar": "c", "provisional_calendar": false, "first_month": "2020-01", "last_month": "2025-12", "known_months": 72, "method": "m", "model": "x", "draws": 4000, "seed": 1}, "reason": "\u4e0e\u627f\u8bfa\u4e00\u81f4"}');
INSERT INTO "entries" VALUES(9,'target_plan','2026-03-01 08:00:00.000000','甲',8,'{"year": 2026, "target": "promise", "owner": "\u7532", "unit": "%", "better": "higher", "goal": 0.96, "probability": 0.6, "unchanged": 0.5, "lower": 0.9, "median": 0.95, "upper": 0.97, "volume": 1.0, "assumptions": [], "fair": "equal_points", "cells": [], "months": [], "warnings": [], "evidence": {"as_of": "2026-03-01T08:00:00", "records": "r", "policy": "p", "calendar": "c", "provisional_calendar": false, "first_month": "2020-01", "last_month": "2025-12", "known_months": 72, "method": "m", "model": "x", "draws": 4000, "seed": 1}, "reason": "\u4e0e\u627f\u8bfa\u4e00\u81f4"}');
INSERT INTO "entries" VALUES(10,'publication','2026-03-01 08:00:00.000000','甲',NULL,'{"period": "2025H2", "as_of": "2026-03-01T08:00:00", "known_at": "2026-03-01T08:00:00", "calendar": "c", "policy": "p", "records": "r", "figures": [{"subject": "commitment", "key": "promise", "measure": "value", "unit": "C", "period": "2025H2", "cumulative": false, "value": 0.93, "lower": null, "upper": null, "n": 100, "numerator": 93, "verdict": ""}]}');
INSERT INTO "entries" VALUES(11,'action','2026-03-03 08:00:00.000000','己',3,'{"category": "\u65f6\u9650", "problem": "\u7ef4\u4fee\u8d85\u65f6", "action": "\u5df1\u7684\u529e\u6cd5", "due": "2026-05-31", "responsible": "", "tracker": "", "period": "2026H1", "target": "", "unit": "", "reference": ""}');
INSERT INTO "entries" VALUES(12,'action','2026-03-03 08:00:00.000000','庚',3,'{"category": "\u65f6\u9650", "problem": "\u7ef4\u4fee\u8d85\u65f6", "action": "\u5e9a\u7684\u529e\u6cd5", "due": "2026-05-31", "responsible": "", "tracker": "", "period": "2026H1", "target": "", "unit": "", "reference": ""}');
CREATE INDEX ix_entries_kind ON entries (kind);
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
COMMIT;
