-- Bank statements, and which settlement each of their entries reports (docs/statements.md).

-- `digest` recognises a statement again, whatever its file is called. Amounts are minor units of
-- `currency`; days are midnights in UTC. `status`: loading (entries come, in order), reconciling
-- (entries up to cursor_minor were paired), reconciled.
CREATE TABLE statement (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    kind            TEXT NOT NULL,        -- statement, notification
    format          TEXT NOT NULL,
    account         TEXT NOT NULL,        -- as the bank writes it
    account_key     TEXT NOT NULL,
    currency        TEXT NOT NULL,
    number          TEXT NOT NULL,        -- the bank's
    sequence        INTEGER,
    from_day        INTEGER NOT NULL,
    to_day          INTEGER NOT NULL,
    opening_minor   INTEGER,
    closing_minor   INTEGER,
    credits         INTEGER NOT NULL,     -- how many there are to be
    credits_minor   INTEGER NOT NULL,
    debits          INTEGER NOT NULL,
    debits_minor    INTEGER NOT NULL,
    digest          BLOB NOT NULL,
    status          TEXT NOT NULL,
    loaded          INTEGER NOT NULL,     -- entries that are here
    loaded_credits  INTEGER NOT NULL,
    loaded_credits_minor INTEGER NOT NULL,
    loaded_debits_minor  INTEGER NOT NULL,
    examined        INTEGER NOT NULL,     -- by the reconciliation under way
    cursor_minor    INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    reconciled_at       INTEGER,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, digest)
) /*table*/;
CREATE INDEX statement_account ON statement (tenant_id, account_key, to_day);

CREATE TABLE statement_entry (
    tenant_id       INTEGER NOT NULL,
    statement_id    INTEGER NOT NULL,
    number          INTEGER NOT NULL,     -- from 1, in the order of the statement
    booked_at       INTEGER NOT NULL,
    value_at        INTEGER NOT NULL,
    credit          INTEGER NOT NULL,     -- 1, 0: a debit
    reversal        INTEGER NOT NULL,
    amount_minor    INTEGER NOT NULL,
    end_to_end_id   TEXT NOT NULL,
    instruction_id  TEXT NOT NULL,
    transaction_id  TEXT NOT NULL,
    bank_reference  TEXT NOT NULL,
    uetr            TEXT NOT NULL,
    remittance      TEXT NOT NULL,
    counterparty_name    TEXT NOT NULL,
    counterparty_account TEXT NOT NULL,
    verdict         TEXT NOT NULL,        -- pending, not_followed, linked, amount_differs, ambiguous, missing_webhook
    rung            TEXT NOT NULL,        -- what it was linked by
    as_set          INTEGER NOT NULL,     -- 1: one of twins
    settlement_id   INTEGER,
    PRIMARY KEY (tenant_id, statement_id, number)
) /*table*/;
CREATE INDEX statement_entry_amount ON statement_entry (tenant_id, statement_id, amount_minor, number);
-- A statement reports a settlement once.
CREATE UNIQUE INDEX statement_entry_settlement ON statement_entry (tenant_id, settlement_id, statement_id)
    WHERE settlement_id IS NOT NULL;

-- The settlements of an account in a period.
CREATE INDEX settlement_account ON settlement (tenant_id, c_account, settled_at, amount_minor);
