-- CHAPS has hours: an order that is not sent before a time has it in `not_before`, and waits in an index of its own.
DROP INDEX order_waiting;
CREATE INDEX order_waiting ON payment_order (tenant_id, connector_id, debtor_key, id)
    WHERE status = 'queued' AND call_id IS NULL AND not_before IS NULL;
CREATE INDEX order_timed ON payment_order (tenant_id, connector_id, not_before, id)
    WHERE status = 'queued' AND call_id IS NULL AND not_before IS NOT NULL;

-- What could not be checked when the order was taken: words, with a space between.
ALTER TABLE payment_order ADD COLUMN warnings TEXT NOT NULL DEFAULT '';
-- What the bank reports of Bacs: credits on their way in, direct debits, and the mandates that allow them
-- (docs/money-out.md). One row for each of the bank's ids.
CREATE TABLE bacs_item (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    subject         TEXT NOT NULL,        -- credit, direct_debit, mandate
    bank_id         TEXT NOT NULL,        -- BacsTransactionId; of a mandate its id, or what it is known by
    returned_by     TEXT NOT NULL,        -- BacsTransactionId of the return; empty: none
    status          TEXT NOT NULL,
    amount_minor    INTEGER NOT NULL,     -- 0: of a mandate
    currency        TEXT NOT NULL,
    account         TEXT NOT NULL,        -- ours, as the bank gives it
    account_key     TEXT NOT NULL,
    counterparty_name    TEXT NOT NULL,
    counterparty_account TEXT NOT NULL,
    reference       TEXT NOT NULL,
    service_user_number  TEXT NOT NULL,
    transaction_code TEXT NOT NULL,
    reason_code     TEXT NOT NULL,
    detail          TEXT NOT NULL,        -- the bank's words
    day             TEXT NOT NULL,        -- of processing: 2026-11-30
    settlement_id   INTEGER NOT NULL,     -- the money that came or went; 0: it has not
    asked           INTEGER NOT NULL,     -- how often the bank was asked about a held one
    version         INTEGER NOT NULL,     -- of the last event about it
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, bank_id, subject)
) /*table*/;
CREATE INDEX bacs_returned_by ON bacs_item (tenant_id, connector_id, returned_by) WHERE returned_by <> '';
CREATE INDEX bacs_subject ON bacs_item (tenant_id, subject, id);
