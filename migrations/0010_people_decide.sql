-- Where a settlement stands with people (docs/matching.md).

-- A person has undone a match of it: from then on the rules match it by an id alone.
ALTER TABLE settlement ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
-- A suggested_match review of it is open.
ALTER TABLE settlement ADD COLUMN suggested INTEGER NOT NULL DEFAULT 0;
-- A decision is due soon, to bring that review up to date.
ALTER TABLE settlement ADD COLUMN look_again INTEGER NOT NULL DEFAULT 0;

UPDATE settlement SET undone = 1 WHERE refused <> '';
