-- More than one to one, un-matching, returns, rules, decisions on reviews (docs/matching.md).

ALTER TABLE account ADD COLUMN single_use INTEGER NOT NULL DEFAULT 0; -- opened for one payment

-- What has arrived of it, when that is not all; the rest is what is expected and compared.
ALTER TABLE payment ADD COLUMN settled_minor INTEGER NOT NULL DEFAULT 0;
-- What it may settle as, if that is not its amount: both ends, and their currency; '': its amount.
ALTER TABLE payment ADD COLUMN lowest_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN highest_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN bounds_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN single_use INTEGER NOT NULL DEFAULT 0;

-- Ids of the payments that a reviewer has ruled out for it, separated by spaces.
ALTER TABLE settlement ADD COLUMN refused TEXT NOT NULL DEFAULT '';

-- Matches are records: one that is undone stays, with the time it ended (match_end says why). A slot
-- is 0 in a match that has its settlement (its payment) for itself; in one that shares it, or has
-- ended, the slot is the match's own id. So no two live matches have one settlement for themselves.
CREATE TABLE new_settlement_match (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    settlement_id   INTEGER NOT NULL,
    payment_id      INTEGER NOT NULL,
    rank            INTEGER NOT NULL,
    rule_version    INTEGER NOT NULL,
    evidence        TEXT NOT NULL,        -- JSON: which fields agreed, how many rivals were seen
    matched_at      INTEGER NOT NULL,
    rules           TEXT NOT NULL DEFAULT 'standard',
    pairing         TEXT NOT NULL DEFAULT 'one', -- one, set, split, merge
    amount_minor    INTEGER NOT NULL DEFAULT 0,  -- of the settlement's money, for this payment; 0: all
    actor           TEXT NOT NULL DEFAULT '',    -- who decided; '': the rules
    ended_at        INTEGER,
    settlement_slot INTEGER NOT NULL DEFAULT 0,
    payment_slot    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, settlement_id, settlement_slot),
    UNIQUE (tenant_id, payment_id, payment_slot)
) /*table*/;
INSERT INTO new_settlement_match (tenant_id, id, settlement_id, payment_id, rank, rule_version,
    evidence, matched_at)
    SELECT tenant_id, id, settlement_id, payment_id, rank, rule_version, evidence, matched_at
    FROM settlement_match;
DROP TABLE settlement_match;
ALTER TABLE new_settlement_match RENAME TO settlement_match;

CREATE TABLE match_end (
    tenant_id   INTEGER NOT NULL,
    id          INTEGER NOT NULL,
    match_id    INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,            -- '': the bank, by a return
    ended_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, match_id)
) /*table*/;

-- Money that went back: a return or recall of a settlement.
CREATE TABLE reversal (
    tenant_id       INTEGER NOT NULL,
    id              INTEGER NOT NULL,
    webhook_id      INTEGER NOT NULL,
    settlement_id   INTEGER NOT NULL,     -- 0: not found yet
    status          TEXT NOT NULL,        -- waiting, applied, review
    transaction_id  TEXT NOT NULL,
    amount_minor    INTEGER NOT NULL,
    currency        TEXT NOT NULL,
    reason          TEXT NOT NULL,
    c_account       TEXT NOT NULL,
    c_end_to_end_id TEXT NOT NULL,
    c_reference     TEXT NOT NULL,
    c_uetr          TEXT NOT NULL,
    c_other_account TEXT NOT NULL,
    c_other_name    TEXT NOT NULL,
    reversed_at     INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) /*table*/;

ALTER TABLE review ADD COLUMN decision TEXT NOT NULL DEFAULT ''; -- accept, split, reject; '': a fact
ALTER TABLE review ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE review ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- Rule sets of a tenant ('' for the account) or of one account; the highest version holds.
CREATE TABLE rule_set (
    tenant_id   INTEGER NOT NULL,
    account_key TEXT NOT NULL,
    version     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    body        TEXT NOT NULL,            -- JSON
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, account_key, version)
) /*table*/;
INSERT INTO book (name, version) VALUES ('rules', 0);

-- How far a job has walked through rows in the order of their ids.
CREATE TABLE sweep (
    tenant_id   INTEGER NOT NULL,
    name        TEXT NOT NULL,
    cursor_id   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) /*table*/;
