-- What is written into a core banking system, and the bookings there that ask for a payment (docs/loans.md).

-- The core banking system whose loan an order is for: a connector's name; empty: none.
ALTER TABLE payment_order ADD COLUMN core_banking TEXT NOT NULL DEFAULT '';

-- The loan's key in its core banking system, once it was read.
ALTER TABLE account_link ADD COLUMN loan_key TEXT NOT NULL DEFAULT '';

CREATE TABLE posting (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,     -- the core banking system
    kind            TEXT NOT NULL,        -- disbursement, repayment, adjustment, status, link_fields, link_clear
    cause           TEXT NOT NULL,        -- what it is for: one posting a cause
    status          TEXT NOT NULL,
    loan_account_id TEXT NOT NULL,        -- empty: the money's account belongs to no loan
    subject_kind    TEXT NOT NULL,        -- settlement, order, link, posting, booking
    subject_id      INTEGER NOT NULL,     -- what it follows from
    external_id     TEXT NOT NULL,        -- by which the core banking system knows it; empty: it has none
    amount_minor    INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    scheme          TEXT NOT NULL,
    value_at        INTEGER NOT NULL,     -- when the bank settled
    detail          TEXT NOT NULL,        -- JSON: what goes into custom fields; of a status: the word
    transaction_key TEXT NOT NULL,        -- the core banking system's: of what was posted, or is changed
    undo            INTEGER NOT NULL,     -- 1: its cause went away; it is adjusted as soon as it is posted
    reason_code     TEXT NOT NULL,        -- of a refusal
    reason          TEXT NOT NULL,
    version         INTEGER NOT NULL,     -- of the last event about it
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, cause)
) /*table*/;
CREATE INDEX posting_subject ON posting (tenant_id, subject_id, id);
CREATE INDEX posting_loan ON posting (tenant_id, loan_account_id, id);
CREATE INDEX posting_status ON posting (tenant_id, status, id);
-- Those that are not over: while there is one, its connector stays.
CREATE INDEX posting_open ON posting (tenant_id, connector_id, id)
    WHERE status IN ('queued', 'in_doubt', 'needs_review');

-- A disbursement that was booked in the core banking system and asks for a payment: one order at most.
CREATE TABLE booking (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,     -- the core banking system
    asked_id        TEXT NOT NULL,        -- as its webhook names it; else the key
    transaction_key TEXT NOT NULL,        -- the encoded key; empty: it was not read yet
    loan_account_id TEXT NOT NULL,
    status          TEXT NOT NULL,        -- reading, ordered, not_payable, adjusted, repeated, other
    found           INTEGER NOT NULL,     -- 1: a search showed it, no webhook
    shown           INTEGER NOT NULL,     -- 1: the bank shows a debit with its key
    detail          TEXT NOT NULL,        -- JSON: the transaction as it was read
    order_id        INTEGER NOT NULL,     -- 0: none was made
    tries           INTEGER NOT NULL,     -- to read it
    reason_code     TEXT NOT NULL,        -- why it is not paid
    reason          TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, asked_id)
) /*table*/;
CREATE UNIQUE INDEX booking_key ON booking (tenant_id, connector_id, transaction_key)
    WHERE transaction_key <> '';
CREATE INDEX booking_order ON booking (tenant_id, order_id) WHERE order_id <> 0;
