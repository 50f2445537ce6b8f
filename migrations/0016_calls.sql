-- Calls to connectors' APIs, links, orders and returns (docs/money-out.md).

-- Whether calls of a connector may be made. `paused_until`: all wait until then (429, or it refuses us);
-- `paused_by`: a person stopped them until a person resumes them.
CREATE TABLE connector_state (
    tenant_id       INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    paused_until    INTEGER NOT NULL,
    pause_reason    TEXT NOT NULL,
    paused_by       TEXT NOT NULL,
    failing         INTEGER NOT NULL,     -- 1: it refuses us; one call is tried again every minute
    version         INTEGER NOT NULL,     -- of the last event about it
    PRIMARY KEY (tenant_id, connector_id)
) /*narrow*/;

-- A request to a connector's API. What is sent, and under which id, is written once and never changed.
-- `lease_owner` and `fence` as of a task.
CREATE TABLE call (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    purpose         TEXT NOT NULL,
    subject_id      INTEGER NOT NULL,     -- the order, link or return; 0: the order's call has members
    account_key     TEXT NOT NULL,        -- of a paying call: the debtor's account
    method          TEXT NOT NULL,
    target          TEXT NOT NULL,        -- path and query
    body            TEXT NOT NULL,
    request_id      TEXT NOT NULL,        -- X-Request-Id
    status          TEXT NOT NULL,        -- queued, done, refused, unclear, cancelled
    tries           INTEGER NOT NULL,
    unread          INTEGER NOT NULL,     -- tries that got no readable reply
    due_at          INTEGER NOT NULL,
    first_sent_at   INTEGER,
    http_status     INTEGER,              -- of the last reply
    reply_class     TEXT NOT NULL,
    reason          TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    lease_owner     INTEGER NOT NULL,
    fence           INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, request_id)
) /*table*/;
CREATE INDEX call_due ON call (tenant_id, connector_id, lease_owner, due_at) WHERE status = 'queued';
CREATE INDEX call_subject ON call (tenant_id, subject_id, id);
CREATE INDEX call_status ON call (tenant_id, status, id);
-- Those that a node holds, or has left behind.
CREATE INDEX call_held ON call (tenant_id, lease_owner, id) WHERE status = 'queued' AND lease_owner > 0;
-- A paying call that awaits its first reply keeps the next of its account waiting.
CREATE INDEX call_first ON call (tenant_id, connector_id, account_key) WHERE status = 'queued' AND unread = 0;

-- A try is written before its first byte is sent: one without an end had no readable reply.
CREATE TABLE call_try (
    tenant_id       INTEGER NOT NULL,
    call_id         INTEGER NOT NULL,
    number          INTEGER NOT NULL,     -- from 1
    started_at      INTEGER NOT NULL,
    latency_us      INTEGER,              -- NULL: it has not ended, or was cut by a crash
    http_status     INTEGER,
    outcome         TEXT NOT NULL,        -- a reply's class, or the error's code
    reply           TEXT NOT NULL,        -- its first part
    fence           INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, call_id, number)
) /*narrow*/;

CREATE TABLE payment_order (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    client_id       TEXT NOT NULL,
    fingerprint     BLOB NOT NULL,        -- of what was asked: the same id with other content is refused
    connector_id    INTEGER NOT NULL,
    status          TEXT NOT NULL,
    scheme          TEXT NOT NULL,
    amount_minor    INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    debtor          TEXT NOT NULL,        -- JSON: parties and addresses as they are sent
    debtor_key      TEXT NOT NULL,        -- one spelling of the debtor's account
    creditor        TEXT NOT NULL,        -- JSON
    creditor_key    TEXT NOT NULL,
    reference       TEXT NOT NULL,
    end_to_end_id   TEXT NOT NULL,
    loan_account_id TEXT NOT NULL,
    purpose         TEXT NOT NULL,        -- JSON: of CHAPS
    reason_code     TEXT NOT NULL,
    reason          TEXT NOT NULL,
    advice          TEXT NOT NULL,
    call_id         INTEGER,              -- the paying call that carries it
    transaction_id  TEXT NOT NULL,        -- the bank's
    actual_id       TEXT NOT NULL,        -- the scheme's, by which a return names it
    settlement_id   INTEGER,              -- the debit
    returned_by_id  INTEGER,              -- the credit that gave it back
    retry_of        INTEGER,
    not_before      INTEGER,
    made_by         TEXT NOT NULL,        -- the API key or operator that asked for it
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id),
    UNIQUE (tenant_id, connector_id, end_to_end_id)
) /*table*/;
CREATE UNIQUE INDEX order_retry ON payment_order (tenant_id, retry_of) WHERE retry_of IS NOT NULL;
-- Those that wait for a call, by account.
CREATE INDEX order_waiting ON payment_order (tenant_id, connector_id, debtor_key, id)
    WHERE status = 'queued' AND call_id IS NULL;
CREATE INDEX order_call ON payment_order (tenant_id, call_id, id);
-- Those that are not over: while there is one, its connector stays.
CREATE INDEX order_open ON payment_order (tenant_id, connector_id, id)
    WHERE status IN ('queued', 'submitted', 'held', 'in_doubt', 'needs_review');
CREATE INDEX order_status ON payment_order (tenant_id, status, id);
CREATE INDEX order_actual ON payment_order (tenant_id, connector_id, actual_id) WHERE actual_id <> '';
-- What was paid for a loan, to whom: a second one within a day is looked at.
CREATE INDEX order_loan ON payment_order (tenant_id, loan_account_id, created_at) WHERE loan_account_id <> '';
CREATE INDEX order_day ON payment_order (tenant_id, connector_id, created_at);

CREATE TABLE account_link (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    client_id       TEXT NOT NULL,        -- may be empty
    connector_id    INTEGER NOT NULL,
    core_banking    TEXT NOT NULL,        -- a connector's name; empty: the link is stored here alone
    loan_account_id TEXT NOT NULL,
    owner_name      TEXT NOT NULL,
    asked_iban      TEXT NOT NULL,        -- empty: the bank chooses
    external_id     TEXT NOT NULL,        -- ours, by which the bank names the account
    status          TEXT NOT NULL,        -- requested, active, failed, disabled
    iban            TEXT NOT NULL,
    virtual_account_id TEXT NOT NULL,
    errors          TEXT NOT NULL,        -- JSON
    generation      INTEGER NOT NULL,     -- 1, and one more each time the loan is linked again
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, external_id)
) /*table*/;
-- One account, one IBAN, both ways.
CREATE UNIQUE INDEX link_loan ON account_link (tenant_id, connector_id, loan_account_id)
    WHERE status IN ('requested', 'active');
CREATE UNIQUE INDEX link_iban ON account_link (tenant_id, iban)
    WHERE status IN ('requested', 'active') AND iban <> '';
CREATE INDEX link_account ON account_link (tenant_id, connector_id, virtual_account_id, id);
CREATE INDEX link_loans ON account_link (tenant_id, connector_id, loan_account_id, id);

CREATE TABLE money_return (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    client_id       TEXT NOT NULL,        -- may be empty
    settlement_id   INTEGER NOT NULL,
    connector_id    INTEGER NOT NULL,
    scheme          TEXT NOT NULL,
    transaction_id  TEXT NOT NULL,        -- the bank's, of the settlement
    end_to_end_id   TEXT NOT NULL,        -- the settlement's
    reason          TEXT NOT NULL,
    status          TEXT NOT NULL,        -- as of an order
    reason_code     TEXT NOT NULL,
    detail          TEXT NOT NULL,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, settlement_id)
) /*table*/;
CREATE INDEX return_end_to_end ON money_return (tenant_id, end_to_end_id, id);
CREATE INDEX return_open ON money_return (tenant_id, connector_id, id)
    WHERE status IN ('queued', 'submitted', 'held', 'in_doubt', 'needs_review');
CREATE INDEX return_status ON money_return (tenant_id, status, id);

-- Which webhooks were about an order, link or return.
CREATE TABLE subject_webhook (
    tenant_id       INTEGER NOT NULL,
    subject_id      INTEGER NOT NULL,
    webhook_id      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, webhook_id)
) /*narrow*/;

-- What the bank booked on our accounts other than money that came in: debits, and what came back. One row
-- for each transaction and side, however it was learnt (webhook, query).
CREATE TABLE movement (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,     -- a settlement's
    connector_id    INTEGER NOT NULL,
    webhook_id      INTEGER,              -- NULL: a query showed it
    transaction_id  TEXT NOT NULL,
    credit          INTEGER NOT NULL,     -- 1, 0: a debit
    is_return       INTEGER NOT NULL,
    amount_minor    INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    scheme          TEXT NOT NULL,
    end_to_end_id   TEXT NOT NULL,
    account         TEXT NOT NULL,        -- as the bank gives it
    account_key     TEXT NOT NULL,
    counterparty_name    TEXT NOT NULL,
    counterparty_account TEXT NOT NULL,
    settled_at      INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    subject_id      INTEGER NOT NULL,     -- the order or return that it belongs to; 0: none that we know
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connector_id, transaction_id, credit)
) /*table*/;
CREATE INDEX movement_unexplained ON movement (tenant_id, id) WHERE subject_id = 0;
