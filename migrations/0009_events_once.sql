-- Each event is the only one of its subject and version. Until now all events about an endpoint had version 1: those
-- that are there keep their bodies, and all but the first leave the row of versions.
UPDATE event SET version = -id WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM (SELECT tenant_id, id,
    row_number() OVER (PARTITION BY tenant_id, subject_id, version ORDER BY id) AS place FROM event) AS e
    WHERE place > 1);
CREATE UNIQUE INDEX event_version ON event (tenant_id, subject_id, version);

ALTER TABLE endpoint ADD COLUMN version INTEGER NOT NULL DEFAULT 0; -- of the last event about it
UPDATE endpoint SET version = 1 WHERE EXISTS (SELECT 1 FROM event e WHERE e.tenant_id = endpoint.tenant_id
    AND e.subject_id = endpoint.id AND e.version = 1);
