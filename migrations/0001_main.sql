-- The store of the main job. One dialect for every engine (docs/decisions/0004-store.md): INTEGER is
-- 64 bits, BLOB is bytes, times are microseconds since 1970 UTC, amounts are minor units. The marks
-- /*table*/ and /*narrow*/ after a table are the engine's to replace (SQLite: STRICT, and STRICT, WITHOUT
-- ROWID for rows small enough to live in the key's tree). The tenant leads every key.

CREATE TABLE tenant (
    id          INTEGER NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL
) /*table*/;

INSERT INTO tenant (id, name, created_at) VALUES (1, 'main', 0);

CREATE TABLE api_key (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    name        TEXT NOT NULL,
    hash        BLOB NOT NULL,            -- HMAC of the key; the key itself is shown once and not kept
    hint        TEXT NOT NULL,            -- its first characters, to distinguish keys
    scopes      TEXT NOT NULL,            -- space-separated
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER,
    PRIMARY KEY (tenant_id, id)
) /*narrow*/;
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);

CREATE TABLE connector (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    name        TEXT NOT NULL UNIQUE,     -- the last part of /hooks/{connector}
    kind        TEXT NOT NULL,
    settings    TEXT NOT NULL,            -- JSON: bank keys, signing key URI, retention
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;

CREATE TABLE account (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    account_key     TEXT NOT NULL,        -- one spelling of the account number
    iban            TEXT NOT NULL,
    sort_code       TEXT NOT NULL,
    account_number  TEXT NOT NULL,
    name            TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    bank_account_id TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, account_key)
) /*table*/;

-- The inbox. Rows are released (deleted) after the connector's retention; their keys stay.
CREATE TABLE webhook (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id       INTEGER NOT NULL,
    type            TEXT NOT NULL,
    composite_key   TEXT NOT NULL,
    suffix          TEXT NOT NULL,
    status          TEXT NOT NULL,        -- processed, archived, review
    body            BLOB NOT NULL,        -- as received
    received_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE INDEX webhook_reversal ON webhook (tenant_id, composite_key) WHERE suffix <> '';

-- What has been accepted: small and apart from the bodies, so that its tree stays hot. Kept for
-- good (some 50 bytes each): a webhook that is replayed after its row was released is still known.
CREATE TABLE webhook_key (
    tenant_id   INTEGER NOT NULL,
    dedupe      BLOB NOT NULL,            -- 16 bytes: hash of connector and dedupe key
    webhook_id  INTEGER NOT NULL,
    digest      INTEGER NOT NULL,         -- first 8 bytes of the payload's SHA-256
    PRIMARY KEY (tenant_id, dedupe)
) /*narrow*/;

CREATE TABLE payment (
    tenant_id               INTEGER NOT NULL,
    id                      INTEGER NOT NULL,
    client_id               TEXT NOT NULL, -- the tenant's own id of the payment
    fingerprint             BLOB NOT NULL, -- of what was registered: the same id with other content is refused
    status                  TEXT NOT NULL,
    amount_minor            INTEGER NOT NULL,
    currency                TEXT NOT NULL,
    institution_id          TEXT NOT NULL,
    scheme                  TEXT NOT NULL,
    reference               TEXT NOT NULL,
    end_to_end_id           TEXT NOT NULL,
    payee_name              TEXT NOT NULL,
    payee_account           TEXT NOT NULL, -- as given
    payer_name              TEXT NOT NULL,
    payer_account           TEXT NOT NULL, -- as given
    created_at              INTEGER NOT NULL, -- at the provider
    registered_at           INTEGER NOT NULL,
    version                 INTEGER NOT NULL, -- of the last event about it
    -- canonical fields, compared by the match rules
    c_account               TEXT NOT NULL,
    c_end_to_end_id         TEXT NOT NULL,
    c_reference             TEXT NOT NULL,
    c_uetr                  TEXT NOT NULL,
    c_other_account         TEXT NOT NULL,
    c_other_name            TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id)
) /*table*/;

CREATE TABLE settlement (
    tenant_id               INTEGER NOT NULL,
    id                      INTEGER NOT NULL,
    webhook_id              INTEGER NOT NULL,
    status                  TEXT NOT NULL, -- unmatched, matched, ambiguous
    amount_minor            INTEGER NOT NULL,
    currency                TEXT NOT NULL,
    scheme                  TEXT NOT NULL,
    transaction_id          TEXT NOT NULL,
    reference               TEXT NOT NULL,
    end_to_end_id           TEXT NOT NULL,
    account_iban            TEXT NOT NULL,
    counterparty_name       TEXT NOT NULL,
    counterparty_account    TEXT NOT NULL,
    settled_at              INTEGER NOT NULL,
    received_at             INTEGER NOT NULL,
    version                 INTEGER NOT NULL,
    c_account               TEXT NOT NULL,
    c_end_to_end_id         TEXT NOT NULL,
    c_reference             TEXT NOT NULL,
    c_uetr                  TEXT NOT NULL,
    c_other_account         TEXT NOT NULL,
    c_other_name            TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;

-- Open payments (side 0) and settlements waiting for theirs (side 1), under their match keys.
CREATE TABLE match_key (
    tenant_id   INTEGER NOT NULL,
    block       INTEGER NOT NULL,
    side        INTEGER NOT NULL,
    tag         INTEGER NOT NULL,
    owner_id    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, block, side, tag, owner_id)
) /*narrow*/;

-- One settlement, one payment: unique both ways.
CREATE TABLE settlement_match (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    settlement_id   INTEGER NOT NULL,
    payment_id      INTEGER NOT NULL,
    rank            INTEGER NOT NULL,
    rule_version    INTEGER NOT NULL,
    evidence        TEXT NOT NULL,        -- JSON: which fields agreed, how many rivals were seen
    matched_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, settlement_id),
    UNIQUE (tenant_id, payment_id)
) /*table*/;

CREATE TABLE review (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    kind        TEXT NOT NULL,            -- settlement_ambiguous, webhook_conflict, webhook_unreadable
    subject_id  INTEGER NOT NULL,         -- settlement or webhook
    status      TEXT NOT NULL,            -- open, closed
    detail      TEXT NOT NULL,            -- JSON
    created_at  INTEGER NOT NULL,
    closed_at   INTEGER,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE INDEX review_subject ON review (tenant_id, subject_id) WHERE status = 'open';

CREATE TABLE event (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    type        TEXT NOT NULL,
    subject_id  INTEGER NOT NULL,
    version     INTEGER NOT NULL,         -- rises per subject
    body        TEXT NOT NULL,            -- the bytes that are sent, the same in every attempt
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;

CREATE TABLE endpoint (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    url             TEXT NOT NULL,
    events          TEXT NOT NULL,        -- space-separated types, or *
    auth            TEXT NOT NULL,        -- signature, basic
    username        TEXT NOT NULL,
    sealed_secret   BLOB NOT NULL,        -- signing secret or password, sealed under the master key
    status          TEXT NOT NULL,        -- active, disabled, deleted
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;

-- The outbox: work to be done outside, or later. A delivery is a task whose subject is the event
-- and whose lane is the endpoint; timers have lane 0. Lanes are served apart, so that a partner who
-- is down delays no other partner.
CREATE TABLE task (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    kind        TEXT NOT NULL,            -- delivery, tell_unmatched
    subject_id  INTEGER NOT NULL,
    lane_id     INTEGER NOT NULL,
    status      TEXT NOT NULL,            -- queued, done, dead, cancelled
    attempts    INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*narrow*/;
CREATE INDEX task_due ON task (lane_id, due_at) WHERE status = 'queued';
CREATE INDEX task_subject ON task (tenant_id, subject_id);

CREATE TABLE attempt (
    tenant_id   INTEGER NOT NULL,
    task_id     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    latency_us  INTEGER NOT NULL,
    outcome     TEXT NOT NULL,            -- delivered, or the error's code
    http_status INTEGER,
    answer      TEXT NOT NULL,            -- the first part of it
    PRIMARY KEY (tenant_id, task_id, number)
) /*narrow*/;

-- What POST calls answered, so that a repeated call gets the same.
CREATE TABLE idempotency (
    tenant_id   INTEGER NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,            -- of method, path and body
    http_status INTEGER NOT NULL,
    body        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) /*table*/;
CREATE INDEX idempotency_age ON idempotency (created_at);
