-- Notifications of platforms (docs/notifications-in.md).

-- A message that was received, with what became of its content and of its subsystems. The bytes as they
-- came are its webhook's, which has the same number.
CREATE TABLE notification (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,     -- its webhook's
    connector_id    INTEGER NOT NULL,
    composite_key   TEXT NOT NULL,        -- type, platform's id and time: several may share it
    platform_id     TEXT NOT NULL,        -- of the business object
    type            TEXT NOT NULL,
    event_time_text TEXT NOT NULL,        -- as sent
    event_time      INTEGER,              -- NULL: it cannot be read
    message         TEXT NOT NULL,        -- JSON: the members as sent
    content_url     TEXT NOT NULL,        -- may be empty
    content_state   TEXT NOT NULL,        -- none, waiting, fetched, given_up
    call_id         INTEGER,              -- that fetches it, or did so last
    rounds          INTEGER NOT NULL,     -- calls that were made for it
    failure         TEXT NOT NULL,        -- why the content was given up
    content_fetched_at INTEGER,
    event_id        INTEGER,              -- notification.received
    status          TEXT NOT NULL,        -- queued, complete, failed
    differs_from    INTEGER,              -- the notification before it with the same composite key
    received_count  INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    last_received_at INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE INDEX notification_status ON notification (tenant_id, status, id);
CREATE INDEX notification_of_connector ON notification (tenant_id, connector_id, status, id);
CREATE INDEX notification_alike ON notification (tenant_id, connector_id, composite_key, id);
CREATE INDEX notification_event ON notification (tenant_id, event_id) WHERE event_id IS NOT NULL;
-- What is complete is released when its time is over.
CREATE INDEX notification_age ON notification (tenant_id, connector_id, received_at) WHERE status = 'complete';
