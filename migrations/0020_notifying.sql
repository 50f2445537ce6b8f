-- Endpoints with a schedule, an order, a format and proofs of their own (docs/notifications.md).

-- All that is no secret and differs from the defaults, as JSON (domain/endpoint_settings.h).
ALTER TABLE endpoint ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

-- How an endpoint fares. A row is written when something fails, and when it succeeds again.
CREATE TABLE endpoint_state (
    tenant_id       INTEGER NOT NULL,
    endpoint_id     INTEGER NOT NULL,
    failures        INTEGER NOT NULL,     -- in a row, of those that the breaker counts
    failing_since   INTEGER NOT NULL,     -- the first of them; 0: none
    last_success_at INTEGER NOT NULL,     -- to a minute; 0: none
    held_since      INTEGER NOT NULL,     -- the breaker opened then; 0: it is closed
    probe_wait      INTEGER NOT NULL,     -- microseconds between the last probe and the next
    next_probe_at   INTEGER NOT NULL,
    quiet_until     INTEGER NOT NULL,     -- the partner asked for silence until then (Retry-After)
    missed_since    INTEGER NOT NULL,     -- events since then were not owed: it was disabled; 0: none
    dead_at         INTEGER NOT NULL,     -- delivery.dead was published last
    dead_waiting    INTEGER NOT NULL,     -- deliveries that died since and were not published
    dead_task       INTEGER NOT NULL,     -- the last of them
    dead_cause      TEXT NOT NULL,
    handshake       TEXT NOT NULL,        -- waiting, granted, refused; '': none was asked for
    handshake_url   TEXT NOT NULL,        -- which it was for
    granted_rate    INTEGER NOT NULL,     -- requests a minute; 0: no limit
    handshake_tries INTEGER NOT NULL,
    handshake_at    INTEGER NOT NULL,     -- it is asked for again then
    PRIMARY KEY (tenant_id, endpoint_id)
) /*narrow*/;

-- A queued delivery waits for more than its time: 1 for its interval, 2 for an earlier delivery of its
-- subject, 3 for its batch. It is due when that has come; until then due_at is in no reachable year.
ALTER TABLE task ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN order_key INTEGER NOT NULL DEFAULT 0;   -- the subject; 0: its endpoint keeps no order
ALTER TABLE task ADD COLUMN batch_id INTEGER NOT NULL DEFAULT 0;    -- the task that carries it with others
ALTER TABLE task ADD COLUMN of_interval INTEGER NOT NULL DEFAULT 0; -- 1: it gathered for an interval
ALTER TABLE task ADD COLUMN attempts_before INTEGER NOT NULL DEFAULT 0; -- that the schedule does not count
ALTER TABLE task ADD COLUMN owed_at INTEGER NOT NULL DEFAULT 0;     -- when it was queued last; 0: created_at
ALTER TABLE task ADD COLUMN outcome TEXT NOT NULL DEFAULT '';       -- of the last attempt
CREATE INDEX task_waiting ON task (tenant_id, lane_id, waits, id) WHERE status = 'queued' AND waits > 0;
CREATE INDEX task_order ON task (tenant_id, lane_id, order_key, waits, id)
    WHERE status = 'queued' AND order_key > 0;
CREATE INDEX task_batch ON task (tenant_id, batch_id, id) WHERE batch_id > 0;
CREATE INDEX task_interval ON task (tenant_id, lane_id, id)
    WHERE status = 'queued' AND waits = 0 AND of_interval = 1;

-- What a delivery sends that is not its event as it stands: another format, or a batch. By the task's id.
CREATE TABLE delivery_body (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    head        TEXT NOT NULL,            -- Content-Type, then further fields, a line each
    body        TEXT NOT NULL,            -- the bytes that are sent, the same in every attempt
    PRIMARY KEY (tenant_id, id)
) /*table*/;

-- Redeliveries in bulk.
CREATE TABLE redelivery (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    endpoint_id INTEGER NOT NULL,
    since_at    INTEGER NOT NULL,
    until_at    INTEGER NOT NULL,
    statuses    TEXT NOT NULL,            -- space-separated: dead, cancelled, missed, done
    events      TEXT NOT NULL,            -- space-separated types, or *
    dry_run     INTEGER NOT NULL,
    status      TEXT NOT NULL,            -- running, done
    total       INTEGER NOT NULL,         -- deliveries that fit, so far
    queued      INTEGER NOT NULL,
    cursor_id   INTEGER NOT NULL,         -- the last event that was looked at
    created_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,         -- 0: it runs
    PRIMARY KEY (tenant_id, id)
) /*table*/;

-- Named readers of the events (docs/reading.md).
CREATE TABLE consumer (
    tenant_id   INTEGER NOT NULL,
    name        TEXT NOT NULL,
    events      TEXT NOT NULL,
    filter      TEXT NOT NULL,            -- JSON, as of an endpoint
    position    INTEGER NOT NULL,         -- the cursor: a place in the feed of events
    event_id    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) /*table*/;
