-- Statements that a bank writes on several pages (docs/statements.md).

-- `message_id`: what the pages of a camt message share, "" where it is not in pages. `continues`: there is
-- a page before it. `goes_on`: there is a page after it.
ALTER TABLE statement ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE statement ADD COLUMN page INTEGER;
ALTER TABLE statement ADD COLUMN continues INTEGER NOT NULL DEFAULT 0;
ALTER TABLE statement ADD COLUMN goes_on INTEGER NOT NULL DEFAULT 0;

-- What is known of an account on a day, next to the bank's statement.
CREATE INDEX movement_account ON movement (tenant_id, account_key, settled_at);
CREATE INDEX reversal_account ON reversal (tenant_id, c_account, reversed_at);
CREATE INDEX order_account ON payment_order (tenant_id, debtor_key, created_at);
CREATE INDEX return_day ON money_return (tenant_id, created_at);

-- What the bank was asked for, or announced by itself: its own statement of a day, of all accounts. `message_id` is the
-- bank's, '' until it has announced the statement. `cursor_statement`: up to which they were
-- reconciled.
CREATE TABLE statement_request (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    day             INTEGER,              -- midnight in UTC; NULL: not known before the first page is here
    status          TEXT NOT NULL,        -- requested, downloading, reconciling, done, failed
    message_id      TEXT NOT NULL,
    pages           INTEGER NOT NULL,
    pages_here      INTEGER NOT NULL,
    statements      INTEGER NOT NULL,
    passed_over     INTEGER NOT NULL,     -- statements of accounts that are not registered
    cursor_statement INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    made_by         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;
CREATE UNIQUE INDEX statement_request_message ON statement_request (tenant_id, connector_id, message_id)
    WHERE message_id <> '';
CREATE INDEX statement_request_open ON statement_request (tenant_id, connector_id, id) WHERE status = 'requested';
CREATE INDEX statement_request_day ON statement_request (tenant_id, connector_id, day, id) WHERE status <> 'failed';

-- The statements that came with it.
CREATE TABLE statement_request_part (
    tenant_id       INTEGER NOT NULL,
    request_id      INTEGER NOT NULL,
    statement_id    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, request_id, statement_id)
) /*narrow*/;
