-- When a key of a bank last proved a webhook.
CREATE TABLE bank_key_use (
    tenant_id    INTEGER NOT NULL,
    connector_id INTEGER NOT NULL,
    fingerprint  TEXT NOT NULL,
    used_at      INTEGER NOT NULL,        -- to a minute
    PRIMARY KEY (tenant_id, connector_id, fingerprint)
) /*narrow*/;

-- Ends of keys that were published: once for each number of days before it.
CREATE TABLE key_end (
    tenant_id    INTEGER NOT NULL,
    subject_id   INTEGER NOT NULL,        -- a connector, an API key or an endpoint; 0: the server
    used_for     TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,           -- empty: it has none
    expires_at   INTEGER NOT NULL,
    days         INTEGER NOT NULL,        -- 30, 7, 1; 0: it has ended
    published_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, used_for, fingerprint, expires_at, days)
) /*narrow*/;

-- Keys that some node could not use for a minute, until no node reports it any more.
CREATE TABLE key_outage (
    tenant_id    INTEGER NOT NULL,
    connector_id INTEGER NOT NULL,
    used_for     TEXT NOT NULL,
    since        INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,        -- when a node last reported it
    PRIMARY KEY (tenant_id, connector_id, used_for)
) /*narrow*/;
