-- Rows that were purged (docs/operating/purge.md), the digests of the evidence among them, and the runs that purge.

-- What stays of a purged row. `kind`: 1 payment, 2 settlement, 3 match, 4 event, 5 delivery, 6 call.
CREATE TABLE purged (
    tenant_id   INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    name        TEXT NOT NULL,            -- a payment's client id, a settlement's end-to-end id, a delivery's status
    event_id    INTEGER NOT NULL,         -- of a delivery; 0: another kind
    endpoint_id INTEGER NOT NULL,
    purged_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, kind, id)
) /*narrow*/;
CREATE INDEX purged_name ON purged (tenant_id, kind, name, id) WHERE kind < 3 AND name <> '';
CREATE INDEX purged_delivery ON purged (tenant_id, event_id, endpoint_id, id) WHERE event_id <> 0;

-- The hash of each purged record that a seal vouches for, so that the seal can still be verified. `kind`: 0 match,
-- 1 payment, 2 settlement, 3 end of a match, 4 event.
CREATE TABLE purged_evidence (
    tenant_id   INTEGER NOT NULL,
    position    INTEGER NOT NULL,         -- of the match, end or event in its feed
    kind        INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    PRIMARY KEY (tenant_id, position, kind)
) /*narrow*/;
CREATE INDEX purged_evidence_kind ON purged_evidence (tenant_id, kind, position);

-- A run: asked for by a caller, or begun by the server once a day for a setting of [retention] (made_by '').
CREATE TABLE purge (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    kinds       TEXT NOT NULL,            -- space-separated: payments, events, deliveries, calls
    until_at    INTEGER NOT NULL,         -- what is younger stays
    dry_run     INTEGER NOT NULL,
    status      TEXT NOT NULL,            -- running, done
    stage       INTEGER NOT NULL,         -- at which it is, and the last id that it looked at
    cursor_id   INTEGER NOT NULL,
    steps       INTEGER NOT NULL,         -- rises with each step: of two nodes at one step, one goes on
    payments    INTEGER NOT NULL,
    settlements INTEGER NOT NULL,
    matches     INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    deliveries  INTEGER NOT NULL,
    calls       INTEGER NOT NULL,
    kept        INTEGER NOT NULL,         -- old enough, but not final
    made_by     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,         -- 0: it runs
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE INDEX purge_running ON purge (tenant_id, id) WHERE status = 'running';
CREATE INDEX purge_made ON purge (tenant_id, made_by, id);

-- The position of the last event that had been purged when a consumer began to read.
ALTER TABLE consumer ADD COLUMN purged INTEGER NOT NULL DEFAULT 0;
