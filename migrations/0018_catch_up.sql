-- A store that was put back to an older state, and what is learnt by asking the bank (docs/operating/restore.md).

-- Whether the bank was asked by end-to-end id before the first try, once a store was restored: 0 no, 1 the question is
-- under way, 2 the bank shows none.
ALTER TABLE payment_order ADD COLUMN lookup INTEGER NOT NULL DEFAULT 0;
-- When the bank is asked about a submitted order whose webhook has not come.
ALTER TABLE payment_order ADD COLUMN ask_at INTEGER;
CREATE INDEX order_unasked ON payment_order (tenant_id, connector_id, id)
    WHERE status = 'queued' AND call_id IS NULL AND lookup = 0;
CREATE INDEX order_cleared ON payment_order (tenant_id, connector_id, debtor_key, id)
    WHERE status = 'queued' AND call_id IS NULL AND lookup = 2 AND not_before IS NULL;
-- What may have been sent from a store that was put back since.
CREATE INDEX call_moving ON call (tenant_id, connector_id, id)
    WHERE status = 'queued' AND purpose IN ('pay', 'return_payment');
CREATE INDEX order_ask ON payment_order (tenant_id, connector_id, ask_at) WHERE status = 'submitted';

-- Money that came in or was sent back: one row for each transaction of the bank and side, however it was learnt. Other
-- debits, and what came back to us, are in movement, by the same rule.
CREATE TABLE bank_transaction (
    tenant_id       INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    transaction_id  TEXT NOT NULL,
    credit          INTEGER NOT NULL,     -- 1, 0: a debit
    subject_id      INTEGER NOT NULL,     -- the settlement or reversal; 0: it waits for its webhook
    by_query        INTEGER NOT NULL,     -- 1: the bank's query has shown it first, and no webhook has come
    PRIMARY KEY (tenant_id, connector_id, transaction_id, credit)
) /*narrow*/;
INSERT INTO bank_transaction (tenant_id, connector_id, transaction_id, credit, subject_id, by_query)
    SELECT s.tenant_id, w.connector_id, s.transaction_id, 1, min(s.id), 0 FROM settlement s
    JOIN webhook w ON w.tenant_id = s.tenant_id AND w.id = s.webhook_id
    WHERE s.transaction_id <> '' GROUP BY s.tenant_id, w.connector_id, s.transaction_id;
INSERT INTO bank_transaction (tenant_id, connector_id, transaction_id, credit, subject_id, by_query)
    SELECT r.tenant_id, w.connector_id, r.transaction_id, 0, min(r.id), 0 FROM reversal r
    JOIN webhook w ON w.tenant_id = r.tenant_id AND w.id = r.webhook_id
    WHERE r.transaction_id <> '' GROUP BY r.tenant_id, w.connector_id, r.transaction_id;

-- A catch-up: the bank is asked for everything since a time. It goes from source to source, a step at a time.
CREATE TABLE catch_up (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    reason          TEXT NOT NULL,        -- downtime, restore, request
    since           INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    dry_run         INTEGER NOT NULL,
    status          TEXT NOT NULL,        -- running, done, failed
    source          INTEGER NOT NULL,     -- at which it is
    window_from     INTEGER NOT NULL,     -- of the source's transactions
    page            INTEGER NOT NULL,
    pass            INTEGER NOT NULL,     -- of this window
    unsettled       INTEGER NOT NULL,     -- 1: this pass has seen one that may still go
    after_id        INTEGER NOT NULL,     -- of a source that goes through rows of ours
    call_id         INTEGER NOT NULL,     -- whose reply is awaited; 0: none
    steps           INTEGER NOT NULL,
    failures        INTEGER NOT NULL,     -- of the step, one after the other
    next_at         INTEGER NOT NULL,     -- when the next step may be taken
    seen            INTEGER NOT NULL,
    settlements     INTEGER NOT NULL,     -- that were missing
    movements       INTEGER NOT NULL,
    orders          INTEGER NOT NULL,     -- whose payment it has found
    asked           INTEGER NOT NULL,     -- orders that the bank was asked about one by one
    waiting         INTEGER NOT NULL,     -- credits that wait for their webhook
    reason_failed   TEXT NOT NULL,
    made_by         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE UNIQUE INDEX catch_up_running ON catch_up (tenant_id, connector_id) WHERE status = 'running';
CREATE INDEX catch_up_next ON catch_up (tenant_id, connector_id, next_at) WHERE status = 'running' AND call_id = 0;
CREATE INDEX catch_up_done ON catch_up (tenant_id, connector_id, created_at) WHERE status = 'done' AND dry_run = 0;
